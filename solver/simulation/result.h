#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "output/table.h"

namespace intratumor {

/// What a run gives; complete on every rank.
struct Result {
  nlohmann::ordered_json summary;  ///< keys of summary.json
  /// By file, without .csv: series, exposure_volume, profile_from_target and, where the places of injection
  /// are points or lines, profile_from_source.
  std::map<std::string, Table> tables;
};

}  // namespace intratumor
