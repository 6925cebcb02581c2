#pragma once

#include <nlohmann/json.hpp>

#include "output/table.h"

namespace intratumor {

/// What a run gives; complete on every rank.
struct Result {
  nlohmann::ordered_json summary;  ///< keys of summary.json
  Table series;                    ///< series.csv
  Table histogram;                 ///< exposure_volume.csv
};

}  // namespace intratumor
