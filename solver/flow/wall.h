#pragma once

#include <vector>

#include "mesh/wall_area.h"
#include "parameters/coefficients.h"

namespace intratumor {

/// The wall of a vessel's or cavity's lumen, as the nodes of the tissue round it see it.
struct Wall {
  int region = 0;
  double area = 0;            ///< m^2, over all ranks
  std::vector<double> fluid;  ///< m^3/(s Pa) between each owned node and the lumen; empty: none passes
  std::vector<double> drug;   ///< m^3/s, the same by diffusion; empty: none
};

/// Of every region whose wall lets anything pass. `cell_conductivity` as in FlowProblem,
/// `accessible_diffusion` phi_a D by owned cell, scaled alike; `blur` as in wall_area. Collective.
std::vector<Wall> make_walls(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                             const std::vector<double>& cell_conductivity,
                             const std::vector<double>& accessible_diffusion, const RegionOverlap& overlap,
                             double blur);

}  // namespace intratumor
