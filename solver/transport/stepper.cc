#include "transport/stepper.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantities/error.h"
#include "transport/tr_bdf2.h"

namespace intratumor {

namespace {

const double g = tr_bdf2_gamma;

constexpr double low_tolerance = 1e-13;  // of |r_i|/M_i, relative to c_ref
constexpr double machine = std::numeric_limits<double>::epsilon();
constexpr int max_refinements = 6;

}  // namespace

Stepper::Stepper(const TissueOperator& op, StepperOptions options, Binding binding)
    : op_(&op),
      graph_(op.mesh->graph()),
      options_(options),
      error_weight_(graph_.n_owned, 1.),
      bound_(std::move(binding), graph_.n_owned),
      limiter_(*op.mesh) {
  for (Vector* v :
       {&c_, &c_new_, &c_low_, &low_mean_, &c1_, &c2_, &x_, &courant_, &right_, &work_, &corrected_})
    *v = op_->mesh->make_vector();
  for (auto* v : {&net_, &kept_, &lowest_, &highest_, &low_bound_, &high_bound_})
    v->resize(op_->mesh->n_local());
  a_.assign(op_->accounts.size(), 0.);
  low_system_.solver =
      std::make_unique<LinearSolver>(*op_->mesh, LinearSolver::Kind::nonsymmetric, "low-order transport");
  high_system_.solver =
      std::make_unique<LinearSolver>(*op_->mesh, LinearSolver::Kind::nonsymmetric, "high-order transport");
}

void Stepper::set_operator(const TissueOperator& op) {
  if (op.mesh != op_->mesh || op.accounts.size() != op_->accounts.size())
    throw ComputationError("internal: an operator of another mesh or other accounts was set");
  op_ = &op;
  dt_ = 0;
  low_system_.factored.made = high_system_.factored.made = false;
}

void Stepper::set_state(const Vector& concentration, std::vector<double> amounts) {
  for (int i = 0; i < graph_.n_owned; ++i)
    c_.local_element(i) = graph_.is_unknown[i] ? concentration.local_element(i) : 0.;
  c_.update_ghost_values();
  a_ = std::move(amounts);
}

void Stepper::accept() {
  c_.swap(c_new_);
  a_.swap(a_new_);
  bound_.accept();
}

double Stepper::attempted_content() const {
  double sum = 0;
  for (int i = 0; i < graph_.n_owned; ++i) sum += op_->lumped[i] * c_new_.local_element(i);
  for (int kind = 0; kind < bound_.kinds(); ++kind)
    for (const double b : bound_.attempted(kind)) sum += b;
  return dealii::Utilities::MPI::sum(sum, op_->mesh->communicator());
}

/// Amount rate into each account from the tissue at concentrations v, mol/s.
std::vector<double> Stepper::exits_of(const Vector& v) const {
  std::vector<double> sums(op_->accounts.size(), 0.);
  for (const auto& exit : op_->exits)
    for (int i = 0; i < graph_.n_owned; ++i) sums[exit.account] += exit.rate[i] * v.local_element(i);
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM,
                op_->mesh->communicator());
  return sums;
}

/// Adds to the accounts' rates what is lost of bound drug at the step's means so far, mol/s.
void Stepper::add_lost(std::vector<double>& to) const {
  if (!bound_.any()) return;
  std::vector<double> lost(to.size(), 0.);
  for (int kind = 0; kind < bound_.kinds(); ++kind)
    for (int i = 0; i < graph_.n_owned; ++i) lost[bound_.lost_to(kind)] += bound_.lost(kind, i);
  MPI_Allreduce(MPI_IN_PLACE, lost.data(), static_cast<int>(lost.size()), MPI_DOUBLE, MPI_SUM,
                op_->mesh->communicator());
  for (std::size_t k = 0; k < to.size(); ++k) to[k] += lost[k];
}

/// d(amounts)/dt of the accounts, mol/s.
std::vector<double> Stepper::account_rates(const std::vector<double>& amounts,
                                           const std::vector<double>& from_tissue,
                                           const StepSources& sources) const {
  std::vector<double> rates = from_tissue;
  for (const auto& t : op_->accounts.transfers) {
    const double rate = t.rate * amounts[t.from];
    rates[t.from] -= rate;
    rates[t.to] += rate;
  }
  rates[op_->accounts.plasma] -= op_->total_feed * amounts[op_->accounts.plasma];
  for (std::size_t k = 0; k < sources.account.size(); ++k) rates[k] += sources.account[k];
  return rates;
}

/// Consistent mass times v, at owned nodes (and partial sums at ghosts).
void Stepper::multiply_mass(const Vector& v, std::vector<double>& out) const {
  out.resize(op_->mesh->n_local());
  for (int i = 0; i < graph_.n_owned; ++i) out[i] = op_->lumped[i] * v.local_element(i);
  const double* at = v.begin();
  for_each_edge(graph_, [&](int e, int i, int j) {
    const double flux = op_->mass[e] * (at[j] - at[i]);
    out[i] += flux;
    out[j] -= flux;
  });
}

