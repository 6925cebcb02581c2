#pragma once

#include <array>
#include <functional>
#include <map>
#include <vector>

#include "mesh/tissue_mesh.h"

namespace intratumor {

/// Volume of a region in a box, m^3.
using RegionOverlap = std::function<double(int region, const Point& lower, const Point& upper)>;

/// The surface between a region without tissue and the tissue round it.
struct WallArea {
  /// By owned cell: m^2 at each of its corners, the integral of the corner's shape function over the surface.
  std::map<int, std::array<double, 8>> of_cell;
  double total = 0;  ///< m^2, over all ranks
};

/// The surface follows from volumes alone: across each face between neighbouring parts of a cell the region's
/// share jumps, and the jump is the surface's area projected on that face. Its component along the surface's
/// normal, taken from a box that is `blur` wider than the cell on every side, is the area: a staircase of
/// voxels that stands for a smooth surface has the area of that surface. `blur`: about a voxel. Cells must be
/// boxes. Collective.
WallArea wall_area(const TissueMesh& mesh, int region, const RegionOverlap& overlap, double blur);

/// Conductance between each owned node and the lumen: area over the resistance of the wall per area, plus
/// that of a thin layer of tissue, as the nodes of a cut cell stand on both sides of the surface.
/// `resistance` is of the wall, `conductivity` by owned cell that of the tissue times its share in the cell
/// (cell_conductivity, or phi_a D): with K and 1/Lp the result is m^3/(s Pa), with phi_a D and 1/P it is
/// m^3/s.
std::vector<double> wall_conductance(const TissueMesh& mesh, const WallArea& area, double resistance,
                                     const std::vector<double>& conductivity);

}  // namespace intratumor
