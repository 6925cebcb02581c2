#pragma once

#include <nlohmann/json.hpp>
#include <vector>

namespace intratumor {

/// Summaries of one kind as one: of every number the median of those that have it (null where none has), of
/// everything else what all have alike, else null.
nlohmann::ordered_json medians_of(const std::vector<nlohmann::ordered_json>& summaries);

}  // namespace intratumor
