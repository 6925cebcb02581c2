#pragma once

#include <string>
#include <vector>

#include "study/result_reader.h"

namespace intratumor {

/// One metric that results are ranked by.
struct Criterion {
  std::string metric;
  bool more_is_better = true;
  double weight = 1;
};

/// How results stand, best first.
struct Ranking {
  std::vector<Criterion> criteria;
  /// Of each result: "1", "2", "2=" where the numerical error does not tell it from the others of that place;
  /// "-" for those without a value, which stand last.
  std::vector<std::string> places;
  std::vector<double> scores;              ///< the metric's value; of several metrics the weighted mean below
  std::vector<std::string> without_value;  ///< names of results that lack a metric
  bool ties = false;
  std::size_t tumours = 1;  ///< of each, by its segmentation, the results are ranked by themselves
};

/// Sorts results, best first, those of one segmentation together. `text` is a metric of summary.json (a
/// dotted key, "tumour.d95"; "tumour.coverage.0" is the fraction of its first threshold), or several with
/// weights, "tumour.d95=2, plasma.cmax=1": then each counts by its share of the best (value/best where more
/// is better, else best/value). More is better for the tumour, therapeutic_index and targeting_advantage,
/// less for plasma, leak_fraction, needle passes and the time taken; "pressure.max_pa:less" says which of any
/// other. Equal ones keep their order. InputError for a metric that is not known (with the nearest), of which
/// neither is better and nothing is said, or that no result has, and for a weight that is not positive.
Ranking rank_results(std::vector<StoredResult>& results, const std::string& text);

/// "tumour.d95", or "pressure.max_pa:less" where more of it is neither better nor worse by itself (:more and
/// :less go before what is usual). InputError when results cannot be ranked by it; `option` is named in it.
Criterion read_metric(const std::string& text, const std::vector<StoredResult>& results,
                      const std::string& option);

/// The parts of "a, b, c".
std::vector<std::string> listed(const std::string& text);

/// The value of such a metric in a summary, or NaN.
double metric_of(const nlohmann::ordered_json& summary, const std::string& metric);

/// "tumour.coverage.0", the share of the volume, and "tumour.coverage.0.conformity_ratio" with their like.
bool is_coverage(const std::string& metric);
/// Of what is one: which threshold, from 0, and which of coverage_keys().
std::size_t coverage_index(const std::string& metric);
std::string coverage_key(const std::string& metric);
/// Numbers of a threshold's entry in summary.json that are metrics; the share of the volume is the first.
const std::vector<std::string>& coverage_keys();

/// Unit of a metric of any kind; empty when it has none.
std::string unit_of_metric(const std::string& metric);

/// Every other number of summary.json that a study may be about.
std::vector<std::string> metric_names();

}  // namespace intratumor