double Stepper::mean_source(const StepSources& sources, int i) const {
  if (sources.node[0] == nullptr) return 0.;
  return mean_outer * ((*sources.node[0])[i] + (*sources.node[1])[i]) + g / 2 * (*sources.node[2])[i];
}

void Stepper::low_order(double dt, const StepSources& sources) {
  const int n = graph_.n_owned;
  const int plasma = op_->accounts.plasma;
  for (int i = 0; i < n; ++i)
    right_.local_element(i) = c_.local_element(i) + dt * mean_source(sources, i) / op_->lumped[i];
  const double c_ref = options_.reference_concentration;
  std::vector<double> right = a_;
  for (std::size_t k = 0; k < sources.account.size(); ++k) right[k] += dt * sources.account[k];
  low_mean_ = c_;
  bound_.begin_low(dt);
  a_low_mean_ = solve_stage(low_system_, dt, right, low_tolerance * c_ref, low_mean_, result_.low_iterations);

  // The new state is formed from the fluxes of the solution, which closes every balance to round-off whatever
  // the solver left; what it left is the difference, and must be small.
  for (int refinement = 0;; ++refinement) {
    low_mean_.update_ghost_values();
    std::fill(net_.begin(), net_.end(), 0.);
    const double* at = low_mean_.begin();
    for_each_edge(graph_, [&](int e, int i, int j) {
      const double d = edge_viscosity(op_->galerkin[e], op_->transposed[e]);
      const double flux = (op_->transposed[e] - d) * at[i] - (op_->galerkin[e] - d) * at[j];
      net_[i] += flux;
      net_[j] -= flux;
    });
    double worst = 0, left = 0;
    for (int i = 0; i < n; ++i) {
      if (!graph_.is_unknown[i]) {
        c_low_.local_element(i) = low_mean_.local_element(i) = 0.;
        work_.local_element(i) = 0.;
        continue;
      }
      const double mean = low_mean_.local_element(i);
      double c = c_.local_element(i) + dt *
                                           (mean_source(sources, i) + op_->feed[i] * a_low_mean_[plasma] -
                                            op_->loss[i] * mean + net_[i]) /
                                           op_->lumped[i];
      double digits =
          (1. + dt * (op_->loss[i] + op_->viscosity[i] + op_->diagonal[i]) / op_->lumped[i]) * std::abs(mean);
      if (bound_.any()) {
        c -= bound_.taken(i, mean) / op_->lumped[i];
        digits += bound_.at_node(i) / op_->lumped[i];
      }
      c_low_.local_element(i) = c;
      const double residual = work_.local_element(i) = c - mean;
      worst = std::max(worst, std::abs(residual) / (low_tolerance * c_ref + 10 * machine * digits + 1e-300));
      left = std::max(left, std::abs(residual));
    }
    worst = dealii::Utilities::MPI::max(worst, op_->mesh->communicator());
    if (worst <= 1.) {
      if (c_ref > 0)
        result_.linear_residual = dealii::Utilities::MPI::max(left, op_->mesh->communicator()) / c_ref;
      break;
    }
    if (refinement == max_refinements)
      throw ComputationError("low-order transport: the residual stays " + scientific(worst) +
                             " times above its tolerance after " + std::to_string(refinement) +
                             " refinements of the linear solve");
    x_ = 0;
    if (bound_.any()) linearise(low_system_, low_mean_);
    result_.low_iterations += low_system_.solver->solve(x_, work_, 1e-3, 0.).iterations;
    for (int i = 0; i < n; ++i) low_mean_.local_element(i) += x_.local_element(i);
  }
  c_low_.update_ghost_values();
  bound_.finish_low(low_mean_);

  // The accounts likewise from the very amounts that were moved.
  std::vector<double> rates = account_rates(a_low_mean_, exits_of(low_mean_), sources);
  add_lost(rates);
  if (options_.drop_outflow) rates[op_->accounts.outflow] = 0;
  a_low_ = a_;
  for (std::size_t k = 0; k < a_.size(); ++k) a_low_[k] += dt * rates[k];
}

