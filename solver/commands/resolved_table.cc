#include "commands/resolved_table.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <stdexcept>

#include "commands/text_table.h"
#include "commands/value_origin.h"
#include "images/text_header.h"
#include "injection/case_warnings.h"
#include "quantities/units.h"
#include "quantities/yaml_reader.h"

namespace intratumor {

namespace {

using Path = ValueOrigin::Path;

std::string joined(const Path& path) {
  std::string text;
  for (const std::string& part : path) text += (text.empty() ? "" : ".") + part;
  return text;
}

/// A quantity as it stands in a resolved case, "1.2e-05 m", in a unit that people use; other text as it is.
std::string readable(const std::string& text, const std::string& path) {
  using D = Dimension;
  static const std::vector<D> dimensions = {D::length,
                                            D::area_per_volume,
                                            D::volume,
                                            D::time,
                                            D::rate_constant,
                                            D::volume_rate,
                                            D::pressure,
                                            D::permeability,
                                            D::hydraulic_conductivity,
                                            D::filtration,
                                            D::diffusivity,
                                            D::vessel_conductivity,
                                            D::amount,
                                            D::body_mass,
                                            D::molar_concentration,
                                            D::molar_mass,
                                            D::mass_concentration,
                                            D::specific_activity,
                                            D::association_rate,
                                            D::dimensionless};
  constexpr double micrometre = 1e-6;
  // Thresholds and the title are the user's own words.
  if (path == "exposure.thresholds" || path == "title") return text;
  try {
    if (ends_with(path, "perfusion")) return readable_text(parse_quantity(text, D::perfusion), D::perfusion);
    const Quantity q = parse_quantity(text, dimensions);
    if (q.dimension == D::length && q.value != 0 && std::abs(q.value) < micrometre)
      return readable_text(1e9 * q.value, D::dimensionless) + " nm";
    if (ends_with(path, "modulus") || ends_with(path, "opening_pressure"))
      return readable_text(1e-3 * q.value, D::dimensionless) + " kPa";
    return readable_text(q.value, q.dimension);
  } catch (const std::invalid_argument&) {
    return text;
  }
}

/// "1e-15 to 2e-12": without units where both have that of the value beside it.
std::string range_text(const std::string& low, const std::string& high, const std::string& value) {
  const auto blank = [](const std::string& text) { return std::min(text.find(' '), text.size()); };
  const std::string unit = value.substr(blank(value));
  if (low.substr(blank(low)) != unit || high.substr(blank(high)) != unit) return low + " to " + high;
  return low.substr(0, blank(low)) + " to " + high.substr(0, blank(high));
}

/// What is known of a number that stands in the program, not in a file of params/.
struct ModelNumber {
  const char* path;
  const char* range;
  const char* source;
};
constexpr ModelNumber model_numbers[] = {
    {"flow.collapse.floor", "0 to 0.1",
     "vessels that are pressed shut still exchange some percent; engineering default, no measurement known"},
    {"flow.collapse.width", "5 to 15",
     "from the first vessels that close to the last; engineering default, no measurement known"},
    {"deposit.volume_ratio", "1 to 1/fluid_fraction",
     "1: the fluid opens its own space; 1/fluid_fraction of the target's tissue, the default: it fills every "
     "pore"},
    {"deposit.aspect", "1 to 3", "along the needle over across; engineering default, no measurement known"},
};

/// Collects the leaves of a resolved case.
class Leaves {
 public:
  Leaves(const ValueOrigin& origin, std::vector<ResolvedValue>& values) : origin_(origin), values_(values) {}

  void visit(const YAML::Node& node, Path path) {
    if (node.IsMap() && node["value"] && node["set_by"]) {
      add_parameter(node, path);
    } else if (node.IsMap()) {
      for (const auto& entry : node) {
        path.push_back(entry.first.Scalar());
        visit(entry.second, path);
        path.pop_back();
      }
    } else if (node.IsSequence() && node.size() > 0 && !node[0].IsScalar()) {
      for (std::size_t i = 0; i < node.size(); ++i) {
        path.push_back(std::to_string(i));
        visit(node[i], path);
        path.pop_back();
      }
    } else {
      std::string text;
      const std::string name = joined(path);
      if (node.IsSequence()) {
        for (const YAML::Node& item : node)
          text += (text.empty() ? "" : ", ") + readable(item.Scalar(), name);
        text = "[" + text + "]";
      } else {
        text = readable(node.Scalar(), name);
      }
      ResolvedValue value{name, text, "", "", origin_.of(path), ""};
      const auto known = std::find_if(std::begin(model_numbers), std::end(model_numbers),
                                      [&name](const ModelNumber& number) { return name == number.path; });
      if (known != std::end(model_numbers)) {
        value.range = known->range;
        value.basis = value.set_by == "default" ? "remembered" : "given";
        if (value.basis == "remembered") value.source = known->source;
      }
      values_.push_back(value);
    }
  }

 private:
  void add_parameter(const YAML::Node& node, const Path& path) {
    const std::string name = joined(path);
    ResolvedValue value{name, readable(node["value"].Scalar(), name), "", "", node["set_by"].Scalar(), ""};
    if (node["range"])
      value.range = range_text(readable(node["range"][0].Scalar(), name),
                               readable(node["range"][1].Scalar(), name), value.value);
    if (node["basis"]) value.basis = node["basis"].Scalar();
    if (node["source"]) value.source = node["source"].Scalar();
    if (value.set_by == "case") value.set_by = origin_.of(path);
    values_.push_back(value);
  }

  const ValueOrigin& origin_;
  std::vector<ResolvedValue>& values_;
};

/// The part of the case that a value belongs to: tissues and entries of the scheme one by one.
std::string part_of(const std::string& path) {
  const std::size_t dot = path.find('.');
  const std::string first = path.substr(0, dot);
  if (first != "tissues" && first != "scheme") return first == "drug" || first == "geometry" ? first : "";
  return path.substr(0, path.find('.', dot + 1));
}

}  // namespace

std::vector<ResolvedValue> resolved_values(const Case& c, const std::vector<std::string>& overrides) {
  const ValueOrigin origin(c, overrides);
  std::vector<ResolvedValue> values;
  Leaves(origin, values).visit(YAML::Load(resolved_yaml(c)), {});
  // A drug's file knows of sites in tissues that this case may not have.
  for (const std::string& key : binding_without_effect(c))
    values.erase(std::remove_if(values.begin(), values.end(),
                                [&key](const ResolvedValue& value) { return value.path == "drug." + key; }),
                 values.end());
  return values;
}

std::string resolved_table(const std::vector<ResolvedValue>& values) {
  std::string text;
  for (std::size_t begin = 0, end = 0; begin < values.size(); begin = end) {
    const std::string part = part_of(values[begin].path);
    while (end < values.size() && part_of(values[end].path) == part) ++end;
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = begin; i < end; ++i) {
      const ResolvedValue& v = values[i];
      rows.push_back({v.path, v.value, v.range, v.basis, v.set_by});
    }
    // The sources are put between the lines of the table, which must not widen its columns.
    const std::string table = text_table(rows);
    std::size_t at = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t line_end = table.find('\n', at) + 1;
      text += table.substr(at, line_end - at);
      at = line_end;
      if (!values[i].source.empty()) text += "      # " + values[i].source + "\n";
    }
    if (end < values.size()) text += "\n";
  }
  return text;
}

}  // namespace intratumor
