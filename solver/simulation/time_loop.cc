#include "simulation/time_loop.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>

#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr double day = 86400;
constexpr double closure_limit = 1e-8;
constexpr double negative_limit = 1e-12;    // of c_ref
constexpr double coarse_cell_limit = 1e-2;  // of c_inj
constexpr double first_step_at_once = 40.;  // s, /4: first step after an instantaneous dose

StepperOptions stepper_options(const TimeLoop::Inputs& in) {
  StepperOptions options;
  options.reference_concentration = in.setup->reference_concentration;
  // Ranks precondition differently; what their stage solves leave must not show in six digits of a metric.
  options.stage_tolerance = 1e-8;
  return options;
}

std::vector<double> threshold_values(const Case& c) {
  std::vector<double> values;
  for (const Threshold& t : c.thresholds) values.push_back(t.value);
  return values;
}

}  // namespace

std::vector<std::pair<std::string, double>> Ledger::terms() const {
  return {{"free_tumour", free_tumour},
          {"free_elsewhere", free_elsewhere},
          {"bound", 0.},
          {"anchored", 0.},
          {"internalised", 0.},
          {"depots", 0.},
          {"degraded", degraded},
          {"plasma", plasma},
          {"peripherals", peripherals},
          {"lymph_chain", lymph_chain},
          {"eliminated", eliminated},
          {"outflow", outflow},
          {"leak", 0.}};
}

TimeLoop::TimeLoop(Inputs inputs)
    : in_(std::move(inputs)),
      stepper_(*in_.op, stepper_options(in_)),
      exposure_(*in_.mesh, threshold_values(*in_.c)),
      dose_(in_.setup->given_intratumoral + in_.setup->given_intravenous) {
  const TissueMesh& mesh = *in_.mesh;
  const int n = mesh.graph().n_owned;
  std::vector<double> weight(n, 0.);
  for (int i = 0; i < n; ++i) {
    double all = 0;
    for (int r = 0; r < mesh.n_regions(); ++r) all += mesh.node_volume(r, i);
    if (all > 0) weight[i] = mesh.node_volume(in_.setup->target, i) / all;
  }
  stepper_.set_error_weights(weight);

  series_.columns = {"time_s", "tumour_free_mol", "tumour_mean_conc_mol_per_m3", "plasma_conc_mol_per_m3"};
  for (const auto& term : Ledger().terms()) series_.columns.push_back("ledger_" + term.first);
  series_.columns.push_back("ledger_closure_error");

  for (const Deposit& d : in_.setup->deposits)
    for (const double t : d.times) last_injection_end_ = std::max(last_injection_end_, t + d.duration);

  std::vector<dealii::types::global_dof_index> indices(8);
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int) {
    if (cell->minimum_vertex_distance() < 1.5 * mesh.smallest_cell()) return;
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

std::vector<double> TimeLoop::event_times() const {
  const Case& c = *in_.c;
  std::set<double> times = {0., c.until};
  const auto add = [&](double t) {
    if (t > 0 && t < c.until) times.insert(t);
  };
  for (const Deposit& d : in_.setup->deposits)
    for (const double t : d.times) {
      add(t);
      add(t + d.duration);
    }
  for (const IntravenousDose& dose : c.intravenous)
    for (const double t : dose.times) {
      add(t);
      add(t + dose.duration);
    }
  for (const double t : c.field_times) add(t);
  add(day);
  add(7 * day);
  // Times that round-off alone keeps apart are one event.
  std::vector<double> merged;
  for (const double t : times)
    if (merged.empty() || !same_time(t, merged.back())) merged.push_back(t);
  merged.back() = c.until;
  return merged;
}

TimeLoop::Segment TimeLoop::make_segment(double from, double to) const {
  Segment s{from, to,
            {},   std::vector<double>(in_.op->accounts.size(), 0.),
            true, std::numeric_limits<double>::infinity()};
  s.node.assign(in_.mesh->graph().n_owned, 0.);
  const double middle = (from + to) / 2;
  const auto active = [&](double start, double duration) {
    if (!(duration > 0 && start < middle && middle < start + duration)) return false;
    if (same_time(start, from)) s.shortest_start = std::min(s.shortest_start, duration);
    return true;
  };
  for (std::size_t k = 0; k < in_.setup->deposits.size(); ++k) {
    const Deposit& d = in_.setup->deposits[k];
    for (const double t : d.times)
      if (active(t, d.duration)) {
        s.constant_zero = false;
        for (std::size_t i = 0; i < s.node.size(); ++i)
          s.node[i] += d.amount / d.duration * in_.shares[k].node[i];
      }
  }
  for (const IntravenousDose& dose : in_.c->intravenous)
    for (const double t : dose.times)
      if (active(t, dose.duration)) s.account[in_.op->accounts.plasma] += dose.amount / dose.duration;
  return s;
}

/// Initial fields and boluses at time t; returns the amount given.
double TimeLoop::give_at_once(double t) {
  const auto now = [&](double start, double duration) { return duration == 0 && same_time(start, t); };
  std::vector<double> nodes(in_.mesh->graph().n_owned, 0.), accounts(in_.op->accounts.size(), 0.);
  double into_tissue = 0, into_plasma = 0;
  for (std::size_t k = 0; k < in_.setup->deposits.size(); ++k) {
    const Deposit& d = in_.setup->deposits[k];
    for (const double start : d.times)
      if (now(start, d.duration)) {
        for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] += d.amount * in_.shares[k].node[i];
        into_tissue += d.amount;
      }
  }
  for (const IntravenousDose& dose : in_.c->intravenous)
    for (const double start : dose.times)
      if (now(start, dose.duration)) {
        accounts[in_.op->accounts.plasma] += dose.amount;
        into_plasma += dose.amount;
      }
  if (into_tissue > 0) {
    stepper_.give_to_tissue(nodes);
    exposure_.peak(stepper_.concentration());
  }
  stepper_.give_to_accounts(accounts);
  return into_tissue + into_plasma;
}

