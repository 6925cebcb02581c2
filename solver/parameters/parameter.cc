#include "parameters/parameter.h"

#include <cmath>

namespace intratumor {

namespace {

const double infinity = std::numeric_limits<double>::infinity();

std::string quantity_text(double value, Dimension dimension) {
  if (dimension == Dimension::dimensionless) return exact_text(value);
  return exact_text(value) + " " + si_unit(dimension);
}

}  // namespace

bool Parameter::has_range() const {
  return std::isfinite(low) || std::isfinite(high);
}

bool operator==(const Parameter& a, const Parameter& b) {
  return a.value == b.value && a.dimension == b.dimension && a.low == b.low && a.high == b.high &&
         a.source == b.source && a.basis == b.basis && a.set_by == b.set_by;
}

Parameter default_parameter(double value, Dimension dimension, const std::string& source) {
  Parameter result;
  result.value = value;
  result.dimension = dimension;
  result.source = source;
  result.basis = "remembered";
  result.set_by = "default";
  return result;
}

Parameter read_parameter(const YamlNode& node, Dimension dimension, const Range& limits,
                         const std::string& set_by, const Parameter* replaces) {
  Parameter result;
  result.dimension = dimension;
  result.set_by = set_by;
  result.where = node.where();
  if (set_by == "case") result.basis = "given";
  if (replaces != nullptr) {
    result.low = replaces->low;
    result.high = replaces->high;
  }
  if (!node.is_map()) {
    result.value = node.quantity(dimension, limits);
    return result;
  }

  result.value = node.required("value").quantity(dimension, limits);
  if (const auto range = node.optional("range")) {
    const std::string shape = "must be two quantities, [lowest, highest] published value";
    if (!range->is_sequence()) range->fail(shape);
    const std::vector<YamlNode> ends = range->items();
    if (ends.size() != 2) range->fail(shape);
    result.low = ends[0].quantity(dimension, {-infinity, infinity});
    result.high = ends[1].quantity(dimension, {-infinity, infinity});
    if (result.low > result.high) range->fail("the lower end is above the upper end");
  }
  if (const auto source = node.optional("source")) result.source = source->text();
  if (const auto basis = node.optional("basis"))
    result.basis = basis->one_of({"read", "remembered", "computed", "given"});
  if (const auto setter = node.optional("set_by")) result.set_by = setter->text();
  if (result.set_by.empty()) node.fail("set_by is empty");
  node.done();
  return result;
}

void overlay_parameter(const YamlNode& map, const std::string& key, Dimension dimension, const Range& limits,
                       const std::string& set_by, bool needed, Parameter& parameter) {
  const bool set = parameter.given();
  const std::optional<YamlNode> entry =
      needed && !set ? std::optional<YamlNode>(map.required(key)) : map.optional(key);
  if (!entry) return;
  const Parameter before = parameter;
  parameter = read_parameter(*entry, dimension, limits, set_by, set ? &before : nullptr);
}

std::optional<YamlNode> map_at(const YamlNode& node, const std::string& key, bool needed) {
  const std::optional<YamlNode> child =
      needed ? std::optional<YamlNode>(node.required(key)) : node.optional(key);
  if (child && !child->is_map()) child->fail("must be a map, {key: value, ...}");
  return child;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else
      result += c;
  }
  return result + "\"";
}

std::string to_yaml(const Parameter& parameter) {
  std::string text = "{value: " + quantity_text(parameter.value, parameter.dimension);
  if (parameter.has_range())
    text += ", range: [" + quantity_text(parameter.low, parameter.dimension) + ", " +
            quantity_text(parameter.high, parameter.dimension) + "]";
  if (!parameter.source.empty()) text += ", source: " + quoted(parameter.source);
  if (!parameter.basis.empty()) text += ", basis: " + parameter.basis;
  return text + ", set_by: " + quoted(parameter.set_by) + "}";
}

}  // namespace intratumor
