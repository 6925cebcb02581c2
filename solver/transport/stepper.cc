#include "transport/stepper.h"

#include <deal.II/lac/full_matrix.h>

#include <algorithm>
#include <cmath>

#include "quantities/error.h"
#include "transport/tr_bdf2.h"

namespace intratumor {

namespace {

const double g = tr_bdf2_gamma;

constexpr double low_tolerance = 1e-13;  // of |r_i|/M_i, relative to c_ref
constexpr double machine = 2.2204460492503131e-16;
constexpr int max_refinements = 6;

}  // namespace

Stepper::Stepper(const TissueOperator& op, StepperOptions options)
    : op_(&op), graph_(op.mesh->graph()), options_(options), error_weight_(graph_.n_owned, 1.) {
  for (Vector* v : {&c_, &c_new_, &c_low_, &low_mean_, &c1_, &c2_, &x_, &courant_, &border_low_,
                    &border_high_, &right_, &work_, &corrected_, &low_bound_, &high_bound_})
    *v = op_->mesh->make_vector();
  a_.assign(op_->accounts.size(), 0.);
  low_solver_ =
      std::make_unique<LinearSolver>(*op_->mesh, LinearSolver::Kind::nonsymmetric, "low-order transport");
  high_solver_ =
      std::make_unique<LinearSolver>(*op_->mesh, LinearSolver::Kind::nonsymmetric, "high-order transport");
}

void Stepper::set_operator(const TissueOperator& op) {
  if (op.mesh != op_->mesh || op.accounts.size() != op_->accounts.size())
    throw ComputationError("internal: an operator of another mesh or other accounts was set");
  op_ = &op;
  dt_ = 0;
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
}

void Stepper::give_to_accounts(const std::vector<double>& amounts) {
  for (std::size_t k = 0; k < amounts.size(); ++k) a_[k] += amounts[k];
}

void Stepper::give_to_tissue(const std::vector<double>& nodes) {
  const int n = graph_.n_owned;
  // e = m^-1 amounts; lumping alone would widen the field by h^2/6 in each direction.
  values_ = op_->mass;
  for (int i = 0; i < n; ++i) {
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) values_[k] /= op_->lumped[i];
    if (!graph_.is_unknown[i]) values_[graph_.diagonal[i]] = 1.;
    right_.local_element(i) = graph_.is_unknown[i] ? nodes[i] / op_->lumped[i] : 0.;
    c_low_.local_element(i) = c_.local_element(i) + right_.local_element(i);
  }
  LinearSolver projection(*op_->mesh, LinearSolver::Kind::nonsymmetric, "projection of a deposit");
  projection.set_matrix(values_);
  x_ = right_;
  projection.solve(x_, right_, 1e-10, 0.);
  x_.update_ghost_values();
  c_low_.update_ghost_values();

  edge_flux_.assign(graph_.entries(), 0.);
  std::vector<double> low(n), high(n), values(n);
  for (int i = 0; i < n; ++i) {
    values[i] = c_low_.local_element(i);
    low[i] = std::min(values[i], c_.local_element(i));
    high[i] = std::max(values[i], c_.local_element(i));
    if (!graph_.is_unknown[i]) continue;
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) {
      const int j = graph_.column[k];
      edge_flux_[k] = op_->mass[k] * (x_.local_element(i) - x_.local_element(j));
      low[i] = std::min({low[i], c_low_.local_element(j), c_.local_element(j)});
      high[i] = std::max({high[i], c_low_.local_element(j), c_.local_element(j)});
    }
  }
  add_limited(*op_->mesh, op_->lumped, edge_flux_, low, high, options_.limited ? limiter_passes : 0, values);
  for (int i = 0; i < n; ++i) c_.local_element(i) = graph_.is_unknown[i] ? values[i] : 0.;
  c_.update_ghost_values();
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

/// Solves A - theta (transfers and feed) A - theta response A_plasma = right.
std::vector<double> Stepper::solve_accounts(double theta, const std::vector<double>& right,
                                            const std::vector<double>& response) const {
  const int n = op_->accounts.size();
  const int plasma = op_->accounts.plasma;
  dealii::FullMatrix<double> matrix(n, n);
  for (int k = 0; k < n; ++k) matrix(k, k) = 1.;
  for (const auto& t : op_->accounts.transfers) {
    matrix(t.from, t.from) += theta * t.rate;
    matrix(t.to, t.from) -= theta * t.rate;
  }
  matrix(plasma, plasma) += theta * op_->total_feed;
  for (int k = 0; k < n; ++k) matrix(k, plasma) -= theta * response[k];
  matrix.gauss_jordan();
  std::vector<double> amounts(n, 0.);
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j) amounts[k] += matrix(k, j) * right[j];
  return amounts;
}

