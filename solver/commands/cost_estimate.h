#pragma once

#include <cstdint>

#include "injection/case.h"

namespace intratumor {

/// What a run will take, within a factor of 2 on a machine of about 2020.
struct CostEstimate {
  double steps = 0;
  double memory_bytes = 0;  ///< of all ranks together
  double wall_s = 0;
};

/// `nodes` of the mesh (octree_size), `voxels` of the whole segmentation.
CostEstimate estimate_cost(const Case& c, std::uint64_t nodes, double voxels, int ranks);

}  // namespace intratumor
