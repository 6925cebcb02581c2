#include "study/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>

#include "output/clinical_units.h"
#include "output/reporter.h"
#include "output/summary.h"

namespace intratumor {

using Json = nlohmann::ordered_json;

namespace {

constexpr double hour = 3600;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Values that differ by less are one to people.
bool alike(double a, double b, double relative) {
  return std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b));
}

bool all_alike(const std::vector<double>& values, double relative) {
  return std::all_of(values.begin(), values.end(),
                     [&](double value) { return alike(value, values.front(), relative); });
}

std::string readable_count(double value) {
  return std::isnan(value) ? "-" : std::to_string(std::lround(value));
}

/// Builds the rows of one section after another.
class Builder {
 public:
  explicit Builder(const std::vector<StoredResult>& results) : results_(results) {
    const bool molar = std::any_of(results.begin(), results.end(),
                                   [](const StoredResult& result) { return !result.molar_mass(); });
    for (const StoredResult& result : results)
      units_.push_back(ClinicalUnits{molar ? std::nullopt : result.molar_mass()});
  }

  void section(const std::string& title) { sections_.push_back({title, {}}); }

  using Values = std::vector<double>;

  Values values(const std::string& key) const {
    Values found;
    for (const StoredResult& result : results_) found.push_back(number_at(result.summary, key));
    return found;
  }

  /// A row of numbers that are in the row's unit already.
  void row(const std::string& label, const Values& values,
           const std::function<std::string(double)>& write = readable_number, const std::string& brief = "") {
    if (std::all_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) return;
    std::vector<std::string> cells;
    for (const double value : values) cells.push_back(write(value));
    sections_.back().rows.push_back({label, cells, brief});
  }

  void scaled(const std::string& label, const std::string& key, double factor) {
    Values all = values(key);
    for (double& value : all) value *= factor;
    row(label, all);
  }

  /// A row of amounts, concentrations or exposures: each in its own drug's mass.
  void clinical(const std::string& label, const Values& si, ClinicalUnit (ClinicalUnits::*unit)() const,
                const std::string& brief = "") {
    Values all = si;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] *= (units_[i].*unit)().per_si;
    row(label + " (" + (units_.front().*unit)().name + ")", all, readable_number, brief);
  }

  void texts(const std::string& label, const std::vector<std::string>& cells, const std::string& brief = "") {
    if (std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.empty(); })) return;
    sections_.back().rows.push_back({label, cells, brief});
    for (std::string& cell : sections_.back().rows.back().cells)
      if (cell.empty()) cell = "-";
  }

  const ClinicalUnits& units(std::size_t i) const { return units_[i]; }

  std::vector<ComparedSection> take() {
    sections_.erase(std::remove_if(sections_.begin(), sections_.end(),
                                   [](const ComparedSection& section) { return section.rows.empty(); }),
                    sections_.end());
    return std::move(sections_);
  }

 private:
  const std::vector<StoredResult>& results_;
  std::vector<ClinicalUnits> units_;
  std::vector<ComparedSection> sections_;
};

