#include "commands/analysis_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <vector>

#include "commands/text_table.h"
#include "output/clinical_units.h"
#include "study/metric_display.h"

namespace intratumor {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

namespace {

constexpr std::size_t most_differences = 3;  // of the best from others, whose indices are shown

std::string interval_text(const Json& pair) {
  char text[48];
  if (!pair[0].is_number() || !pair[1].is_number()) return "-";
  std::snprintf(text, sizeof text, "%.2f to %.2f", pair[0].get<double>(), pair[1].get<double>());
  return text;
}

std::string share_text(const Json& share) {
  if (!share.is_number()) return "-";
  char text[16];
  std::snprintf(text, sizeof text, "%.0f%%", 100 * share.get<double>());
  return text;
}

/// A table with an empty line before the rows of each new group; the first row is the heading.
std::string grouped_table(const Rows& rows, const std::vector<int>& group_of_row) {
  const std::string table = text_table(rows, "  ", true);
  std::string text;
  std::size_t begin = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::size_t end = table.find('\n', begin) + 1;
    if (row > 1 && group_of_row[row - 1] != group_of_row[row - 2]) text += "\n";
    text += table.substr(begin, end - begin);
    begin = end;
  }
  return text;
}

class AnalysisText {
 public:
  explicit AnalysisText(const Json& analysis) : analysis_(analysis) {
    const Json& masses = analysis["combination_molar_mass_kg_per_mol"];
    // Mass units for all that has results or for none, as where results are compared.
    bool known = true;
    for (std::size_t c = 0; c < masses.size(); ++c)
      known = known && (masses[c].is_number() || !has_result(c));
    for (const Json& mass : masses)
      molar_masses_.push_back(known && mass.is_number() ? std::optional<double>(mass.get<double>())
                                                        : std::nullopt);
    // Headings have the first one's unit.
    const auto first = std::find_if(molar_masses_.begin(), molar_masses_.end(),
                                    [](const std::optional<double>& mass) { return mass.has_value(); });
    if (known && first != molar_masses_.end())
      for (std::optional<double>& mass : molar_masses_) mass = mass ? mass : *first;
  }

  std::string text() {
    add_ranking();
    for (const auto& [name, metric] : analysis_["metrics"].items()) {
      metric_ = name;
      std::string tables;
      add_bands(metric, tables);
      add_indices(metric, tables);
      add_tornado(metric, tables);
      add_pairs(metric, tables);
      if (!tables.empty())
        text_ += "\n" + display(0).title(name) + ", " + metric["better"].get<std::string>() + " is better\n" +
                 tables;
    }
    return text_;
  }

 private:
  MetricDisplay display(std::size_t combination) const {
    return metric_display(metric_, molar_masses_[combination]);
  }
  /// A value of the metric at hand; counts without decimals.
  std::string number(const Json& value, std::size_t combination) const {
    if (!value.is_number()) return "-";
    const MetricDisplay display = this->display(combination);
    const double shown = value.get<double>() * display.per_si;
    constexpr double most = 1e5;
    const bool count = display.unit.empty() && shown == std::round(shown) && std::abs(shown) < most;
    return count ? std::to_string(std::lround(shown)) : readable_number(shown);
  }

  /// Whether any case of a combination is done.
  bool has_result(std::size_t combination) const {
    for (const auto& [name, metric] : analysis_["metrics"].items()) {
      const Json& of = metric["combinations"][combination];
      if (of.contains("band") && of["band"]["count"] > 0) return true;
      for (const char* key : {"value", "reference"})
        if (of.contains(key) && of[key].is_number()) return true;
    }
    return false;
  }

  std::string name_of(std::size_t combination) const {
    const auto name = analysis_["combination_values"][combination].get<std::string>();
    return name.empty() ? "all" : name;
  }

  /// What a combination has of a metric: a value, a reference, or the median and where 90% of the draws lie.
  std::string cell(const Json& of) const {
    const std::size_t c = of["combination"];
    if (of.contains("value")) return number(of["value"], c);
    if (of.contains("reference")) return number(of["reference"], c);
    const Json& band = of["band"];
    return number(band["p50"], c) + " (" + number(band["p5"], c) + " to " + number(band["p95"], c) + ")";
  }

  bool is_drawn() const { return analysis_["metrics"].begin().value()["combinations"][0].contains("band"); }

  /// A row a combination, best first by the first metric, and a column a metric.
  void add_ranking() {
    Rows rows = {{"place", "case"}};
    if (is_drawn()) rows[0].emplace_back("best in");
    for (const auto& [name, metric] : analysis_["metrics"].items())
      rows[0].push_back(metric_display(name, molar_masses_[0]).title(name));
    const bool front = analysis_.contains("pareto");
    if (front) rows[0].emplace_back("front");
    std::vector<int> groups;
    for (const Json& place : places()) {
      const std::size_t c = place["combination"];
      rows.push_back({place["place"], name_of(c)});
      if (is_drawn()) rows.back().push_back(share_text(place["best_share"]));
      for (const auto& [name, metric] : analysis_["metrics"].items()) {
        metric_ = name;
        rows.back().push_back(cell(metric["combinations"][c]));
      }
      if (front) rows.back().emplace_back(analysis_["pareto"]["on_front"][c].get<bool>() ? "*" : "");
      groups.push_back(place["group"]);
    }
    text_ += "\n" + about_ranking() + grouped_table(rows, groups);
  }

