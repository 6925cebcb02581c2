#include "study/plan.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

#include "quantities/yaml_file.h"
#include "study/quantity_text.h"
#include "study/sampling.h"

namespace intratumor {

namespace {

constexpr std::size_t most_cases = 1000000;

using Kind = DesignBlock::Kind;

/// What a factor takes in one case: the number of a list's value, or what was drawn.
using Setting = std::vector<double>;
using Settings = std::vector<Setting>;  // by factor; empty: not decided by this part of the design

std::vector<Settings> crossed_grids(const Study& study) {
  std::vector<Settings> combinations = {Settings(study.factors.size())};
  for (const DesignBlock& block : study.design) {
    if (block.kind != Kind::grid) continue;
    for (const auto& group : block.groups) {
      std::vector<Settings> longer;
      const std::size_t count = study.factors[group[0]].values.size();
      if (combinations.size() > most_cases / count)
        throw InputError(study.path + ": design: makes more than a million cases");
      for (const Settings& settings : combinations)
        for (std::size_t v = 0; v < count; ++v) {
          longer.push_back(settings);
          for (const std::size_t factor : group) longer.back()[factor] = {static_cast<double>(v)};
        }
      combinations = longer;
    }
  }
  return combinations;
}

/// The distributions that a block draws from, a column each: of a list, the position of its value.
std::vector<Distribution> distributions_of(const Study& study, const DesignBlock& block) {
  std::vector<Distribution> list;
  const double infinity = std::numeric_limits<double>::infinity();
  for (const std::size_t i : block.factors()) {
    const Factor& factor = study.factors[i];
    if (factor.kind == Factor::Kind::values)
      list.push_back(
          {Distribution::Kind::uniform, {0, static_cast<double>(factor.values.size())}, -infinity, infinity});
    else
      for (std::size_t d = 0; d < factor.inputs(); ++d) list.push_back(factor.distribution);
  }
  return list;
}

Settings settings_of_row(const Study& study, const DesignBlock& block, const std::vector<double>& row) {
  Settings settings(study.factors.size());
  std::size_t column = 0;
  for (const std::size_t i : block.factors()) {
    const Factor& factor = study.factors[i];
    for (std::size_t d = 0; d < factor.inputs(); ++d) settings[i].push_back(row[column++]);
    if (factor.kind == Factor::Kind::values)
      settings[i][0] = std::min(std::floor(settings[i][0]), static_cast<double>(factor.values.size() - 1));
  }
  return settings;
}

/// The reference (medians, and of lists the first), then every input at its two quantiles, of lists at each
/// other value.
std::vector<Settings> one_at_a_time(const Study& study, const DesignBlock& block) {
  const Points levels =
      quantiles(distributions_of(study, block), {0.5, block.quantiles[0], block.quantiles[1]});
  std::vector<double> middle;
  std::size_t column = 0;
  for (const std::size_t i : block.factors())
    for (std::size_t d = 0; d < study.factors[i].inputs(); ++d, ++column)
      middle.push_back(study.factors[i].kind == Factor::Kind::values ? 0 : levels[column][0]);
  std::vector<Settings> rows = {settings_of_row(study, block, middle)};
  column = 0;
  for (const std::size_t i : block.factors()) {
    const Factor& factor = study.factors[i];
    for (std::size_t d = 0; d < factor.inputs(); ++d, ++column) {
      std::vector<double> tried = {levels[column][1], levels[column][2]};
      if (factor.kind == Factor::Kind::values) {
        tried.clear();
        for (std::size_t v = 1; v < factor.values.size(); ++v) tried.push_back(static_cast<double>(v));
      }
      for (const double value : tried) {
        std::vector<double> row = middle;
        row[column] = value;
        rows.push_back(settings_of_row(study, block, row));
      }
    }
  }
  return rows;
}

std::vector<Settings> drawn(const Study& study) {
  for (const DesignBlock& block : study.design) {
    if (block.kind == Kind::grid) continue;
    if (block.kind == Kind::one_at_a_time) return one_at_a_time(study, block);
    std::vector<Settings> rows;
    for (const auto& row : draw(block.kind, block.size, block.seed, distributions_of(study, block)))
      rows.push_back(settings_of_row(study, block, row));
    return rows;
  }
  return {Settings(study.factors.size())};
}

/// YAML of what a factor takes; a shift as [x, y, z] in m.
std::string value_text(const Factor& factor, const Setting& setting) {
  if (factor.kind == Factor::Kind::values) return factor.values[static_cast<std::size_t>(setting[0])];
  if (factor.kind == Factor::Kind::distribution) return quantity_text(setting[0], factor.unit);
  return "[" + exact_text(setting[0]) + ", " + exact_text(setting[1]) + ", " + exact_text(setting[2]) + "]";
}

std::string column_name(const std::string& path) {
  std::string name;
  for (const char c : path) name += c == '*' ? std::string("all") : std::string(1, c == '.' ? '_' : c);
  return name;
}

/// The SI unit that all values of a factor share, "1" for plain numbers; empty when they are not quantities
/// of one kind.
std::string common_unit(const Factor& factor) {
  if (factor.kind == Factor::Kind::distribution) {
    const auto quantity = written_quantity(quantity_text(1, factor.unit));
    return si_unit(quantity->si.dimension);
  }
  std::string unit;
  for (const std::string& value : factor.values) {
    const auto quantity = written_quantity(value);
    if (!quantity) return "";
    const std::string other = si_unit(quantity->si.dimension);
    if (!unit.empty() && other != unit) return "";
    unit = other;
  }
  return unit;
}

std::vector<InputColumn> columns_of(const Study& study) {
  std::vector<InputColumn> columns;
  for (std::size_t i = 0; i < study.factors.size(); ++i) {
    const Factor& factor = study.factors[i];
    if (factor.kind == Factor::Kind::shift) {
      for (const char* direction : {"x", "y", "z"})
        columns.push_back(
            {column_name(factor.path) + "_shift_" + direction + "_m", "m", factor.path + " " + direction, i});
      continue;
    }
    const std::string unit = common_unit(factor);
    columns.push_back({column_name(factor.path) + unit_ending(unit), unit, factor.path, i});
  }
  return columns;
}

void add_inputs(const Factor& factor, const InputColumn& column, const Setting& setting,
                const std::string& text, PlannedCase& planned) {
  if (factor.kind == Factor::Kind::shift)
    for (const double value : setting) planned.inputs.emplace_back(value);
  else if (column.unit.empty() && !factor.names.empty())
    planned.inputs.emplace_back(factor.names[static_cast<std::size_t>(setting[0])]);
  else if (column.unit.empty())
    planned.inputs.emplace_back(YAML::Load(text).IsScalar() ? YAML::Load(text).Scalar() : text);
  else
    planned.inputs.emplace_back(written_quantity(text)->si.value);
}

/// Of maps in a list, the entries of one that not all have: "use: line, over: 2 min"; empty where they are no
/// maps.
std::string what_differs(const std::vector<std::string>& values, std::size_t which) {
  std::vector<std::map<std::string, std::string>> maps;
  for (const std::string& value : values) {
    const YAML::Node node = YAML::Load(value);
    if (!node.IsMap()) return "";
    maps.emplace_back();
    for (const auto& entry : node) {
      YAML::Emitter text;
      text << YAML::Flow << entry.second;
      maps.back()[entry.first.Scalar()] = text.c_str();
    }
  }
  std::string text;
  for (const auto& entry : YAML::Load(values[which])) {
    const std::string key = entry.first.Scalar(), value = maps[which][key];
    const bool shared = std::all_of(maps.begin(), maps.end(), [&](const auto& map) {
      const auto found = map.find(key);
      return found != map.end() && found->second == value;
    });
    if (!shared) text += (text.empty() ? "" : ", ") + (key == "use" ? value : key + ": " + value);
  }
  return text;
}

std::string four_digits(double number, const std::string& unit) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.4g", number);
  return digits + (unit.empty() ? "" : " " + unit);
}

/// The image that a value of `geometry` or `geometry.segmentation` names; empty when it names none.
std::string image_of(const Factor& factor, const std::string& text) {
  if (factor.kind != Factor::Kind::values) return "";
  YAML::Node node = YAML::Load(text);
  if (factor.path == "geometry" && node.IsMap())
    node.reset(node["segmentation"]);
  else if (factor.path != "geometry.segmentation")
    return "";
  return node.IsDefined() && node.IsScalar() ? node.Scalar() : "";
}

/// A path's last parts, as many as tell it from the factor's other images.
std::string short_image_name(const Factor& factor, const std::string& image) {
  const auto last_parts = [](const std::string& path, int count) {
    std::filesystem::path rest = path, last;
    for (; count > 0 && rest.has_relative_path(); --count, rest = rest.parent_path())
      last = last.empty() ? rest.filename() : rest.filename() / last;
    return last.string();
  };
  constexpr int most_parts = 8;
  for (int parts = 1; parts < most_parts; ++parts) {
    const std::string name = last_parts(image, parts);
    const bool alone = std::none_of(factor.values.begin(), factor.values.end(), [&](const std::string& text) {
      const std::string other = image_of(factor, text);
      return other != image && last_parts(other, parts) == name;
    });
    if (alone) return name;
  }
  return image;
}

/// For people: numbers of four digits; of an image its name; of a whole scheme written out, its number in the
/// list and what tells it from the others.
std::string shown_value(const Factor& factor, const Setting& setting, const std::string& text) {
  if (factor.kind == Factor::Kind::distribution) return four_digits(setting[0], factor.unit);
  if (!factor.names.empty()) return factor.names[static_cast<std::size_t>(setting[0])];
  if (const auto quantity = written_quantity(text)) return four_digits(quantity->number, quantity->unit);
  const std::string image = image_of(factor, text);
  if (!image.empty()) return short_image_name(factor, image);
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return text;
  const std::string differs = what_differs(factor.values, static_cast<std::size_t>(std::lround(setting[0])));
  const std::string shown = differs.empty() ? text : differs;
  return "#" + exact_text(setting[0]) + " " +
         (shown.size() > longest ? shown.substr(0, longest) + "..." : shown);
}

/// The same in each direction of a shift.
std::vector<std::string> shown_values(const Factor& factor, const Setting& setting, const std::string& text) {
  if (factor.kind != Factor::Kind::shift) return {shown_value(factor, setting, text)};
  std::vector<std::string> shown;
  for (const double value : setting) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%+.2f mm", 1e3 * value);
    shown.emplace_back(digits);
  }
  return shown;
}

}  // namespace

