#include "study/combination_ranking.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "study/analysis.h"

namespace intratumor {

namespace {

/// Shares of the draws in which each of a group is the best; of those that the numerical error does not tell
/// from the best of a draw, all are.
std::vector<double> best_shares(const std::vector<const CombinationValues*>& group, bool more_is_better) {
  std::vector<double> shares(group.size(), 0.);
  std::size_t whole = 0;
  for (std::size_t draw = 0; draw < group.front()->by_draw.size(); ++draw) {
    const auto value = [&](std::size_t i) { return group[i]->by_draw[draw]; };
    bool all = true;
    std::size_t best = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      all = all && !std::isnan(value(i));
      if (more_is_better ? value(i) > value(best) : value(i) < value(best)) best = i;
    }
    if (!all) continue;
    ++whole;
    const auto wins = [&](std::size_t i) {
      return std::abs(value(i) - value(best)) <= std::max(group[i]->error, group[best]->error);
    };
    double winners = 0;
    for (std::size_t i = 0; i < group.size(); ++i) winners += wins(i) ? 1 : 0;
    for (std::size_t i = 0; i < group.size(); ++i) shares[i] += wins(i) ? 1 / winners : 0;
  }
  for (double& share : shares)
    share = whole > 0 ? share / static_cast<double>(whole) : std::numeric_limits<double>::quiet_NaN();
  return shares;
}

}  // namespace

std::vector<std::string> places_of(const std::vector<double>& sorted, const std::vector<double>& errors) {
  std::vector<std::string> places;
  std::size_t first = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (std::isnan(sorted[i])) {
      places.emplace_back("-");
      continue;
    }
    if (std::abs(sorted[i] - sorted[first]) > std::max(errors[i], errors[first])) first = i;
    places.push_back(std::to_string(first + 1) + (i > first ? "=" : ""));
    if (i > first) places[first] = places[i];
  }
  return places;
}

std::vector<CombinationPlace> rank_combinations(const std::vector<CombinationValues>& combinations,
                                                bool more_is_better) {
  std::vector<CombinationPlace> ranked;
  std::vector<bool> placed(combinations.size(), false);
  for (std::size_t start = 0; start < combinations.size(); ++start) {
    if (placed[start]) continue;
    std::vector<const CombinationValues*> group;
    std::vector<CombinationPlace> places;
    for (std::size_t c = start; c < combinations.size(); ++c) {
      if (combinations[c].group != combinations[start].group) continue;
      placed[c] = true;
      group.push_back(&combinations[c]);
      places.push_back({c, "", sample_quantile(combinations[c].by_draw, 0.5), 0.});
    }
    const std::vector<double> shares = best_shares(group, more_is_better);
    for (std::size_t i = 0; i < group.size(); ++i) places[i].best_share = shares[i];
    std::stable_sort(places.begin(), places.end(), [&](const auto& a, const auto& b) {
      if (std::isnan(a.median) || std::isnan(b.median)) return !std::isnan(a.median) && std::isnan(b.median);
      return more_is_better ? a.median > b.median : a.median < b.median;
    });
    std::vector<double> sorted, errors;
    for (const CombinationPlace& place : places) {
      sorted.push_back(place.median);
      errors.push_back(combinations[place.combination].error);
    }
    const std::vector<std::string> texts = places_of(sorted, errors);
    for (std::size_t i = 0; i < places.size(); ++i) places[i].place = texts[i];
    ranked.insert(ranked.end(), places.begin(), places.end());
  }
  return ranked;
}

}  // namespace intratumor
