#include <algorithm>
#include <cmath>
#include <limits>

#include "images/label_image.h"
#include "images/region_lookup.h"

namespace intratumor {
namespace {

/// A box of voxels around the region with one layer of outside all round: whatever lies beyond that layer is
/// never nearer than the layer itself.
struct PaddedField {
  std::array<int, 3> n{};
  std::vector<double> value;
  std::size_t offset(int i, int j, int k) const {
    return (static_cast<std::size_t>(k) * n[1] + j) * n[0] + i;
  }
};

/// Squared gap (m^2), along one axis, between a voxel's centre and a voxel `steps` away that is a box, not a
/// point.
double squared_gap(int steps, double spacing) {
  const double gap = std::max(0.0, steps - 0.5) * spacing;
  return gap * gap;
}

/// One axis of the distance transform: value(i) becomes the least value(i') + squared_gap(i - i'). The
/// squared distance from a voxel's centre to a voxel box is a sum over the axes, so three such passes are
/// exact. Each search goes outwards and ends once the gap alone exceeds what is already found.
void pass(PaddedField& field, int axis, double spacing) {
  const int n = field.n[axis];
  const std::array<std::size_t, 3> strides{1, static_cast<std::size_t>(field.n[0]),
                                           static_cast<std::size_t>(field.n[0]) * field.n[1]};
  const std::size_t stride = strides[axis];
  const int other_1 = (axis + 1) % 3, other_2 = (axis + 2) % 3;
  std::vector<double> gap(n), line(n);
  for (int steps = 0; steps < n; ++steps) gap[steps] = squared_gap(steps, spacing);

  for (int q = 0; q < field.n[other_2]; ++q)
    for (int p = 0; p < field.n[other_1]; ++p) {
      double* const start = field.value.data() + q * strides[other_2] + p * strides[other_1];
      for (int i = 0; i < n; ++i) line[i] = start[i * stride];
      for (int i = 0; i < n; ++i) {
        double best = line[i];
        for (int steps = 1; steps < n && gap[steps] < best; ++steps) {
          if (i >= steps) best = std::min(best, line[i - steps] + gap[steps]);
          if (i + steps < n) best = std::min(best, line[i + steps] + gap[steps]);
        }
        start[i * stride] = best;
      }
    }
}

}  // namespace

DeepestPoint deepest_point(const LabelImage& image, const std::vector<std::uint16_t>& values) {
  const Vector3 centre = centroid_index(image, values);  // throws when the region is empty
  const RegionLookup region(values);
  const VoxelBox box = region_box(image, region, whole_image(image));

  PaddedField field;
  for (int a = 0; a < 3; ++a) field.n[a] = box.last[a] - box.first[a] + 3;
  field.value.assign(static_cast<std::size_t>(field.n[0]) * field.n[1] * field.n[2], 0.0);
  for (int k = box.first[2]; k <= box.last[2]; ++k)
    for (int j = box.first[1]; j <= box.last[1]; ++j)
      for (int i = box.first[0]; i <= box.last[0]; ++i)
        if (region(image.at(i, j, k)))
          field.value[field.offset(i - box.first[0] + 1, j - box.first[1] + 1, k - box.first[2] + 1)] =
              std::numeric_limits<double>::infinity();
  for (int axis = 0; axis < 3; ++axis) pass(field, axis, image.spacing[axis]);

  const double deepest = std::sqrt(*std::max_element(field.value.begin(), field.value.end()));
  // Compared with a tolerance so that neither round-off nor the storage order decides between equals.
  const double equal_depth = deepest * (1 - 1e-9);
  const double equal_distance = 1e-9 * std::max({image.spacing[0], image.spacing[1], image.spacing[2]});
  double nearest = std::numeric_limits<double>::infinity();
  Vector3 chosen{};
  for (int k = 1; k + 1 < field.n[2]; ++k)
    for (int j = 1; j + 1 < field.n[1]; ++j)
      for (int i = 1; i + 1 < field.n[0]; ++i) {
        if (std::sqrt(field.value[field.offset(i, j, k)]) < equal_depth) continue;
        const Vector3 index{double(box.first[0] + i - 1), double(box.first[1] + j - 1),
                            double(box.first[2] + k - 1)};
        double squared = 0;
        for (int a = 0; a < 3; ++a) {
          const double d = (index[a] - centre[a]) * image.spacing[a];
          squared += d * d;
        }
        const double distance = std::sqrt(squared);
        if (distance < nearest - equal_distance) {
          nearest = distance;
          chosen = index;
        }
      }
  return {image.world(chosen), deepest};
}

}  // namespace intratumor
