#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "images/memory.h"
#include "images/mesh_file.h"
#include "images/nifti_header.h"
#include "images/orientation.h"
#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr double voxels_across = 64;    // the cube as large as the target
constexpr double on_a_face = 1e-9;      // of a tetrahedron's height
constexpr double largest_extent = 1e3;  // m
constexpr int most_along_axis = 32767;  // of an image that maps can be written on

struct Extent {
  Vector3 lower, upper;
};

/// Of the cells in the groups, or of all, in m, RAS.
Extent extent_of(const MeshFile& mesh, const MeshPlace& place, const std::vector<std::uint16_t>* groups) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Extent e{{infinity, infinity, infinity}, {-infinity, -infinity, -infinity}};
  for (const MeshFile::Tetrahedron& cell : mesh.cells) {
    if (groups != nullptr && std::find(groups->begin(), groups->end(), cell.group) == groups->end()) continue;
    for (const std::uint32_t node : cell.node)
      for (int a = 0; a < 3; ++a) {
        const double x = place.signs[a] * place.length_unit * mesh.nodes[node][a];
        e.lower[a] = std::min(e.lower[a], x);
        e.upper[a] = std::max(e.upper[a], x);
      }
  }
  if (e.lower[0] > e.upper[0]) throw InputError(mesh.path + ": no cell belongs to the target");
  for (int a = 0; a < 3; ++a)
    if (!(e.upper[a] - e.lower[a] < largest_extent))
      throw InputError(mesh.path +
                       ": a node lies more than a kilometre away; is geometry.length_unit right?");
  return e;
}

/// Voxels that divide the target's box evenly and go on, to one beyond the mesh and the margin, on every
/// side.
struct VoxelGrid {
  Vector3 spacing{}, first{};  // m; centre of voxel (0,0,0)
  Vector3 size{};

  VoxelGrid(const Extent& mesh, const Extent& target, double margin, double voxel) {
    for (int a = 0; a < 3; ++a) {
      const double extent = target.upper[a] - target.lower[a];
      const double along = std::max(1., std::ceil(extent / voxel - 1e-9));
      // A target thinner than a voxel lies in the middle of one.
      const double s = spacing[a] = extent < voxel ? voxel : extent / along;
      const auto beyond = [s](double length) { return 1 + std::ceil(length / s - 1e-9); };
      const double lower = (target.lower[a] + target.upper[a] - along * s) / 2, upper = lower + along * s;
      const double below = beyond(std::max(margin, lower - mesh.lower[a]));
      size[a] = below + along + beyond(std::max(margin, mesh.upper[a] - upper));
      first[a] = lower - (below - 0.5) * s;
    }
  }
  bool too_large() const {
    return size[0] * size[1] * size[2] > most_mesh_voxels ||
           *std::max_element(size.begin(), size.end()) > most_along_axis;
  }
};

/// Barycentric coordinates of points: linear, one row a corner.
struct Inside {
  double at_zero[4], slope[4][3];

  /// False for a cell without volume.
  bool of(const std::array<Vector3, 4>& p) {
    Vector3 e[3];
    for (int k = 0; k < 3; ++k)
      for (int a = 0; a < 3; ++a) e[k][a] = p[k + 1][a] - p[0][a];
    const auto cross = [](const Vector3& u, const Vector3& v) {
      return Vector3{u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
    };
    const Vector3 normal[3] = {cross(e[1], e[2]), cross(e[2], e[0]), cross(e[0], e[1])};
    const double volume = e[0][0] * normal[0][0] + e[0][1] * normal[0][1] + e[0][2] * normal[0][2];
    if (volume == 0 || !std::isfinite(1 / volume)) return false;
    at_zero[0] = 1;
    for (int a = 0; a < 3; ++a) slope[0][a] = 0;
    for (int k = 0; k < 3; ++k) {
      at_zero[k + 1] = 0;
      for (int a = 0; a < 3; ++a) {
        slope[k + 1][a] = normal[k][a] / volume;
        slope[0][a] -= slope[k + 1][a];
        at_zero[k + 1] -= slope[k + 1][a] * p[0][a];
      }
      at_zero[0] -= at_zero[k + 1];
    }
    return true;
  }
};

}  // namespace

