#include "output/readable_result.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "output/reporter.h"
#include "output/summary.h"

namespace intratumor {

using Json = nlohmann::ordered_json;

namespace {

constexpr double hour = 3600;
constexpr double day = 24 * hour;
constexpr std::size_t label_width = 30;
constexpr std::size_t column_width = 11;

std::string left(const std::string& text, std::size_t width) {
  return text.size() < width ? text + std::string(width - text.size(), ' ') : text + " ";
}

std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : " " + text;
}

/// Amounts and concentrations in mass where the molar mass is known, else in umol.
struct ClinicalUnits {
  std::optional<double> molar_mass;  // kg/mol

  std::string amount(double mol) const {
    return molar_mass ? readable_number(mol * *molar_mass * 1e6) + " mg"
                      : readable_number(mol * 1e6) + " umol";
  }
  std::string concentration(double mol_per_m3) const {
    return molar_mass ? readable_number(mol_per_m3 * *molar_mass * 1e3) + " ug/mL"
                      : readable_number(mol_per_m3 * 1e3) + " umol/L";
  }
  std::string exposure(double mol_s_per_m3) const {
    return molar_mass ? readable_number(mol_s_per_m3 * *molar_mass * 1e3 / hour) + " mg h/L"
                      : readable_number(mol_s_per_m3 * 1e3 / hour) + " umol h/L";
  }
};

/// A line of the table of shares: terms of the ledger that mean one place to people.
struct Place {
  const char* name;
  std::vector<const char*> terms;
  bool always;  ///< shown even where nothing went
};

const std::vector<Place>& places() {
  static const std::vector<Place> list{
      {"in the tumour", {"free_tumour"}, true},
      {"in the tissue around it", {"free_elsewhere"}, true},
      {"bound, taken up, in depots", {"bound", "anchored", "internalised", "depots"}, false},
      {"on its way in lymph", {"lymph_chain"}, false},
      {"in blood plasma", {"plasma"}, true},
      {"in the rest of the body", {"peripherals"}, false},
      {"eliminated", {"eliminated"}, true},
      {"degraded in tissue", {"degraded"}, false},
      {"flowed out of the region", {"outflow"}, false},
      {"leaked", {"leak"}, false},
  };
  return list;
}

std::vector<double> shown_times(double until) {
  std::vector<double> times;
  for (const double time : {600., hour, 6 * hour, day, 3 * day, 7 * day})
    if (time < until * (1 - 1e-6) && !(time == 3 * day && until > 8 * day)) times.push_back(time);
  times.push_back(until);
  return times;
}

/// A column's value at a time, on the straight line between its rows.
double value_at_time(const Table& series, int time_column, int column, double time) {
  const auto& rows = series.rows;
  const auto after =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row[time_column] >= time; });
  if (after == rows.end()) return rows.back()[column];
  if (after == rows.begin() || (*after)[time_column] == time) {
    // of several rows at one time the last, after the event
    auto last = after;
    while (last + 1 != rows.end() && (*(last + 1))[time_column] == time) ++last;
    return (*last)[column];
  }
  const auto& before = *(after - 1);
  const double share = (time - before[time_column]) / ((*after)[time_column] - before[time_column]);
  return before[column] + share * ((*after)[column] - before[column]);
}

std::string percent(double share) {
  if (std::isnan(share)) return "-";
  if (std::abs(share) < 1e-9) return "0";
  if (share > 0 && share < 0.0005) return "<0.1";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", 100 * share);
  return text;
}

std::string table_of_shares(const Table& series) {
  const int time_column = column_index(series, "time_s");
  if (time_column < 0 || series.rows.empty()) return "";
  const std::vector<double> times = shown_times(series.rows.back()[time_column]);
  std::vector<std::vector<double>> shares;
  std::vector<double> given(times.size(), 0.);
  for (const Place& place : places()) {
    shares.emplace_back(times.size(), 0.);
    for (const char* term : place.terms) {
      const int column = column_index(series, std::string("ledger_") + term);
      if (column < 0) continue;
      for (std::size_t i = 0; i < times.size(); ++i) {
        const double value = value_at_time(series, time_column, column, times[i]);
        shares.back()[i] += value;
        given[i] += value;
      }
    }
  }
  std::string text = left("% of the dose given by then", label_width);
  for (const double time : times) text += right(readable_time(time), column_width);
  text += "\n";
  for (std::size_t p = 0; p < shares.size(); ++p) {
    bool any = places()[p].always;
    std::string line = left(std::string("  ") + places()[p].name, label_width);
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double share = given[i] > 0 ? shares[p][i] / given[i] : std::nan("");
      any = any || share >= 0.0005;
      line += right(percent(share), column_width);
    }
    if (any) text += line + "\n";
  }
  return text;
}