  /// Of a single combination too.
  Json places() const {
    if (analysis_.contains("ranking")) return analysis_["ranking"]["combinations"];
    return {{{"combination", 0}, {"group", 0}, {"place", "-"}, {"best_share", nullptr}}};
  }

  std::string about_ranking() const {
    std::string text;
    const auto& metrics = analysis_["metrics"];
    const std::string first = metrics.begin().key();
    if (analysis_.contains("ranking"))
      text += "best first by " + first + (is_drawn() ? ", its median over the draws" : "") +
              "; = is a tie within the numerical error\n";
    if (is_drawn())
      text += "median (5% to 95% of the draws)" +
              std::string(analysis_.contains("ranking") ? "; best in: of the draws\n" : "\n");
    if (analysis_.contains("pareto"))
      text +=
          "* on the Pareto front: none on it of the same geometry is better in one of these and, within the "
          "numerical error, as good in the rest\n";
    for (const auto& [name, metric] : metrics.items())
      text += (name == first ? "" : ", ") + name + ": " + metric["better"].get<std::string>();
    return text + " is better\n";
  }

  void add_bands(const Json& metric, std::string& text) const {
    Rows rows = {{"percentiles over the draws", "draws", "5%", "25%", "50%", "75%", "95%"}};
    for (const Json& of : metric["combinations"]) {
      if (!of.contains("band")) return;
      const std::size_t c = of["combination"];
      rows.push_back({name_of(c), std::to_string(of["band"]["count"].get<int>())});
      for (const char* key : {"p5", "p25", "p50", "p75", "p95"})
        rows.back().push_back(number(of["band"][key], c));
    }
    text += text_table(rows, "  ", true);
  }

  static void add_index_table(const std::string& title, const Json& indices, std::string& text) {
    if (indices["inputs"].empty()) return;
    Rows rows = {{"Sobol indices, " + title, "first order", "95%", "total", "95%"}};
    for (const Json& input : indices["inputs"]) {
      char first[16], total[16];
      std::snprintf(first, sizeof first, "%.2f", input["first"].get<double>());
      std::snprintf(total, sizeof total, "%.2f", input["total"].get<double>());
      rows.push_back(
          {input["path"], first, interval_text(input["first_95"]), total, interval_text(input["total_95"])});
    }
    text += text_table(rows, "  ", true);
  }

  void add_indices(const Json& metric, std::string& text) const {
    for (const Json& of : metric["combinations"])
      if (of.contains("sobol_indices"))
        add_index_table(name_of(of["combination"]), of["sobol_indices"], text);
  }

  void add_tornado(const Json& metric, std::string& text) const {
    for (const Json& of : metric["combinations"]) {
      if (!of.contains("tornado")) continue;
      const std::size_t c = of["combination"];
      text += "  one at a time, " + name_of(c) + ": reference " + number(of["reference"], c) + "\n";
      Rows rows;
      for (const Json& bar : of["tornado"]) {
        std::string tried;
        for (std::size_t i = 0; i < bar["tried"].size(); ++i)
          tried += (i > 0 ? ", " : "") + number(bar["results"][i], c) + " at " +
                   bar["tried_text"][i].get<std::string>();
        rows.push_back({bar["path"], "span " + number(bar["span"], c), tried});
      }
      text += text_table(rows, "    ");
    }
  }

  /// The best of each geometry against the others there.
  void add_pairs(const Json& metric, std::string& text) const {
    if (!metric.contains("pairs")) return;
    Rows rows = {{"better over the same draws", "share", "told apart in", "median difference"}};
    std::string explained;
    std::size_t differences = 0;
    const Json places = this->places();
    const Json* leader = nullptr;
    for (const Json& place : places) {
      if (leader == nullptr || (*leader)["group"] != place["group"]) {
        leader = &place;
        continue;
      }
      const std::size_t best = (*leader)["combination"], other = place["combination"];
      const auto pair = std::find_if(metric["pairs"].begin(), metric["pairs"].end(), [&](const Json& one) {
        return one["a"] == std::min(best, other) && one["b"] == std::max(best, other);
      });
      if (pair == metric["pairs"].end() || !(*pair)["a_better"].is_number()) continue;
      const double share = (*pair)["a_better"], difference = (*pair)["median_difference"];
      const std::string names = name_of(best) + "  over  " + name_of(other);
      rows.push_back({names, share_text(best < other ? share : 1 - share), share_text((*pair)["told_apart"]),
                      number(best < other ? difference : -difference, best)});
      if (pair->contains("sobol_indices_of_difference") && differences++ < most_differences)
        add_index_table("difference " + name_of(best) + " to " + name_of(other),
                        (*pair)["sobol_indices_of_difference"], explained);
    }
    if (rows.size() > 1) text += text_table(rows, "  ", true) + explained;
  }

  const Json& analysis_;
  std::vector<std::optional<double>> molar_masses_;  // of each combination
  std::string metric_, text_;
};

}  // namespace

std::string analysis_text(const Json& analysis) {
  return AnalysisText(analysis).text();
}

}  // namespace intratumor
