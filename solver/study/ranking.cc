#include "study/ranking.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <utility>

#include "output/summary.h"
#include "quantities/error.h"
#include "quantities/nearest_name.h"
#include "study/combination_ranking.h"
#include "study/numerical_error.h"

namespace intratumor {

namespace {

const std::string coverage = "tumour.coverage.";

bool starts_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

/// 1: more is better, -1: less is, 0: it is neither good nor bad.
int sense_of(const std::string& metric) {
  if (metric == "tumour.volume_m3" || metric == "plasma.tmax_s") return 0;
  if (is_coverage(metric) && metric.find(".distribution_") != std::string::npos) return 0;
  if (metric == "tumour.homogeneity_index") return -1;
  if (starts_with(metric, "tumour.") || metric == "therapeutic_index" || metric == "targeting_advantage" ||
      metric == "deposit.fraction_in_target")
    return 1;
  for (const char* less : {"plasma.", "off_target.auc_free", "leak_fraction", "ledger.leak", "ledger.outflow",
                           "time.", "needle_passes"})
    if (starts_with(metric, less)) return -1;
  return 0;
}

/// Every promised number, and of each threshold its coverage and what else belongs to it.
std::vector<std::string> known_metrics(const std::vector<StoredResult>& results) {
  std::vector<std::string> names = metric_names();
  std::size_t thresholds = 0;
  for (const StoredResult& result : results) {
    const nlohmann::ordered_json list = value_at(result.summary, "tumour.coverage");
    if (list.is_array()) thresholds = std::max(thresholds, list.size());
  }
  for (std::size_t i = 0; i < thresholds; ++i) {
    const std::string entry = coverage + std::to_string(i);
    names.push_back(entry);
    for (const std::string& key : coverage_keys()) names.push_back(entry + "." + key);
  }
  return names;
}

/// What several metrics come to, and how far its numerical error reaches.
struct Score {
  double value = 0;
  double error = 0;
};

Score score_of(const StoredResult& result, const Ranking& ranking, const std::vector<double>& best) {
  if (ranking.criteria.size() == 1) {
    const std::string& metric = ranking.criteria.front().metric;
    const double value = metric_of(result.summary, metric);
    return {value, numerical_error(metric, value, result.accuracy)};
  }
  Score score;
  double weights = 0;
  for (std::size_t k = 0; k < ranking.criteria.size(); ++k) {
    const Criterion& criterion = ranking.criteria[k];
    const double value = metric_of(result.summary, criterion.metric);
    const double part = criterion.more_is_better ? value : best[k],
                 whole = criterion.more_is_better ? best[k] : value;
    const double share = part == whole ? 1. : part / whole;
    const double error = numerical_error(criterion.metric, value, result.accuracy);
    score.value += criterion.weight * share;
    if (value != 0) score.error += criterion.weight * share * error / std::abs(value);
    weights += criterion.weight;
  }
  return {score.value / weights, score.error / weights};
}

Criterion read_criterion(const std::string& text, const std::vector<StoredResult>& results) {
  const std::size_t equals = text.find('=');
  Criterion criterion = read_metric(text.substr(0, equals), results, "--rank");
  if (equals == std::string::npos) return criterion;
  const std::string weight = text.substr(equals + 1);
  char* end = nullptr;
  criterion.weight = std::strtod(weight.c_str(), &end);
  if (weight.empty() || *end != '\0' || !(criterion.weight > 0) || !std::isfinite(criterion.weight))
    throw InputError("intratumor compare: --rank " + text +
                     ": a weight is a positive number, as tumour.d95=2, plasma.cmax=1");
  return criterion;
}

/// The best value of each criterion among results that have one.
std::vector<double> best_values(const std::vector<StoredResult>& results, const Ranking& ranking) {
  std::vector<double> best;
  for (const Criterion& criterion : ranking.criteria) {
    double value = std::numeric_limits<double>::quiet_NaN();
    for (const StoredResult& result : results) {
      const double other = metric_of(result.summary, criterion.metric);
      if (std::isnan(value) || (criterion.more_is_better ? other > value : other < value)) value = other;
    }
    if (std::isnan(value))
      throw InputError("intratumor compare: --rank " + criterion.metric +
                       ": none of the results has a value of it");
    best.push_back(value);
  }
  return best;
}

}  // namespace

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::size_t first = text.find_first_not_of(" \t", begin);
    if (first < end) parts.push_back(text.substr(first, text.find_last_not_of(" \t", end - 1) + 1 - first));
    begin = end + 1;
  }
  return parts;
}

