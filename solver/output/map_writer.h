#pragma once

#include <mpi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "images/file_grid.h"

namespace intratumor {

/// What a map says of itself in its header.
struct MapText {
  std::string description;  ///< [descrip] quantity and unit, at most 79 bytes
  std::string intent;       ///< [intent_name] the same in short, at most 15 bytes
};

/// Writes a compressed NIfTI-1 image (.nii.gz) on a given grid, frame and order of voxels: the values of the
/// voxels that the ranks name, 0 elsewhere. `voxel`: this rank's, positions in the file's order, ascending;
/// no voxel of two ranks. Gathered and written a stretch of the file at a time, so that no rank ever holds
/// the image. The bytes do not depend on the number of ranks.
///
/// Collective. Throws ComputationError on all ranks when the file cannot be written, naming it.
void write_map(MPI_Comm comm, const std::string& path, const FileGrid& grid, const MapText& text,
               const std::vector<std::uint64_t>& voxel, const std::vector<float>& values);
void write_map(MPI_Comm comm, const std::string& path, const FileGrid& grid, const MapText& text,
               const std::vector<std::uint64_t>& voxel, const std::vector<std::uint8_t>& values);

}  // namespace intratumor
