#pragma once

#include <vector>

#include "mesh/octree.h"
#include "parameters/coefficients.h"

namespace intratumor {

/// How a ball of uniform concentration in the accessible fluid is spread over the nodes.
struct BallShare {
  std::vector<double> node;       ///< share of the amount at each owned node; sums to 1 over all ranks
  double accessible_volume = 0;   ///< integral of phi_a over the ball inside the mesh, m^3
  double volume = 0;              ///< of the ball inside the mesh, m^3
  std::vector<double> in_region;  ///< share of the amount that lies in each region
};

/// Integrates the shape functions times phi_a over the ball, with 8^3 points in cells its surface cuts.
/// InputError is left to the caller: `volume` tells how much of the ball the mesh holds.
BallShare ball_share(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                     const Ball& ball);

}  // namespace intratumor
