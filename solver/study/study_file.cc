#include "study/study_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "output/summary.h"
#include "study/quantity_text.h"
#include "study/ranking.h"
#include "study/study_reading.h"

namespace intratumor {

namespace fs = std::filesystem;

namespace {

std::string absolute_path(const std::string& path, const std::string& beside) {
  return fs::absolute(fs::path(beside).parent_path() / path).lexically_normal().string();
}

void read_metrics(const YamlNode& node, Study& study) {
  if (!node.is_map()) node.fail("must be a map, as {maximise: [tumour.d95], minimise: [plasma.cmax]}");
  check_study_keys(node, {"maximise", "minimise"});
  for (const char* key : {"maximise", "minimise"}) {
    const auto list = node.optional(key);
    if (!list) continue;
    for (const YamlNode& item : list->items()) {
      const std::string name = item.text();
      for (const StudyMetric& metric : study.metrics)
        if (metric.name == name) item.fail("'" + name + "' is given twice");
      if (!is_coverage(name)) item.one_of(metric_names());
      study.metrics.push_back({name, std::string(key) == "maximise"});
    }
  }
  if (study.metrics.empty()) node.fail("names no metric; as {maximise: [tumour.d95]}");
}

const char* name_of(Distribution::Kind kind) {
  if (kind == Distribution::Kind::normal) return "normal";
  if (kind == Distribution::Kind::lognormal) return "lognormal";
  return kind == Distribution::Kind::uniform ? "uniform" : "triangular";
}

std::string factor_text(const Factor& factor) {
  const auto with_unit = [&](double value) { return quantity_text(value, factor.unit); };
  const Distribution& d = factor.distribution;
  if (factor.kind == Factor::Kind::shift) return "{shift: {sd: " + with_unit(d.parameters[1]) + "}}";
  if (factor.kind == Factor::Kind::values) {
    std::string text;
    for (const std::string& value : factor.values) text += (text.empty() ? "" : ", ") + value;
    return "[" + text + "]";
  }
  std::vector<std::string> keys = {"low", "high"};
  if (d.kind == Distribution::Kind::normal) keys = {"mean", "sd"};
  if (d.kind == Distribution::Kind::lognormal) keys = {"median", "factor"};
  if (d.kind == Distribution::Kind::triangular) keys = {"low", "mode", "high"};
  std::string text;
  for (std::size_t i = 0; i < keys.size(); ++i)
    text += (i > 0 ? ", " : "") + keys[i] + ": " +
            (keys[i] == "factor" ? exact_text(d.parameters[i]) : with_unit(d.parameters[i]));
  if (std::isfinite(d.low)) text += ", low: " + with_unit(d.low);
  if (std::isfinite(d.high)) text += ", high: " + with_unit(d.high);
  return std::string("{") + name_of(d.kind) + ": {" + text + "}}";
}

std::string block_text(const Study& study, const DesignBlock& block) {
  const auto names = [&](const std::vector<std::size_t>& indices) {
    std::string text;
    for (const std::size_t i : indices) text += (text.empty() ? "" : ", ") + study.factors[i].path;
    return "[" + text + "]";
  };
  if (block.kind == DesignBlock::Kind::grid) {
    std::string text;
    for (const auto& group : block.groups)
      text += (text.empty() ? "" : ", ") + (group.size() == 1 ? study.factors[group[0]].path : names(group));
    return "[" + text + "]";
  }
  std::string text = "{over: " + names(block.factors());
  if (block.kind == DesignBlock::Kind::one_at_a_time)
    return text + ", quantiles: [" + exact_text(block.quantiles[0]) + ", " + exact_text(block.quantiles[1]) +
           "]}";
  return text + ", size: " + std::to_string(block.size) + ", seed: " + std::to_string(block.seed) + "}";
}

const char* key_of(DesignBlock::Kind kind) {
  switch (kind) {
    case DesignBlock::Kind::grid:
      return "grid";
    case DesignBlock::Kind::latin_hypercube:
      return "latin_hypercube";
    case DesignBlock::Kind::sobol:
      return "sobol";
    case DesignBlock::Kind::saltelli:
      return "saltelli";
    case DesignBlock::Kind::one_at_a_time:
      return "one_at_a_time";
  }
  return "";
}

/// Grids become one, since they are crossed with each other anyway.
std::string design_text(const Study& study) {
  DesignBlock grid;
  std::string text;
  for (const DesignBlock& block : study.design)
    if (block.kind == DesignBlock::Kind::grid)
      grid.groups.insert(grid.groups.end(), block.groups.begin(), block.groups.end());
  if (!grid.groups.empty()) text += "  grid: " + block_text(study, grid) + "\n";
  for (const DesignBlock& block : study.design)
    if (block.kind != DesignBlock::Kind::grid)
      text += std::string("  ") + key_of(block.kind) + ": " + block_text(study, block) + "\n";
  return text;
}

/// `names: {scheme: [one place, four places]}`: what people call the values of a list.
void read_names(const YamlNode& node, std::vector<Factor>& factors) {
  if (!node.is_map())
    node.fail("must be a map from varied paths to names, as {scheme: [one place, four places]}");
  std::vector<std::string> paths;
  for (const Factor& factor : factors) paths.push_back(factor.path);
  check_study_keys(node, paths);
  for (Factor& factor : factors) {
    const auto list = node.optional(factor.path);
    if (!list) continue;
    if (factor.kind != Factor::Kind::values)
      list->fail("vary." + factor.path + " is no list whose values have names");
    const std::vector<YamlNode> items = list->items();
    if (items.size() != factor.values.size())
      list->fail("holds " + std::to_string(items.size()) + " names, and vary." + factor.path + " has " +
                 std::to_string(factor.values.size()) + " values");
    for (const YamlNode& item : items) {
      if (std::find(factor.names.begin(), factor.names.end(), item.text()) != factor.names.end())
        item.fail("the name '" + item.text() + "' is given twice");
      factor.names.push_back(item.text());
    }
  }
}

/// A value may stand twice in a list only where others of its group differ there.
void refuse_repeated_values(const Study& study) {
  for (const DesignBlock& block : study.design)
    for (const auto& group : block.groups) {
      std::map<std::vector<std::string>, std::size_t> known;
      for (std::size_t v = 0; v < study.factors[group[0]].values.size(); ++v) {
        std::vector<std::string> row;
        for (const std::size_t factor : group) row.push_back(study.factors[factor].values[v]);
        const auto [before, is_new] = known.emplace(row, v);
        if (is_new) continue;
        const Factor& factor = study.factors[group[0]];
        if (group.size() == 1) throw InputError(factor.where + ": the value " + row[0] + " is given twice");
        throw InputError(factor.where + ": entries " + std::to_string(before->second) + " and " +
                         std::to_string(v) + " (from 0) of what goes together are the same");
      }
    }
}

}  // namespace

std::vector<std::size_t> DesignBlock::factors() const {
  std::vector<std::size_t> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

const DesignBlock* drawn_block(const Study& study) {
  for (const DesignBlock& block : study.design)
    if (block.kind != DesignBlock::Kind::grid) return &block;
  return nullptr;
}

void check_study_keys(const YamlNode& map, const std::vector<std::string>& known) {
  for (const std::string& key : known) map.has(key);
  map.done();
}

Study read_study(const std::string& path) {
  const YamlNode root = YamlNode::load(path);
  if (!root.is_map()) root.fail("is not a study file; expected a map with base: and vary:");
  if (root.has("geometry") && !root.has("base"))
    root.fail("is a case, not a study; a study has base: and vary: (intratumor run takes a case)");
  check_study_keys(root, {"title", "base", "vary", "names", "design", "metrics", "keep"});
  Study study;
  study.path = path;
  study.name = fs::path(path).stem().string();
  if (const auto title = root.optional("title")) study.title = title->text();
  const YamlNode base = root.required("base");
  study.base_where = base.where();
  study.base = absolute_path(base.text(), path);
  std::error_code error;
  if (!fs::exists(study.base, error)) base.fail("no such file: " + study.base);

  const YamlNode vary = root.required("vary");
  if (!vary.is_map()) vary.fail("must be a map from paths of the case to values, as {drug: [one, other]}");
  for (const std::string& key : vary.keys()) study.factors.push_back(read_factor(vary.required(key), key));
  if (study.factors.empty()) vary.fail("is empty; expected at least one path of the case");
  if (const auto names = root.optional("names")) read_names(*names, study.factors);
  study.design = read_design(root.optional("design"), root, study.factors);
  refuse_repeated_values(study);

  if (const auto metrics = root.optional("metrics"))
    read_metrics(*metrics, study);
  else
    study.metrics = {
        {"tumour.auc_free", true}, {"tumour.d95", true}, {"plasma.auc", false}, {"plasma.cmax", false}};
  if (const auto keep = root.optional("keep"))
    study.keep_fields = keep->one_of({"summary", "fields"}) == "fields";
  return study;
}

namespace {

std::string names_text(const Study& study) {
  std::string text;
  for (const Factor& factor : study.factors) {
    if (factor.names.empty()) continue;
    YAML::Emitter list;
    list << YAML::Flow << factor.names;
    text += (text.empty() ? "names:\n  " : "  ") + factor.path + ": " + list.c_str() + "\n";
  }
  return text;
}

}  // namespace

std::string resolved_study(const Study& study) {
  std::string text = "# The study with every default filled in, by intratumor " INTRATUMOR_VERSION
                     ". It makes the same plan again.\n";
  YAML::Emitter title, base;
  title << study.title;
  base << study.base;
  text += std::string("title: ") + title.c_str() + "\nbase: " + base.c_str() + "\nvary:\n";
  for (const Factor& factor : study.factors) text += "  " + factor.path + ": " + factor_text(factor) + "\n";
  text += names_text(study) + "design:\n" + design_text(study) + "metrics:\n";
  for (const bool more : {true, false}) {
    std::string names;
    for (const StudyMetric& metric : study.metrics)
      if (metric.more_is_better == more) names += (names.empty() ? "" : ", ") + metric.name;
    if (!names.empty()) text += std::string(more ? "  maximise: [" : "  minimise: [") + names + "]\n";
  }
  return text + "keep: " + (study.keep_fields ? "fields" : "summary") + "\n";
}

}  // namespace intratumor
