// Meshes of tetrahedra.
#include "tetrahedra.h"

#include <deal.II/distributed/shared_tria.h>
#include <deal.II/grid/grid_generator.h>
#include <deal.II/grid/grid_tools.h>

namespace intratumor::verification {

namespace {

/// Every hexahedron of a serial mesh without hanging nodes cut into 24 tetrahedra, shared by all ranks.
std::unique_ptr<AnyTriangulation> tetrahedra_of(const AnyTriangulation& hexahedra) {
  dealii::Triangulation<3> flat, split;
  dealii::GridGenerator::flatten_triangulation(hexahedra, flat);
  dealii::GridGenerator::convert_hypercube_to_simplex_mesh(flat, split);
  auto shared = std::make_unique<dealii::parallel::shared::Triangulation<3>>(
      MPI_COMM_WORLD, dealii::Triangulation<3>::none, true,
      dealii::parallel::shared::Triangulation<3>::partition_zorder);
  shared->copy_triangulation(split);
  return shared;
}

}  // namespace

std::unique_ptr<AnyTriangulation> tetrahedra_in_box(const Point& upper, unsigned int cells, double moved) {
  dealii::Triangulation<3> boxes;
  dealii::GridGenerator::subdivided_hyper_rectangle(boxes, {cells, cells, cells}, Point(), upper);
  if (moved > 0) dealii::GridTools::distort_random(moved, boxes, true, 20261129);
  return tetrahedra_of(boxes);
}

std::unique_ptr<AnyTriangulation> tetrahedra_in_ball(double radius, unsigned int levels, double moved) {
  dealii::Triangulation<3> ball;
  dealii::GridGenerator::hyper_ball_balanced(ball, Point(), radius);
  ball.refine_global(levels);
  if (moved > 0) dealii::GridTools::distort_random(moved, ball, true, 20261129);
  return tetrahedra_of(ball);
}

}  // namespace intratumor::verification
