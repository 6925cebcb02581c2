#include "mesh/shape_share.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_values.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr int cut_points = 8;        // along an edge of a cell that the surface cuts
constexpr int points_per_width = 8;  // of a shape smaller than a cell
constexpr int most_points = 48;
constexpr int points_of_any = 4;  // a shape without a formula is sampled in every cell

/// Values at the midpoints of n^3 parts of a cell, made once for every n.
class Samples {
 public:
  explicit Samples(const TissueMesh& mesh) : mesh_(mesh) {}
  dealii::FEValues<3>& operator()(int n) {
    auto& values = made_[n];
    if (values == nullptr)
      values = std::make_unique<dealii::FEValues<3>>(
          mesh_.mapping(), mesh_.dofs().get_fe(), dealii::QIterated<3>(dealii::QMidpoint<1>(), n),
          dealii::update_values | dealii::update_JxW_values | dealii::update_quadrature_points);
    return *values;
  }

 private:
  const TissueMesh& mesh_;
  std::map<int, std::unique_ptr<dealii::FEValues<3>>> made_;
};

int points_for(const Shape& shape, double cell_size) {
  const int least = shape.convex() ? cut_points : points_of_any;
  const int points = static_cast<int>(std::ceil(points_per_width * cell_size / shape.width()));
  return std::clamp(points + points % 2, least,
                    most_points);  // even, so that each lies in one part of the cell
}

/// The part of a cell in which the q-th of points^3 points lies.
unsigned int part_of(unsigned int q, unsigned int points) {
  const unsigned int half = points / 2;
  return q % points / half + 2 * (q / points % points / half) + 4 * (q / points / points / half);
}

/// `weight(region)` per volume of a region.
template <typename Weight>
ShapeShare spread(const TissueMesh& mesh, const Shape& shape, const Weight& weight) {
  if (!mesh.of_hexahedra()) throw ComputationError("internal: shapes are spread over hexahedra only");
  ShapeShare share;
  share.in_region.assign(mesh.n_regions(), 0.);
  Samples samples(mesh);
  Vector amount = mesh.make_vector();
  mesh.assemble(
      [&](const TissueMesh::Cell& cell, int index, const dealii::FEValues<3>& fe,
          dealii::Vector<double>& local) {
        if (shape.distance(cell->center()) > cell->diameter()) return false;
        bool whole = shape.convex();
        for (const unsigned int v : cell->vertex_indices()) whole = whole && shape.contains(cell->vertex(v));
        std::array<double, TissueMesh::parts> per_volume{}, volume{};
        for (unsigned int part = 0; part < TissueMesh::parts; ++part)
          for (int r = 0; r < mesh.n_regions(); ++r)
            per_volume[part] += mesh.part_fraction(index, part, r) * weight(r);
        // As the mass of such a cell: what fills it evenly must be even.
        const bool differ = std::any_of(per_volume.begin(), per_volume.end(),
                                        [&](double v) { return v != per_volume.front(); });
        const auto add = [&](const dealii::FEValues<3>& values, unsigned int points) {
          for (const unsigned int q : values.quadrature_point_indices()) {
            if (!whole && !shape.contains(values.quadrature_point(q))) continue;
            const unsigned int part = part_of(q, points);
            volume[part] += values.JxW(q);
            for (unsigned int i = 0; i < 8; ++i)
              local(i) += per_volume[part] * (differ ? fe.shape_value(i, part) : values.shape_value(i, q)) *
                          values.JxW(q);
          }
        };
        if (whole) {
          add(fe, 2);
        } else {
          const int points = points_for(shape, std::cbrt(cell->measure()));
          dealii::FEValues<3>& cut = samples(points);
          cut.reinit(cell);
          add(cut, points);
        }
        for (unsigned int part = 0; part < TissueMesh::parts; ++part) {
          share.volume += volume[part];
          for (int r = 0; r < mesh.n_regions(); ++r) {
            const double of_region = volume[part] * mesh.part_fraction(index, part, r);
            share.in_region[r] += of_region * weight(r);
            if (!mesh.has_tissue(r)) share.empty_volume += of_region;
          }
        }
        return true;
      },
      amount);
  const int n = mesh.graph().n_owned;
  share.node.assign(amount.begin(), amount.begin() + n);
  share.accessible_volume = global_sum(share.node, mesh.communicator());
  share.volume = dealii::Utilities::MPI::sum(share.volume, mesh.communicator());
  share.empty_volume = dealii::Utilities::MPI::sum(share.empty_volume, mesh.communicator());
  for (double& region : share.in_region) region = dealii::Utilities::MPI::sum(region, mesh.communicator());
  if (share.accessible_volume > 0) {
    for (double& s : share.node) s /= share.accessible_volume;
    for (double& region : share.in_region) region /= share.accessible_volume;
  }
  return share;
}

}  // namespace

ShapeShare shape_share(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                       const Shape& shape) {
  return spread(mesh, shape, [&](int r) { return tissues[r].accessible_fraction; });
}

ShapeShare shape_share(const TissueMesh& mesh, const Shape& shape) {
  return spread(mesh, shape, [&](int r) { return mesh.has_tissue(r) ? 1. : 0.; });
}

}  // namespace intratumor
