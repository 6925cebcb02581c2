#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "images/label_image.h"

namespace intratumor {

enum class VoxelType { uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64 };

/// What a single-file NIfTI-1 header says of a 3-D scalar image.
struct NiftiHeader {
  static constexpr std::size_t bytes = 348;

  std::array<int, 3> size{};  ///< voxels along the file's axes, the first axis fastest in the file
  VoxelType type{};
  std::size_t voxel_bytes = 0;
  bool swapped = false;         ///< the file's byte order is not this machine's
  std::size_t data_offset = 0;  ///< bytes before the first voxel
  bool scaled = false;          ///< value = slope * stored + intercept
  double slope = 1, intercept = 0;
  Matrix3 matrix{};   ///< file index to RAS position, m: columns are the file's axes
  Vector3 offset{};   ///< RAS position of file voxel (0,0,0), m
  std::string frame;  ///< where matrix comes from: "sform" or "qform"
  FileGrid grid;

  std::size_t voxels() const { return std::size_t(size[0]) * std::size_t(size[1]) * std::size_t(size[2]); }
};

/// Reads the first 348 bytes of a file. Throws InputError, naming `path`, for everything that is not a 3-D
/// scalar image with world coordinates. Source: the NIfTI-1 standard, nifti1.h.
NiftiHeader parse_nifti_header(const std::array<unsigned char, NiftiHeader::bytes>& raw,
                               const std::string& path);

/// What stands before the voxels of a NIfTI-1 file (.nii) of values as they are (slope 1) on a given grid, in
/// this machine's byte order: the header and four bytes that say that no extension follows. `description`
/// (at most 79 bytes) and `intent` (at most 15) are for people. Throws std::logic_error for longer ones and
/// for types other than uint8 and float32.
std::vector<unsigned char> nifti_file_start(const FileGrid& grid, VoxelType type,
                                            const std::string& description, const std::string& intent);

}  // namespace intratumor
