#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "output/table.h"

namespace intratumor {

/// All of a time loop at the end of a step that the rest of its course depends on.
struct CourseState {
  nlohmann::ordered_json numbers;
  std::vector<std::pair<std::string, std::vector<double>>> nodes;  ///< at owned nodes
  Table series;
};

}  // namespace intratumor
