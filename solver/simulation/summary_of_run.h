#pragma once

#include "simulation/simulate.h"
#include "simulation/solution.h"

namespace intratumor {

/// The metrics of a finished run under the keys of summary.json, and all tables.
Result summary_of_run(const Case& c, const Solution& solution);

}  // namespace intratumor
