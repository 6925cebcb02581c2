#include "simulation/time_loop.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantities/error.h"
#include "simulation/checkpoints.h"
#include "simulation/extrapolation.h"
#include "simulation/tip_place.h"

namespace intratumor {

namespace {

constexpr double day = 86400;
// Where a target empties the fluid to a few Kd, which is far below the field's largest values.
constexpr double stage_tolerance_of_binding = 1e-10;
constexpr double negative_limit = 1e-12;                     // of c_ref
constexpr double coarse_cell_limit = 1e-2;                   // of c_inj
constexpr double first_step_at_once = 40.;                   // s, /4: first step after an instantaneous dose
constexpr int rungs_up_by_needle = 2, rungs_up_by_vein = 6;  // of the step ladder, from step to step
constexpr double refused_limit = 5e-2;                       // in one step, of the drug in the mesh
constexpr double least_followed = 1e-3;   // of the dose: less drug in the mesh counts as this much
constexpr double least_in_tumour = 1e-4;  // of the dose: less drug in the tumour counts as this much

StepperOptions stepper_options(const TimeLoop::Inputs& in) {
  StepperOptions options;
  options.reference_concentration = in.setup->reference_concentration;
  // Ranks precondition differently; what their stage solves leave must not show in six digits of a metric.
  options.stage_tolerance = in.flow->binding().kinds.empty() ? 1e-8 : stage_tolerance_of_binding;
  options.smooth = in.setup->given_intratumoral == 0;
  return options;
}

std::vector<double> threshold_values(const Case& c) {
  std::vector<double> values;
  for (const Threshold& t : c.thresholds) values.push_back(t.value);
  return values;
}

}  // namespace

TimeLoop::TimeLoop(Inputs inputs, const CourseState* begin)
    : in_(std::move(inputs)),
      events_(event_times(*in_.c, *in_.setup)),
      event_(begin == nullptr ? 0 : begin->numbers.at("event").get<std::size_t>()),
      state_(&in_.flow->at(make_segment(*in_.setup, events_.at(event_), events_.at(event_ + 1)).infusing)),
      stepper_(state_->op, stepper_options(in_), in_.flow->binding()),
      // What a vein gives changes as slowly as it is given; a needle's fronts do not.
      ladder_(in_.c->numerics.time_tolerance,
              in_.setup->given_intratumoral > 0 ? first_step_at_once : in_.c->until,
              in_.setup->given_intratumoral > 0 ? rungs_up_by_needle : rungs_up_by_vein),
      exposure_(*in_.mesh, threshold_values(*in_.c)),
      bound_(*in_.setup, *in_.mesh, in_.flow->binding(), state_->op),
      dose_(in_.setup->given()),
      last_injection_end_(end_of_injections(*in_.setup)) {
  const TissueMesh& mesh = *in_.mesh;
  const int n = mesh.graph().n_owned;
  target_share_.assign(n, 0.);
  for (int i = 0; i < n; ++i) {
    double all = 0;
    for (int r = 0; r < mesh.n_regions(); ++r) all += mesh.node_volume(r, i);
    if (all > 0) target_share_[i] = mesh.node_volume(in_.setup->target, i) / all;
  }
  stepper_.set_error_weights(target_share_);
  const int target = in_.setup->target;
  tumour_capacity_ = in_.setup->tissues[target].accessible_fraction * mesh.region_volume(target);

  series_.columns = {
      "time_s",           "tumour_free_mol",     "tumour_mean_conc_mol_per_m3", "plasma_conc_mol_per_m3",
      "tumour_bound_mol", "tumour_anchored_mol", "tumour_internalised_mol",     "tumour_occupancy_fraction"};
  for (const auto& term : Ledger().terms()) series_.columns.push_back("ledger_" + term.first);
  series_.columns.push_back("ledger_closure_error");
  if (in_.setup->injected_concentration > 0) find_coarse_cells();
  if (begin != nullptr) restore(*begin);
}

void TimeLoop::find_coarse_cells() {
  const TissueMesh& mesh = *in_.mesh;
  std::vector<dealii::types::global_dof_index> indices(8);
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int) {
    if (cell->minimum_vertex_distance() < 1.5 * in_.c->numerics.h_min) return;
    cell->get_dof_indices(indices);
    std::array<int, 8> local{};
    for (int v = 0; v < 8; ++v) {
      local[v] = static_cast<int>(mesh.partitioner()->global_to_local(indices[v]));
      // Hanging nodes hold no value of their own; their neighbours in the cell do.
      if (mesh.constraints().is_constrained(indices[v])) local[v] = -1;
    }
    coarse_cells_.push_back(local);
  });
}

