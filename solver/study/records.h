#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "output/summary.h"
#include "study/pareto.h"
#include "study/result_reader.h"

namespace intratumor {

/// One flat record a result, for pandas and R: who it is (name, folder, title, drug, mode, accuracy,
/// until_s), then every number of promised_keys() in SI units with the unit in its name (tumour.auc_free
/// becomes tumour_auc_free_mol_s_per_m3), then coverage_<i>_* for every threshold that the results share.
/// With a standing also place and score of the ranking, and on_pareto_front.
/// Every record has the same keys in the same order; null where a result has no value. A JSON array.
nlohmann::ordered_json comparison_records(const std::vector<StoredResult>& results,
                                          const Standing& standing = {});

/// A promised key and unit as the name of a column: tumour.auc_free becomes tumour_auc_free_mol_s_per_m3.
std::string column_of(const PromisedKey& key);

/// Records as comma-separated values with a header; null is an empty field, numbers read back to the same
/// double, texts are quoted where they must be (RFC 4180).
std::string records_csv(const nlohmann::ordered_json& records);

}  // namespace intratumor
