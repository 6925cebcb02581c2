#pragma once

#include <string>
#include <vector>

#include "study/result_reader.h"

namespace intratumor {

/// How results stand by one metric.
struct Ranking {
  std::string metric;
  bool more_is_better = true;
  std::vector<std::string> without_value;  ///< names of results whose value is null; they stand last
};

/// Sorts results, best first, by a metric of summary.json (a dotted key, "tumour.d95"; "tumour.coverage.0" is
/// the fraction of its first threshold). More is better for the tumour, therapeutic_index and
/// targeting_advantage, less for plasma, leak_fraction and the time taken. Equal ones keep their order.
/// InputError for a metric that is not known (with the nearest), that is neither good nor bad, or that no
/// result has.
Ranking rank_results(std::vector<StoredResult>& results, const std::string& metric);

/// The value of such a metric in a summary, or NaN.
double metric_of(const nlohmann::ordered_json& summary, const std::string& metric);

/// "tumour.coverage.0" and its like.
bool is_coverage(const std::string& metric);

/// Every other number of summary.json that a study may be about.
std::vector<std::string> metric_names();

}  // namespace intratumor
