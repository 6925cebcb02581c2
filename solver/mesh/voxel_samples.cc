#include "mesh/voxel_samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace intratumor {

namespace {

/// Voxel centres along one axis of the mesh, on the lattice of the finest cells. Cells and voxels meet on
/// that lattice only, in whole numbers: positions of neighbours' corners may differ in their last bit, and a
/// voxel would be lost between them or belong to both.
class VoxelAxis {
 public:
  VoxelAxis(const MeshBox& box, const LabelImage& image, int axis)
      : lower_(box.lower[axis]), spacing_(image.spacing[axis]) {
    const int n_fine = static_cast<int>(box.cells[axis] << box.levels);
    h_ = (box.upper[axis] - lower_) / n_fine;
    const int begin = -image.file_first[axis], end = image.file_size(axis) - image.file_first[axis];
    for (int v = begin; v < end; ++v) {
      if (centre(v) < lower_ || centre(v) > box.upper[axis]) continue;
      if (fine_.empty()) first_ = v;
      fine_.push_back(std::min(n_fine - 1, static_cast<int>(std::floor((centre(v) - lower_) / h_))));
    }
  }
  /// Corner of a cell, in finest cells from the box's lower corner.
  int corner(double position) const { return static_cast<int>(std::lround((position - lower_) / h_)); }
  /// First voxel of the finest cell `corner` or above it.
  int first_voxel(int corner) const {
    return first_ + static_cast<int>(std::lower_bound(fine_.begin(), fine_.end(), corner) - fine_.begin());
  }
  /// Where a voxel's centre lies between two corners, 0 to 1.
  double between(int voxel, int from, int to) const {
    const double along = ((centre(voxel) - lower_) / h_ - from) / (to - from);
    return std::min(1., std::max(0., along));
  }

 private:
  double centre(int voxel) const { return (voxel + 0.5) * spacing_; }

  double lower_, spacing_, h_ = 0;
  int first_ = 0;          // voxel of the image, negative below a crop
  std::vector<int> fine_;  // finest cell of each voxel from first_ on
};

/// Owned and ghost nodes of every field, hanging ones interpolated.
std::vector<Vector> whole_fields(const TissueMesh& mesh,
                                 const std::vector<const std::vector<double>*>& fields) {
  // Filled in place: a copy of a vector does not take the ghosts' values along.
  std::vector<Vector> nodal(fields.size());
  for (std::size_t f = 0; f < fields.size(); ++f) {
    nodal[f].reinit(mesh.partitioner());
    for (int i = 0; i < mesh.graph().n_owned; ++i) nodal[f].local_element(i) = (*fields[f])[i];
    mesh.constraints().distribute(nodal[f]);
    nodal[f].update_ghost_values();
  }
  return nodal;
}

template <class T>
std::vector<T> in_order(const std::vector<T>& values, const std::vector<std::size_t>& order) {
  std::vector<T> result;
  result.reserve(values.size());
  for (const std::size_t k : order) result.push_back(values[k]);
  return result;
}

}  // namespace

VoxelSamples sample_at_voxels(const TissueMesh& mesh, const MeshBox& box, const LabelImage& image,
                              const std::vector<const std::vector<double>*>& fields,
                              const std::function<bool(int i, int j, int k)>& wanted) {
  if (image.file_grid.dim[0] < 3) throw std::logic_error(image.path + ": the grid of its file is not known");
  const std::vector<Vector> nodal = whole_fields(mesh, fields);
  const std::array<VoxelAxis, 3> axes = {VoxelAxis(box, image, 0), VoxelAxis(box, image, 1),
                                         VoxelAxis(box, image, 2)};
  VoxelSamples found;
  found.values.resize(fields.size());
  std::vector<dealii::types::global_dof_index> indices(8);
  std::vector<std::array<double, 8>> corner_values(fields.size());
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    if (mesh.cell_tissue(index) == 0) return;
    const Point lower = cell->vertex(0), upper = cell->vertex(7);
    std::array<int, 3> from{}, to{}, first{}, end{};
    for (int a = 0; a < 3; ++a) {
      from[a] = axes[a].corner(lower[a]);
      to[a] = axes[a].corner(upper[a]);
      first[a] = axes[a].first_voxel(from[a]);
      end[a] = axes[a].first_voxel(to[a]);
      if (first[a] == end[a]) return;
    }
    cell->get_dof_indices(indices);
    for (std::size_t f = 0; f < nodal.size(); ++f)
      for (int v = 0; v < 8; ++v) corner_values[f][v] = nodal[f](indices[v]);
    for (int k = first[2]; k < end[2]; ++k)
      for (int j = first[1]; j < end[1]; ++j)
        for (int i = first[0]; i < end[0]; ++i) {
          if (wanted != nullptr && !wanted(i, j, k)) continue;
          const double s[3] = {axes[0].between(i, from[0], to[0]), axes[1].between(j, from[1], to[1]),
                               axes[2].between(k, from[2], to[2])};
          found.voxel.push_back(image.file_voxel(i, j, k));
          for (std::size_t f = 0; f < nodal.size(); ++f) {
            double value = 0;
            for (int v = 0; v < 8; ++v)
              value += corner_values[f][v] * (v & 1 ? s[0] : 1 - s[0]) * (v & 2 ? s[1] : 1 - s[1]) *
                       (v & 4 ? s[2] : 1 - s[2]);
            found.values[f].push_back(static_cast<float>(value));
          }
        }
  });

  std::vector<std::size_t> order(found.voxel.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::sort(order.begin(), order.end(),
            [&found](std::size_t a, std::size_t b) { return found.voxel[a] < found.voxel[b]; });
  found.voxel = in_order(found.voxel, order);
  for (auto& values : found.values) values = in_order(values, order);
  return found;
}

}  // namespace intratumor
