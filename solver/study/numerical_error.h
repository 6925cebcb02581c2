#pragma once

#include <string>

namespace intratumor {

/// How far a metric of summary.json with this value may lie from what vanishing cells and steps would give,
/// in the metric's unit: the largest error met at this accuracy (docs/accuracy.md). An accuracy that is not
/// known counts as coarse. 0 for what is counted, as needle passes.
double numerical_error(const std::string& metric, double value, const std::string& accuracy);

}  // namespace intratumor
