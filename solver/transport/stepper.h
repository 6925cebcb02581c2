#pragma once

#include <deal.II/lac/full_matrix.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "mesh/linear_solver.h"
#include "quantities/stopwatch.h"
#include "transport/bound_drug.h"
#include "transport/limiter.h"
#include "transport/tissue_operator.h"

namespace intratumor {

/// What enters during one step. Node sources may change in time: their values at the start, at the inner
/// stage t + (2 - sqrt 2) dt and at the end (the same vector thrice when constant).
struct StepSources {
  const std::vector<double>* node[3] = {nullptr, nullptr, nullptr};  ///< mol/s at owned nodes; null: none
  std::vector<double> account;                                       ///< mol/s, constant; empty: none
};

struct StepperOptions {
  bool limited = true;  ///< false adds the whole correction (verification)
  /// For fields without fronts: a step whose high-order state is nowhere negative is taken as it is, and its
  /// low-order part computed only otherwise.
  bool smooth = false;
  double stage_tolerance = 1e-8;  ///< of the high-order stages' linear solves, relative to the field
  /// Scale of concentrations [c_ref], mol/m^3: sets how tightly the low-order step is solved.
  double reference_concentration = 0;
  /// Verification only: leaves the outflow through the boundary out of its account; the ledger must notice.
  bool drop_outflow = false;
};

/// One finished step, before it is accepted.
struct StepResult {
  /// Temporal error estimates, mol: summed over the target (by the error weights), and the largest account's.
  double tissue_error = 0, account_error = 0;
  double error() const { return std::max(tissue_error, account_error); }
  std::vector<double> node_mean;     ///< mean concentration over the step that fed the accounts, mol/m^3
  std::vector<double> account_mean;  ///< mean amounts, mol
  LimiterWork limiter;
  int low_iterations = 0;
  int stage_iterations = 0;
  bool settled = true;         ///< false: Newton's method has not, and nothing else here holds
  int newton_iterations = 0;   ///< of the step's implicit systems, where drug binds
  double linear_residual = 0;  ///< largest |r_i|/M_i over c_ref left in the low-order system
};

/// Advances concentrations and accounts by one step of flux-corrected transport:
/// a backward-Euler, lumped, upwinded low-order step (an M-matrix: non-negative at any step size); TR-BDF2
/// with the consistent mass; and the difference of both as fluxes between nodes and accounts, limited. The
/// accounts are eliminated from both implicit systems, which leaves plasma as one rank-one term in each:
/// never lagged. Bound drug is eliminated node by node in the same systems, by Newton's method; corrections
/// and limits then apply to what a node holds in all, free and bound, and share_out says how much of it is
/// which: with strong binding nearly all of what moves ends bound, and limits on the free drug alone would
/// refuse it.
class Stepper {
 public:
  /// `op` is held by pointer and must outlive its use.
  Stepper(const TissueOperator& op, StepperOptions options, Binding binding = {});

  /// Goes on with another operator of the same mesh and accounts (another state of flow); concentrations and
  /// amounts stay. `op` is held by pointer. All matrices and factorisations that were kept are made again at
  /// the next attempt, also after a change in place of the operator in use: call this then too.
  void set_operator(const TissueOperator& op);

  /// Weight of each owned node in the error estimate: its share that lies in the target (0 to 1).
  void set_error_weights(std::vector<double> weights) { error_weight_ = std::move(weights); }
  void set_state(const Vector& concentration, std::vector<double> amounts);
  /// Adds drug at once: mol at owned nodes (the integral of each shape function times what is given). The
  /// field is the projection with the mass matrix, limited like a step. Collective.
  void give_to_tissue(const std::vector<double>& nodes);
  /// Adds mol to each account at once.
  void give_to_accounts(const std::vector<double>& amounts);
  const Vector& concentration() const { return c_; }         ///< ghosts up to date; hanging nodes hold 0
  const std::vector<double>& amounts() const { return a_; }  ///< of the accounts, mol

  /// Drug on its sites, mol at owned nodes by kind. To be set after set_state, which leaves it as it is.
  const BoundDrug& bound() const { return bound_; }
  void set_bound(int kind, std::vector<double> amounts) { bound_.set_amounts(kind, std::move(amounts)); }

  /// Computes a step of dt; the state changes only with accept().
  const StepResult& attempt(double dt, const StepSources& sources);
  void accept();

