#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "images/label_image.h"

namespace intratumor {

enum class VoxelType { uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64 };

/// Bytes of a voxel.
std::size_t size_of(VoxelType type);

/// Order of the values in a file of several layers.
enum class LayerOrder {
  together,  ///< the layers of one voxel stand side by side, as 3D Slicer writes them
  apart      ///< a whole layer after the other
};

/// What the header of a segmentation's file says, in words common to all formats.
struct ImageHeader {
  std::string format;         ///< "NIfTI-1", "NRRD", "MetaImage"
  std::array<int, 3> size{};  ///< voxels along the file's axes, the first axis fastest in the file
  int layers = 1;             ///< label maps on this grid
  LayerOrder layer_order = LayerOrder::together;
  VoxelType type{};
  bool swapped = false;  ///< the file's byte order is not this machine's
  bool scaled = false;   ///< value = slope * stored + intercept
  double slope = 1, intercept = 0;

  std::string data_path;        ///< file that holds the voxels: this one, or the one a detached header names
  std::size_t data_start = 0;   ///< bytes of that file before the voxels' stream
  bool compressed = false;      ///< the stream is one of gzip or zlib
  std::size_t data_offset = 0;  ///< bytes of the stream, decompressed, before the first voxel

  Matrix3 matrix{};   ///< file index to RAS position, m: columns are the file's axes
  Vector3 offset{};   ///< RAS position of file voxel (0,0,0), m
  std::string frame;  ///< where matrix comes from: "sform", "space directions"
  FileGrid grid;      ///< NIfTI's own words; empty (dim[0] = 0) for other formats
  std::vector<NamedLabel> segments;
  std::set<std::uint16_t> values;  ///< of labels; empty where only the voxels tell

  std::size_t voxels() const { return std::size_t(size[0]) * std::size_t(size[1]) * std::size_t(size[2]); }
  /// Bytes of the decompressed stream up to the last voxel.
  std::size_t needed_bytes() const {
    return data_offset + voxels() * static_cast<std::size_t>(layers) * size_of(type);
  }
};

/// Reads the header of a segmentation; the kind of file follows from its name's ending. Throws InputError,
/// naming the file, for what is no 3-D label map with world coordinates.
ImageHeader read_image_header(const std::string& path);

/// Sizes that an image of labels can have: three axes of 2 to 32767 voxels (what a NIfTI map can be written
/// on). Throws InputError, naming `path`.
std::array<int, 3> checked_size(const std::vector<double>& sizes, const std::string& path);

/// Throws InputError: the header is corrupt, and how.
[[noreturn]] void corrupt_header(const std::string& path, const std::string& how);

}  // namespace intratumor
