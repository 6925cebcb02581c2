#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace intratumor {

/// A key of summary.json that others rely on; a dot is nesting. Extend, never rename.
struct PromisedKey {
  const char* path;
  const char* unit;  ///< SI; nullptr when the value is no number
};

/// Every promised key, in the order of the file: the one place that says which there are and in which unit.
const std::vector<PromisedKey>& promised_keys();

/// SI unit of the value at `path` ("tumour.auc_free"; an element of a list has the path of the list). From
/// the promised keys, else from the end of the name (_s, _m3, _mol_per_m3, ...). Empty when neither knows it.
std::string unit_of(const std::string& path);

/// What complete_summary found wanting. Both lists are empty in a sound program.
struct SummaryGaps {
  std::vector<std::string> missing;       ///< promised keys that were not there
  std::vector<std::string> without_unit;  ///< numbers whose unit nobody knows
};

/// Makes a summary whole: adds promised keys that are missing, as null; `versions`; and `units`, which
/// mirrors the keys of everything that is a number or a promised number.
SummaryGaps complete_summary(nlohmann::ordered_json& summary);

/// Versions of the program and of the libraries that do arithmetic or write files.
nlohmann::ordered_json versions();

/// Writes a summary as it is; infinite numbers and NaN become null. ComputationError naming the file.
void write_summary(const std::string& path, const nlohmann::ordered_json& summary);

/// The value at a dotted path, or null.
nlohmann::ordered_json value_at(const nlohmann::ordered_json& object, const std::string& path);

/// The number at a dotted path, or NaN.
double number_at(const nlohmann::ordered_json& object, const std::string& path);

}  // namespace intratumor