const char* const level_key = "threshold_mol_per_m3";  // of an entry of coverage
constexpr auto amount = &ClinicalUnits::amount;
constexpr auto concentration = &ClinicalUnits::concentration;
constexpr auto exposure = &ClinicalUnits::exposure;

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void add_standing(Builder& table, const Standing& standing, Comparison& comparison) {
  table.section("standing");
  if (!standing.ranking.criteria.empty()) {
    std::vector<std::string> words;
    for (const Criterion& criterion : standing.ranking.criteria) {
      char weight[32] = "";
      if (standing.ranking.criteria.size() > 1)
        std::snprintf(weight, sizeof weight, " (weight %g)", criterion.weight);
      words.push_back(criterion.metric + weight + (criterion.more_is_better ? ": more" : ": less"));
    }
    table.texts("place", standing.ranking.places, "place");
    if (words.size() > 1)
      table.row("share of the best, weighted (%)", standing.ranking.scores, readable_percent, "score");
    comparison.notes.push_back("Best first by " + list_of(words) + " is better" +
                               (standing.ranking.tumours > 1 ? ", in each segmentation by itself." : "."));
    if (standing.ranking.ties)
      comparison.notes.push_back(
          "Places with = are ties: the numerical error at this accuracy does not tell them apart "
          "(docs/accuracy.md).");
    for (const std::string& name : standing.ranking.without_value)
      comparison.warnings.push_back(name + " lacks a metric of the ranking and stands last");
  }
  if (standing.objectives.empty()) return;
  std::vector<std::string> words, cells;
  for (const Objective& objective : standing.objectives)
    words.push_back(objective.metric + (objective.more_is_better ? " (more)" : " (less)"));
  for (const bool on : standing.front) cells.push_back(on ? "yes" : "no");
  table.texts("on the Pareto front", cells, "front");
  comparison.notes.push_back(
      "Pareto front: none on it is better in one of these and as good, within the numerical error,\nin "
      "the others: " +
      list_of(words) + ".");
}

void add_dose(Builder& table) {
  table.section("dose");
  table.clinical("given", table.values("dose_mol"), amount);
  table.clinical("by needle", table.values("dose_intratumoral_mol"), amount);
  table.row("needle passes", table.values("needle_passes"), readable_count, "passes");
  table.row("starts inside the tumour (%)", table.values("deposit.fraction_in_target"), readable_percent);
}

/// A row that repeats another one (the run ends with the interval; nothing binds) says nothing.
bool same_row(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::isnan(a[i]) != std::isnan(b[i]) || (!std::isnan(a[i]) && !alike(a[i], b[i], 1e-12)))
      return false;
  return true;
}

void add_tumour(Builder& table, const std::vector<StoredResult>& results) {
  table.section("tumour");
  const std::vector<double> free = table.values("tumour.auc_free"), total = table.values("tumour.auc_total");
  table.clinical("AUC, per volume of tissue", free, exposure, "tumour AUC");
  if (!same_row(free, total)) table.clinical("the same with bound drug", total, exposure);
  table.clinical("AUC, interstitial fluid", table.values("tumour.auc_interstitial"), exposure);
  table.clinical("D95, AUC that 95% reaches", table.values("tumour.d95"), exposure, "D95");
  table.clinical("D50, AUC that half reaches", table.values("tumour.d50"), exposure);
  table.clinical("AUC, tissue round the tumour", table.values("off_target.auc_free"), exposure);
  table.clinical("Cmax of the mean", table.values("tumour.cmax_mean"), concentration);
  table.scaled("half gone after (h)", "tumour.retention_half_life_s", 1 / hour);
  table.row("receptors occupied, mean in time (%)",
            table.values("tumour.receptor_occupancy.time_mean_fraction"), readable_percent);
  for (const SharedThreshold& threshold : shared_thresholds(results)) {
    std::string label = "above " + threshold.text;
    if (threshold.at_least > 0) label += " for " + readable_time(threshold.at_least);
    table.row(
        label + " (% of volume)", threshold.values("fraction"), readable_percent,
        "> " + threshold.text + (threshold.at_least > 0 ? ", " + readable_time(threshold.at_least) : ""));
  }
}

void add_body(Builder& table, const std::string& end) {
  table.section("blood plasma");
  table.clinical("Cmax", table.values("plasma.cmax"), concentration, "plasma Cmax");
  table.scaled("Tmax (h)", "plasma.tmax_s", 1 / hour);
  const std::vector<double> whole = table.values("plasma.auc");
  for (const auto& [label, key] : {std::pair<const char*, const char*>{"AUC 0-24 h", "plasma.auc_0_24h"},
                                   {"AUC 0-7 d", "plasma.auc_0_7d"}}) {
    const std::vector<double> part = table.values(key);
    if (!same_row(part, whole)) table.clinical(label, part, exposure);
  }
  table.clinical("AUC to the end" + end, whole, exposure);
  table.clinical("AUC to infinity", table.values("plasma.auc_inf"), exposure);
  table.section("tumour against plasma");
  table.row("tumour AUC / plasma AUC", table.values("therapeutic_index"));
  table.row("times that of the dose by vein", table.values("targeting_advantage"), readable_number,
            "times by vein");
}