const FlowStates::State& TimeLoop::flow_of(const Segment& segment) {
  const FlowStates::State& state = in_.flow->at(segment.infusing);
  if (&state != state_) stepper_.set_operator(state.op);
  state_ = &state;
  return state;
}

/// mol/s into every owned node; empty when nothing enters the tissue.
std::vector<double> TimeLoop::node_sources(const Segment& segment, const FlowStates::State& state) const {
  std::vector<double> node = state.drug;
  if (!segment.any_deposit()) return node;
  node.resize(in_.mesh->graph().n_owned, 0.);
  for (std::size_t k = 0; k < segment.depositing.size(); ++k) {
    if (segment.depositing[k] == 0) continue;
    const Deposit& d = in_.setup->deposits[k];
    for (std::size_t i = 0; i < node.size(); ++i) node[i] += d.amount / d.duration * in_.shares[k].node[i];
  }
  return node;
}

/// Initial fields and boluses at time t; returns the amount given.
double TimeLoop::give_at_once(double t) {
  const auto now = [&](double start, double duration) { return duration == 0 && same_time(start, t); };
  const Accounts& accounts = in_.flow->accounts();
  std::vector<double> nodes(in_.mesh->graph().n_owned, 0.), into(accounts.size(), 0.);
  double into_tissue = 0, into_plasma = 0;
  for (std::size_t k = 0; k < in_.setup->deposits.size(); ++k) {
    const Deposit& d = in_.setup->deposits[k];
    for (const double start : d.times)
      if (now(start, d.duration)) {
        for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] += d.amount * in_.shares[k].node[i];
        into_tissue += d.amount;
      }
  }
  for (const IntravenousDose& dose : in_.setup->intravenous)
    for (const double start : dose.times)
      if (now(start, dose.duration)) into_plasma += dose.amount;
  into[accounts.plasma] = into_plasma;
  if (into_tissue > 0) {
    expect_in_tumour(nodes);
    stepper_.give_to_tissue(nodes);
    exposure_.peak(stepper_.concentration());
  }
  stepper_.give_to_accounts(into);
  return into_tissue + into_plasma;
}

bool TimeLoop::reached_coarse_cells() const {
  if (in_.setup->injected_concentration <= 0) return false;
  bool reached = false;
  // Drug that comes by blood is everywhere and no front.
  const Accounts& accounts = in_.flow->accounts();
  const double plasma = stepper_.amounts()[accounts.plasma] / accounts.plasma_volume;
  const double limit = coarse_cell_limit * in_.setup->injected_concentration + plasma;
  const Vector& c = stepper_.concentration();
  for (const auto& cell : coarse_cells_) {
    double low = std::numeric_limits<double>::max(), high = 0;
    for (const int node : cell) {
      if (node < 0) continue;
      low = std::min(low, c.local_element(node));
      high = std::max(high, c.local_element(node));
    }
    if (high > limit && high - low > limit) {
      reached = true;
      break;
    }
  }
  return dealii::Utilities::MPI::logical_or(reached, in_.mesh->communicator());
}

/// `sources` at owned nodes say where needles give their drug: in the target or beside it.
void TimeLoop::expect_in_tumour(const std::vector<double>& sources) {
  double inside = 0, all = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    inside += target_share_[i] * sources[i];
    all += sources[i];
  }
  inside = dealii::Utilities::MPI::sum(inside, in_.mesh->communicator());
  all = dealii::Utilities::MPI::sum(all, in_.mesh->communicator());
  if (all > 0)
    expected_in_tumour_ = std::max(expected_in_tumour_, inside / all * in_.setup->given_intratumoral);
}

