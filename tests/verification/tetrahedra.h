#pragma once

#include "mesh/tissue_mesh.h"

namespace intratumor::verification {

/// Every hexahedron of a serial mesh (hanging nodes excluded) cut into 24 tetrahedra, shared by all ranks.
std::unique_ptr<AnyTriangulation> tetrahedra_of(const AnyTriangulation& hexahedra);
/// Those of cells^3 boxes in [0, upper], whose inner vertices are moved about by `moved` of their distance.
std::unique_ptr<AnyTriangulation> tetrahedra_in_box(const Point& upper, unsigned int cells, double moved);
/// Those of an unstructured ball round the origin.
std::unique_ptr<AnyTriangulation> tetrahedra_in_ball(double radius, unsigned int levels, double moved);

}  // namespace intratumor::verification
