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
  for (const std::string& part : listed(text)) {
    const Criterion read = read_metric(part, results, "--pareto");
    for (const Objective& other : objectives)
      if (other.metric == read.metric)
        throw InputError("intratumor compare: --pareto: " + read.metric + " is named twice");
    objectives.push_back({read.metric, read.more_is_better});
  }
  if (objectives.size() < 2)
    throw InputError("intratumor compare: --pareto: a front needs two metrics or more, as " +
                     std::string(usual_objectives));
  return objectives;
}

std::vector<bool> pareto_front(const std::vector<ObjectiveValues>& objectives,
                               const std::function<bool(std::size_t, std::size_t)>& rivals) {
  const auto is_whole = [&](std::size_t i) {
    return std::none_of(objectives.begin(), objectives.end(),
                        [i](const ObjectiveValues& objective) { return std::isnan(objective.value[i]); });
  };
  const auto dominates = [&](std::size_t a, std::size_t b) {
    bool better = false;
    for (const ObjectiveValues& of : objectives) {
      const double more = (of.more_is_better ? 1 : -1) * (of.value[a] - of.value[b]);
      const double error = std::max(of.error[a], of.error[b]);
      if (more < -error) return false;
      better = better || more > error;
    }
    return better;
  };
  // Within the errors dominance is not transitive: only what is on the front itself keeps others off it.
  const std::size_t count = objectives.empty() ? 0 : objectives.front().value.size();
  std::vector<bool> front(count, false), open(count);
  for (std::size_t i = 0; i < count; ++i) open[i] = is_whole(i);
  const auto beats = [&](std::size_t a, std::size_t b) {
    return a != b && (!rivals || rivals(a, b)) && dominates(a, b);
  };
  while (std::find(open.begin(), open.end(), true) != open.end()) {
    std::vector<std::size_t> next;
    for (std::size_t b = 0; b < count; ++b) {
      bool beaten = !open[b];
      for (std::size_t a = 0; a < count && !beaten; ++a) beaten = open[a] && beats(a, b);
      if (!beaten) next.push_back(b);
    }
    // A ring, of which each beats the next: the errors do not tell them apart.
    if (next.empty())
      for (std::size_t b = 0; b < count; ++b)
        if (open[b]) next.push_back(b);
    for (const std::size_t a : next) {
      front[a] = true;
      open[a] = false;
    }
    for (const std::size_t a : next)
      for (std::size_t b = 0; b < count; ++b)
        if (open[b] && beats(a, b)) open[b] = false;
  }
  return front;
}

std::vector<bool> pareto_front(const std::vector<StoredResult>& results,
                               const std::vector<Objective>& objectives) {
  std::vector<ObjectiveValues> values;
  for (const Objective& objective : objectives) {
    values.push_back({objective.more_is_better, {}, {}});
    for (const StoredResult& result : results) {
      const double value = metric_of(result.summary, objective.metric);
      values.back().value.push_back(value);
      values.back().error.push_back(numerical_error(objective.metric, value, result.accuracy));
    }
  }
  return pareto_front(values, [&](std::size_t a, std::size_t b) {
    return results[a].segmentation() == results[b].segmentation();
  });
}

}  // namespace intratumor