void add_places(Builder& table, const std::string& end) {
  table.section("where the dose is at the end" + end);
  const std::size_t columns = table.values("dose_mol").size();
  for (const LedgerPlace& place : ledger_places()) {
    std::vector<double> shares(columns, nan);
    for (const char* term : place.terms) {
      const std::vector<double> part = table.values(std::string("ledger.") + term);
      for (std::size_t i = 0; i < columns; ++i)
        if (!std::isnan(part[i])) shares[i] = (std::isnan(shares[i]) ? 0 : shares[i]) + part[i];
    }
    const bool any =
        std::any_of(shares.begin(), shares.end(), [](double share) { return share >= shown_share; });
    if (any || place.always) table.row(std::string(place.name) + " (%)", shares, readable_percent);
  }
}

void add_run(Builder& table, const std::vector<StoredResult>& results) {
  table.section("computed");
  std::vector<std::string> mode;
  std::vector<std::string> accuracy;
  for (const StoredResult& result : results) {
    const Json value = value_at(result.summary, "model.mode");
    mode.push_back(value.is_string() ? value.get<std::string>() : "");
    accuracy.push_back(result.accuracy);
  }
  table.texts("mode", mode);
  table.texts("accuracy", accuracy);
  const double mmHg = 133.322387415;
  table.scaled("largest pressure (mmHg)", "pressure.max_pa", 1 / mmHg);
  table.scaled("pressure at the needle (mmHg)", "pressure.at_needle_pa", 1 / mmHg);
  table.row("cells", table.values("mesh.cells"), readable_count);
  table.scaled("cells in the tumour (mm)", "tumour.histogram_resolution_m", 1e3);
  table.row("steps", table.values("time.steps"), readable_count);
  table.row("wall time (s)", table.values("time.wall_s"));
}

/// "3.00 (a, b), 4.00 (c)": which results have which value.
std::string who_has_what(const std::vector<StoredResult>& results, const std::vector<std::string>& shown) {
  std::string text;
  std::vector<bool> told(results.size(), false);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (told[i]) continue;
    std::string names;
    for (std::size_t j = i; j < results.size(); ++j) {
      if (shown[j] != shown[i]) continue;
      told[j] = true;
      names += (names.empty() ? "" : ", ") + results[j].name;
    }
    text += (text.empty() ? "" : "; ") + shown[i] + " (" + names + ")";
  }
  return text;
}

}  // namespace

double SharedThreshold::level(std::size_t result) const {
  return number_at(entry[result], level_key);
}

std::vector<double> SharedThreshold::values(const std::string& key) const {
  std::vector<double> numbers;
  for (const Json& one : entry) numbers.push_back(number_at(one, key));
  return numbers;
}

std::vector<SharedThreshold> shared_thresholds(const std::vector<StoredResult>& results) {
  std::vector<SharedThreshold> shared;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Json list = value_at(results[i].summary, "tumour.coverage");
    if (!list.is_array()) continue;
    for (const Json& entry : list) {
      if (!entry.is_object()) continue;
      const Json text = value_at(entry, "text");
      const std::string written = text.is_string() ? text.get<std::string>() : "";
      const double level = number_at(entry, level_key);
      const double at_least = number_at(entry, "at_least_s");
      const auto same = [&](const SharedThreshold& known) {
        const auto level_of_it = [&](const Json& other) {
          const double known_level = number_at(other, level_key);
          return !std::isnan(known_level) && alike(known_level, level, 1e-9);
        };
        return alike(known.at_least, at_least, 1e-9) && std::isnan(number_at(known.entry[i], "fraction")) &&
               (known.text == written || std::any_of(known.entry.begin(), known.entry.end(), level_of_it));
      };
      auto known = std::find_if(shared.begin(), shared.end(), same);
      if (known == shared.end())
        known = shared.insert(shared.end(), {written, at_least, std::vector<Json>(results.size())});
      known->entry[i] = entry;
    }
  }
  return shared;
}

