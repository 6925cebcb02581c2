#include "transport/stepper.h"

#include <deal.II/lac/full_matrix.h>

#include <algorithm>
#include <cmath>

#include "quantities/error.h"

namespace intratumor {

const double tr_bdf2_gamma = 2. - std::sqrt(2.);

namespace {

const double g = tr_bdf2_gamma;
// c2 = bdf_a c1 - bdf_b c^n + (g/2) dt F(c2); mean over the step: (c^n + c1) mean_outer + c2 g/2.
const double bdf_a = 1. / (g * (2. - g));
const double bdf_b = (1. - g) * (1. - g) / (g * (2. - g));
const double mean_outer = 1. / (2. * (2. - g));
// Leading error of TR-BDF2: error_constant dt^3 c'''; the bracket of estimate_error() is dt^2/2 times c'''.
const double error_constant = (-3. * g * g + 4. * g - 2.) / (12. * (2. - g));

constexpr double low_tolerance = 1e-13;  // of |r_i|/M_i, relative to c_ref
constexpr double machine = 2.2204460492503131e-16;
constexpr int max_refinements = 6;
constexpr int limiter_passes = 3;

}  // namespace

Stepper::Stepper(const TissueOperator& op, StepperOptions options)
    : op_(op), graph_(op.mesh->graph()), options_(options), error_weight_(graph_.n_owned, 1.) {
  for (Vector* v : {&c_, &c_new_, &c_low_, &low_mean_, &c1_, &c2_, &x_, &courant_, &border_low_,
                    &border_high_, &right_, &work_, &corrected_, &low_bound_, &high_bound_})
    *v = op_.mesh->make_vector();
  a_.assign(op_.accounts.size(), 0.);
  low_solver_ =
      std::make_unique<LinearSolver>(*op_.mesh, LinearSolver::Kind::nonsymmetric, "low-order transport");
  high_solver_ =
      std::make_unique<LinearSolver>(*op_.mesh, LinearSolver::Kind::nonsymmetric, "high-order transport");
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
  values_ = op_.mass;
  for (int i = 0; i < n; ++i) {
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) values_[k] /= op_.lumped[i];
    if (!graph_.is_unknown[i]) values_[graph_.diagonal[i]] = 1.;
    right_.local_element(i) = graph_.is_unknown[i] ? nodes[i] / op_.lumped[i] : 0.;
    c_low_.local_element(i) = c_.local_element(i) + right_.local_element(i);
  }
  LinearSolver projection(*op_.mesh, LinearSolver::Kind::nonsymmetric, "projection of a deposit");
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
      edge_flux_[k] = op_.mass[k] * (x_.local_element(i) - x_.local_element(j));
      low[i] = std::min({low[i], c_low_.local_element(j), c_.local_element(j)});
      high[i] = std::max({high[i], c_low_.local_element(j), c_.local_element(j)});
    }
  }
  add_limited(*op_.mesh, op_.lumped, edge_flux_, low, high, options_.limited ? limiter_passes : 0, values);
  for (int i = 0; i < n; ++i) c_.local_element(i) = graph_.is_unknown[i] ? values[i] : 0.;
  c_.update_ghost_values();
}

/// Amount rate into each account from the tissue at concentrations v, mol/s.
std::vector<double> Stepper::exits_of(const Vector& v) const {
  std::vector<double> sums(op_.accounts.size(), 0.);
  for (const auto& exit : op_.exits)
    for (int i = 0; i < graph_.n_owned; ++i) sums[exit.account] += exit.rate[i] * v.local_element(i);
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM,
                op_.mesh->communicator());
  return sums;
}

/// d(amounts)/dt of the accounts, mol/s.
std::vector<double> Stepper::account_rates(const std::vector<double>& amounts,
                                           const std::vector<double>& from_tissue,
                                           const StepSources& sources) const {
  std::vector<double> rates = from_tissue;
  for (const auto& t : op_.accounts.transfers) {
    const double rate = t.rate * amounts[t.from];
    rates[t.from] -= rate;
    rates[t.to] += rate;
  }
  rates[op_.accounts.plasma] -= op_.total_feed * amounts[op_.accounts.plasma];
  for (std::size_t k = 0; k < sources.account.size(); ++k) rates[k] += sources.account[k];
  return rates;
}