  const Vector& attempted_concentration() const { return c_new_; }
  const std::vector<double>& attempted_amounts() const { return a_new_; }
  double attempted_content() const;  ///< free and bound drug in the mesh, mol; collective
  int factorisations() const { return factorisations_; }
  /// The step that the matrices which are kept belong to, s; 0: there are none.
  double step_of_matrices() const { return dt_; }
  /// Makes those of a step that is not attempted now, and sets the count: for a course that goes on.
  void make_matrices(double dt, int factorisations) {
    if (dt > 0) prepare(dt);
    factorisations_ = factorisations;
  }
  /// Diagonals that the preconditioners in use were made for, where drug binds: they serve on from step to
  /// step, so a course that goes on needs the same. Of the low-order and the high-order system.
  struct Factored {
    bool made = false;
    std::vector<double> diagonal;
  };
  std::array<Factored, 2> preconditioned() const;
  void make_preconditioners(const std::array<Factored, 2>& factored);
  const Stopwatch& phases() const { return phases_; }

 private:
  struct NotSettled {};  // thrown on all ranks
  void attempt_settled(double dt, const StepSources& sources);
  bool set_courant_numbers(double dt);
  void prepare(double dt);
  void fill_matrices(double dt);
  void low_order(double dt, const StepSources& sources);
  void high_order(double dt, const StepSources& sources);
  void estimate_error(double dt, const StepSources& sources);
  bool estimate_mean(double dt);
  void leave_low_order_out(double dt, const StepSources& sources);
  bool nowhere_negative() const;
  void correct(double dt, bool limited, const StepSources& sources);
  void correct_accounts(double dt, bool limited);
  void correct_edges(double dt, bool limited, const StepSources& sources);
  std::vector<double> exits_of(const Vector& v) const;
  std::vector<double> account_rates(const std::vector<double>& amounts,
                                    const std::vector<double>& from_tissue, const StepSources& sources) const;
  /// One of the two implicit systems.
  struct System {
    std::unique_ptr<LinearSolver> solver;
    /// Amounts in the accounts after a stage, by what stands on its right side: (1 - theta transfers)^-1.
    dealii::FullMatrix<double> accounts;
    // Where drug binds:
    std::vector<double> diagonal;  // of the matrix without binding
    Factored factored;             // the same with binding's slopes, of the preconditioner in use
  };
  void eliminate_accounts(double theta, System& system);
  std::vector<double> solve_stage(System& system, double theta, const std::vector<double>& right_accounts,
                                  double enough, Vector& u, int& iterations);
  std::vector<double> solve_linear(System& system, double theta, const std::vector<double>& right_accounts,
                                   double enough, Vector& u, int& iterations);
  void linearise(System& system, const Vector& u);
  void add_lost(std::vector<double>& to) const;
  void multiply_mass(const Vector& v, std::vector<double>& out) const;
  /// Share of an edge's artificial diffusion that the high-order operator keeps: all of it at nodes where
  /// fluid enters, whose peak is narrower than a cell.
  double kept_share(int i, int j) const {
    const double c = std::max(courant_.local_element(i), courant_.local_element(j));
    return c > 1 ? 1. - 1. / c : 0.;
  }
  double mean_source(const StepSources& sources, int i) const;

  const TissueOperator* op_;
  const Graph& graph_;
  StepperOptions options_;
  std::vector<double> error_weight_;

  BoundDrug bound_;
  std::vector<double> stage_right_, slope_, taken_, offset_, weight_;
  std::vector<double> held_;  // free and bound after corrections to accounts, mol

  // State and attempt. "mean" vectors carry the fluxes: low_mean_ is the iterate whose fluxes form c_low_.
  Vector c_, c_new_, c_low_, low_mean_, c1_, c2_, x_, courant_, right_, work_;
  std::vector<double> a_, a_new_, a_low_, a_low_mean_, a1_, a2_, a_mean_;
  std::vector<double> start_rate_;                        // F(c^n), mol/s at owned nodes
  std::vector<double> mass_c_, mass_c1_, mass_c2_;        // consistent mass times c
  std::vector<double> tissue_start_, tissue1_, tissue2_;  // exits of c^n, c1, c2 by account
  Vector corrected_;
  std::vector<double> edge_flux_;               // by edge
  std::vector<double> net_, kept_;              // by node, ghosts included
  std::vector<double> lowest_, highest_;        // of a node's own states
  std::vector<double> low_bound_, high_bound_;  // of all on its stencil
  Limiter limiter_;
  StepResult result_;

  double dt_ = 0;               // of the matrices
  bool large_courant_ = false;  // when they were made
  System low_system_, high_system_;
  int factorisations_ = 0;
  Stopwatch phases_;
};

}  // namespace intratumor
