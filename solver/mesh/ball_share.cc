#include "mesh/ball_share.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_values.h>

#include <algorithm>
#include <cmath>

namespace intratumor {

BallShare ball_share(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                     const Ball& ball) {
  BallShare share;
  share.in_region.assign(mesh.n_regions(), 0.);
  const dealii::QIterated<3> fine(dealii::QMidpoint<1>(), 8);
  dealii::FEValues<3> cut(
      mesh.mapping(), mesh.dofs().get_fe(), fine,
      dealii::update_values | dealii::update_JxW_values | dealii::update_quadrature_points);
  Vector amount = mesh.make_vector();
  mesh.assemble(
      [&](const TissueMesh::Cell& cell, int index, const dealii::FEValues<3>& fe,
          dealii::Vector<double>& local) {
        double nearest = 1e300, farthest = 0;
        for (const unsigned int v : cell->vertex_indices()) {
          const double distance = cell->vertex(v).distance(ball.centre);
          nearest = std::min(nearest, distance);
          farthest = std::max(farthest, distance);
        }
        if (nearest > ball.radius + cell->diameter()) return false;
        double accessible = 0;
        for (int r = 0; r < mesh.n_regions(); ++r)
          accessible += mesh.cell_fraction(index, r) * tissues[r].accessible_fraction;
        double volume = 0;
        const auto add = [&](const dealii::FEValues<3>& values, bool whole) {
          for (const unsigned int q : values.quadrature_point_indices()) {
            if (!whole && values.quadrature_point(q).distance(ball.centre) > ball.radius) continue;
            volume += values.JxW(q);
            for (unsigned int i = 0; i < 8; ++i)
              local(i) += accessible * values.shape_value(i, q) * values.JxW(q);
          }
        };
        if (farthest <= ball.radius) {
          add(fe, true);
        } else {
          cut.reinit(cell);
          add(cut, false);
        }
        share.volume += volume;
        for (int r = 0; r < mesh.n_regions(); ++r)
          share.in_region[r] += volume * mesh.cell_fraction(index, r) * tissues[r].accessible_fraction;
        return true;
      },
      amount);
  const int n = mesh.graph().n_owned;
  share.node.assign(amount.begin(), amount.begin() + n);
  share.accessible_volume = global_sum(share.node, mesh.communicator());
  share.volume = dealii::Utilities::MPI::sum(share.volume, mesh.communicator());
  for (double& region : share.in_region) region = dealii::Utilities::MPI::sum(region, mesh.communicator());
  if (share.accessible_volume > 0) {
    for (double& s : share.node) s /= share.accessible_volume;
    for (double& region : share.in_region) region /= share.accessible_volume;
  }
  return share;
}

}  // namespace intratumor
