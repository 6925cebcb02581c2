#pragma once

#include "mesh/tissue_mesh.h"

namespace intratumor::verification {

/// The tetrahedra, 24 a box, of cells^3 boxes in [0, upper], whose inner vertices are moved about by `moved`
/// of their distance. Shared by all ranks.
std::unique_ptr<AnyTriangulation> tetrahedra_in_box(const Point& upper, unsigned int cells, double moved);
/// The same of an unstructured ball round the origin.
std::unique_ptr<AnyTriangulation> tetrahedra_in_ball(double radius, unsigned int levels, double moved);

}  // namespace intratumor::verification