void Stepper::prepare(double dt) {
  if (dt == dt_) return;
  const int n = graph_.n_owned;
  for (int i = 0; i < n; ++i) courant_.local_element(i) = dt * op_->viscosity[i] / op_->lumped[i];
  courant_.update_ghost_values();

  values_.assign(graph_.entries(), 0.);
  for (int i = 0; i < n; ++i) {
    const int diagonal = graph_.diagonal[i];
    values_[diagonal] = 1.;
    if (!graph_.is_unknown[i]) continue;
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) {
      if (k == diagonal) continue;
      values_[k] =
          dt * (op_->galerkin[k] - edge_viscosity(op_->galerkin[k], op_->transposed[k])) / op_->lumped[i];
    }
    values_[diagonal] += dt * (op_->galerkin[diagonal] + op_->viscosity[i] + op_->loss[i]) / op_->lumped[i];
  }
  low_solver_->set_matrix(values_);

  const double theta = g / 2 * dt;
  for (int i = 0; i < n; ++i) {
    const int diagonal = graph_.diagonal[i];
    values_[diagonal] = 1.;
    if (!graph_.is_unknown[i]) continue;
    double mass = op_->lumped[i], spread = 0;
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) {
      if (k == diagonal) continue;
      const double c = std::max(courant_.local_element(i), courant_.local_element(graph_.column[k]));
      const double kept = c > 1 ? (1. - 1. / c) * edge_viscosity(op_->galerkin[k], op_->transposed[k]) : 0.;
      values_[k] = (op_->mass[k] + theta * (op_->galerkin[k] - kept)) / op_->lumped[i];
      mass -= op_->mass[k];
      spread += kept;
    }
    values_[diagonal] = (mass + theta * (op_->galerkin[diagonal] + spread + op_->loss[i])) / op_->lumped[i];
  }
  high_solver_->set_matrix(values_);
  ++factorisations_;

  // How the tissue answers to one mole in plasma.
  const bool fed = op_->total_feed > 0;
  border_low_ = 0;
  border_high_ = 0;
  if (fed) {
    for (int i = 0; i < n; ++i) right_.local_element(i) = dt * op_->feed[i] / op_->lumped[i];
    low_solver_->solve(border_low_, right_, 1e-12, 0.);
    for (int i = 0; i < n; ++i) right_.local_element(i) *= g / 2;
    high_solver_->solve(border_high_, right_, 1e-10, 0.);
  }
  border_low_exits_ = exits_of(border_low_);
  border_high_exits_ = exits_of(border_high_);
  dt_ = dt;
}

/// Net amount into each owned node over dt by the low-order fluxes between nodes, at concentrations v.
void Stepper::low_fluxes(double dt, const Vector& v, std::vector<double>& out) const {
  out.resize(graph_.n_owned);
  for (int i = 0; i < graph_.n_owned; ++i) {
    double sum = 0;
    const double vi = v.local_element(i);
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) {
      if (k == graph_.diagonal[i]) continue;
      const double d = edge_viscosity(op_->galerkin[k], op_->transposed[k]);
      sum -= (op_->galerkin[k] - d) * v.local_element(graph_.column[k]) - (op_->transposed[k] - d) * vi;
    }
    out[i] = dt * sum;
  }
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
  low_mean_ = c_;
  result_.low_iterations += low_solver_->solve(low_mean_, right_, 1e-14, low_tolerance * c_ref).iterations;

  std::vector<double> right = a_;
  const std::vector<double> from_tissue = exits_of(low_mean_);
  for (std::size_t k = 0; k < right.size(); ++k)
    right[k] += dt * (from_tissue[k] + (sources.account.empty() ? 0. : sources.account[k]));
  a_low_mean_ = solve_accounts(dt, right, border_low_exits_);
  low_mean_.add(a_low_mean_[plasma], border_low_);

  // The new state is formed from the fluxes of the solution, which closes every balance to round-off whatever
  // the solver left; what it left is the difference, and must be small.
  std::vector<double> net;
  for (int refinement = 0;; ++refinement) {
    low_mean_.update_ghost_values();
    low_fluxes(dt, low_mean_, net);
    double worst = 0, left = 0;
    for (int i = 0; i < n; ++i) {
      if (!graph_.is_unknown[i]) {
        c_low_.local_element(i) = low_mean_.local_element(i) = 0.;
        work_.local_element(i) = 0.;
        continue;
      }
      const double mean = low_mean_.local_element(i);
      const double c =
          c_.local_element(i) +
          (dt * (mean_source(sources, i) + op_->feed[i] * a_low_mean_[plasma] - op_->loss[i] * mean) +
           net[i]) /
              op_->lumped[i];
      c_low_.local_element(i) = c;
      const double residual = work_.local_element(i) = c - mean;
      const double scale =
          1. + dt * (op_->loss[i] + op_->viscosity[i] + op_->galerkin[graph_.diagonal[i]]) / op_->lumped[i];
      worst = std::max(worst, std::abs(residual) /
                                  (low_tolerance * c_ref + 10 * machine * scale * std::abs(mean) + 1e-300));
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
    result_.low_iterations += low_solver_->solve(x_, work_, 1e-3, 0.).iterations;
    for (int i = 0; i < n; ++i) low_mean_.local_element(i) += x_.local_element(i);
  }
  c_low_.update_ghost_values();

  // The accounts likewise from the very amounts that were moved.
  std::vector<double> rates = account_rates(a_low_mean_, exits_of(low_mean_), sources);
  if (options_.drop_outflow) rates[op_->accounts.outflow] = 0;
  a_low_ = a_;
  for (std::size_t k = 0; k < a_.size(); ++k) a_low_[k] += dt * rates[k];
}

