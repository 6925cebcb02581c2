#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "study/plan.h"
#include "study/results.h"
#include "study/sampling.h"
#include "study/study_file.h"

namespace intratumor {

/// What the spread of a study's results says, by metric. Of each combination of the grids' values (a scheme,
/// say) over the draws: how wide the results lie and which inputs decide; of pairs of combinations: which is
/// the better one over the same draws.

/// A sample quantile, linear between the sorted values (Hyndman and Fan's type 7); NaN values are left out,
/// and an empty sample gives NaN.
double sample_quantile(std::vector<double> values, double level);

constexpr double band_levels[] = {0.05, 0.25, 0.5, 0.75, 0.95};

struct Band {
  std::size_t count = 0;
  double mean = 0;
  std::vector<double> quantiles;  ///< at band_levels
};
Band band_of(const std::vector<double>& values);

/// How often `a` is better than `b` in the same draw.
struct PairedComparison {
  std::size_t pairs = 0;  ///< draws in which both have a value
  double better = 0;      ///< share of the pairs in which a is better; ties count half
  double difference = 0;  ///< median of a - b
  double told_apart = 0;  ///< share of the pairs that differ by more than `error`
};
PairedComparison compare_pairs(const std::vector<double>& a, const std::vector<double>& b,
                               bool more_is_better, double error);

/// One bar of a tornado: results with one input at its ends, everything else as in the reference.
struct TornadoBar {
  std::size_t input = 0;  ///< position among the plan's inputs
  std::vector<nlohmann::json> tried;
  std::vector<std::string> tried_text;  ///< the same for people
  std::vector<double> results;
  double span = 0;  ///< largest less smallest, reference included
};
/// Widest first. `results` are those of one combination, by draw.
std::vector<TornadoBar> tornado(const Plan& plan, const std::vector<const PlannedCase*>& cases,
                                const std::vector<double>& results);

/// Sobol indices from results by draw; a base draw that lacks a result in any block is left out of all.
/// `used` base draws are left; fewer than 2 give empty indices.
SobolIndices indices_of_draws(std::size_t inputs, const std::vector<double>& results, std::size_t& used);

/// analysis.json: all of it, with "warnings" for people.
nlohmann::ordered_json analyse(const Study& study, const Plan& plan, const StudyResults& results,
                               const StudyFolder& folder);

}  // namespace intratumor
