#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "flow/wall.h"
#include "mesh/tissue_mesh.h"
#include "parameters/coefficients.h"

namespace intratumor {

/// What holds on a face of the meshed box.
struct FarField {
  enum class Kind {
    equilibrium,  ///< the pressure at which filtration and lymph of the tissue there balance
    value,        ///< one pressure
    sealed,       ///< no flow
    function      ///< pressure by position (verification)
  };
  Kind kind = Kind::equilibrium;
  double value = 0;  ///< Pa
  std::function<double(const Point&)> function;
};

/// Vessels that collapse under pressure: chi is 1 up to the vascular pressure, then falls linearly to `floor`
/// over `width`. It multiplies filtration, permeability and blood flow alike, never the lymph.
struct Collapse {
  bool on = true;
  double floor = 0.05;           ///< 0 to 0.1
  double width = 1333.22387415;  ///< Pa (10 mmHg)

  double open_share(double vascular_pressure, double p) const {
    if (!on || p <= vascular_pressure) return 1.;
    const double along = (p - vascular_pressure) / width;
    return along >= 1. ? floor : 1. - (1. - floor) * along;
  }
  /// Its derivative by p, 1/Pa; 0 where it has a kink.
  double slope(double vascular_pressure, double p) const {
    const bool on_ramp = on && p > vascular_pressure && p < vascular_pressure + width;
    return on_ramp ? -(1. - floor) / width : 0.;
  }
};

/// Steady interstitial flow, equation (1) with S = 0:
///   -div(K grad p) = chi(p) LS (pe - p) - LL max(0, p - pl) + q,   v = -K grad p,
/// and G (p_lumen - p) through the walls of vessels and cavities. Exchange terms are lumped at the nodes, so
/// that convection with this flow applied to a constant returns the sources node by node. Where faces with
/// prescribed pressures meet, nodes take their mean; a sealed face gives way to any other.
struct FlowProblem {
  const TissueMesh* mesh = nullptr;
  std::vector<TissueCoefficients> tissues;               ///< one per region
  FarField far_field;                                    ///< of every face but those in `faces`
  std::map<dealii::types::boundary_id, FarField> faces;  ///< by boundary number
  std::vector<Wall> walls;
  std::vector<double> cell_conductivity;  ///< [K] per owned cell times its share of tissue, m^2/(Pa s)
  std::vector<double> source;             ///< [q] m^3/s at owned nodes, for solve_flow; empty: none
  Collapse collapse;
};

struct FlowState {
  Vector pressure;                        ///< Pa; ghosts up to date, hanging nodes filled in
  std::vector<double> source;             ///< [q] m^3/s out of needles at each owned node; empty: none
  std::vector<double> filtration;         ///< [Jv] m^3/s out of vessels at each owned node
  std::vector<double> lymph;              ///< [Jl] m^3/s into lymph
  std::vector<std::vector<double>> wall;  ///< m^3/s out of each wall's lumen; empty where no fluid passes
  std::vector<double>
      outflow;              ///< m^3/s leaving through the boundary: the residual of the assembled equation
  double total_source = 0;  ///< m^3/s, over all ranks; so the three below
  double total_filtration = 0;
  double total_lymph = 0;
  double total_outflow = 0;
  double total_wall = 0;    ///< out of vessels through their walls
  double total_leak = 0;    ///< into cavities
  double closure = 0;       ///< |source + filtration + wall - lymph - outflow - leak| over the sum of |terms|
  double max_pressure = 0;  ///< Pa
  double least_open = 1;    ///< smallest chi met
  int newton_steps = 0;
  int linear_iterations = 0;
  double residual = 0;  ///< relative, of the nonlinear system
};

/// Harmonic mean by volume fraction of K in each owned cell: the mean that keeps the flux through a layered
/// cell; times the cell's share of tissue.
std::vector<double> cell_conductivity(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues);

/// Filtration out of the vessels of one tissue at pressure p, per tissue volume, 1/s.
inline double filtration_rate(const TissueCoefficients& t, double p) {
  return t.vessel_filtration * (t.effective_vascular_pressure - p);
}
/// Drainage into its lymph, per tissue volume, 1/s.
inline double lymph_rate(const TissueCoefficients& t, double p) {
  return p > t.lymph_pressure ? t.lymph_filtration * (p - t.lymph_pressure) : 0.;
}

class LinearSolver;

/// Solves the flow of one mesh and its tissues for any sources. What does not depend on them is kept:
/// stiffness, multigrid, and the last pressure to start from.
class FlowSolver {
 public:
  /// Assembles. Throws InputError when nothing determines the pressure: every face is sealed and no tissue
  /// exchanges fluid. A piece of tissue for which that holds alone, an island in the air, stands still at 0
  /// Pa. Collective.
  explicit FlowSolver(FlowProblem problem);
  ~FlowSolver();

  /// Newton's method. The lymph term has a kink and collapse makes the problem non-monotone: where vessels
  /// close so fast that filtration grows with pressure, its slope is taken as zero, which keeps the systems
  /// positive definite; Anderson's acceleration makes up for it. The equation is that of an energy's minimum,
  /// and a step is taken when it lowers that energy: the residual may grow on the way. `source`: m^3/s at
  /// owned nodes; empty: none. Throws ComputationError when it does not converge, and InputError for a source
  /// in a piece of tissue that no fluid can leave.
  FlowState solve(const std::vector<double>& source);
  /// Where the next solve starts; without it, from the last one's pressure. Where vessels are bistable the
  /// start decides which state is found.
  void start_from(const Vector& pressure);
  const FlowProblem& problem() const { return problem_; }

 private:
  struct Exchange;
  double evaluate(const Vector& p, const std::vector<double>& source, Exchange& e, Vector& residual) const;
  void fill_matrix(const Exchange& e);
  void prescribe_pressures();
  void find_islands();

  FlowProblem problem_;
  std::vector<double> stiffness_;  // in the graph's order
  Vector fixed_;                   // 1 at nodes that keep a prescribed pressure, ghosts included
  std::vector<char> island_;       // owned nodes of tissue where nothing determines the pressure; fixed too
  Vector pressure_;
  double scale_;  // of rows: one over the largest diagonal entry
  std::unique_ptr<LinearSolver> solver_;
  bool preconditioned_ = false;
};

/// One flow, solved once: see FlowSolver.
FlowState solve_flow(const FlowProblem& problem);

}  // namespace intratumor