/// Solves A - theta (transfers and feed) A - theta response A_plasma = right.
std::vector<double> Stepper::solve_accounts(double theta, const std::vector<double>& right,
                                            const std::vector<double>& response) const {
  const int n = op_.accounts.size();
  const int plasma = op_.accounts.plasma;
  dealii::FullMatrix<double> matrix(n, n);
  for (int k = 0; k < n; ++k) matrix(k, k) = 1.;
  for (const auto& t : op_.accounts.transfers) {
    matrix(t.from, t.from) += theta * t.rate;
    matrix(t.to, t.from) -= theta * t.rate;
  }
  matrix(plasma, plasma) += theta * op_.total_feed;
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
  for (int i = 0; i < n; ++i) courant_.local_element(i) = dt * op_.viscosity[i] / op_.lumped[i];
  courant_.update_ghost_values();

  values_.assign(graph_.entries(), 0.);
  for (int i = 0; i < n; ++i) {
    const int diagonal = graph_.diagonal[i];
    values_[diagonal] = 1.;
    if (!graph_.is_unknown[i]) continue;
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) {
      if (k == diagonal) continue;
      values_[k] =
          dt * (op_.galerkin[k] - edge_viscosity(op_.galerkin[k], op_.transposed[k])) / op_.lumped[i];
    }
    values_[diagonal] += dt * (op_.galerkin[diagonal] + op_.viscosity[i] + op_.loss[i]) / op_.lumped[i];
  }
  low_solver_->set_matrix(values_);

  const double theta = g / 2 * dt;
  for (int i = 0; i < n; ++i) {
    const int diagonal = graph_.diagonal[i];
    values_[diagonal] = 1.;
    if (!graph_.is_unknown[i]) continue;
    double mass = op_.lumped[i], spread = 0;
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) {
      if (k == diagonal) continue;
      const double c = std::max(courant_.local_element(i), courant_.local_element(graph_.column[k]));
      const double kept = c > 1 ? (1. - 1. / c) * edge_viscosity(op_.galerkin[k], op_.transposed[k]) : 0.;
      values_[k] = (op_.mass[k] + theta * (op_.galerkin[k] - kept)) / op_.lumped[i];
      mass -= op_.mass[k];
      spread += kept;
    }
    values_[diagonal] = (mass + theta * (op_.galerkin[diagonal] + spread + op_.loss[i])) / op_.lumped[i];
  }
  high_solver_->set_matrix(values_);
  ++factorisations_;

  // How the tissue answers to one mole in plasma.
  const bool fed = op_.total_feed > 0;
  border_low_ = 0;
  border_high_ = 0;
  if (fed) {
    for (int i = 0; i < n; ++i) right_.local_element(i) = dt * op_.feed[i] / op_.lumped[i];
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
      const double d = edge_viscosity(op_.galerkin[k], op_.transposed[k]);
      sum -= (op_.galerkin[k] - d) * v.local_element(graph_.column[k]) - (op_.transposed[k] - d) * vi;
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
  const int plasma = op_.accounts.plasma;
  for (int i = 0; i < n; ++i)
    right_.local_element(i) = c_.local_element(i) + dt * mean_source(sources, i) / op_.lumped[i];
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
          (dt * (mean_source(sources, i) + op_.feed[i] * a_low_mean_[plasma] - op_.loss[i] * mean) + net[i]) /
              op_.lumped[i];
      c_low_.local_element(i) = c;
      const double residual = work_.local_element(i) = c - mean;
      const double scale =
          1. + dt * (op_.loss[i] + op_.viscosity[i] + op_.galerkin[graph_.diagonal[i]]) / op_.lumped[i];
      worst = std::max(worst, std::abs(residual) /
                                  (low_tolerance * c_ref + 10 * machine * scale * std::abs(mean) + 1e-300));
      left = std::max(left, std::abs(residual));
    }
    worst = dealii::Utilities::MPI::max(worst, op_.mesh->communicator());
    if (worst <= 1.) {
      if (c_ref > 0)
        result_.linear_residual = dealii::Utilities::MPI::max(left, op_.mesh->communicator()) / c_ref;
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
  if (options_.drop_outflow) rates[op_.accounts.outflow] = 0;
  a_low_ = a_;
  for (std::size_t k = 0; k < a_.size(); ++k) a_low_[k] += dt * rates[k];
}