double TimeLoop::amount_in_region(int region) const {
  const TissueMesh& mesh = *in_.mesh;
  double sum = 0;
  for (int i = 0; i < mesh.graph().n_owned; ++i)
    sum += mesh.node_volume(region, i) * stepper_.concentration().local_element(i);
  return in_.setup->tissues[region].accessible_fraction *
         dealii::Utilities::MPI::sum(sum, mesh.communicator());
}

/// Ledger and a row of the series at time t.
void TimeLoop::record(double t, double given) {
  const Accounts& accounts = in_.op->accounts;
  const std::vector<double>& a = stepper_.amounts();
  Ledger l;
  double elsewhere = 0;
  for (int r = 0; r < in_.mesh->n_regions(); ++r) {
    const double amount = amount_in_region(r);
    if (r == in_.setup->target)
      tumour_amount_ = amount;
    else
      elsewhere += amount;
  }
  l.free_tumour = tumour_amount_ / dose_;
  l.free_elsewhere = elsewhere / dose_;
  l.degraded = a[accounts.degraded] / dose_;
  l.plasma = a[accounts.plasma] / dose_;
  for (const int k : accounts.peripherals) l.peripherals += a[k] / dose_;
  for (const int k : accounts.lymph) l.lymph_chain += a[k] / dose_;
  l.eliminated = a[accounts.eliminated] / dose_;
  l.outflow = a[accounts.outflow] / dose_;
  l.given = given / dose_;
  double sum = 0;
  for (const auto& term : l.terms()) sum += term.second;
  l.closure_error = std::abs(l.given - sum);
  ledger_ = l;
  counts_.largest_closure_error = std::max(counts_.largest_closure_error, l.closure_error);
  if (!(l.closure_error <= closure_limit)) {
    std::string text = "the ledger does not close at t = " + readable_time(t) + ": " +
                       scientific(l.closure_error) + " of the dose is missing or too much; " +
                       scientific(l.given) + " was given by then (";
    for (const auto& term : l.terms()) text += term.first + " " + scientific(term.second) + " ";
    text.back() = ')';
    throw ComputationError(text);
  }

  const double volume = in_.mesh->region_volume(in_.setup->target);
  const double mean = tumour_amount_ / volume;
  const double plasma = a[accounts.plasma] / accounts.plasma_volume;
  tumour_cmax_ = std::max(tumour_cmax_, mean);
  if (plasma > plasma_.cmax) {
    plasma_.cmax = plasma;
    plasma_.tmax = t;
  }
  std::vector<double> row = {t, tumour_amount_, mean, plasma};
  for (const auto& term : l.terms()) row.push_back(term.second);
  row.push_back(l.closure_error);
  series_.rows.push_back(row);
}

