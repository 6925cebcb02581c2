#include "mesh/wall_area.h"

#include <deal.II/fe/fe_values.h>

#include <algorithm>
#include <cmath>

namespace intratumor {

namespace {

constexpr int parts = 2;              // of a cell along each edge
constexpr double slab = 1e-3;         // thickness over width of what stands for a face of a box
constexpr double least_layer = 0.02;  // of the cell's size
/// Of s (1 - s) h, s the share of tissue: for a plane at s h between two nodes whose shares of the area go by
/// nearness, this layer gives the flux of the plane itself at s = 0, 1/2 and 1.
const double layer_factor = std::sqrt(5.) - 1.;

double volume(const Point& lower, const Point& upper) {
  return (upper[0] - lower[0]) * (upper[1] - lower[1]) * (upper[2] - lower[2]);
}

/// Unit vector out of the region: its surface inside the box, summed as vectors, is minus what the box's own
/// faces hold of it. 0 where the box holds as much on either side.
dealii::Tensor<1, 3> normal(int region, const RegionOverlap& overlap, const Point& lower,
                            const Point& upper) {
  dealii::Tensor<1, 3> sum;
  for (int a = 0; a < 3; ++a)
    for (const int side : {0, 1}) {
      Point from = lower, to = upper;
      const double thickness = slab * (upper[a] - lower[a]);
      const double at = side == 0 ? lower[a] : upper[a];
      from[a] = at - thickness / 2;
      to[a] = at + thickness / 2;
      sum[a] += (side == 0 ? 1 : -1) * overlap(region, from, to) / thickness;
    }
  const double face = std::pow(volume(lower, upper), 2. / 3.);
  return sum.norm() > 1e-6 * face ? sum / sum.norm() : dealii::Tensor<1, 3>();
}

/// One cell cut into parts, with a layer of parts of its neighbours round it.
class CutCell {
 public:
  CutCell(const TissueMesh& mesh, int region, const RegionOverlap& overlap, const Point& lower,
          const Point& upper)
      : mesh_(mesh), region_(region), overlap_(overlap), lower_(lower) {
    for (int a = 0; a < 3; ++a) step_[a] = (upper[a] - lower[a]) / parts;
    const double whole = step_[0] * step_[1] * step_[2];
    for (std::size_t k = 0; k < share_.size(); ++k) {
      const auto [from, to] = box(place(k));
      share_[k] = overlap(region, from, to) / whole;
    }
  }

  /// m^2 at each corner of the cell.
  std::array<double, 8> corners(const dealii::Tensor<1, 3>& outward) const {
    std::array<double, 8> area{};
    std::array<int, 3> p{};
    for (p[2] = 0; p[2] < parts; ++p[2])
      for (p[1] = 0; p[1] < parts; ++p[1])
        for (p[0] = 0; p[0] < parts; ++p[0])
          for (int a = 0; a < 3; ++a)
            for (const int side : {-1, 1}) add(p, a, side, outward, area);
    for (double& at : area) at = std::max(0., at);
    return area;
  }

 private:
  static constexpr int n = parts + 2;
  static std::array<int, 3> place(std::size_t k) {
    const int i = static_cast<int>(k);
    return {i % n - 1, i / n % n - 1, i / (n * n) - 1};
  }
  double share(const std::array<int, 3>& p) const {
    return share_[static_cast<std::size_t>(((p[2] + 1) * n + p[1] + 1) * n + p[0] + 1)];
  }
  std::pair<Point, Point> box(const std::array<int, 3>& p) const {
    Point from, to;
    for (int a = 0; a < 3; ++a) {
      from[a] = lower_[a] + p[a] * step_[a];
      to[a] = from[a] + step_[a];
    }
    return {from, to};
  }

  /// The surface between part p, which has less of the region, and its neighbour: it belongs to p, so that
  /// neighbouring cells share nothing.
  void add(const std::array<int, 3>& p, int a, int side, const dealii::Tensor<1, 3>& outward,
           std::array<double, 8>& area) const {
    std::array<int, 3> other = p;
    other[a] += side;
    const double jump = share(other) - share(p);
    if (jump <= 1e-9) return;
    // Of what p has besides the region, the part that is tissue.
    const auto [from, to] = box(p);
    double tissue = 0;
    for (int r = 0; r < mesh_.n_regions(); ++r)
      if (mesh_.has_tissue(r)) tissue += overlap_(r, from, to);
    tissue /= volume(from, to) * (1 - share(p));
    // A surface without direction: on average over all directions a staircase has 3/2 of the area.
    const double along = outward.norm() > 0 ? -side * outward[a] : 2. / 3.;
    const double face = step_[0] * step_[1] * step_[2] / step_[a];
    const double projected = std::min(1., tissue) * jump * face * along;
    double at[3];
    for (int d = 0; d < 3; ++d) at[d] = (p[d] + 0.5) / parts;
    at[a] = (p[a] + (side > 0 ? 1. : 0.)) / parts;
    for (int v = 0; v < 8; ++v)
      area[v] +=
          projected * (v & 1 ? at[0] : 1 - at[0]) * (v & 2 ? at[1] : 1 - at[1]) * (v & 4 ? at[2] : 1 - at[2]);
  }

  const TissueMesh& mesh_;
  int region_;
  const RegionOverlap& overlap_;
  Point lower_;
  std::array<double, 3> step_{};
  std::array<double, n * n * n> share_{};
};

}  // namespace

WallArea wall_area(const TissueMesh& mesh, int region, const RegionOverlap& overlap, double blur) {
  WallArea area;
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    if (mesh.cell_tissue(index) == 0) return;
    const Point lower = cell->vertex(0), upper = cell->vertex(7);
    const auto grown = [&](double by) {
      Point from = lower, to = upper;
      for (int a = 0; a < 3; ++a) {
        from[a] -= by;
        to[a] += by;
      }
      return std::make_pair(from, to);
    };
    const auto [near_lower, near_upper] = grown((upper[0] - lower[0]) / parts);
    if (!(overlap(region, near_lower, near_upper) > 0)) return;
    const auto [wide_lower, wide_upper] = grown(blur);
    const std::array<double, 8> corners =
        CutCell(mesh, region, overlap, lower, upper).corners(normal(region, overlap, wide_lower, wide_upper));
    double of_cell = 0;
    for (const double corner : corners) of_cell += corner;
    if (of_cell == 0) return;
    area.of_cell[index] = corners;
    area.total += of_cell;
  });
  area.total = dealii::Utilities::MPI::sum(area.total, mesh.communicator());
  return area;
}

std::vector<double> wall_conductance(const TissueMesh& mesh, const WallArea& area, double resistance,
                                     const std::vector<double>& conductivity) {
  Vector nodes = mesh.make_vector();
  mesh.assemble(
      [&](const TissueMesh::Cell& cell, int index, const dealii::FEValues<3>&,
          dealii::Vector<double>& local) {
        const auto found = area.of_cell.find(index);
        if (found == area.of_cell.end()) return false;
        const double s = mesh.cell_tissue(index), h = std::cbrt(cell->measure());
        const double of_tissue = conductivity[index] / s;
        // A wall that resists more than the cell needs no layer.
        const double layer =
            h * std::max(least_layer, layer_factor * s * (1 - s)) / (1 + resistance * of_tissue / h);
        for (unsigned int v = 0; v < 8; ++v) local(v) = found->second[v] / (resistance + layer / of_tissue);
        return true;
      },
      nodes);
  return {nodes.begin(), nodes.begin() + mesh.graph().n_owned};
}

}  // namespace intratumor
