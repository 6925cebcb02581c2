#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "injection/case.h"

namespace intratumor {

/// What makes a run the one that it is: every value of the resolved case but those that decide no result, and
/// the contents of the files it names. `inputs`: by name, {path, sha256}.
nlohmann::ordered_json parameters_of_run(const Case& c, const nlohmann::ordered_json& inputs);

/// The same of a finished run, from its result folder; null when there is none.
nlohmann::ordered_json parameters_of_result(const std::string& folder);

/// What differs, a part of a sentence each: "run.until was '86400 s', is '7200 s'".
std::vector<std::string> changed_parameters(const nlohmann::ordered_json& before,
                                            const nlohmann::ordered_json& now);

}  // namespace intratumor