std::vector<std::string> differing_inputs(const std::vector<StoredResult>& results) {
  std::vector<std::string> warnings;
  if (results.empty()) return warnings;
  for (std::size_t k = 0; k < results.front().inputs.size(); ++k) {
    std::vector<std::string> shown;
    bool differ = false;
    const ComparedInput* first = nullptr;
    for (const StoredResult& result : results) {
      const ComparedInput& input = result.inputs[k];
      shown.push_back(input.shown.empty() ? "unknown" : input.shown);
      if (input.value.empty()) continue;
      if (first == nullptr) first = &input;
      differ = differ || input.value != first->value;
    }
    if (!differ) continue;
    const bool tells = results.size() <= most_side_by_side &&
                       std::any_of(shown.begin(), shown.end(),
                                   [&](const std::string& text) { return text != shown.front(); });
    warnings.push_back("the results differ in " + results.front().inputs[k].what +
                       (tells ? ": " + who_has_what(results, shown) : ""));
  }
  return warnings;
}

Comparison compare_results(const std::vector<StoredResult>& results, const Standing& standing) {
  Comparison comparison;
  Builder table(results);
  std::vector<std::optional<double>> ends;
  for (const StoredResult& result : results) {
    comparison.names.push_back(result.name);
    ends.push_back(result.until);
  }
  const bool one_end =
      ends.front() && std::all_of(ends.begin(), ends.end(), [&](const auto& e) { return e == ends.front(); });
  const std::string end = one_end ? ", " + readable_time(*ends.front()) : "";

  add_standing(table, standing, comparison);
  add_dose(table);
  add_tumour(table, results);
  add_body(table, end);
  add_places(table, end);
  add_run(table, results);
  comparison.sections = table.take();

  for (const std::string& warning : differing_inputs(results)) comparison.warnings.push_back(warning);
  for (const SharedThreshold& threshold : shared_thresholds(results)) {
    // In the unit shown: of two drugs one mass per volume is two concentrations in moles.
    std::vector<double> levels;
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < results.size(); ++i) {
      const double level = threshold.level(i);
      if (!std::isnan(level)) levels.push_back(level * table.units(i).concentration().per_si);
      shown.push_back(readable_value(level, table.units(i).concentration()));
    }
    if (!all_alike(levels, 1e-9))
      comparison.warnings.push_back("the threshold " + threshold.text +
                                    " is not the same concentration: " + who_has_what(results, shown));
  }
  std::vector<double> draws;
  for (const StoredResult& result : results) draws.push_back(static_cast<double>(result.draws));
  if (*std::max_element(draws.begin(), draws.end()) > 1)
    comparison.notes.push_back(
        "Medians over " + (all_alike(draws, 0) ? readable_count(draws.front()) + " draws" : "the draws") +
        "; --draws lists each. How far they spread, and how often one scheme beats another "
        "over the\nsame draws, is in analysis.json of the study's folder.");
  std::vector<double> to_infinity = table.values("plasma.auc_inf");
  if (results.size() > 1 && all_alike(to_infinity, 0.02))
    comparison.notes.push_back(
        "The plasma AUC to infinity is dose/CL for every scheme, less what is lost in tissue or leaks; Cmax "
        "and "
        "the\npartial AUCs tell schemes apart.");
  return comparison;
}

}  // namespace intratumor
