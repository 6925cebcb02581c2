#include <algorithm>
#include <charconv>

#include "injection/case_reading.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

constexpr Range possible_multiple = limits::threshold_multiple.possible;

/// The number in "0.1 c_inj" when the text ends with `unit`.
std::optional<double> multiple_of(const YamlNode& node, const std::string& unit) {
  const std::string text = node.text();
  if (text.size() <= unit.size() || text.compare(text.size() - unit.size(), unit.size(), unit) != 0)
    return std::nullopt;
  std::string number = text.substr(0, text.size() - unit.size());
  number.erase(std::remove(number.begin(), number.end(), ' '), number.end());
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool whole = error == std::errc() && end == number.data() + number.size();
  if (!whole || !(value > possible_multiple.low && value <= possible_multiple.high))
    node.fail("'" + text + "' must be a number more than 0 times " + unit + ", as 0.1 " + unit);
  return value;
}

Threshold read_threshold(const YamlNode& node, const Case& c) {
  Threshold threshold;
  threshold.text = node.text();
  if (const auto multiple = multiple_of(node, "c_inj")) {
    if (c.needles.empty()) node.fail("c_inj is the largest concentration injected, and no needle injects");
    threshold.value = *multiple * c.largest_injected_concentration();
  } else if (const auto affinities = multiple_of(node, "Kd")) {
    if (!c.drug.dissociation_constant.given())
      node.fail("the drug " + c.drug.name +
                " has no Kd; set drug.dissociation_constant or give a concentration");
    threshold.value = *affinities * c.drug.dissociation_constant.value;
  } else {
    if (threshold.text.find_first_of("0123456789") != 0 && threshold.text.find('.') != 0)
      node.fail("'" + threshold.text +
                "' must be a concentration, as 1 ug/mL, or a multiple, as 0.1 c_inj or 10 Kd");
    threshold.value = read_concentration(node, c.drug);
  }
  return threshold;
}

}  // namespace

void read_exposure(const std::optional<YamlNode>& node, Case& c) {
  if (node) check_keys(*node, {"thresholds", "at_least", "shell"}, {});
  const auto thresholds = node ? node->optional("thresholds") : std::nullopt;
  if (thresholds) {
    for (const YamlNode& item : thresholds->items()) {
      const Threshold threshold = read_threshold(item, c);
      for (const Threshold& other : c.thresholds)
        if (other.text == threshold.text) item.fail("the threshold '" + threshold.text + "' is given twice");
      c.thresholds.push_back(threshold);
    }
  } else if (!c.needles.empty()) {
    c.thresholds.push_back({"0.1 c_inj", 0.1 * c.largest_injected_concentration()});
  }
  const auto shell = node ? node->optional("shell") : std::nullopt;
  if (shell) c.shell = shell->quantity(Dimension::length, limits::shell.possible);
  const auto at_least = node ? node->optional("at_least") : std::nullopt;
  if (!at_least) return;
  if (c.thresholds.empty()) at_least->fail("has no effect without thresholds");
  c.threshold_duration = at_least->quantity(Dimension::time, limits::schedule.possible);
  if (c.threshold_duration > c.until)
    at_least->fail("'" + at_least->text() + "' is longer than the run, run.until is " +
                   readable_text(c.until, Dimension::time));
}

}  // namespace intratumor
