#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "images/label_image.h"

namespace intratumor {

/// Which of the 65536 possible labels belong to a region: one table look-up per voxel.
class RegionLookup {
 public:
  explicit RegionLookup(const std::vector<std::uint16_t>& values) : inside_(65536, 0) {
    for (const auto value : values) inside_[value] = 1;
  }
  bool operator()(std::uint16_t label) const { return inside_[label] != 0; }

 private:
  std::vector<char> inside_;
};

/// Smallest box that holds every voxel of the region within `search` (itself clipped to the image).
VoxelBox region_box(const LabelImage& image, const RegionLookup& region, const VoxelBox& search);

/// The whole image.
VoxelBox whole_image(const LabelImage& image);

/// Centroid of the region in continuous voxel indices. Throws InputError, naming the labels that do occur,
/// when the region has no voxel.
Vector3 centroid_index(const LabelImage& image, const std::vector<std::uint16_t>& values);

}  // namespace intratumor