/// Temporal error of an attempted step as a share: of the dose in the accounts; in the tumour of what needles
/// put there, or of the most that it has held so far or would hold in equilibrium with plasma, which a dose
/// by vein makes a ten-thousandth of the dose.
double TimeLoop::error_of(const StepResult& step) const {
  const Accounts& accounts = in_.flow->accounts();
  const TissueMesh& mesh = *in_.mesh;
  const double porosity = in_.setup->tissues[in_.setup->target].accessible_fraction;
  const Vector& c = stepper_.attempted_concentration();
  double in_tumour = 0;
  for (int i = 0; i < mesh.graph().n_owned; ++i)
    in_tumour += porosity * mesh.node_volume(in_.setup->target, i) * c.local_element(i);
  in_tumour =
      dealii::Utilities::MPI::sum(in_tumour, mesh.communicator()) + bound_.bound() + bound_.anchored();
  const double plasma =
      std::max(plasma_.cmax, stepper_.attempted_amounts()[accounts.plasma] / accounts.plasma_volume);
  const double scale =
      std::max({expected_in_tumour_, in_tumour, tumour_cmax_ * mesh.region_volume(in_.setup->target),
                plasma * tumour_capacity_, least_in_tumour * dose_});
  return std::max(step.account_error / dose_, step.tissue_error / scale);
}

/// No concentration may be negative.
void TimeLoop::judge_values() {
  const int n = in_.mesh->graph().n_owned;
  const double lowest = dealii::Utilities::MPI::min(
      n > 0 ? *std::min_element(stepper_.concentration().begin(), stepper_.concentration().begin() + n) : 0.,
      in_.mesh->communicator());
  counts_.lowest_concentration = std::min(counts_.lowest_concentration, lowest);
  if (lowest < -negative_limit * in_.setup->reference_concentration)
    throw ComputationError("a concentration of " + scientific(lowest) + " mol/m3 arose" + where_is(lowest) +
                           "; values below zero are a fault of the program");
}

/// " in kidney, at [x, y, z] RAS" of the node with that concentration. Collective.
std::string TimeLoop::where_is(double concentration) const {
  const MPI_Comm comm = in_.mesh->communicator();
  const int n = in_.mesh->graph().n_owned;
  const auto* const begin = stepper_.concentration().begin();
  const auto* const found = std::find(begin, begin + n, concentration);
  const unsigned int rank = dealii::Utilities::MPI::this_mpi_process(comm);
  const unsigned int first =
      dealii::Utilities::MPI::min(found == begin + n ? std::numeric_limits<unsigned int>::max() : rank, comm);
  Point place;
  if (rank == first) place = in_.mesh->node_positions()[static_cast<std::size_t>(found - begin)];
  place = dealii::Utilities::MPI::broadcast(comm, place, first);
  const Vector3 world = world_point(in_.setup->image, place);
  return " in " + in_.setup->regions[static_cast<std::size_t>(region_at(*in_.setup, world))] + ", at " +
         readable_point(*in_.c, world);
}

/// The tumour's amount went from `before` to tumour_amount_ in the step from `start` to t.
void TimeLoop::follow_retention(double start, double t, double before) {
  const auto reached = [&](double time) {
    return time >= last_injection_end_ || same_time(time, last_injection_end_);
  };
  if (!reached(t) || half_life_ || in_.setup->injected_concentration <= 0) return;
  // What the tumour held when the last injection ended, which is an event.
  if (retained_at_end_ < 0) retained_at_end_ = reached(start) ? before : tumour_amount_;
  const double half = retained_at_end_ / 2;
  if (tumour_amount_ > half || before <= half) return;
  // Exponential between the step's ends.
  const double along = tumour_amount_ > 0 ? std::log(before / half) / std::log(before / tumour_amount_) : 1.;
  half_life_ = start + along * (t - start) - last_injection_end_;
}

/// What happens at the event that begins it.
void TimeLoop::begin_segment(const Segment& segment) {
  time_ = segment.from;
  flow_of(segment);
  const double at_once = give_at_once(time_);
  given_ += at_once;
  if (at_once > 0) ladder_.restart(first_step_at_once);
  if (event_ == 0 || at_once > 0) record(time_);
  if (is_field_time(time_)) write_fields(time_);
  if (std::isfinite(segment.shortest_start)) ladder_.restart(segment.shortest_start);
  // A drug that leaves fast has come to rest in steps far longer than it stays, which is what there is of it
  // over the rate; and that is too little of the dose for the error estimate to see it go.
  const double left = (ledger_.free_tumour + ledger_.free_elsewhere) * dose_;
  if (segment.ended_infusion > 0 && left > 0)
    ladder_.restart(std::max(left / segment.ended_infusion, first_step_at_once));
}

