#include "study/ranking.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "output/summary.h"
#include "quantities/error.h"
#include "quantities/nearest_name.h"

namespace intratumor {

namespace {

const std::string coverage = "tumour.coverage.";

bool starts_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

/// 1: more is better, -1: less is, 0: it is neither good nor bad.
int sense_of(const std::string& metric) {
  if (metric == "tumour.volume_m3" || metric == "plasma.tmax_s") return 0;
  if (starts_with(metric, "tumour.") || metric == "therapeutic_index" || metric == "targeting_advantage" ||
      metric == "deposit.fraction_in_target")
    return 1;
  for (const char* less : {"plasma.", "leak_fraction", "ledger.leak", "ledger.outflow", "time."})
    if (starts_with(metric, less)) return -1;
  return 0;
}

/// Metrics that may be ranked by: the promised numbers with a sense, and each threshold's coverage.
std::vector<std::string> rankable(const std::vector<StoredResult>& results) {
  std::vector<std::string> names;
  for (const PromisedKey& key : promised_keys())
    if (key.unit != nullptr && sense_of(key.path) != 0) names.push_back(key.path);
  std::size_t thresholds = 0;
  for (const StoredResult& result : results) {
    const nlohmann::ordered_json list = value_at(result.summary, "tumour.coverage");
    if (list.is_array()) thresholds = std::max(thresholds, list.size());
  }
  for (std::size_t i = 0; i < thresholds; ++i) names.push_back(coverage + std::to_string(i));
  return names;
}

void check_metric(const std::string& metric, const std::vector<StoredResult>& results) {
  const std::vector<std::string> names = rankable(results);
  if (std::find(names.begin(), names.end(), metric) != names.end()) return;
  for (const PromisedKey& key : promised_keys())
    if (metric == key.path && key.unit != nullptr)
      throw InputError("intratumor compare: --rank " + metric +
                       ": more of it is neither better nor worse; rank by tumour.*, plasma.*, "
                       "therapeutic_index, targeting_advantage or leak_fraction");
  std::string nearest = nearest_name(metric, names);
  // d95 for tumour.d95, when there is only one such ending
  const std::string ending = "." + metric;
  for (const std::string& name : names)
    if (nearest.empty() && name.size() > ending.size() &&
        name.compare(name.size() - ending.size(), ending.size(), ending) == 0)
      nearest = name;
  throw InputError("intratumor compare: --rank: there is no metric '" + metric + "'" +
                   (nearest.empty() ? ", for instance tumour.d95, plasma.cmax, therapeutic_index"
                                    : ", did you mean " + nearest + "?"));
}

}  // namespace

bool is_coverage(const std::string& metric) {
  if (!starts_with(metric, coverage)) return false;
  const std::string index = metric.substr(coverage.size());
  return !index.empty() && index.size() < 4 &&
         std::all_of(index.begin(), index.end(), [](unsigned char c) { return std::isdigit(c); });
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const PromisedKey& key : promised_keys())
    if (key.unit != nullptr) names.push_back(key.path);
  return names;
}

double metric_of(const nlohmann::ordered_json& summary, const std::string& metric) {
  if (!starts_with(metric, coverage)) return number_at(summary, metric);
  const nlohmann::ordered_json list = value_at(summary, "tumour.coverage");
  const std::size_t i = is_coverage(metric) ? std::stoul(metric.substr(coverage.size()))
                                            : std::numeric_limits<std::size_t>::max();
  if (!list.is_array() || i >= list.size()) return std::numeric_limits<double>::quiet_NaN();
  return number_at(list[i], "fraction");
}

Ranking rank_results(std::vector<StoredResult>& results, const std::string& metric) {
  check_metric(metric, results);
  Ranking ranking;
  ranking.metric = metric;
  ranking.more_is_better = sense_of(metric) > 0;
  for (const StoredResult& result : results)
    if (std::isnan(metric_of(result.summary, metric))) ranking.without_value.push_back(result.name);
  if (ranking.without_value.size() == results.size())
    throw InputError("intratumor compare: --rank " + metric + ": none of the results has a value of it");
  std::stable_sort(results.begin(), results.end(), [&](const StoredResult& a, const StoredResult& b) {
    const double x = metric_of(a.summary, metric);
    const double y = metric_of(b.summary, metric);
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return ranking.more_is_better ? x > y : x < y;
  });
  return ranking;
}

}  // namespace intratumor
