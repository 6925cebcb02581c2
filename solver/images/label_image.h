#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "images/file_grid.h"

namespace intratumor {

using Vector3 = std::array<double, 3>;
using Matrix3 = std::array<std::array<double, 3>, 3>;  // [row][column]

/// One label of a segmentation's file: a voxel value in one of its layers (layer 0 where there is only one).
struct LayerValue {
  int layer = 0;
  std::uint16_t value = 0;
};
inline bool operator==(const LayerValue& a, const LayerValue& b) {
  return a.layer == b.layer && a.value == b.value;
}

/// A label that its file gives a name.
struct NamedLabel {
  std::string name;
  LayerValue stored;
};

/// A segmentation in memory. Axes are permuted and flipped on reading so that they run as close as possible
/// to right, anterior, superior (the same patient stored in any orientation gives the same array). Lengths in
/// metres, world frame RAS.
struct LabelImage {
  std::array<int, 3> size{};          ///< voxels along each canonical axis
  Vector3 spacing{};                  ///< m
  Vector3 origin{};                   ///< world position of the centre of voxel (0,0,0), m, RAS
  Matrix3 axes{};                     ///< columns: unit vectors of the three axes in RAS; a proper rotation
  std::vector<std::uint16_t> labels;  ///< size[0]*size[1]*size[2], the first axis fastest

  /// How the file stored it, so that maps can be written on the very same grid: canonical axis a is file axis
  /// file_axis[a], reversed if file_flipped[a].
  std::array<int, 3> file_axis{0, 1, 2};
  std::array<bool, 3> file_flipped{};
  FileGrid file_grid;               ///< of the whole file
  std::array<int, 3> file_first{};  ///< voxels of the file below voxel (0,0,0), along canonical axes
  std::string path;
  std::string format;  ///< for people: "NRRD, 2 layers of uint8, compressed"

  std::uint16_t at(int i, int j, int k) const {
    return labels[(static_cast<std::size_t>(k) * size[1] + j) * size[0] + i];
  }
  /// World position (m, RAS) of a continuous voxel index; integers are voxel centres.
  Vector3 world(const Vector3& index) const;
  /// Continuous voxel index of a world position (m, RAS).
  Vector3 index(const Vector3& world) const;
  /// Voxels of the whole file along a canonical axis.
  int file_size(int axis) const { return file_grid.size(file_axis[axis]); }
  /// Position of voxel (i,j,k), which may lie outside this image but not outside the file, among the file's
  /// voxels in their order.
  std::uint64_t file_voxel(int i, int j, int k) const;
  /// m^3
  double voxel_volume() const { return spacing[0] * spacing[1] * spacing[2]; }
};

/// What a file of several layers held before they were merged into one image.
struct MergedLayers {
  std::vector<LayerValue> stands_for;  ///< label k + 1 of the image
  std::vector<std::size_t> voxels;     ///< of each in its own layer
  struct Overlap {
    std::uint16_t winner, loser;  ///< labels of the image
    std::size_t voxels;
  };
  std::vector<Overlap> overlaps;
};

/// Reads a segmentation of whole numbers from 0 to 65535, stored as integers of 8 to 64 bits or as floats:
/// NIfTI-1
/// (.nii, .nii.gz), NRRD (.nrrd, .seg.nrrd, .nhdr), MetaImage (.mha, .mhd). World coordinates: NIfTI's sform
/// when its code is positive, else the qform when its code is positive; NRRD's space directions in a named
/// space of the patient; MetaImage's Offset and TransformMatrix, LPS. A file that says of none of these is
/// refused. Throws InputError for a missing, truncated, corrupt, non-3-D, sheared, too large or non-integer
/// image; the message names the file and what would be right.
///
/// A file of one layer keeps its values. Layers are merged: label k + 1 is order[k], and where labels
/// overlap the later one of `order` wins; labels that are not in `order` follow it and lose against it.
LabelImage read_label_image(const std::string& path, const std::vector<LayerValue>& order,
                            MergedLayers& merged);
LabelImage read_label_image(const std::string& path);

/// Whether a file's name ends as one of these do.
bool is_image_name(const std::string& name);
constexpr const char* kinds_of_image =
    "NIfTI (.nii, .nii.gz), NRRD (.nrrd, .seg.nrrd, .nhdr) or MetaImage (.mha, .mhd)";
/// Whether files of this kind can give labels names.
bool can_name_segments(const std::string& name);

/// Most voxels that are read: each takes 2 bytes of memory on every rank.
constexpr std::size_t most_voxels = 1000000000;

/// Voxels of every label value that occurs.
std::map<std::uint16_t, std::size_t> count_labels(const LabelImage& image);

/// Inclusive range of voxels; empty when last < first along the axes.
struct VoxelBox {
  std::array<int, 3> first{0, 0, 0};
  std::array<int, 3> last{-1, -1, -1};
  bool empty() const { return last[0] < first[0] || last[1] < first[1] || last[2] < first[2]; }
};
/// Smallest box that holds all voxels whose value is in `values`; empty when there are none.
VoxelBox voxel_box(const LabelImage& image, const std::vector<std::uint16_t>& values);

/// The part of an image inside a box that lies in it; world positions stay.
LabelImage cropped(const LabelImage& image, const VoxelBox& box);

/// World position (m, RAS) of the centroid of all voxels whose value is in `values`.
/// Throws InputError when no voxel has such a value.
Vector3 centroid(const LabelImage& image, const std::vector<std::uint16_t>& values);

/// World position (m, RAS) of the voxel centre of the region that lies farthest from the region's boundary:
/// the faces between its voxels and others (the space outside the image counts as outside the region). Ties
/// within 1e-9 relative go to the voxel nearest to the region's centroid, then to the first in storage order.
/// Throws InputError when no voxel has such a value.
struct DeepestPoint {
  Vector3 position{};
  double depth = 0;  ///< m, distance to the region's boundary
};
DeepestPoint deepest_point(const LabelImage& image, const std::vector<std::uint16_t>& values);

/// Exact overlaps of boxes with one region of a label image, from a summed-area table. Coordinates are the
/// image's own: metres along the canonical axes, zero at the lower corner of voxel (0,0,0) (so voxel i spans
/// [i, i+1] * spacing). The table covers `first`..`last` (inclusive voxel ranges) only; what is outside holds
/// no label.
class RegionTable {
 public:
  /// Keeps 4 bytes per voxel of the smallest box that holds the region within `first`..`last`, nothing of the
  /// image.
  RegionTable(const LabelImage& image, const std::vector<std::uint16_t>& values,
              const std::array<int, 3>& first, const std::array<int, 3>& last);
  /// Volume (m^3) of the region inside the box [lower, upper]; never negative, exact up to round-off of the
  /// box's own volume. Zero for an empty or inverted box.
  double overlap(const Vector3& lower, const Vector3& upper) const;

 private:
  std::array<int, 3> first_{};  // lower corner of the region's box, in voxels of the image
  std::array<int, 3> n_{};      // voxels of the region's box; all zero when there is no region
  Vector3 spacing_{};
  Vector3 per_metre_{};
  // Region voxels below each corner, modulo 2^32. Counts of pieces are differences of these, exact in modular
  // arithmetic: unlike differences of doubles interpolated first, they cost no digits when the box is small.
  std::vector<std::uint32_t> sums_;
};

}  // namespace intratumor
