#pragma once

#include "mesh/octree.h"
#include "simulation/simulate.h"
#include "simulation/time_loop.h"

namespace intratumor {

/// The metrics of a finished run under the keys of summary.json, and the exposure-volume histogram.
Result summary_of_run(const Case& c, const Setup& setup, const Octree& octree, const FlowState& flow,
                      const TimeLoop& loop, const std::vector<BallShare>& shares, const Stopwatch& phases);

}  // namespace intratumor
