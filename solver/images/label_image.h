#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace intratumor {

using Vector3 = std::array<double, 3>;
using Matrix3 = std::array<std::array<double, 3>, 3>;  // [row][column]

/// A segmentation in memory. Axes are permuted and flipped on reading so that they run as close as possible to
/// right, anterior, superior (the same patient stored in any orientation gives the same array). Lengths in metres,
/// world frame RAS.
struct LabelImage {
  std::array<int, 3> size{};            ///< voxels along each canonical axis
  Vector3 spacing{};                    ///< m
  Vector3 origin{};                     ///< world position of the centre of voxel (0,0,0), m, RAS
  Matrix3 axes{};                       ///< columns: unit vectors of the three axes in RAS; a proper rotation
  std::vector<std::uint16_t> labels;    ///< size[0]*size[1]*size[2], the first axis fastest

  /// How the file stored it, so that maps can be written on the very same grid: canonical axis a is file axis
  /// file_axis[a], reversed if file_flipped[a].
  std::array<int, 3> file_axis{0, 1, 2};
  std::array<bool, 3> file_flipped{};
  std::string path;

  std::uint16_t at(int i, int j, int k) const {
    return labels[(static_cast<std::size_t>(k) * size[1] + j) * size[0] + i];
  }
  /// World position (m, RAS) of a continuous voxel index; integers are voxel centres.
  Vector3 world(const Vector3& index) const;
  /// Continuous voxel index of a world position (m, RAS).
  Vector3 index(const Vector3& world) const;
  /// m^3
  double voxel_volume() const { return spacing[0] * spacing[1] * spacing[2]; }
};

/// Reads a NIfTI segmentation (.nii, .nii.gz) of 8 to 32 bit integers, or floats that hold integers.
/// World coordinates as the NIfTI standard says: the sform when its code is positive, else the qform.
/// Throws InputError for a missing, truncated, corrupt, non-3-D, sheared or non-integer image; the message names
/// the file and what would be right.
LabelImage read_label_image(const std::string& path);

/// Voxels of every label value that occurs.
std::map<std::uint16_t, std::size_t> count_labels(const LabelImage& image);

/// World position (m, RAS) of the centroid of all voxels whose value is in `values`.
Vector3 centroid(const LabelImage& image, const std::vector<std::uint16_t>& values);

/// World position (m, RAS) of the voxel centre of the region that lies farthest from the region's boundary (the
/// space outside the image counts as outside the region). Ties within 1e-9 relative go to the voxel nearest to the
/// region's centroid, then to the smallest canonical index.
struct DeepestPoint {
  Vector3 position{};
  double depth = 0;  ///< m, distance to the region's boundary
};
DeepestPoint deepest_point(const LabelImage& image, const std::vector<std::uint16_t>& values);

/// Exact overlaps of boxes with one region of a label image, from a summed-area table. Coordinates are the image's own:
/// metres along the canonical axes, zero at the lower corner of voxel (0,0,0) (so voxel i spans
/// [i, i+1] * spacing). The table covers `first`..`last` (inclusive voxel ranges) only; what is outside holds no label.
class RegionTable {
 public:
  RegionTable(const LabelImage& image, const std::vector<std::uint16_t>& values, const std::array<int, 3>& first,
              const std::array<int, 3>& last);
  /// Volume (m^3) of the region inside the box [lower, upper]; exact up to round-off.
  double overlap(const Vector3& lower, const Vector3& upper) const;

 private:
  double cumulative(double x, double y, double z) const;
  std::array<int, 3> first_{};
  std::array<int, 3> n_{};
  Vector3 spacing_{};
  std::vector<double> sums_;  // (n+1)^3 table of counts
};

}  // namespace intratumor
