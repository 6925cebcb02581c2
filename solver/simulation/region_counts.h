#pragma once

#include <cstdint>
#include <vector>

#include "simulation/setup.h"

namespace intratumor {

/// A region of fewer voxels is known in volume to 5% at best: half a voxel, either way, of each at its
/// surface. Of as few cells, what is computed in it is no better.
constexpr std::size_t few_voxels = 100;
constexpr std::uint64_t few_cells = 100;

/// Cells that hold some of each region, over all ranks.
std::vector<std::uint64_t> cells_of_regions(const TissueMesh& mesh);

/// Whether a region that is there has few voxels or cells.
bool is_coarse(std::size_t voxels, std::uint64_t cells);

/// Says which regions have few cells though they have voxels enough.
void warn_of_few_cells(const Setup& setup, const TissueMesh& mesh, Reporter& reporter);

}  // namespace intratumor
