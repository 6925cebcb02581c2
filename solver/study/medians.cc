#include "study/medians.h"

#include <algorithm>

#include "study/analysis.h"

namespace intratumor {

using Json = nlohmann::ordered_json;

Json medians_of(const std::vector<Json>& summaries) {
  const Json& first = summaries.front();
  std::vector<double> numbers;
  for (const Json& one : summaries)
    if (one.is_number()) numbers.push_back(one.get<double>());
  if (!numbers.empty()) return sample_quantile(numbers, 0.5);
  const auto like_first = [&](const Json& one) {
    return one.type() == first.type() && (!first.is_array() || one.size() == first.size());
  };
  if (!first.is_structured() || !std::all_of(summaries.begin(), summaries.end(), like_first))
    return std::all_of(summaries.begin(), summaries.end(), [&](const Json& one) { return one == first; })
               ? first
               : Json();
  Json medians = first;
  for (auto item = medians.begin(); item != medians.end(); ++item) {
    std::vector<Json> parts;
    for (const Json& one : summaries) {
      if (first.is_array())
        parts.push_back(one[static_cast<std::size_t>(item - medians.begin())]);
      else
        parts.push_back(one.contains(item.key()) ? one[item.key()] : Json());
    }
    *item = medians_of(parts);
  }
  return medians;
}

}  // namespace intratumor