void Stepper::high_order(double dt, const StepSources& sources) {
  const int n = graph_.n_owned;
  const int plasma = op_->accounts.plasma;
  const double theta = g / 2 * dt;
  // F(c^n) in flux form, with the share of artificial diffusion that large Courant numbers keep.
  start_rate_.resize(n);
  multiply(graph_, op_->mass, c_, mass_c_);
  for (int i = 0; i < n; ++i) {
    if (!graph_.is_unknown[i]) {
      start_rate_[i] = 0;
      continue;
    }
    double sum = 0;
    const double ci = c_.local_element(i);
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) {
      if (k == graph_.diagonal[i]) continue;
      const int j = graph_.column[k];
      const double courant = std::max(courant_.local_element(i), courant_.local_element(j));
      const double d =
          courant > 1 ? (1. - 1. / courant) * edge_viscosity(op_->galerkin[k], op_->transposed[k]) : 0.;
      sum -= (op_->galerkin[k] - d) * c_.local_element(j) - (op_->transposed[k] - d) * ci;
    }
    start_rate_[i] = sum - op_->loss[i] * ci + op_->feed[i] * a_[plasma] +
                     (sources.node[0] == nullptr ? 0. : (*sources.node[0])[i]);
  }
  tissue_start_ = exits_of(c_);

  // Trapezoidal stage.
  for (int i = 0; i < n; ++i) {
    const double s = sources.node[1] == nullptr ? 0. : (*sources.node[1])[i];
    right_.local_element(i) = (mass_c_[i] + theta * (start_rate_[i] + s)) / op_->lumped[i];
  }
  // Start from the low-order answer less plasma's share, which the border column adds afterwards.
  c1_ = low_mean_;
  c1_.add(-a_low_mean_[plasma], border_low_);
  // Relative to the field, not to the right side: where exchange is fast within a step, the latter is as many
  // times larger, and what is left in it would come back as noise in the new state.
  const double enough = options_.stage_tolerance * std::max(c_.l2_norm(), low_mean_.l2_norm());
  result_.stage_iterations += high_solver_->solve(c1_, right_, 1e-14, enough).iterations;
  const std::vector<double> start = account_rates(a_, tissue_start_, sources);
  std::vector<double> from_tissue = exits_of(c1_);
  std::vector<double> right = a_;
  for (std::size_t k = 0; k < right.size(); ++k)
    right[k] += theta * (start[k] + from_tissue[k] + (sources.account.empty() ? 0. : sources.account[k]));
  a1_ = solve_accounts(theta, right, border_high_exits_);
  c1_.add(a1_[plasma], border_high_);
  c1_.update_ghost_values();
  multiply(graph_, op_->mass, c1_, mass_c1_);
  tissue1_ = exits_of(c1_);

  // BDF2 stage, with the same matrix.
  for (int i = 0; i < n; ++i) {
    const double s = sources.node[2] == nullptr ? 0. : (*sources.node[2])[i];
    right_.local_element(i) = (bdf_a * mass_c1_[i] - bdf_b * mass_c_[i] + theta * s) / op_->lumped[i];
  }
  c2_ = c1_;
  c2_.add(-a1_[plasma], border_high_);
  result_.stage_iterations += high_solver_->solve(c2_, right_, 1e-14, enough).iterations;
  from_tissue = exits_of(c2_);
  for (std::size_t k = 0; k < right.size(); ++k)
    right[k] = bdf_a * a1_[k] - bdf_b * a_[k] +
               theta * (from_tissue[k] + (sources.account.empty() ? 0. : sources.account[k]));
  a2_ = solve_accounts(theta, right, border_high_exits_);
  c2_.add(a2_[plasma], border_high_);
  c2_.update_ghost_values();
  multiply(graph_, op_->mass, c2_, mass_c2_);
  tissue2_ = exits_of(c2_);
}

const StepResult& Stepper::attempt(double dt, const StepSources& sources) {
  result_ = StepResult();
  {
    const auto timed = phases_.measure("matrices");
    prepare(dt);
  }
  {
    const auto timed = phases_.measure("low_order");
    low_order(dt, sources);
  }
  {
    const auto timed = phases_.measure("high_order");
    high_order(dt, sources);
    estimate_error(dt, sources);
  }
  {
    const auto timed = phases_.measure("limiter");
    correct_accounts(dt);
    correct_edges(dt);
  }
  return result_;
}

}  // namespace intratumor