Plan make_plan(const Study& study) {
  Plan plan;
  plan.inputs = columns_of(study);
  const std::vector<Settings> combinations = crossed_grids(study);
  const std::vector<Settings> draws = drawn(study);
  if (combinations.size() > most_cases / draws.size())
    throw InputError(study.path + ": design: makes more than a million cases");
  plan.combinations = combinations.size();
  plan.draws = draws.size();
  const std::string base_text = read_text_file(study.base);
  for (std::size_t c = 0; c < combinations.size(); ++c) {
    plan.combination_labels.emplace_back();
    plan.combination_values.emplace_back();
    for (std::size_t d = 0; d < draws.size(); ++d) {
      PlannedCase planned;
      planned.combination = c;
      planned.draw = d;
      std::vector<std::string> texts;
      std::size_t column = 0;
      for (std::size_t i = 0; i < study.factors.size(); ++i) {
        const Factor& factor = study.factors[i];
        const bool of_grid = !combinations[c][i].empty();
        const Setting& setting = of_grid ? combinations[c][i] : draws[d][i];
        texts.push_back(value_text(factor, setting));
        add_inputs(factor, plan.inputs[column], setting, texts.back(), planned);
        column += factor.inputs();
        const std::vector<std::string> shown = shown_values(factor, setting, texts.back());
        planned.shown.insert(planned.shown.end(), shown.begin(), shown.end());
        const std::string value =
            shown.size() == 1 ? shown[0] : "(" + shown[0] + ", " + shown[1] + ", " + shown[2] + ")";
        const std::string part = factor.path + " = " + value;
        planned.label += (planned.label.empty() ? "" : ", ") + part;
        if (d == 0 && of_grid) {
          const char* const between = plan.combination_labels[c].empty() ? "" : ", ";
          plan.combination_labels[c] += between + part;
          plan.combination_values[c] += between + value;
        }
      }
      for (const auto& [text, factor] : case_changes(study, base_text, texts)) {
        planned.set.push_back(text);
        planned.factor_of_set.push_back(factor);
      }
      plan.cases.push_back(planned);
    }
  }
  return plan;
}

}  // namespace intratumor