void Stepper::high_order(double dt, const StepSources& sources) {
  const int n = graph_.n_owned;
  const int plasma = op_.accounts.plasma;
  const double theta = g / 2 * dt;
  // F(c^n) in flux form, with the share of artificial diffusion that large Courant numbers keep.
  start_rate_.resize(n);
  multiply(graph_, op_.mass, c_, mass_c_);
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
          courant > 1 ? (1. - 1. / courant) * edge_viscosity(op_.galerkin[k], op_.transposed[k]) : 0.;
      sum -= (op_.galerkin[k] - d) * c_.local_element(j) - (op_.transposed[k] - d) * ci;
    }
    start_rate_[i] = sum - op_.loss[i] * ci + op_.feed[i] * a_[plasma] +
                     (sources.node[0] == nullptr ? 0. : (*sources.node[0])[i]);
  }
  tissue_start_ = exits_of(c_);

  // Trapezoidal stage.
  for (int i = 0; i < n; ++i) {
    const double s = sources.node[1] == nullptr ? 0. : (*sources.node[1])[i];
    right_.local_element(i) = (mass_c_[i] + theta * (start_rate_[i] + s)) / op_.lumped[i];
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
  multiply(graph_, op_.mass, c1_, mass_c1_);
  tissue1_ = exits_of(c1_);

  // BDF2 stage, with the same matrix.
  for (int i = 0; i < n; ++i) {
    const double s = sources.node[2] == nullptr ? 0. : (*sources.node[2])[i];
    right_.local_element(i) = (bdf_a * mass_c1_[i] - bdf_b * mass_c_[i] + theta * s) / op_.lumped[i];
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
  multiply(graph_, op_.mass, c2_, mass_c2_);
  tissue2_ = exits_of(c2_);
}

/// Third-order embedded difference 2 C dt (F_n/g - F_1/(g(1-g)) + F_2/(1-g)), F in mol/s: in tissue the sum
/// of
/// |.| over the target, and each account by itself. Terms that die within a step are damped as the step damps
/// them.
void Stepper::estimate_error(double dt, const StepSources& sources) {
  const double theta = g / 2 * dt;
  const double w0 = 2 * error_constant * dt / g, w1 = -2 * error_constant * dt / (g * (1. - g)),
               w2 = 2 * error_constant * dt / (1. - g);
  double tissue = 0;
  for (int i = 0; i < graph_.n_owned; ++i) {
    if (!graph_.is_unknown[i] || error_weight_[i] == 0) continue;
    const double rate1 = (mass_c1_[i] - mass_c_[i]) / theta - start_rate_[i];
    const double rate2 = (mass_c2_[i] - bdf_a * mass_c1_[i] + bdf_b * mass_c_[i]) / theta;
    const double damping = 1. / (1. + theta * op_.loss[i] / op_.lumped[i]);
    tissue += error_weight_[i] * damping * std::abs(w0 * start_rate_[i] + w1 * rate1 + w2 * rate2);
  }
  result_.error = dealii::Utilities::MPI::sum(tissue, op_.mesh->communicator());
  const std::vector<double> r0 = account_rates(a_, tissue_start_, sources),
                            r1 = account_rates(a1_, tissue1_, sources),
                            r2 = account_rates(a2_, tissue2_, sources);
  std::vector<double> out(a_.size(), 0.);
  for (const auto& t : op_.accounts.transfers) out[t.from] += t.rate;
  out[op_.accounts.plasma] += op_.total_feed;
  for (std::size_t k = 0; k < a_.size(); ++k)
    result_.error =
        std::max(result_.error, std::abs(w0 * r0[k] + w1 * r1[k] + w2 * r2[k]) / (1. + theta * out[k]));
}

/// Moves the high-order correction of every flux to, from and between accounts. Only the giver limits: one
/// factor a giver, so that nothing becomes negative and a decaying field stays second order. Exchange with
/// plasma is one flux, the net of both ways: where it is fast within a step each way alone is many times the
/// stock.
void Stepper::correct_accounts(double dt) {
  const int n = graph_.n_owned;
  const int n_accounts = op_.accounts.size();
  const int plasma = op_.accounts.plasma;
  std::vector<double> xa(n_accounts);
  for (int k = 0; k < n_accounts; ++k)
    xa[k] = mean_outer * (a_[k] + a1_[k]) + g / 2 * a2_[k] - a_low_mean_[k];
  for (int i = 0; i < n; ++i)
    x_.local_element(i) = graph_.is_unknown[i] ? mean_outer * (c_.local_element(i) + c1_.local_element(i)) +
                                                     g / 2 * c2_.local_element(i) - low_mean_.local_element(i)
                                               : 0.;
  x_.update_ghost_values();

  // Correction of one node's flux into one account.
  const auto correction = [&](const TissueOperator::Exit& exit, int i) {
    const double back = exit.account == plasma ? op_.feed[i] * xa[plasma] : 0.;
    return dt * (exit.rate[i] * x_.local_element(i) - back);
  };

  // What each account would give.
  std::vector<double> given(n_accounts, 0.);
  for (const auto& exit : op_.exits)
    for (int i = 0; i < n; ++i) given[exit.account] += std::max(0., -correction(exit, i));
  MPI_Allreduce(MPI_IN_PLACE, given.data(), n_accounts, MPI_DOUBLE, MPI_SUM, op_.mesh->communicator());
  for (const auto& t : op_.accounts.transfers) {
    const double amount = dt * t.rate * xa[t.from];
    given[amount > 0 ? t.from : t.to] += std::abs(amount);
  }
  std::vector<double> factor(n_accounts, 1.);
  if (options_.limited)
    for (int k = 0; k < n_accounts; ++k)
      if (given[k] > std::max(0., a_low_[k])) factor[k] = std::max(0., a_low_[k]) / given[k];

  a_new_ = a_low_;
  a_mean_ = a_low_mean_;
  for (const auto& t : op_.accounts.transfers) {
    const double amount = dt * t.rate * xa[t.from];
    const double moved = amount * factor[amount > 0 ? t.from : t.to];
    a_new_[t.from] -= moved;
    a_new_[t.to] += moved;
  }
  for (int k = 0; k < n_accounts; ++k) a_mean_[k] += xa[k] * (xa[k] > 0 ? factor[k] : 1.);

  std::vector<double> into(n_accounts, 0.);
  result_.node_mean.assign(n, 0.);
  for (int i = 0; i < n; ++i) {
    const double xi = x_.local_element(i);
    double factor_i = 1.;
    if (options_.limited) {
      // What comes in by the same correction may go out again: drug that passes from blood through tissue to
      // lymph within a step.
      double would_give = 0, stock = op_.lumped[i] * std::max(0., c_low_.local_element(i));
      for (const auto& exit : op_.exits) {
        const double amount = correction(exit, i);
        if (amount > 0)
          would_give += amount;
        else
          stock -= amount * factor[exit.account];
      }
      if (would_give > stock) factor_i = stock / would_give;
    }
    double gain = 0;
    for (const auto& exit : op_.exits) {
      double amount = correction(exit, i);
      if (amount == 0) continue;
      amount *= amount > 0 ? factor_i : factor[exit.account];
      gain -= amount;
      into[exit.account] += amount;
    }
    corrected_.local_element(i) = c_low_.local_element(i) + gain / op_.lumped[i];
    result_.node_mean[i] = low_mean_.local_element(i) + xi * (xi > 0 ? factor_i : factor[plasma]);
  }
  corrected_.update_ghost_values();
  MPI_Allreduce(MPI_IN_PLACE, into.data(), n_accounts, MPI_DOUBLE, MPI_SUM, op_.mesh->communicator());
  if (options_.drop_outflow) into[op_.accounts.outflow] = 0;
  for (int k = 0; k < n_accounts; ++k) a_new_[k] += into[k];
  result_.account_mean = a_mean_;
}

/// Antidiffusive fluxes between nodes, limited against the extrema of the old, the low-order and the
/// account-corrected state on each stencil.
void Stepper::correct_edges(double dt) {
  const int n = graph_.n_owned;
  const int n_all = n + static_cast<int>(op_.mesh->partitioner()->n_ghost_indices());
  edge_flux_.assign(graph_.entries(), 0.);
  std::vector<double> low(n), high(n), values(n);
  for (int i = 0; i < n_all; ++i) {
    const double a = c_.local_element(i), b = c_low_.local_element(i), c = corrected_.local_element(i);
    low_bound_.local_element(i) = std::min(a, std::min(b, c));
    high_bound_.local_element(i) = std::max(a, std::max(b, c));
    // From here on c1 holds the high-order mean, c2 the change over the step.
    c1_.local_element(i) = low_mean_.local_element(i) + x_.local_element(i);
    c2_.local_element(i) -= c_.local_element(i);
  }
  for (int i = 0; i < n; ++i) {
    values[i] = corrected_.local_element(i);
    low[i] = low_bound_.local_element(i);
    high[i] = high_bound_.local_element(i);
    if (!graph_.is_unknown[i]) continue;
    const double ei = c2_.local_element(i), xi = x_.local_element(i), li = low_mean_.local_element(i),
                 hi = c1_.local_element(i), courant_i = courant_.local_element(i);
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) {
      if (k == graph_.diagonal[i]) continue;
      const int j = graph_.column[k];
      const double d = edge_viscosity(op_.galerkin[k], op_.transposed[k]);
      const double courant = std::max(courant_i, courant_.local_element(j));
      const double t = courant > 1 ? 1. - 1. / courant : 0.;
      edge_flux_[k] = op_.mass[k] * (ei - c2_.local_element(j)) -
                      dt * (op_.galerkin[k] * x_.local_element(j) - op_.transposed[k] * xi) +
                      dt * d * ((li - low_mean_.local_element(j)) - t * (hi - c1_.local_element(j)));
      low[i] = std::min(low[i], low_bound_.local_element(j));
      high[i] = std::max(high[i], high_bound_.local_element(j));
    }
  }
  result_.limiter = add_limited(*op_.mesh, op_.lumped, edge_flux_, low, high,
                                options_.limited ? limiter_passes : 0, values);
  for (int i = 0; i < n; ++i) c_new_.local_element(i) = graph_.is_unknown[i] ? values[i] : 0.;
  c_new_.update_ghost_values();
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