void TimeLoop::run_segment(const Segment& segment) {
  const MPI_Comm comm = in_.mesh->communicator();
  const FlowStates::State& state = flow_of(segment);
  const std::vector<double> node = node_sources(segment, state);
  expect_in_tumour(node);
  StepSources sources;
  for (auto& s : sources.node) s = node.empty() ? nullptr : &node;
  const Accounts& accounts = in_.flow->accounts();
  sources.account.assign(accounts.size(), 0.);
  sources.account[accounts.plasma] = segment.intravenous;
  double rate = 0;
  for (const double s : node) rate += s;
  rate = dealii::Utilities::MPI::sum(rate, comm) + segment.intravenous;

  double& t = time_;
  while (t < segment.to) {
    const double remaining = segment.to - t;
    const double dt = ladder_.propose(remaining);
    const StepResult& step = stepper_.attempt(dt, sources);
    if (!step.settled) {
      ladder_.reject(dt);
      ++counts_.rejected;
      continue;
    }
    counts_.low_iterations += step.low_iterations;
    counts_.stage_iterations += step.stage_iterations;
    counts_.newton_iterations += step.newton_iterations;
    const double in_mesh = stepper_.attempted_content();
    const double refused = step.limiter.refused / std::max(in_mesh, least_followed * dose_);
    // The edge of a deposit that is being filled has the same share refused at any step.
    // What is left at the end, below any tolerance, need not be followed.
    const double wasted = segment.any_deposit()
                              ? 0.
                              : step.limiter.refused_of_change / std::max(in_mesh, least_followed * dose_);
    const double error = error_of(step);
    if (!ladder_.judge(dt, error, wasted / refused_limit)) {
      ++counts_.rejected;
      continue;
    }
    exposure_.add(dt, stepper_.concentration(), stepper_.attempted_concentration(), step.node_mean);
    bound_.add(dt, stepper_, step);
    const double plasma_auc = dt * step.account_mean[accounts.plasma] / accounts.plasma_volume;
    const double before = tumour_amount_;
    stepper_.accept();
    // The last step of a segment ends at the event itself, not beside it.
    const double start = t;
    t = dt == remaining ? segment.to : t + dt;
    given_ += dt * rate;
    plasma_.auc += plasma_auc;
    if (t <= day) plasma_.auc_24h += plasma_auc;
    if (t <= 7 * day) plasma_.auc_7d += plasma_auc;
    const FlowState& flow = state.infusion.flow;
    fluid_.injected += dt * flow.total_source;
    fluid_.filtered += dt * flow.total_filtration;
    fluid_.lymph += dt * flow.total_lymph;
    fluid_.outflow += dt * flow.total_outflow;
    fluid_.through_walls += dt * flow.total_wall;
    fluid_.leak += dt * flow.total_leak;
    ++counts_.steps;
    counts_.linear_residual = std::max(counts_.linear_residual, step.linear_residual);
    counts_.temporal_error += error;
    counts_.refused += step.limiter.refused;
    counts_.proposed += step.limiter.proposed;
    counts_.largest_refused_share = std::max(counts_.largest_refused_share, refused);
    record(t);
    judge_values();
    follow_retention(start, t, before);
    if (counts_.reached_coarse_cells < 0 && reached_coarse_cells()) {
      counts_.reached_coarse_cells = t;
      stopped_ = in_.stop_at_coarse_cells;
      if (stopped_) return;
    }
    char text[96];
    std::snprintf(text, sizeof text, "step %d, dt %s", counts_.steps, readable_time(dt).c_str());
    in_.reporter->progress(t / in_.c->until, t, text);
    if (in_.checkpoints != nullptr) in_.checkpoints->after_step(*this);
  }
}

bool TimeLoop::run() {
  const Case& c = *in_.c;
  for (bool begun = resumed_; event_ + 1 < events_.size(); ++event_, begun = false) {
    const Segment segment = make_segment(*in_.setup, events_[event_], events_[event_ + 1]);
    try {
      if (!begun) begin_segment(segment);
      run_segment(segment);
    } catch (const ComputationError& error) {
      throw ComputationError("at t = " + readable_time(time_) + ", after step " +
                             std::to_string(counts_.steps) + ": " + error.what());
    }
    if (stopped_) return false;
  }
  if (is_field_time(c.until)) write_fields(c.until);
  if (std::abs(given_ - dose_) > 1e-9 * dose_)
    throw ComputationError("the schedule gave " + scientific(given_ / dose_) + " of the dose it promised");
  if (const auto rest = plasma_auc_from_now_on(state_->op, stepper_)) plasma_.auc_inf = plasma_.auc + *rest;
  return true;
}

}  // namespace intratumor
