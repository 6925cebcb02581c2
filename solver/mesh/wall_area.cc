#include "mesh/wall_area.h"

#include <deal.II/fe/fe_values.h>

#include <algorithm>
#include <cmath>

namespace intratumor {

namespace {

constexpr int parts = 2;       // of a cell along each edge
constexpr double slab = 1e-3;  // thickness over width of what stands for a face of a box
/// Of the cell's size. Nodes of a cut cell stand on both sides of the surface and share its area by nearness;
/// if each stood on it, the lumen would reach too far. For a plane this layer is a quarter of the cell, on
/// average over where between two nodes it lies; for balls of 12 to 24 cells across the flux is right within
/// 1% with 0.21.
constexpr double layer_of_cell = 0.21;

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

  /// m^2 at each corner of the cell. `blur` as in wall_area.
  std::array<double, 8> corners(double blur) const {
    std::array<double, 8> area{};
    // On a face of the cell the normal is that of a box round the face: of the cell's own box, which lies to
    // one side of a curved surface, it would lean outwards.
    const dealii::Tensor<1, 3> inner = normal_at(0, 0, blur);
    std::array<int, 3> p{};
    for (int a = 0; a < 3; ++a)
      for (const int side : {-1, 1}) {
        const dealii::Tensor<1, 3> outer = on_face(a, side) ? normal_at(a, side, blur) : inner;
        for (p[2] = 0; p[2] < parts; ++p[2])
          for (p[1] = 0; p[1] < parts; ++p[1])
            for (p[0] = 0; p[0] < parts; ++p[0])
              add(p, a, side, p[a] + side < 0 || p[a] + side == parts ? outer : inner, area);
      }
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

  double jump(const std::array<int, 3>& p, int a, int side) const {
    std::array<int, 3> other = p;
    other[a] += side;
    const double jump = share(other) - share(p);
    return jump > 1e-9 ? jump : 0.;
  }
  /// Whether any of the surface stands on a face of the cell.
  bool on_face(int a, int side) const {
    std::array<int, 3> p{};
    p[a] = side < 0 ? 0 : parts - 1;
    const int b = (a + 1) % 3, c = (a + 2) % 3;
    for (p[b] = 0; p[b] < parts; ++p[b])
      for (p[c] = 0; p[c] < parts; ++p[c])
        if (jump(p, a, side) > 0) return true;
    return false;
  }
  /// Of a box as wide as the cell and `blur` more, moved by half a cell.
  dealii::Tensor<1, 3> normal_at(int a, int side, double blur) const {
    Point from, to;
    for (int d = 0; d < 3; ++d) {
      from[d] = lower_[d] - blur;
      to[d] = lower_[d] + parts * step_[d] + blur;
    }
    from[a] += side * parts * step_[a] / 2;
    to[a] += side * parts * step_[a] / 2;
    return normal(region_, overlap_, from, to);
  }

  /// The surface between part p, which has less of the region, and its neighbour: it belongs to p, so that
  /// neighbouring cells share nothing.
  void add(const std::array<int, 3>& p, int a, int side, const dealii::Tensor<1, 3>& outward,
           std::array<double, 8>& area) const {
    const double across = jump(p, a, side);
    if (across == 0) return;
    // Of what p has besides the region, the part that is tissue.
    const auto [from, to] = box(p);
    double tissue = 0;
    for (int r = 0; r < mesh_.n_regions(); ++r)
      if (mesh_.has_tissue(r)) tissue += overlap_(r, from, to);
    tissue /= volume(from, to) * (1 - share(p));
    // A surface without direction: on average over all directions a staircase has 3/2 of the area.
    const double along = outward.norm() > 0 ? -side * outward[a] : 2. / 3.;
    const double face = step_[0] * step_[1] * step_[2] / step_[a];
    const double projected = std::min(1., tissue) * across * face * along;
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
    Point from = lower, to = upper;
    for (int a = 0; a < 3; ++a) {
      from[a] -= (upper[a] - lower[a]) / parts;
      to[a] += (upper[a] - lower[a]) / parts;
    }
    if (!(overlap(region, from, to) > 0)) return;
    const std::array<double, 8> corners = CutCell(mesh, region, overlap, lower, upper).corners(blur);
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
        const double h = std::cbrt(cell->measure());
        const double of_tissue = conductivity[index] / mesh.cell_tissue(index);
        // A wall that resists more than the cell needs no layer.
        const double layer = layer_of_cell * h / (1 + resistance * of_tissue / h);
        for (unsigned int v = 0; v < 8; ++v) local(v) = found->second[v] / (resistance + layer / of_tissue);
        return true;
      },
      nodes);
  return {nodes.begin(), nodes.begin() + mesh.graph().n_owned};
}

}  // namespace intratumor