void Stepper::high_order(double dt, const StepSources& sources) {
  const int n = graph_.n_owned;
  const int plasma = op_->accounts.plasma;
  const double theta = g / 2 * dt;
  // F(c^n) in flux form, with the share of artificial diffusion that large Courant numbers keep.
  start_rate_.assign(op_->mesh->n_local(), 0.);
  mass_c_.resize(op_->mesh->n_local());
  for (int i = 0; i < n; ++i) mass_c_[i] = op_->lumped[i] * c_.local_element(i);
  const double* at = c_.begin();
  for_each_edge(graph_, [&](int e, int i, int j) {
    const double k_ij = op_->galerkin[e], k_ji = op_->transposed[e];
    const double d = kept_share(i, j) * op_->convective_part(e, edge_viscosity(k_ij, k_ji));
    const double flux = (k_ji - d) * at[i] - (k_ij - d) * at[j], spread = op_->mass[e] * (at[j] - at[i]);
    start_rate_[i] += flux;
    start_rate_[j] -= flux;
    mass_c_[i] += spread;
    mass_c_[j] -= spread;
  });
  for (int i = 0; i < n; ++i) {
    if (graph_.is_unknown[i])
      start_rate_[i] += op_->feed[i] * a_[plasma] - op_->loss[i] * c_.local_element(i) +
                        (sources.node[0] == nullptr ? 0. : (*sources.node[0])[i]);
    else
      start_rate_[i] = 0;
  }
  tissue_start_ = exits_of(c_);

  // Trapezoidal stage. What binding took at the start is in what the stage takes.
  bound_.begin_first(theta, c_);
  for (int i = 0; i < n; ++i) {
    const double s = sources.node[1] == nullptr ? 0. : (*sources.node[1])[i];
    right_.local_element(i) = (mass_c_[i] + theta * (start_rate_[i] + s)) / op_->lumped[i];
  }
  // Start from the straight line to the low-order answer.
  c1_ = low_mean_;
  c1_.sadd(g, 1. - g, c_);
  // Relative to the field, not to the right side: where exchange is fast within a step, the latter is as many
  // times larger, and what is left in it would come back as noise in the new state.
  const double enough = options_.stage_tolerance * std::max(c_.l2_norm(), low_mean_.l2_norm());
  const std::vector<double> start = account_rates(a_, tissue_start_, sources);
  std::vector<double> right = a_;
  for (std::size_t k = 0; k < right.size(); ++k)
    right[k] += theta * (start[k] + (sources.account.empty() ? 0. : sources.account[k]));
  a1_ = solve_stage(high_system_, theta, right, enough, c1_, result_.stage_iterations);
  bound_.finish_first(c1_);
  bound_.begin_second(theta);
  c1_.update_ghost_values();
  multiply_mass(c1_, mass_c1_);
  tissue1_ = exits_of(c1_);

  // BDF2 stage, with the same matrix.
  for (int i = 0; i < n; ++i) {
    const double s = sources.node[2] == nullptr ? 0. : (*sources.node[2])[i];
    right_.local_element(i) = (bdf_a * mass_c1_[i] - bdf_b * mass_c_[i] + theta * s) / op_->lumped[i];
  }
  // Start from the straight line through the stage.
  c2_ = c1_;
  c2_.sadd(1. / g, 1. - 1. / g, c_);
  for (std::size_t k = 0; k < right.size(); ++k)
    right[k] = bdf_a * a1_[k] - bdf_b * a_[k] + theta * (sources.account.empty() ? 0. : sources.account[k]);
  a2_ = solve_stage(high_system_, theta, right, enough, c2_, result_.stage_iterations);
  bound_.finish_second(c2_);
  c2_.update_ghost_values();
  multiply_mass(c2_, mass_c2_);
  tissue2_ = exits_of(c2_);
}

/// Where the low-order step is not computed first: the stages' start and scale, from what each node exchanges
/// by itself with plasma as it is. Whether there is any drug.
bool Stepper::estimate_mean(double dt) {
  const double plasma = a_[op_->accounts.plasma];
  for (int i = 0; i < graph_.n_owned; ++i)
    low_mean_.local_element(i) = graph_.is_unknown[i]
                                     ? (c_.local_element(i) + dt * op_->feed[i] * plasma / op_->lumped[i]) /
                                           (1. + dt * op_->loss[i] / op_->lumped[i])
                                     : 0.;
  low_mean_.update_ghost_values();
  return low_mean_.l2_norm() > 0;
}

const StepResult& Stepper::attempt(double dt, const StepSources& sources) {
  result_ = StepResult();
  try {
    attempt_settled(dt, sources);
  } catch (const NotSettled&) {
    result_.settled = false;
  }
  return result_;
}

void Stepper::attempt_settled(double dt, const StepSources& sources) {
  {
    const auto timed = phases_.measure("matrices");
    prepare(dt);
  }
  const auto low = [&] {
    const auto timed = phases_.measure("low_order");
    low_order(dt, sources);
  };
  const auto high = [&] {
    const auto timed = phases_.measure("high_order");
    high_order(dt, sources);
    estimate_error(dt, sources);
  };
  if (options_.smooth && estimate_mean(dt)) {
    high();
    leave_low_order_out(dt, sources);
    correct(dt, false, sources);
    if (nowhere_negative()) return;
    low();
    bound_.begin_second(g / 2 * dt);
  } else {
    low();
    high();
  }
  correct(dt, options_.limited, sources);
}

}  // namespace intratumor
