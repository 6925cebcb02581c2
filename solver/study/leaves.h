#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace intratumor {

/// Every value of a YAML text by its path: {"run.until": "86400 s", ...}. Comments are none.
nlohmann::ordered_json leaves_of(const std::string& yaml);

/// What differs, a part of a sentence each: "what run.until was '86400 s', is '7200 s'"; of many the first
/// few. `what` may be empty.
std::vector<std::string> differing_leaves(const std::string& what, const nlohmann::ordered_json& before,
                                          const nlohmann::ordered_json& now);

}  // namespace intratumor
