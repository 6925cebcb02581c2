#include <cmath>
#include <limits>

#include "study/quantity_text.h"
#include "study/study_reading.h"

namespace intratumor {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int most_values = 100000;

void make_flow(YAML::Node node) {
  if (node.IsScalar()) return;
  node.SetStyle(YAML::EmitterStyle::Flow);
  for (auto entry : node) make_flow(node.IsMap() ? YAML::Node(entry.second) : YAML::Node(entry));
}

WrittenQuantity quantity_of(const YamlNode& node) {
  if (!node.is_scalar()) node.fail("must be a number with its unit, as 5 mL; found a list or a map");
  const auto quantity = written_quantity(node.text());
  if (quantity) return *quantity;
  try {
    // For the reason why not.
    parse_quantity(node.text(), all_dimensions());
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    node.fail(text.substr(0, text.find("; expected")) + "; expected a number with its unit, as 5 mL");
  }
  return {};
}

/// The numbers of one distribution or range, all in the unit of the first that is read.
class Numbers {
 public:
  explicit Numbers(const YamlNode& node) : node_(node) {}

  double required(const char* key) { return value(node_.required(key)); }
  double optional(const char* key, double without) {
    const auto item = node_.optional(key);
    return item ? value(*item) : without;
  }
  const std::string& unit() const { return unit_; }

 private:
  double value(const YamlNode& item) {
    const WrittenQuantity quantity = quantity_of(item);
    if (!known_) {
      known_ = true;
      unit_ = quantity.unit;
      dimension_ = quantity.si.dimension;
      factor_ = quantity.unit.empty() ? 1 : parse_quantity("1 " + quantity.unit, all_dimensions()).value;
      return quantity.number;
    }
    if (!same_unit(quantity.si.dimension, dimension_) || unit_.empty() != quantity.unit.empty())
      item.fail("'" + item.text() + "' must have the dimension of the first number, " +
                (unit_.empty() ? "which has no unit" : "which is in " + unit_));
    return quantity.unit == unit_ ? quantity.number : quantity.si.value / factor_;
  }