bool TimeLoop::reached_coarse_cells() const {
  bool reached = false;
  if (in_.setup->deposits.empty()) return false;
  // Drug that comes by blood is everywhere and no front.
  const double plasma = stepper_.amounts()[in_.op->accounts.plasma] / in_.op->accounts.plasma_volume;
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

void TimeLoop::write_fields(double t) {
  if (in_.fields == nullptr) return;
  const int n = in_.mesh->graph().n_owned;
  const auto nodal = [&](const std::vector<double>& values) {
    Vector v = in_.mesh->make_vector();
    for (int i = 0; i < n; ++i) v.local_element(i) = values[i];
    in_.mesh->constraints().distribute(v);
    return std::vector<double>(v.begin(), v.begin() + n);
  };
  const Vector& c = stepper_.concentration();
  in_.fields->write(t,
                    {{"concentration_mol_per_m3", nodal(std::vector<double>(c.begin(), c.begin() + n))},
                     {"auc_mol_s_per_m3", nodal(exposure_.auc())},
                     {"pressure_pa", std::vector<double>(in_.pressure->begin(), in_.pressure->begin() + n)}});
}

bool TimeLoop::run() {
  const Case& c = *in_.c;
  const std::vector<double> times = event_times();
  StepLadder ladder(c.numerics.time_tolerance * dose_, first_step_at_once);
  const std::set<double> field_times(c.field_times.begin(), c.field_times.end());
  double given = 0;
  const auto is_field_time = [&](double t) {
    return std::any_of(field_times.begin(), field_times.end(), [&](double f) { return same_time(f, t); });
  };

  for (std::size_t event = 0; event + 1 < times.size(); ++event) {
    const double at_once = give_at_once(times[event]);
    if (at_once > 0) ladder.restart(first_step_at_once);
    given += at_once;
    if (event == 0 || at_once > 0) record(times[event], given);
    if (is_field_time(times[event])) write_fields(times[event]);
    const Segment segment = make_segment(times[event], times[event + 1]);
    if (std::isfinite(segment.shortest_start)) ladder.restart(segment.shortest_start);
    StepSources sources;
    for (auto& s : sources.node) s = segment.constant_zero ? nullptr : &segment.node;
    sources.account = segment.account;
    double rate = 0;
    for (const double s : segment.node) rate += s;
    rate = dealii::Utilities::MPI::sum(rate, in_.mesh->communicator());
    for (const double s : segment.account) rate += s;

    double t = segment.from;
    while (t < segment.to) {
      const double remaining = segment.to - t;
      const double dt = ladder.propose(remaining);
      const StepResult& step = stepper_.attempt(dt, sources);
      counts_.low_iterations += step.low_iterations;
      counts_.stage_iterations += step.stage_iterations;
      if (!ladder.judge(dt, step.error)) {
        ++counts_.rejected;
        continue;
      }
      exposure_.add(dt, stepper_.concentration(), stepper_.attempted_concentration(), step.node_mean);
      const double plasma_auc =
          dt * step.account_mean[in_.op->accounts.plasma] / in_.op->accounts.plasma_volume;
      const double before = tumour_amount_;
      stepper_.accept();
      // The last step of a segment ends at the event itself, not beside it.
      const double start = t;
      t = dt == remaining ? segment.to : t + dt;
      given += dt * rate;
      plasma_.auc += plasma_auc;
      if (t <= day) plasma_.auc_24h += plasma_auc;
      if (t <= 7 * day) plasma_.auc_7d += plasma_auc;
      ++counts_.steps;
      counts_.linear_residual = std::max(counts_.linear_residual, step.linear_residual);
      counts_.temporal_error += step.error / dose_;
      counts_.refused += step.limiter.refused;
      counts_.proposed += step.limiter.proposed;

      record(t, given);
      const double in_mesh = (ledger_.free_tumour + ledger_.free_elsewhere) * dose_;
      if (in_mesh > 0)
        counts_.largest_refused_share =
            std::max(counts_.largest_refused_share, step.limiter.refused / in_mesh);
      const int n = in_.mesh->graph().n_owned;
      const double lowest = dealii::Utilities::MPI::min(
          n > 0 ? *std::min_element(stepper_.concentration().begin(), stepper_.concentration().begin() + n)
                : 0.,
          in_.mesh->communicator());
      counts_.lowest_concentration = std::min(counts_.lowest_concentration, lowest);
      if (lowest < -negative_limit * in_.setup->reference_concentration)
        throw ComputationError("a concentration of " + scientific(lowest) + " mol/m3 arose at t = " +
                               readable_time(t) + "; values below zero are a fault of the program");

      const bool after_injections = t >= last_injection_end_ || same_time(t, last_injection_end_);
      if (after_injections && !half_life_ && !in_.setup->deposits.empty()) {
        if (retained_at_end_ < 0) {
          // What the tumour held when the last injection ended, which is an event.
          retained_at_end_ =
              start >= last_injection_end_ || same_time(start, last_injection_end_) ? before : tumour_amount_;
        }
        const double half = retained_at_end_ / 2;
        if (tumour_amount_ <= half && before > half) {
          // Exponential between the step's ends.
          const double along =
              tumour_amount_ > 0 ? std::log(before / half) / std::log(before / tumour_amount_) : 1.;
          half_life_ = start + along * (t - start) - last_injection_end_;
        }
      }
      if (counts_.reached_coarse_cells < 0 && reached_coarse_cells()) {
        counts_.reached_coarse_cells = t;
        if (in_.stop_at_coarse_cells) return false;
      }
      char text[96];
      std::snprintf(text, sizeof text, "step %d, dt %s", counts_.steps, readable_time(dt).c_str());
      in_.reporter->progress(t / c.until, t, text);
    }
  }
  if (is_field_time(c.until)) write_fields(c.until);
  if (std::abs(given - dose_) > 1e-9 * dose_)
    throw ComputationError("the schedule gave " + scientific(given / dose_) + " of the dose it promised");
  return true;
}

}  // namespace intratumor
