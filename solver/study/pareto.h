#pragma once

#include <functional>
#include <string>
#include <vector>

#include "study/ranking.h"
#include "study/result_reader.h"

namespace intratumor {

/// What a scheme should have much or little of.
struct Objective {
  std::string metric;
  bool more_is_better = true;
};

/// "tumour.coverage.0, plasma.cmax": each must be a metric that may be ranked by, at least two of them.
/// InputError.
std::vector<Objective> read_objectives(const std::string& text, const std::vector<StoredResult>& results);

/// Coverage of the first threshold against plasma's Cmax, what leaks and the number of needle passes.
extern const char* const usual_objectives;

/// What candidates have of one objective.
struct ObjectiveValues {
  bool more_is_better = true;
  std::vector<double> value;  ///< NaN: none
  std::vector<double> error;  ///< numerical, in the same unit
};

/// Which candidates none of the front dominates: is better in one objective and no worse in the others, by
/// more than the numerical error of both. A candidate without a value of an objective is not on the front and
/// dominates none. `rivals(a, b)`: whether a may dominate b at all; null: always.
std::vector<bool> pareto_front(const std::vector<ObjectiveValues>& objectives,
                               const std::function<bool(std::size_t, std::size_t)>& rivals = nullptr);
/// Of results; only those of one segmentation are rivals.
std::vector<bool> pareto_front(const std::vector<StoredResult>& results,
                               const std::vector<Objective>& objectives);

/// How results stand against each other, as far as it was asked.
struct Standing {
  Ranking ranking;                    ///< without criteria: not ranked
  std::vector<Objective> objectives;  ///< empty: no front
  std::vector<bool> front;            ///< of each result
};

}  // namespace intratumor
