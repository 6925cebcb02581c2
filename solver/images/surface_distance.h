#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "images/label_image.h"

namespace intratumor {

/// How far points are from the surface of a region: the faces between its voxels and others (space outside
/// the image counts as outside the region). Exact for the region as its voxels draw it.
class SurfaceDistance {
 public:
  /// Of the region of these voxel values. InputError when no voxel has one of them. The image must outlive
  /// this.
  SurfaceDistance(const LabelImage& image, const std::vector<std::uint16_t>& values);
  SurfaceDistance(SurfaceDistance&&) noexcept;
  ~SurfaceDistance();

  /// m, negative inside. `at` in the image's own axes: metres from the lower corner of voxel (0,0,0).
  double operator()(const Vector3& at) const;

 private:
  struct Faces;
  std::unique_ptr<Faces> faces_;
};

}  // namespace intratumor
