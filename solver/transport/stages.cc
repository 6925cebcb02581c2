// The implicit systems of a step: their matrices, and how they are solved with the accounts and with bound
// drug.
#include <algorithm>
#include <cmath>
#include <limits>

#include "quantities/error.h"
#include "transport/stepper.h"
#include "transport/tr_bdf2.h"

namespace intratumor {

namespace {

const double g = tr_bdf2_gamma;
constexpr double machine = std::numeric_limits<double>::epsilon();
constexpr int max_newton = 60;
/// A preconditioner serves on while no diagonal entry has grown or shrunk by more than this factor since.
constexpr double stale_factor = 2.0;
/// A linear solve within Newton's method stops at this share of the field, then of what the last
/// linearisation missed.
constexpr double first_share = 1e-4, next_share = 1e-2;

std::vector<double> times(const dealii::FullMatrix<double>& matrix, const std::vector<double>& v) {
  std::vector<double> result(v.size(), 0.);
  for (std::size_t k = 0; k < v.size(); ++k)
    for (std::size_t j = 0; j < v.size(); ++j) result[k] += matrix(k, j) * v[j];
  return result;
}

}  // namespace

/// The accounts of an implicit stage, A = inverse (right + theta exits(c)), put into the tissue's rows: what
/// plasma feeds them is theta feed A_plasma.
void Stepper::eliminate_accounts(double theta, System& system) {
  dealii::FullMatrix<double>& inverse = system.accounts;
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
  system.solver->set_rank_one(column, row);
}

/// Both matrices, rows scaled by 1/M_i: nodal volumes are 1e-10 m^3, which ILU would take for zero.
void Stepper::fill_matrices(double dt) {
  const int n = graph_.n_owned;
  const double theta = g / 2 * dt;
  const LinearSolver::Values low = low_system_.solver->values(), high = high_system_.solver->values();
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
  low_system_.solver->values_changed();
  high_system_.solver->values_changed();
  if (!bound_.any()) {
    ++factorisations_;
    return;
  }
  for (System* system : {&low_system_, &high_system_}) {
    const LinearSolver::Values values = system->solver->values();
    system->diagonal.resize(n);
    for (int i = 0; i < n; ++i) system->diagonal[i] = values.owned[graph_.owned_diagonal[i]];
    system->factored.made = false;
  }
}

/// What a node holds besides its free drug slows everything that passes through it: its Courant number is
/// that of the retarded drug. Whether any is so large that matrices depend on it.
bool Stepper::set_courant_numbers(double dt) {
  const std::vector<double>& viscosity = op_->convective_viscosity();
  bool large = false;
  for (int i = 0; i < graph_.n_owned; ++i) {
    if (op_->inlet[i] > 0) {
      courant_.local_element(i) = std::numeric_limits<double>::infinity();  // whatever the drug
      continue;
    }
    const double capacity =
        op_->lumped[i] + (bound_.any() ? bound_.slope_now(dt, i, c_.local_element(i)) : 0.);
    const double courant = courant_.local_element(i) = dt * viscosity[i] / capacity;
    large = large || courant > 1;
  }
  courant_.update_ghost_values();
  return dealii::Utilities::MPI::logical_or(large, op_->mesh->communicator());
}

void Stepper::prepare(double dt) {
  if (dt == dt_ && !bound_.any()) return;
  // With binding large Courant numbers change from step to step, and with them what matrices keep of the
  // artificial diffusion.
  const bool large = set_courant_numbers(dt);
  if (dt == dt_ && !large && !large_courant_) return;
  large_courant_ = large;
  fill_matrices(dt);
  if (dt == dt_) return;
  eliminate_accounts(dt, low_system_);
  eliminate_accounts(g / 2 * dt, high_system_);
  dt_ = dt;
}

/// One linear system of a stage, coupled through plasma. `u` holds the start value; node i's right side is in
/// right_, over M_i.
std::vector<double> Stepper::solve_linear(System& system, double theta,
                                          const std::vector<double>& right_accounts, double enough, Vector& u,
                                          int& iterations) {
  // What plasma would hold without the tissue's exits, and sends into the tissue.
  const double plasma = times(system.accounts, right_accounts)[op_->accounts.plasma];
  if (plasma != 0)
    for (int i = 0; i < graph_.n_owned; ++i)
      right_.local_element(i) += theta * op_->feed[i] / op_->lumped[i] * plasma;
  iterations += system.solver->solve(u, right_, 1e-14, enough).iterations;
  std::vector<double> right = right_accounts;
  const std::vector<double> exits = exits_of(u);
  for (std::size_t k = 0; k < right.size(); ++k) right[k] += theta * exits[k];
  return times(system.accounts, right);
}

/// Puts the slopes of what binding takes at u into the matrix.
void Stepper::linearise(System& system, const Vector& u) {
  const int n = graph_.n_owned;
  const LinearSolver::Values values = system.solver->values();
  Factored& factored = system.factored;
  slope_.resize(n);
  bool stale = !factored.made;
  factored.diagonal.resize(n);
  for (int i = 0; i < n; ++i) {
    slope_[i] = graph_.is_unknown[i] ? bound_.slope(i, u.local_element(i)) / op_->lumped[i] : 0.;
    const double entry = values.owned[graph_.owned_diagonal[i]] = system.diagonal[i] + slope_[i];
    const double was = factored.diagonal[i];
    stale = stale || entry > stale_factor * was || stale_factor * entry < was;
  }
  system.solver->values_changed();
  stale = dealii::Utilities::MPI::logical_or(stale, op_->mesh->communicator());
  system.solver->keep_preconditioner(!stale);
  if (!stale) return;
  ++factorisations_;
  factored.made = true;
  for (int i = 0; i < n; ++i) factored.diagonal[i] = system.diagonal[i] + slope_[i];
}

std::array<Stepper::Factored, 2> Stepper::preconditioned() const {
  if (large_courant_) return {};  // made again at the next attempt
  return {low_system_.factored, high_system_.factored};
}

void Stepper::make_preconditioners(const std::array<Factored, 2>& factored) {
  const auto make = [&](System& system, const Factored& of) {
    if (!of.made) return;
    const LinearSolver::Values values = system.solver->values();
    for (int i = 0; i < graph_.n_owned; ++i) values.owned[graph_.owned_diagonal[i]] = of.diagonal[i];
    system.solver->values_changed();
    system.solver->keep_preconditioner(false);
    // PETSc makes the blocks' factors when they are first applied.
    x_ = 0;
    right_ = 1;
    system.solver->solve(x_, right_, 0.1, 0.);
    system.factored = of;
  };
  make(low_system_, factored[0]);
  make(high_system_, factored[1]);
}

/// One implicit stage: tissue M u - theta F(u) = right [mol] and accounts A - theta (rates) = right_accounts.
/// `u` holds the start value; node i's right side is in right_, over M_i. Where drug binds, what it takes is
/// linearised at u again and again.
std::vector<double> Stepper::solve_stage(System& system, double theta,
                                         const std::vector<double>& right_accounts, double enough, Vector& u,
                                         int& iterations) {
  if (!bound_.any()) return solve_linear(system, theta, right_accounts, enough, u, iterations);
  const int n = graph_.n_owned;
  stage_right_.assign(right_.begin(), right_.begin() + n);
  offset_.assign(n, 0.);
  taken_.assign(n, 0.);  // over M_i
  for (int i = 0; i < n; ++i)
    if (graph_.is_unknown[i]) taken_[i] = bound_.taken(i, u.local_element(i)) / op_->lumped[i];
  double tolerance = std::max(enough, first_share * u.l2_norm());
  for (int iteration = 1;; ++iteration) {
    linearise(system, u);
    for (int i = 0; i < n; ++i) {
      if (!graph_.is_unknown[i]) continue;
      offset_[i] = slope_[i] * u.local_element(i) - taken_[i];
      right_.local_element(i) = stage_right_[i] + offset_[i];
    }
    std::vector<double> result = solve_linear(system, theta, right_accounts, tolerance, u, iterations);
    ++result_.newton_iterations;
    // What the linearisation missed, and the round-off in it.
    double missed[2] = {0, 0};
    for (int i = 0; i < n; ++i) {
      if (!graph_.is_unknown[i]) continue;
      const double at = u.local_element(i);
      taken_[i] = bound_.taken(i, at) / op_->lumped[i];
      const double miss = slope_[i] * at - offset_[i] - taken_[i];
      const double digit = 10 * machine * bound_.at_node(i) / op_->lumped[i];
      missed[0] += miss * miss;
      missed[1] += digit * digit;
    }
    MPI_Allreduce(MPI_IN_PLACE, missed, 2, MPI_DOUBLE, MPI_SUM, op_->mesh->communicator());
    const bool settled = std::sqrt(missed[0]) <= std::max(enough, std::sqrt(missed[1]));
    if (settled && tolerance <= enough) return result;
    tolerance = settled ? enough : std::max(enough, next_share * std::sqrt(missed[0]));
    if (iteration == max_newton) throw NotSettled();
  }
}

}  // namespace intratumor
