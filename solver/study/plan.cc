#include "study/plan.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "quantities/yaml_file.h"
#include "study/quantity_text.h"
#include "study/sampling.h"
#include "study/value_names.h"

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

/// For people, a text an input: what a list's value is called, numbers of four digits, each direction of a
/// shift. `names` are those of the list's values.
std::vector<std::string> shown_values(const Factor& factor, const Setting& setting,
                                      const std::vector<std::string>& names) {
  if (factor.kind == Factor::Kind::values) return {names[static_cast<std::size_t>(setting[0])]};
  if (factor.kind == Factor::Kind::distribution) return {four_digits(setting[0], factor.unit)};
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
  std::vector<std::vector<std::string>> names;
  for (const Factor& factor : study.factors) names.push_back(value_names(factor));
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
        const std::vector<std::string> shown = shown_values(factor, setting, names[i]);
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
