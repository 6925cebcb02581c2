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
constexpr double machine = 2.2204460492503131e-16;
constexpr int max_refinements = 6;
constexpr int max_newton = 60;
/// A preconditioner serves on while no diagonal entry has changed by more than this share since.
constexpr double stale_diagonal = 0.3;

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

/// Adds to accounts what is lost of bound drug at the step's means so far, times `factor`: mol/s at 1.
void Stepper::add_lost(double factor, std::vector<double>& to) const {
  if (!bound_.any()) return;
  std::vector<double> lost(to.size(), 0.);
  for (int kind = 0; kind < bound_.kinds(); ++kind)
    for (int i = 0; i < graph_.n_owned; ++i) lost[bound_.lost_to(kind)] += factor * bound_.lost(kind, i);
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

/// The accounts of an implicit stage, A = inverse (right + theta exits(c)), put into the tissue's rows: what
/// plasma feeds them is theta feed A_plasma.
void Stepper::eliminate_accounts(double theta, dealii::FullMatrix<double>& inverse, LinearSolver& solver) {
  const int n = op_->accounts.size();
  const int plasma = op_->accounts.plasma;
  inverse.reinit(n, n);
  for (int k = 0; k < n; ++k) inverse(k, k) = 1.;
  for (const auto& t : op_->accounts.transfers) {
    inverse(t.from, t.from) += theta * t.rate;
    inverse(t.to, t.from) -= theta * t.rate;
  }
  inverse(plasma, plasma) += theta * op_->total_feed;
  inverse.gauss_jordan();
  if (op_->total_feed == 0) return;
  std::vector<double> column(graph_.n_owned), row(graph_.n_owned, 0.);
  for (int i = 0; i < graph_.n_owned; ++i) column[i] = theta * op_->feed[i] / op_->lumped[i];
  for (const auto& exit : op_->exits) {
    const double arrives = theta * inverse(plasma, exit.account);
    if (arrives != 0)
      for (int i = 0; i < graph_.n_owned; ++i) row[i] += arrives * exit.rate[i];
  }
  solver.set_rank_one(column, row);
}

/// Both matrices, rows scaled by 1/M_i: nodal volumes are 1e-10 m^3, which ILU would take for zero.
void Stepper::fill_matrices(double dt) {
  const int n = graph_.n_owned;
  const double theta = g / 2 * dt;
  const LinearSolver::Values low = low_solver_->values(), high = high_solver_->values();
  std::fill(kept_.begin(), kept_.end(), 0.);
  std::vector<double>& inner_mass = net_;  // of off-diagonal entries
  std::fill(inner_mass.begin(), inner_mass.end(), 0.);
  for_each_edge(graph_, [&](int e, int i, int j) {
    const double k_ij = op_->galerkin[e], k_ji = op_->transposed[e], m = op_->mass[e];
    const double d = edge_viscosity(k_ij, k_ji), kept = kept_share(i, j) * op_->convective_part(e, d);
    kept_[i] += kept;
    kept_[j] += kept;
    inner_mass[i] += m;
    inner_mass[j] += m;
    const int entry = graph_.edge_entry[e];
    (j < n ? low.owned : low.ghost)[entry] = dt * (k_ij - d) / op_->lumped[i];
    (j < n ? high.owned : high.ghost)[entry] = (m + theta * (k_ij - kept)) / op_->lumped[i];
    if (j >= n) return;
    const int mirror = graph_.edge_mirror[e];
    low.owned[mirror] = dt * (k_ji - d) / op_->lumped[j];
    high.owned[mirror] = (m + theta * (k_ji - kept)) / op_->lumped[j];
  });
  for (int i = 0; i < n; ++i) {
    const int diagonal = graph_.owned_diagonal[i];
    low.owned[diagonal] = high.owned[diagonal] = 1.;
    if (!graph_.is_unknown[i]) continue;
    low.owned[diagonal] += dt * (op_->diagonal[i] + op_->viscosity[i] + op_->loss[i]) / op_->lumped[i];
    high.owned[diagonal] +=
        (theta * (op_->diagonal[i] + kept_[i] + op_->loss[i]) - inner_mass[i]) / op_->lumped[i];
  }
  low_solver_->values_changed();
  high_solver_->values_changed();
  ++factorisations_;
  if (!bound_.any()) return;
  const auto keep_diagonal = [&](const LinearSolver::Values& values, std::vector<double>& diagonal,
                                 std::vector<double>& factored) {
    diagonal.resize(n);
    for (int i = 0; i < n; ++i) diagonal[i] = values.owned[graph_.owned_diagonal[i]];
    factored.clear();
  };
  keep_diagonal(low, low_diagonal_, low_factored_);
  keep_diagonal(high, high_diagonal_, high_factored_);
}

/// What a node holds besides its free drug slows everything that passes through it: its Courant number is
/// that of the retarded drug.
bool Stepper::set_courant_numbers(double dt) {
  const std::vector<double>& viscosity = op_->convective_viscosity();
  bool changed = false;
  for (int i = 0; i < graph_.n_owned; ++i) {
    double courant = std::numeric_limits<double>::infinity();
    if (!(op_->inlet[i] > 0)) {
      const double capacity =
          op_->lumped[i] + (bound_.any() ? bound_.slope_now(dt, i, c_.local_element(i)) : 0.);
      courant = dt * viscosity[i] / capacity;
    }
    changed =
        changed || (courant != courant_.local_element(i) && (courant > 1 || courant_.local_element(i) > 1));
    courant_.local_element(i) = courant;
  }
  courant_.update_ghost_values();
  return dealii::Utilities::MPI::logical_or(changed, op_->mesh->communicator());
}

void Stepper::prepare(double dt) {
  if (dt == dt_ && !bound_.any()) return;
  if (!set_courant_numbers(dt) && dt == dt_) return;
  fill_matrices(dt);
  if (dt == dt_) return;
  eliminate_accounts(dt, low_accounts_, *low_solver_);
  eliminate_accounts(g / 2 * dt, high_accounts_, *high_solver_);
  dt_ = dt;
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

static std::vector<double> times(const dealii::FullMatrix<double>& matrix, const std::vector<double>& v) {
  std::vector<double> result(v.size(), 0.);
  for (std::size_t k = 0; k < v.size(); ++k)
    for (std::size_t j = 0; j < v.size(); ++j) result[k] += matrix(k, j) * v[j];
  return result;
}

/// One implicit stage: tissue M u - theta F(u) = right [mol] and accounts A - theta (rates) = right_accounts,
/// coupled through plasma. `u` holds the start value; node i's right side is in right_, over M_i.
std::vector<double> Stepper::solve_stage(LinearSolver& solver, const dealii::FullMatrix<double>& accounts,
                                         double theta, const std::vector<double>& right_accounts,
                                         double enough, Vector& u, int& iterations) {
  // What plasma would hold without the tissue's exits, and sends into the tissue.
  const double plasma = times(accounts, right_accounts)[op_->accounts.plasma];
  if (plasma != 0)
    for (int i = 0; i < graph_.n_owned; ++i)
      right_.local_element(i) += theta * op_->feed[i] / op_->lumped[i] * plasma;
  iterations += solver.solve(u, right_, 1e-14, enough).iterations;
  std::vector<double> right = right_accounts;
  const std::vector<double> exits = exits_of(u);
  for (std::size_t k = 0; k < right.size(); ++k) right[k] += theta * exits[k];
  return times(accounts, right);
}

/// Puts the slopes of what binding takes at u into a matrix.
void Stepper::linearise(LinearSolver& solver, const std::vector<double>& diagonal,
                        std::vector<double>& factored, const Vector& u) {
  const int n = graph_.n_owned;
  const LinearSolver::Values values = solver.values();
  slope_.resize(n);
  bool stale = factored.empty();
  for (int i = 0; i < n; ++i) {
    slope_[i] = graph_.is_unknown[i] ? bound_.slope(i, u.local_element(i)) / op_->lumped[i] : 0.;
    const double entry = values.owned[graph_.owned_diagonal[i]] = diagonal[i] + slope_[i];
    stale = stale || std::abs(entry - factored[i]) > stale_diagonal * std::abs(factored[i]);
  }
  solver.values_changed();
  stale = dealii::Utilities::MPI::logical_or(stale, op_->mesh->communicator());
  solver.keep_preconditioner(!stale);
  if (!stale) return;
  ++factorisations_;
  factored.resize(n);
  for (int i = 0; i < n; ++i) factored[i] = diagonal[i] + slope_[i];
}

/// The same stage where drug binds: what binding takes is linearised at u again and again.
std::vector<double> Stepper::solve_newton(LinearSolver& solver, const std::vector<double>& diagonal,
                                          std::vector<double>& factored,
                                          const dealii::FullMatrix<double>& accounts, double theta,
                                          const std::vector<double>& right_accounts, double enough, Vector& u,
                                          int& iterations) {
  const int n = graph_.n_owned;
  stage_right_.assign(right_.begin(), right_.begin() + n);
  std::vector<double> offset(n, 0.);
  for (int iteration = 1;; ++iteration) {
    linearise(solver, diagonal, factored, u);
    for (int i = 0; i < n; ++i) {
      if (!graph_.is_unknown[i]) continue;
      const double at = u.local_element(i);
      offset[i] = slope_[i] * at - bound_.taken(i, at) / op_->lumped[i];
      right_.local_element(i) = stage_right_[i] + offset[i];
    }
    std::vector<double> result = solve_stage(solver, accounts, theta, right_accounts, enough, u, iterations);
    ++result_.newton_iterations;
    // What the linearisation missed, and the round-off in it.
    double missed[2] = {0, 0};
    for (int i = 0; i < n; ++i) {
      if (!graph_.is_unknown[i]) continue;
      const double at = u.local_element(i);
      const double miss = slope_[i] * at - offset[i] - bound_.taken(i, at) / op_->lumped[i];
      const double digit = 10 * machine * bound_.at_node(i) / op_->lumped[i];
      missed[0] += miss * miss;
      missed[1] += digit * digit;
    }
    MPI_Allreduce(MPI_IN_PLACE, missed, 2, MPI_DOUBLE, MPI_SUM, op_->mesh->communicator());
    if (std::sqrt(missed[0]) <= std::max(enough, std::sqrt(missed[1]))) return result;
    if (iteration == max_newton)
      throw ComputationError("binding: Newton's method has not settled after " + std::to_string(iteration) +
                             " iterations");
  }
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
  if (bound_.any()) {
    bound_.begin_low(dt);
    a_low_mean_ = solve_newton(*low_solver_, low_diagonal_, low_factored_, low_accounts_, dt, right,
                               low_tolerance * c_ref, low_mean_, result_.low_iterations);
  } else {
    a_low_mean_ = solve_stage(*low_solver_, low_accounts_, dt, right, low_tolerance * c_ref, low_mean_,
                              result_.low_iterations);
  }

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
    if (bound_.any()) linearise(*low_solver_, low_diagonal_, low_factored_, low_mean_);
    result_.low_iterations += low_solver_->solve(x_, work_, 1e-3, 0.).iterations;
    for (int i = 0; i < n; ++i) low_mean_.local_element(i) += x_.local_element(i);
  }
  c_low_.update_ghost_values();
  if (bound_.any()) bound_.finish_low(low_mean_);

  // The accounts likewise from the very amounts that were moved.
  std::vector<double> rates = account_rates(a_low_mean_, exits_of(low_mean_), sources);
  add_lost(1., rates);
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
  if (bound_.any()) bound_.begin_first(theta, c_);
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
  const auto solve = [&](Vector& u) {
    return bound_.any() ? solve_newton(*high_solver_, high_diagonal_, high_factored_, high_accounts_, theta,
                                       right, enough, u, result_.stage_iterations)
                        : solve_stage(*high_solver_, high_accounts_, theta, right, enough, u,
                                      result_.stage_iterations);
  };
  a1_ = solve(c1_);
  if (bound_.any()) {
    bound_.finish_first(c1_);
    bound_.begin_second(theta);
  }
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
  a2_ = solve(c2_);
  if (bound_.any()) bound_.finish_second(c2_);
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
    if (nowhere_negative()) return result_;
    low();
    if (bound_.any()) bound_.begin_second(g / 2 * dt);
  } else {
    low();
    high();
  }
  correct(dt, options_.limited, sources);
  return result_;
}

}  // namespace intratumor
