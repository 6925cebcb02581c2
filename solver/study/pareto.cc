#include "study/pareto.h"

#include <algorithm>
#include <cmath>

#include "quantities/error.h"
#include "study/numerical_error.h"
#include "study/ranking.h"

namespace intratumor {

const char* const usual_objectives = "tumour.coverage.0, plasma.cmax, leak_fraction, needle_passes";

std::vector<Objective> read_objectives(const std::string& text, const std::vector<StoredResult>& results) {
  std::vector<Objective> objectives;
  for (const std::string& metric : listed(text)) {
    check_metric(metric, results, "--pareto");
    for (const Objective& other : objectives)
      if (other.metric == metric)
        throw InputError("intratumor compare: --pareto: " + metric + " is named twice");
    objectives.push_back({metric, more_is_better(metric)});
  }
  if (objectives.size() < 2)
    throw InputError("intratumor compare: --pareto: a front needs two metrics or more, as " +
                     std::string(usual_objectives));
  return objectives;
}

std::vector<bool> pareto_front(const std::vector<StoredResult>& results,
                               const std::vector<Objective>& objectives) {
  const auto is_whole = [&](const StoredResult& result) {
    return std::none_of(objectives.begin(), objectives.end(), [&](const Objective& objective) {
      return std::isnan(metric_of(result.summary, objective.metric));
    });
  };
  const auto dominates = [&](const StoredResult& a, const StoredResult& b) {
    bool better = false;
    for (const Objective& objective : objectives) {
      const int order = compare_values(a, b, objective.metric, objective.more_is_better);
      if (order < 0) return false;
      better = better || order > 0;
    }
    return better;
  };
  std::vector<bool> front;
  for (const StoredResult& result : results)
    front.push_back(is_whole(result) &&
                    std::none_of(results.begin(), results.end(), [&](const StoredResult& other) {
                      return is_whole(other) && dominates(other, result);
                    }));
  return front;
}

}  // namespace intratumor
