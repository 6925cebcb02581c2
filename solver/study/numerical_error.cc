#include "study/numerical_error.h"

#include <cmath>

#include "study/ranking.h"

namespace intratumor {

namespace {

/// Largest errors of docs/accuracy.md, rounded up; those of a small molecule that is infused, as order 2 has
/// them. Of D98, homogeneity, off_target and what spreads beyond the target only `coarse` was held against
/// `standard` in two cases, and how long the mean occupancy stays above a level in none: more is allowed than
/// was found. The targeting advantage has what a target adds to the error of the vein's AUC.
struct Row {
  const char* start;  ///< of the metric's name
  double relative[3];
  double absolute[3];
};

constexpr Row rows[] = {
    {"tumour.coverage.", {0, 0, 0}, {0.06, 0.025, 0.01}},
    {"tumour.d98", {0.9, 0.3, 0.15}, {0, 0, 0}},
    {"tumour.d95", {0.7, 0.17, 0.1}, {0, 0, 0}},
    {"tumour.d50", {0.57, 0.07, 0.03}, {0, 0, 0}},
    {"tumour.homogeneity_index", {0.57, 0.07, 0.03}, {0, 0, 0}},
    {"tumour.receptor_occupancy.mean_at_least", {0.5, 0.25, 0.1}, {0, 0, 0}},
    {"tumour.receptor_occupancy.", {0, 0, 0}, {0.045, 0.02, 0.01}},
    {"tumour.", {0.05, 0.025, 0.009}, {0, 0, 0}},
    {"off_target.", {0.25, 0.1, 0.05}, {0, 0, 0}},
    {"plasma.", {0.012, 0.005, 0.003}, {0, 0, 0}},
    {"therapeutic_index", {0.05, 0.025, 0.009}, {0, 0, 0}},
    {"targeting_advantage", {0.08, 0.04, 0.016}, {0, 0, 0}},
    {"leak_fraction", {0.05, 0.025, 0.009}, {1e-6, 1e-6, 1e-6}},
    {"ledger.", {0.05, 0.025, 0.009}, {1e-6, 1e-6, 1e-6}},
    {"deposit.fraction_in_target", {0, 0, 0}, {0.02, 0.01, 0.005}},
};

/// Of distribution volumes and conformity.
constexpr double spread_error[3] = {0.25, 0.1, 0.05};

}  // namespace

double numerical_error(const std::string& metric, double value, const std::string& accuracy) {
  const int level = accuracy == "fine" ? 2 : accuracy == "standard" ? 1 : 0;
  if (is_coverage(metric) && coverage_key(metric) != "fraction") return spread_error[level] * std::abs(value);
  for (const Row& row : rows)
    if (metric.compare(0, std::char_traits<char>::length(row.start), row.start) == 0)
      return row.relative[level] * std::abs(value) + row.absolute[level];
  return 0;
}

}  // namespace intratumor
