#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace intratumor {

/// The voxel grid of an image file in the words of its NIfTI-1 header, unchanged, so that another file can be
/// laid over it voxel by voxel by every program, whichever of the two frames that program prefers.
struct FileGrid {
  std::array<std::int16_t, 8> dim{};  ///< number of dimensions, then voxels along the file's axes
  std::array<float, 8> pixdim{};      ///< handedness of the qform, then voxel sizes
  std::int16_t qform_code = 0, sform_code = 0;
  std::array<float, 3> quatern{};              ///< b, c, d
  std::array<float, 3> qoffset{};              ///< position of file voxel (0,0,0)
  std::array<std::array<float, 4>, 3> srow{};  ///< file index to RAS position, in the file's length unit
  char xyzt_units = 0;

  int size(int file_axis) const { return dim[static_cast<std::size_t>(file_axis) + 1]; }
  std::uint64_t voxels() const {
    return std::uint64_t(size(0)) * std::uint64_t(size(1)) * std::uint64_t(size(2));
  }
};

}  // namespace intratumor