double voxel_for(const MeshFile& mesh, const MeshPlace& place) {
  const std::map<std::uint16_t, double> volumes = mesh.volume_by_group();
  double volume = 0;
  for (const std::uint16_t group : place.target)
    if (const auto found = volumes.find(group); found != volumes.end())
      volume += std::pow(place.length_unit, 3) * found->second;
  const Extent whole = extent_of(mesh, place, nullptr), target = extent_of(mesh, place, &place.target);
  if (!(volume > 0)) throw InputError(mesh.path + ": the cells of the target have no volume");
  double voxel = std::cbrt(volume) / voxels_across;
  const double digits = std::pow(10, std::floor(std::log10(voxel)) - 1);
  voxel = std::floor(voxel / digits * (1 + 1e-12)) * digits;
  while (VoxelGrid(whole, target, place.margin, voxel).too_large()) voxel *= 1.05;
  return voxel;
}

LabelImage voxelised(const MeshFile& mesh, const MeshPlace& at, double voxel, std::size_t& shared) {
  const Extent whole = extent_of(mesh, at, nullptr);
  const VoxelGrid grid(whole, extent_of(mesh, at, &at.target), at.margin, voxel);
  if (grid.too_large()) {
    char text[200];
    std::snprintf(
        text, sizeof text,
        ": a mesh of %.3g x %.3g x %.3g mm has too many voxels of %.3g mm; is geometry.length_unit right? "
        "Larger voxels: geometry.voxel",
        1e3 * (whole.upper[0] - whole.lower[0]), 1e3 * (whole.upper[1] - whole.lower[1]),
        1e3 * (whole.upper[2] - whole.lower[2]),
        1e3 * *std::max_element(grid.spacing.begin(), grid.spacing.end()));
    throw InputError(mesh.path + text);
  }
  LabelImage image;
  image.path = mesh.path;
  image.format = mesh.format;
  std::array<int, 3> size{};
  Matrix3 matrix{};
  for (int a = 0; a < 3; ++a) {
    size[a] = static_cast<int>(grid.size[a]);
    matrix[a][a] = grid.spacing[a];
  }
  place(image, size, matrix, grid.first, "mesh");
  image.file_grid = nifti_grid(size, matrix, grid.first);
  image.labels = empty_labels(mesh.path, static_cast<std::size_t>(size[0]) * size[1] * size[2]);
  std::vector<bool> within(image.labels.size());  // a cell, not only on its face
  shared = 0;

  Inside inside{};
  for (const MeshFile::Tetrahedron& cell : mesh.cells) {
    // In voxels, so that a centre is a whole number.
    std::array<Vector3, 4> p{};
    std::array<int, 3> low{}, high{};
    for (int k = 0; k < 4; ++k)
      for (int a = 0; a < 3; ++a)
        p[k][a] =
            (at.signs[a] * at.length_unit * mesh.nodes[cell.node[k]][a] - grid.first[a]) / grid.spacing[a];
    for (int a = 0; a < 3; ++a) {
      const auto [least, most] = std::minmax({p[0][a], p[1][a], p[2][a], p[3][a]});
      low[a] = std::max(0, static_cast<int>(std::ceil(least - 1e-6)));
      high[a] = std::min(size[a] - 1, static_cast<int>(std::floor(most + 1e-6)));
    }
    if (!inside.of(p)) continue;
    for (int k = low[2]; k <= high[2]; ++k)
      for (int j = low[1]; j <= high[1]; ++j)
        for (int i = low[0]; i <= high[0]; ++i) {
          double least = 1;
          for (int c = 0; c < 4; ++c)
            least = std::min(least, inside.at_zero[c] + inside.slope[c][0] * i + inside.slope[c][1] * j +
                                        inside.slope[c][2] * k);
          if (least < -on_a_face) continue;
          const std::size_t v = (static_cast<std::size_t>(k) * size[1] + j) * size[0] + i;
          if (least > on_a_face) {
            shared += within[v] ? 1 : 0;
            within[v] = true;
          }
          if (image.labels[v] == 0) image.labels[v] = cell.group;
        }
  }
  return image;
}

}  // namespace intratumor
