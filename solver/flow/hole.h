#pragma once

#include <string>
#include <vector>

#include "flow/flow.h"
#include "mesh/shape_share.h"

namespace intratumor {

/// A hole of a needle in the mesh: a ball from which fluid flows evenly.
struct Hole {
  Point centre;
  std::vector<double> share;  ///< of the hole's flow at each owned node; sums to 1 over all ranks
  /// Pa per m^3/s: what the mesh average of the pressure over the ball lacks to the pressure on the ball's
  /// surface. A mesh does not resolve a ball smaller than its cells; the analytic field of the ball less what
  /// a patch of the same cells makes of it (after Peaceman, SPE J 1978;18:183).
  double unresolved_resistance = 0;
  double conductivity = 0;  ///< [K] of the cell at the hole, m^2/(Pa s)
  double resistance = 0;    ///< Pa per m^3/s, of the tissue alone: 1/(4 pi K r)
};

/// Collective. `cell_conductivity` as in FlowProblem. The cells round the hole must be cubes of one size, as
/// an octree's finest are; a general mesh gets the correction of a cube of the cell's volume. InputError when
/// the ball lies outside the mesh.
Hole make_hole(const TissueMesh& mesh, const std::vector<double>& cell_conductivity, const Ball& ball,
               const std::string& what);

/// One needle that infuses: its holes share one pressure.
struct NeedleFlow {
  const std::vector<Hole>* holes = nullptr;
  double rate = 0;  ///< m^3/s through all holes
};

/// Flow while some needles infuse.
struct InfusionState {
  FlowState flow;
  std::vector<std::vector<double>> hole_rate;  ///< m^3/s, by needle and hole
  std::vector<double> needle_pressure;         ///< Pa, on the surface of its holes, by needle
  /// Of needles with several holes: largest change of a hole's rate that would still be asked, over the
  /// needle's.
  double manifold_error = 0;
};

/// Solves the flow with the needles' rates as sources. The rate of a needle with several holes is shared so
/// that all its holes stand at one pressure; a hole that would draw fluid is closed. What resists inside the
/// needle is left out: 1e-7 of the tissue's resistance. Throws as FlowSolver, and ComputationError when
/// the shares do not settle.
InfusionState solve_infusion(FlowSolver& flow, const std::vector<NeedleFlow>& needles);

/// Pressure (Pa) of the pressure excess that a steady flow of `rate` out of a ball of radius r makes in
/// unbounded tissue that loses fluid to its collapsed vessels: Q/(4 pi K r (1 + r/l)), l = sqrt(K/(floor
/// LS)).
double infusion_pressure(const TissueCoefficients& tissue, const Collapse& collapse, double rate,
                         double radius);

}  // namespace intratumor
