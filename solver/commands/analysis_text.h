#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace intratumor {

/// What analyse() made of a study, as tables for people, in the units of the clinic.
std::string analysis_text(const nlohmann::ordered_json& analysis);

}  // namespace intratumor