  const YamlNode& node_;
  bool known_ = false;
  std::string unit_;
  Dimension dimension_ = Dimension::dimensionless;
  double factor_ = 1;
};

void read_bounds(const YamlNode& node, Numbers& numbers, Distribution& distribution) {
  distribution.low = numbers.optional("low", -infinity);
  distribution.high = numbers.optional("high", infinity);
  if (distribution.low >= distribution.high) node.fail("low must be less than high");
}

void read_normal(const YamlNode& node, Factor& factor) {
  check_study_keys(node, {"mean", "sd", "low", "high"});
  Numbers numbers(node);
  const double mean = numbers.required("mean");
  const double sd = numbers.required("sd");
  if (sd <= 0) node.required("sd").fail("must be more than 0");
  factor.distribution = {Distribution::Kind::normal, {mean, sd}, 0, 0};
  read_bounds(node, numbers, factor.distribution);
  factor.unit = numbers.unit();
  // Farther away the tail that is left is too thin to draw from.
  constexpr double farthest = 6;
  if (factor.distribution.low > mean + farthest * sd || factor.distribution.high < mean - farthest * sd)
    node.fail("nothing is left between low and high: they are more than 6 standard deviations away");
}

void read_lognormal(const YamlNode& node, Factor& factor) {
  check_study_keys(node, {"median", "factor", "low", "high"});
  Numbers numbers(node);
  const double median = numbers.required("median");
  if (median <= 0) node.required("median").fail("must be more than 0");
  const double spread = node.required("factor").number({1, 1e6, true});
  factor.distribution = {Distribution::Kind::lognormal, {median, spread}, 0, 0};
  read_bounds(node, numbers, factor.distribution);
  factor.unit = numbers.unit();
  constexpr double farthest = 6;
  const double low = factor.distribution.low, high = factor.distribution.high;
  const auto away = [&](double bound) { return std::log(bound / median) / std::log(spread); };
  if (high <= 0 || away(high) < -farthest || (low > 0 && away(low) > farthest))
    node.fail("nothing is left between low and high: they are more than 6 factors away from the median");
}

void read_uniform(const YamlNode& node, Factor& factor) {
  check_study_keys(node, {"low", "high"});
  Numbers numbers(node);
  const double low = numbers.required("low");
  const double high = numbers.required("high");
  if (low >= high) node.fail("low must be less than high");
  factor.distribution = {Distribution::Kind::uniform, {low, high}, -infinity, infinity};
  factor.unit = numbers.unit();
}

void read_triangular(const YamlNode& node, Factor& factor) {
  check_study_keys(node, {"low", "mode", "high"});
  Numbers numbers(node);
  const double low = numbers.required("low");
  const double mode = numbers.required("mode");
  const double high = numbers.required("high");
  if (low >= high || mode < low || mode > high) node.fail("must ascend: low, mode, high");
  factor.distribution = {Distribution::Kind::triangular, {low, mode, high}, -infinity, infinity};
  factor.unit = numbers.unit();
}

void read_shift(const YamlNode& node, Factor& factor) {
  check_study_keys(node, {"sd"});
  const std::string ending = ".tip";
  if (factor.path.size() <= ending.size() ||
      factor.path.compare(factor.path.size() - ending.size(), ending.size(), ending) != 0)
    node.fail("moves a needle's tip, as scheme.*.tip or scheme.0.tip; '" + factor.path + "' is none");
  const double sd = node.required("sd").quantity(Dimension::length, {0, 0.1, true});
  factor.kind = Factor::Kind::shift;
  factor.distribution = {Distribution::Kind::normal, {0, sd}, -infinity, infinity};
  factor.unit = "m";
}

void read_range(const YamlNode& node, Factor& factor) {
  check_study_keys(node, {"from", "to", "count", "spacing"});
  Numbers numbers(node);
  const double from = numbers.required("from");
  const double to = numbers.required("to");
  if (from == to) node.fail("from and to must differ");
  const int count = node.required("count").integer(2, most_values);
  const auto spacing = node.optional("spacing");
  const bool log = spacing && spacing->one_of({"linear", "log"}) == "log";
  if (log && (from <= 0 || to <= 0)) spacing->fail("a logarithmic range must be above 0 at both ends");
  factor.unit = numbers.unit();
  for (int i = 0; i < count; ++i) {
    const double s = double(i) / (count - 1);
    const double between = log ? from * std::pow(to / from, s) : from + s * (to - from);
    const double value = i == 0 ? from : i == count - 1 ? to : between;
    factor.values.push_back(quantity_text(value, factor.unit));
  }
}

void read_list(const YamlNode& node, Factor& factor) {
  const std::vector<YamlNode> items = node.items();
  if (items.empty()) node.fail("is an empty list; give the values that the study takes in turn");
  for (const YamlNode& item : items) factor.values.push_back(flow_text(item.raw()));
}

}  // namespace

std::string flow_text(const YAML::Node& node) {
  YAML::Node copy = YAML::Clone(node);
  make_flow(copy);
  YAML::Emitter emitter;
  emitter << copy;
  return emitter.c_str();
}

Factor read_factor(const YamlNode& node, const std::string& path) {
  Factor factor;
  factor.path = path;
  factor.where = node.where();
  if (path.empty() || path.front() == '.' || path.back() == '.' || path.find("..") != std::string::npos)
    node.fail("'" + path + "' is no path of a case, as scheme.0.rate or drug");
  if (node.is_sequence()) {
    read_list(node, factor);
    return factor;
  }
  if (node.is_scalar())
    node.fail("'" + node.text() + "' alone varies nothing; give a list, as [" + node.text() +
              ", ...], a range or a distribution, or set it in the base case");
  const std::vector<std::string> kinds = {"range", "normal", "lognormal", "uniform", "triangular", "shift"};
  const std::string example = "{lognormal: {median: 3e-14 m^2/(Pa s), factor: 3}}";
  check_study_keys(node, kinds);
  if (node.keys().size() != 1) node.fail("must be a list or one distribution, as " + example);
  const std::string kind = node.keys().front();
  const YamlNode inner = node.required(kind);
  if (!inner.is_map()) inner.fail("must be a map, as in " + example);
  if (kind == "range") {
    read_range(inner, factor);
    return factor;
  }
  factor.kind = Factor::Kind::distribution;
  if (kind == "normal") read_normal(inner, factor);
  if (kind == "lognormal") read_lognormal(inner, factor);
  if (kind == "uniform") read_uniform(inner, factor);
  if (kind == "triangular") read_triangular(inner, factor);
  if (kind == "shift") read_shift(inner, factor);
  return factor;
}

}  // namespace intratumor
