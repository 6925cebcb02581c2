#pragma once

#include <vector>

#include "mesh/shape.h"
#include "parameters/coefficients.h"

namespace intratumor {

/// How what fills a shape is spread over the nodes.
struct ShapeShare {
  std::vector<double> node;       ///< share of the amount at each owned node; sums to 1 over all ranks
  double accessible_volume = 0;   ///< integral of the weight over the shape inside the mesh, m^3
  double volume = 0;              ///< of the shape inside the mesh, m^3
  double empty_volume = 0;        ///< of it, where there is no tissue
  std::vector<double> in_region;  ///< share of the amount that lies in each region
};

/// Integrates the shape functions times phi_a over the shape: a drug of uniform concentration. Cells that its
/// surface cuts are sampled by 8^3 points, by more where the shape is smaller than a cell. What the mesh does
/// not hold is left to the caller: `volume` tells.
ShapeShare shape_share(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                       const Shape& shape);
/// The same with weight 1 in every tissue: a fluid that flows out of every part of the shape alike.
ShapeShare shape_share(const TissueMesh& mesh, const Shape& shape);

}  // namespace intratumor