/// "after 5 h 10 min"; empty for NaN.
std::string optional_time(const std::string& before, double seconds) {
  return std::isnan(seconds) ? "" : before + readable_time(seconds);
}

std::string exposure_lines(const Json& scheme, const ClinicalUnits& units) {
  std::string text;
  text += left("  tumour (mean)", label_width) + "AUC " +
          units.exposure(number_at(scheme, "tumour.auc_free")) + ", Cmax " +
          units.concentration(number_at(scheme, "tumour.cmax_mean"));
  const double half_life = number_at(scheme, "tumour.retention_half_life_s");
  text += std::isnan(half_life) ? ", not halved by the end" : ", half gone after " + readable_time(half_life);
  text += "\n" + left("  blood plasma", label_width) + "AUC " +
          units.exposure(number_at(scheme, "plasma.auc")) + ", Cmax " +
          units.concentration(number_at(scheme, "plasma.cmax")) +
          optional_time(" at ", number_at(scheme, "plasma.tmax_s")) + "\n";
  return text;
}

std::string coverage_lines(const Json& summary, const ClinicalUnits& units) {
  std::string text;
  const Json coverage = value_at(summary, "tumour.coverage");
  if (!coverage.is_array()) return text;
  for (const Json& entry : coverage) {
    const double level = number_at(entry, "threshold_mol_per_m3");
    const std::string written = entry.value("text", "");
    const std::string converted = units.concentration(level);
    std::string name = "  above " + (written.empty() ? converted : written);
    text += left(name, label_width) + readable_number(100 * number_at(entry, "fraction")) + "% of the tumour";
    text += optional_time(" for at least ", number_at(entry, "at_least_s"));
    if (!written.empty() && written != converted) text += " (" + converted + ")";
    text += "\n";
  }
  return text.empty() ? text : "coverage\n" + text;
}

}  // namespace

std::string readable_number(double value) {
  if (std::isnan(value)) return "-";
  const double size = std::abs(value);
  char text[48];
  if (size != 0 && (size < 1e-3 || size >= 1e5)) {
    std::snprintf(text, sizeof text, "%.2e", value);
  } else {
    const int digits = size == 0 ? 0 : std::max(0, 2 - static_cast<int>(std::floor(std::log10(size))));
    std::snprintf(text, sizeof text, "%.*f", digits, value);
  }
  return text;
}

std::string readable_result(const std::string& title, const Json& summary, const Table& series,
                            std::optional<double> molar_mass_kg_per_mol) {
  const ClinicalUnits units{molar_mass_kg_per_mol};
  const double dose = number_at(summary, "dose_mol");
  const double by_needle = number_at(summary, "dose_intratumoral_mol");
  std::string text = "\n" + title + "\n";
  text += left("dose", label_width) + units.amount(dose);
  if (by_needle < dose) text += ", " + units.amount(by_needle) + " of it by needle";
  text += "; tumour " + readable_number(1e6 * number_at(summary, "tumour.volume_m3")) + " mL\n\n";
  const std::string shares = table_of_shares(series);
  if (!shares.empty()) text += shares + "\n";
  text += "exposure\n" + exposure_lines(summary, units);
  if (!std::isnan(number_at(summary, "comparator.plasma.auc")))
    text += "the same dose by vein\n" + exposure_lines(value_at(summary, "comparator"), units);
  const double index = number_at(summary, "therapeutic_index");
  if (!std::isnan(index)) {
    text += left("  tumour AUC / plasma AUC", label_width) + readable_number(index);
    const double advantage = number_at(summary, "targeting_advantage");
    if (!std::isnan(advantage))
      text += ", " + readable_number(advantage) + " times that of the same dose by vein";
    text += "\n";
  }
  text += coverage_lines(summary, units);
  const double closure = number_at(summary, "ledger.closure_error");
  text += left("ledger", label_width) + "closes to " + readable_number(std::abs(closure)) + " of the dose";
  const double steps = number_at(summary, "time.steps");
  const double cells = number_at(summary, "mesh.cells");
  if (!std::isnan(steps) && !std::isnan(cells)) {
    char counts[96];
    std::snprintf(counts, sizeof counts, " (%.0f cells, %.0f steps)", cells, steps);
    text += counts;
  }
  return text;
}

}  // namespace intratumor
