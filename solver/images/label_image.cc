#include "images/label_image.h"

#include <algorithm>
#include <sstream>

#include "images/region_lookup.h"
#include "quantities/error.h"

namespace intratumor {

Vector3 LabelImage::world(const Vector3& index) const {
  Vector3 position = origin;
  for (int r = 0; r < 3; ++r)
    for (int a = 0; a < 3; ++a) position[r] += axes[r][a] * spacing[a] * index[a];
  return position;
}

Vector3 LabelImage::index(const Vector3& world) const {
  Vector3 result{};
  for (int a = 0; a < 3; ++a) {
    for (int r = 0; r < 3; ++r) result[a] += axes[r][a] * (world[r] - origin[r]);
    result[a] /= spacing[a];
  }
  return result;
}

std::uint64_t LabelImage::file_voxel(int i, int j, int k) const {
  const std::array<int, 3> here{i, j, k};
  std::array<std::uint64_t, 3> in_file{};
  for (int a = 0; a < 3; ++a) {
    const int whole = here[a] + file_first[a];
    in_file[file_axis[a]] = static_cast<std::uint64_t>(file_flipped[a] ? file_size(a) - 1 - whole : whole);
  }
  return (in_file[2] * file_grid.size(1) + in_file[1]) * file_grid.size(0) + in_file[0];
}

std::map<std::uint16_t, std::size_t> count_labels(const LabelImage& image) {
  std::vector<std::size_t> counts(65536, 0);
  for (const auto label : image.labels) ++counts[label];
  std::map<std::uint16_t, std::size_t> result;
  for (std::size_t value = 0; value < counts.size(); ++value)
    if (counts[value] > 0) result[static_cast<std::uint16_t>(value)] = counts[value];
  return result;
}

VoxelBox whole_image(const LabelImage& image) {
  VoxelBox box;
  for (int a = 0; a < 3; ++a) box.last[a] = image.size[a] - 1;
  return box;
}

VoxelBox region_box(const LabelImage& image, const RegionLookup& region, const VoxelBox& search) {
  VoxelBox inside;
  for (int a = 0; a < 3; ++a) {
    inside.first[a] = std::max(search.first[a], 0);
    inside.last[a] = std::min(search.last[a], image.size[a] - 1);
  }
  VoxelBox box{inside.last, inside.first};
  bool found = false;
  for (int k = inside.first[2]; k <= inside.last[2]; ++k)
    for (int j = inside.first[1]; j <= inside.last[1]; ++j)
      for (int i = inside.first[0]; i <= inside.last[0]; ++i)
        if (region(image.at(i, j, k))) {
          found = true;
          const std::array<int, 3> voxel{i, j, k};
          for (int a = 0; a < 3; ++a) {
            box.first[a] = std::min(box.first[a], voxel[a]);
            box.last[a] = std::max(box.last[a], voxel[a]);
          }
        }
  return found ? box : VoxelBox{};
}

VoxelBox voxel_box(const LabelImage& image, const std::vector<std::uint16_t>& values) {
  return region_box(image, RegionLookup(values), whole_image(image));
}

LabelImage cropped(const LabelImage& image, const VoxelBox& box) {
  LabelImage part;
  part.spacing = image.spacing;
  part.axes = image.axes;
  part.file_axis = image.file_axis;
  part.file_flipped = image.file_flipped;
  part.file_grid = image.file_grid;
  part.path = image.path;
  part.format = image.format;
  VoxelBox inside = box;
  Vector3 corner{};
  for (int a = 0; a < 3; ++a) {
    inside.first[a] = std::max(box.first[a], 0);
    inside.last[a] = std::min(box.last[a], image.size[a] - 1);
    part.size[a] = inside.last[a] - inside.first[a] + 1;
    part.file_first[a] = image.file_first[a] + inside.first[a];
    corner[a] = inside.first[a];
  }
  part.origin = image.world(corner);
  part.labels.reserve(static_cast<std::size_t>(part.size[0]) * part.size[1] * part.size[2]);
  for (int k = inside.first[2]; k <= inside.last[2]; ++k)
    for (int j = inside.first[1]; j <= inside.last[1]; ++j)
      for (int i = inside.first[0]; i <= inside.last[0]; ++i) part.labels.push_back(image.at(i, j, k));
  return part;
}

Vector3 centroid_index(const LabelImage& image, const std::vector<std::uint16_t>& values) {
  const RegionLookup region(values);
  // Whole numbers summed as such: the result does not depend on the order in which the file stored the
  // voxels.
  std::array<std::uint64_t, 3> sum{};
  std::uint64_t voxels = 0;
  for (int k = 0; k < image.size[2]; ++k)
    for (int j = 0; j < image.size[1]; ++j)
      for (int i = 0; i < image.size[0]; ++i)
        if (region(image.at(i, j, k))) {
          ++voxels;
          sum[0] += i;
          sum[1] += j;
          sum[2] += k;
        }
  if (voxels == 0) {
    std::ostringstream message;
    message << image.path << ": no voxel has label";
    for (const auto value : values) message << ' ' << value;
    message << "; labels in the image:";
    const auto counts = count_labels(image);
    std::size_t shown = 0;
    for (const auto& [label, count] : counts) {
      if (++shown > 20) break;
      message << ' ' << label;
    }
    if (counts.size() > 20) message << " ...";
    throw InputError(message.str());
  }
  Vector3 result;
  for (int a = 0; a < 3; ++a) result[a] = static_cast<double>(sum[a]) / static_cast<double>(voxels);
  return result;
}

Vector3 centroid(const LabelImage& image, const std::vector<std::uint16_t>& values) {
  return image.world(centroid_index(image, values));
}

}  // namespace intratumor
