#include "commands/analysis_text.h"

#include <cstdio>
#include <vector>

#include "commands/text_table.h"

namespace intratumor {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

namespace {

std::string number_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value.get<double>());
  return text;
}

std::string interval_text(const Json& pair) {
  char text[48];
  if (!pair[0].is_number() || !pair[1].is_number()) return "-";
  std::snprintf(text, sizeof text, "%.2f to %.2f", pair[0].get<double>(), pair[1].get<double>());
  return text;
}

std::string name_of(const Json& analysis, std::size_t combination) {
  const std::string label = analysis["combinations"][combination].get<std::string>();
  return label.empty() ? "all" : label;
}

void add_bands(const Json& analysis, const Json& metric, std::string& text) {
  Rows rows = {{"percentiles over the draws", "draws", "5%", "25%", "50%", "75%", "95%"}};
  for (const Json& of : metric["combinations"]) {
    if (!of.contains("band")) return;
    rows.push_back({name_of(analysis, of["combination"]), std::to_string(of["band"]["count"].get<int>())});
    for (const char* key : {"p5", "p25", "p50", "p75", "p95"})
      rows.back().push_back(number_text(of["band"][key]));
  }
  text += text_table(rows, "  ", true);
}

/// Without draws: a row a combination, a column a metric.
void add_values(const Json& analysis, std::string& text) {
  Rows rows = {{"case"}};
  bool any = false;
  for (const std::string& values : analysis["combination_values"].get<std::vector<std::string>>())
    rows.push_back({values.empty() ? "all" : values});
  for (const auto& [name, metric] : analysis["metrics"].items()) {
    rows[0].push_back(name);
    for (const Json& of : metric["combinations"]) {
      any = any || of.contains("value");
      rows[1 + of["combination"].get<std::size_t>()].push_back(of.contains("value") ? number_text(of["value"])
                                                                                    : "-");
    }
  }
  if (!any) return;
  std::string about = "\n";
  for (const auto& [name, metric] : analysis["metrics"].items())
    about += name + " [" + metric["unit"].get<std::string>() + "]: " + metric["better"].get<std::string>() +
             " is better\n";
  if (analysis.contains("pareto")) {
    rows[0].emplace_back("front");
    for (std::size_t c = 0; c + 1 < rows.size(); ++c)
      rows[1 + c].emplace_back(analysis["pareto"]["on_front"][c].get<bool>() ? "*" : "");
    about +=
        "* on the Pareto front: none there of the same geometry is better in one of these and, within the "
        "numerical error, as good in the rest\n";
  }
  text += about + "\n" + text_table(rows, "  ", true);
}

void add_indices(const Json& analysis, const Json& metric, std::string& text) {
  for (const Json& of : metric["combinations"]) {
    if (!of.contains("sobol_indices") || of["sobol_indices"]["inputs"].empty()) continue;
    Rows rows = {
        {"Sobol indices, " + name_of(analysis, of["combination"]), "first order", "95%", "total", "95%"}};
    for (const Json& input : of["sobol_indices"]["inputs"]) {
      char first[16], total[16];
      std::snprintf(first, sizeof first, "%.2f", input["first"].get<double>());
      std::snprintf(total, sizeof total, "%.2f", input["total"].get<double>());
      rows.push_back(
          {input["input"], first, interval_text(input["first_95"]), total, interval_text(input["total_95"])});
    }
    text += text_table(rows, "  ", true);
  }
}

void add_tornado(const Json& analysis, const Json& metric, std::string& text) {
  for (const Json& of : metric["combinations"]) {
    if (!of.contains("tornado")) continue;
    text += "  one at a time, " + name_of(analysis, of["combination"]) + ": reference " +
            number_text(of["reference"]) + "\n";
    Rows rows;
    for (const Json& bar : of["tornado"]) {
      std::string tried;
      for (std::size_t i = 0; i < bar["tried"].size(); ++i)
        tried += (i > 0 ? ", " : "") + number_text(bar["results"][i]) + " at " + number_text(bar["tried"][i]);
      rows.push_back({bar["input"], "span " + number_text(bar["span"]), tried});
    }
    text += text_table(rows, "    ");
  }
}

void add_pairs(const Json& analysis, const Json& metric, std::string& text) {
  if (!metric.contains("pairs")) return;
  Rows rows = {{"better over the same draws", "share", "median difference"}};
  for (const Json& pair : metric["pairs"]) {
    char share[16] = "-";
    if (pair["a_better"].is_number())
      std::snprintf(share, sizeof share, "%.0f%%", 100 * pair["a_better"].get<double>());
    rows.push_back({name_of(analysis, pair["a"]) + "  over  " + name_of(analysis, pair["b"]), share,
                    number_text(pair["median_difference"])});
  }
  text += text_table(rows, "  ", true);
}

}  // namespace

std::string analysis_text(const Json& analysis) {
  std::string text;
  add_values(analysis, text);
  if (!text.empty()) return text;
  for (const auto& [name, metric] : analysis["metrics"].items()) {
    text += "\n" + name + " [" + metric["unit"].get<std::string>() + "], " +
            metric["better"].get<std::string>() + " is better\n";
    add_bands(analysis, metric, text);
    add_indices(analysis, metric, text);
    add_tornado(analysis, metric, text);
    add_pairs(analysis, metric, text);
  }
  return text;
}

}  // namespace intratumor