Criterion read_metric(const std::string& text, const std::vector<StoredResult>& results,
                      const std::string& option) {
  Criterion criterion;
  const std::size_t colon = text.find(':');
  criterion.metric = text.substr(0, colon);
  const std::string& metric = criterion.metric;
  const std::string which = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (colon != std::string::npos && which != "more" && which != "less")
    throw InputError("intratumor compare: " + option + " " + text +
                     ": after the colon stands more or less, "
                     "whichever is better");
  const std::vector<std::string> names = known_metrics(results);
  if (std::find(names.begin(), names.end(), metric) != names.end()) {
    const int sense = sense_of(metric);
    if (which.empty() && sense == 0)
      throw InputError("intratumor compare: " + option + " " + metric +
                       ": more of it is neither better nor worse by itself; say " + metric + ":more or " +
                       metric + ":less, whichever is better");
    criterion.more_is_better = which.empty() ? sense > 0 : which == "more";
    return criterion;
  }
  std::string nearest = nearest_name(metric, names);
  // d95 for tumour.d95, when there is only one such ending
  const std::string ending = "." + metric;
  for (const std::string& name : names)
    if (nearest.empty() && name.size() > ending.size() &&
        name.compare(name.size() - ending.size(), ending.size(), ending) == 0)
      nearest = name;
  throw InputError("intratumor compare: " + option + ": there is no metric '" + metric + "'" +
                   (nearest.empty() ? ", for instance tumour.d95, plasma.cmax, therapeutic_index"
                                    : ", did you mean " + nearest + "?"));
}

bool is_coverage(const std::string& metric) {
  if (!starts_with(metric, coverage)) return false;
  const std::string rest = metric.substr(coverage.size());
  const std::size_t dot = std::min(rest.find('.'), rest.size());
  const std::string index = rest.substr(0, dot);
  const bool known = dot == rest.size() ||
                     std::count(coverage_keys().begin(), coverage_keys().end(), rest.substr(dot + 1)) == 1;
  return known && !index.empty() && index.size() < 4 &&
         std::all_of(index.begin(), index.end(), [](unsigned char c) { return std::isdigit(c); });
}

std::string coverage_key(const std::string& metric) {
  const std::size_t dot = metric.find('.', coverage.size());
  return dot == std::string::npos ? coverage_keys().front() : metric.substr(dot + 1);
}

const std::vector<std::string>& coverage_keys() {
  static const std::vector<std::string> keys{"fraction", "distribution_volume_m3",
                                             "distribution_over_injected_ratio", "conformity_ratio"};
  return keys;
}

std::string unit_of_metric(const std::string& metric) {
  return unit_of(is_coverage(metric) ? coverage_key(metric) : metric);
}

std::size_t coverage_index(const std::string& metric) {
  return std::stoul(metric.substr(coverage.size()));
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
  const std::size_t i =
      is_coverage(metric) ? coverage_index(metric) : std::numeric_limits<std::size_t>::max();
  if (!list.is_array() || i >= list.size()) return std::numeric_limits<double>::quiet_NaN();
  return number_at(list[i], coverage_key(metric));
}

Ranking rank_results(std::vector<StoredResult>& results, const std::string& text) {
  Ranking ranking;
  for (const std::string& part : listed(text)) ranking.criteria.push_back(read_criterion(part, results));
  if (ranking.criteria.empty())
    throw InputError("intratumor compare: --rank: by which metric? for instance tumour.d95");
  const std::vector<double> best = best_values(results, ranking);
  std::vector<std::pair<Score, StoredResult>> scored;
  for (StoredResult& result : results) {
    const Score score = score_of(result, ranking, best);
    if (std::isnan(score.value)) ranking.without_value.push_back(result.name);
    scored.emplace_back(score, std::move(result));
  }
  const bool more = ranking.criteria.size() > 1 || ranking.criteria.front().more_is_better;
  // Only schemes for one tumour compete.
  std::map<std::string, std::size_t> tumours;
  for (const auto& [score, result] : scored) tumours.emplace(result.segmentation(), tumours.size());
  const auto tumour = [&](const auto& one) { return tumours.at(one.second.segmentation()); };
  std::stable_sort(scored.begin(), scored.end(), [&](const auto& a, const auto& b) {
    if (tumour(a) != tumour(b)) return tumour(a) < tumour(b);
    const double x = a.first.value, y = b.first.value;
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return more ? x > y : x < y;
  });
  ranking.tumours = tumours.size();
  for (std::size_t begin = 0, end = 0; begin < scored.size(); begin = end) {
    std::vector<double> scores, errors;
    for (; end < scored.size() && tumour(scored[end]) == tumour(scored[begin]); ++end) {
      scores.push_back(scored[end].first.value);
      errors.push_back(scored[end].first.error);
    }
    for (const std::string& place : places_of(scores, errors)) ranking.places.push_back(place);
    ranking.scores.insert(ranking.scores.end(), scores.begin(), scores.end());
  }
  ranking.ties = std::any_of(ranking.places.begin(), ranking.places.end(),
                             [](const std::string& place) { return place.back() == '='; });
  for (std::size_t i = 0; i < scored.size(); ++i) results[i] = std::move(scored[i].second);
  return ranking;
}

}  // namespace intratumor
