#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "injection/case.h"
#include "injection/segmentation_file.h"
#include "quantities/error.h"
#include "study/leaves.h"
#include "study/plan.h"
#include "study/ranking.h"

namespace intratumor {

namespace {

constexpr std::size_t most_checked = 300;

/// Cases that hold every text and the ends of every number, then those that come first.
std::vector<std::size_t> telling_cases(const Plan& plan) {
  std::set<std::size_t> chosen;
  for (std::size_t column = 0; column < plan.inputs.size(); ++column) {
    std::map<nlohmann::json, std::size_t> first_with;
    for (std::size_t k = 0; k < plan.cases.size(); ++k) first_with.emplace(plan.cases[k].inputs[column], k);
    if (first_with.size() <= most_checked / 4) {
      for (const auto& [value, k] : first_with) chosen.insert(k);
    } else {
      chosen.insert(first_with.begin()->second);
      chosen.insert(first_with.rbegin()->second);
    }
  }
  std::vector<std::size_t> list(chosen.begin(), chosen.end());
  for (std::size_t k = 0; k < plan.cases.size() && list.size() < most_checked; ++k)
    if (chosen.count(k) == 0) list.push_back(k);
  return list;
}

/// "; did you mean tissues.tumour.porosity?": the shortest paths of the base case that end in this one.
std::string longer_paths(const Study& study, const std::string& path) {
  const auto ends_in = [](const std::string& text, const std::string& ending) {
    return text.size() > ending.size() &&
           text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
  };
  std::vector<std::string> paths;
  auto fewest = std::numeric_limits<std::ptrdiff_t>::max();
  const auto leaves = leaves_of(resolved_yaml(read_case(study.base)));
  for (const auto& leaf : leaves.items()) {
    std::string key = leaf.key();
    if (ends_in(key, ".value")) key.resize(key.rfind('.'));
    if (!ends_in(key, "." + path)) continue;
    const auto dots = std::count(key.begin(), key.end(), '.');
    if (dots < fewest) paths.clear();
    fewest = std::min(fewest, dots);
    if (dots == fewest) paths.push_back(key);
  }
  if (paths.empty()) return "";
  constexpr std::size_t most = 3;
  std::string text = "; did you mean " + paths[0];
  for (std::size_t i = 1; i < std::min(most, paths.size()); ++i) text += " or " + paths[i];
  return text + (paths.size() > most ? ", ...?" : "?");
}

}  // namespace

void rethrow_for_case(const Study& study, const Plan& plan, std::size_t number, const std::string& message) {
  const PlannedCase& planned = plan.cases[number];
  // "--set path=value: path: what is wrong"
  for (std::size_t i = 0; i < planned.set.size(); ++i) {
    const std::string head = "--set " + planned.set[i] + ": ";
    if (message.compare(0, head.size(), head) != 0) continue;
    const Factor& factor = study.factors[planned.factor_of_set[i]];
    std::string rest = message.substr(head.size());
    const std::string path = factor.path + ": ";
    if (rest.compare(0, path.size(), path) == 0) rest = rest.substr(path.size());
    const bool unknown = rest.find("unknown key") != std::string::npos;
    throw InputError(factor.where + ": " + rest + (unknown ? longer_paths(study, factor.path) : ""));
  }
  throw InputError(study.path + ": case " + std::to_string(number) + " (" + planned.label + "): " + message);
}

std::set<std::string> check_plan(const Study& study, const Plan& plan) {
  std::set<std::string> files;
  const auto add_files = [&](const Case& c) {
    for (const std::string& file : segmentation_files(c.geometry)) files.insert(file);
    if (c.deposit && !c.deposit->mask.empty()) files.insert(c.deposit->mask);
    for (const NeedleInjection& needle : c.needles)
      if (!needle.needle_line.empty()) files.insert(needle.needle_line);
  };
  read_case(study.base);
  std::size_t thresholds = 0;
  for (const std::size_t k : telling_cases(plan)) {
    try {
      const Case c = read_case(study.base, plan.cases[k].set);
      thresholds = std::max(thresholds, c.thresholds.size());
      add_files(c);
    } catch (const InputError& error) {
      rethrow_for_case(study, plan, k, error.what());
    }
  }
  for (const StudyMetric& metric : study.metrics)
    if (is_coverage(metric.name) && coverage_index(metric.name) >= thresholds)
      throw InputError(study.path + ": metrics: " + metric.name + ": the cases have " +
                       std::to_string(thresholds) + (thresholds == 1 ? " threshold" : " thresholds") +
                       ", the first of which is tumour.coverage.0");
  return files;
}

}  // namespace intratumor
