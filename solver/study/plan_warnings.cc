#include "study/plan_warnings.h"

#include <algorithm>
#include <map>

#include "injection/case.h"

namespace intratumor {

namespace {

constexpr std::size_t most_looked_at = 300;  // combinations

/// The case as far as it decides results.
std::string computed_part(const Study& study, const PlannedCase& planned) {
  Case c = read_case(study.base, planned.set);
  c.title.clear();
  return resolved_yaml(c);
}

/// A bare name of a scheme keeps what the base's scheme says, also where the pattern would say something
/// else.
const char* hint_of(const Study& study) {
  const bool bare = std::any_of(study.factors.begin(), study.factors.end(), [](const Factor& factor) {
    return factor.path == "scheme" && factor.kind == Factor::Kind::values &&
           std::any_of(factor.values.begin(), factor.values.end(),
                       [](const std::string& value) { return value.find('{') == std::string::npos; });
  });
  return bare ? ": what the base case's scheme sets (mode, over, rate) goes before what a pattern brings; "
                "leave it "
                "out there, or write the scheme whole, as {use: slow_infusion, needle: ..., dose: ...}"
              : "";
}

std::vector<std::string> twins(const Study& study, const Plan& plan) {
  std::vector<std::string> warnings;
  if (plan.combinations < 2) return warnings;
  std::map<std::string, std::string> known;
  for (const PlannedCase& planned : plan.cases) {
    if (planned.draw > 0 || planned.combination >= most_looked_at) continue;
    const std::string& label = plan.combination_labels[planned.combination];
    const auto [first, is_new] = known.emplace(computed_part(study, planned), label);
    if (!is_new) warnings.push_back(label + " is the same case as " + first->second + hint_of(study));
  }
  return warnings;
}

}  // namespace

std::optional<std::string> few_draws_warning(const Study& study) {
  const DesignBlock* const block = drawn_block(study);
  if (block == nullptr || !block->is_random() || block->size >= enough_draws) return std::nullopt;
  const std::string size = std::to_string(block->size), least = std::to_string(enough_draws);
  if (block->kind == DesignBlock::Kind::saltelli)
    return "a base of " + size + " draws is small: Sobol indices get limits of confidence from " + least +
           ", and 64 tell them to about 0.07";
  return size + " draws are few: percentiles and shares rest on at least " + least;
}

std::vector<std::string> plan_warnings(const Study& study, const Plan& plan) {
  std::vector<std::string> warnings = twins(study, plan);
  if (const auto few = few_draws_warning(study)) warnings.push_back(*few);
  return warnings;
}

}  // namespace intratumor
