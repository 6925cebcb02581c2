#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study/plan.h"

namespace intratumor {

/// Fewer draws than percentiles and shares may rest on, and fewer base draws than Sobol indices get limits
/// for.
constexpr std::size_t enough_draws = 20;

/// Says so when a study draws fewer.
std::optional<std::string> few_draws_warning(const Study& study);

/// What people should know of a plan before it is computed: few draws; combinations of the grids that are one
/// and the same case. Reads a case of every combination; InputError for one that cannot be read.
std::vector<std::string> plan_warnings(const Study& study, const Plan& plan);

}  // namespace intratumor
