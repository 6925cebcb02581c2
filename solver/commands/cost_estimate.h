#pragma once

#include <cstdint>

#include "injection/case.h"
#include "simulation/setup.h"

namespace intratumor {

/// What a run will take, within a factor of 2 on a machine of about 2020.
struct CostEstimate {
  double steps = 0;
  double memory_bytes = 0;  ///< of all ranks together
  double wall_s = 0;
};

/// `setup`: the case with its image, at whatever accuracy; `nodes` of the mesh (octree_size).
CostEstimate estimate_cost(const Case& c, const Setup& setup, std::uint64_t nodes, int ranks);

}  // namespace intratumor
