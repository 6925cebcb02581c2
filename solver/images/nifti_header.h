#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "images/image_header.h"

namespace intratumor {

constexpr std::size_t nifti_header_bytes = 348;

/// Reads the header of a single-file NIfTI-1 image (.nii, .nii.gz). Throws InputError, naming `path`, for
/// everything that is not a 3-D scalar image with world coordinates. Source: the NIfTI-1 standard, nifti1.h.
ImageHeader read_nifti_header(const std::string& path);

/// A NIfTI-1 grid of an image that came in another format: sform and qform alike, in millimetres. `matrix`
/// and `offset` (m) map file indices to RAS positions; right angles.
FileGrid nifti_grid(const std::array<int, 3>& size, const Matrix3& matrix, const Vector3& offset);

/// What stands before the voxels of a NIfTI-1 file (.nii) of values as they are (slope 1) on a given grid, in
/// this machine's byte order: the header and four bytes that say that no extension follows. `description`
/// (at most 79 bytes) and `intent` (at most 15) are for people. Throws std::logic_error for longer ones and
/// for types other than uint8 and float32.
std::vector<unsigned char> nifti_file_start(const FileGrid& grid, VoxelType type,
                                            const std::string& description, const std::string& intent);

}  // namespace intratumor
