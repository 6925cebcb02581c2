#include "output/readable_result.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "output/clinical_units.h"
#include "output/reporter.h"
#include "output/summary.h"
#include "quantities/units.h"

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

std::string table_of_shares(const Table& series) {
  const int time_column = column_index(series, "time_s");
  if (time_column < 0 || series.rows.empty()) return "";
  const std::vector<double> times = shown_times(series.rows.back()[time_column]);
  std::vector<std::vector<double>> shares;
  std::vector<double> pending(times.size(), 1.);
  for (const LedgerPlace& place : ledger_places()) {
    shares.emplace_back(times.size(), 0.);
    for (const char* term : place.terms) {
      const int column = column_index(series, std::string("ledger_") + term);
      if (column < 0) continue;
      for (std::size_t i = 0; i < times.size(); ++i) {
        const double value = value_at_time(series, time_column, column, times[i]);
        shares.back()[i] += value;
        pending[i] -= value;
      }
    }
  }
  std::string text = left("% of the dose", label_width);
  for (const double time : times) text += right(readable_time(time), column_width);
  text += "\n";
  const auto add_line = [&](const std::string& name, const std::vector<double>& values, bool always) {
    std::string line = left("  " + name, label_width);
    for (const double share : values) {
      always = always || share >= shown_share;
      line += right(readable_percent(share), column_width);
    }
    if (always) text += line + "\n";
  };
  for (std::size_t p = 0; p < shares.size(); ++p)
    add_line(ledger_places()[p].name, shares[p], ledger_places()[p].always);
  add_line("not given yet", pending, false);
  return text;
}

/// "after 5 h 10 min"; empty for NaN.
std::string optional_time(const std::string& before, double seconds) {
  return std::isnan(seconds) ? "" : before + readable_time(seconds);
}

std::string exposure_lines(const Json& scheme, const ClinicalUnits& units, bool by_needle) {
  std::string text;
  text += left("  tumour (mean)", label_width) + "AUC " +
          readable_value(number_at(scheme, "tumour.auc_free"), units.exposure()) + ", Cmax " +
          readable_value(number_at(scheme, "tumour.cmax_mean"), units.concentration());
  const double half_life = number_at(scheme, "tumour.retention_half_life_s");
  // What blood brings has no end of injection to count from.
  if (by_needle)
    text +=
        std::isnan(half_life) ? ", not halved by the end" : ", half gone after " + readable_time(half_life);
  const double occupied = number_at(scheme, "tumour.receptor_occupancy.largest_mean_fraction");
  if (!std::isnan(occupied))
    text += "\n" + left("  its receptors", label_width) + readable_number(100 * occupied) +
            "% occupied at most, " +
            readable_number(100 * number_at(scheme, "tumour.receptor_occupancy.time_mean_fraction")) +
            "% on average, " +
            readable_number(100 * number_at(scheme, "tumour.receptor_occupancy.end_mean_fraction")) +
            "% at the end";
  text += "\n" + left("  blood plasma", label_width) + "AUC " +
          readable_value(number_at(scheme, "plasma.auc"), units.exposure()) + ", Cmax " +
          readable_value(number_at(scheme, "plasma.cmax"), units.concentration()) +
          optional_time(" at ", number_at(scheme, "plasma.tmax_s")) + "\n";
  return text;
}

/// Whether a threshold's text is a concentration itself, not a multiple of one.
bool is_concentration(const std::string& text) {
  try {
    parse_quantity(text, {Dimension::molar_concentration, Dimension::mass_concentration});
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

std::string coverage_lines(const Json& summary, const ClinicalUnits& units) {
  std::string text;
  const Json coverage = value_at(summary, "tumour.coverage");
  if (!coverage.is_array()) return text;
  for (const Json& entry : coverage) {
    const double level = number_at(entry, "threshold_mol_per_m3");
    const std::string written = entry.value("text", "");
    const std::string converted = readable_value(level, units.concentration());
    const bool says_it = is_concentration(written);
    std::string name = "  above " + (written.empty() ? converted : written);
    text += left(name, label_width) + readable_number(100 * number_at(entry, "fraction")) + "% of the tumour";
    text += optional_time(" for at least ", number_at(entry, "at_least_s"));
    if (!written.empty() && !says_it) text += " (" + converted + ")";
    text += "\n";
  }
  if (text.empty()) return text;
  const double cell = number_at(summary, "tumour.histogram_resolution_m");
  return (std::isnan(cell) ? "coverage\n"
                           : "coverage, in cells of " + readable_number(1e3 * cell) + " mm\n") +
         text;
}

}  // namespace

std::string readable_result(const std::string& title, const Json& summary, const Table& series,
                            std::optional<double> molar_mass_kg_per_mol) {
  const ClinicalUnits units{molar_mass_kg_per_mol};
  const double dose = number_at(summary, "dose_mol");
  const double by_needle = number_at(summary, "dose_intratumoral_mol");
  std::string text = "\n" + title + "\n";
  text += left("dose", label_width) + readable_value(dose, units.amount());
  if (by_needle < dose) text += ", " + readable_value(by_needle, units.amount()) + " of it by needle";
  text += "; tumour " + readable_number(1e6 * number_at(summary, "tumour.volume_m3")) + " mL\n\n";
  const std::string shares = table_of_shares(series);
  if (!shares.empty()) text += shares + "\n";
  text += "exposure\n" + exposure_lines(summary, units, by_needle > 0);
  if (!std::isnan(number_at(summary, "comparator.plasma.auc")))
    text += "the same dose by vein\n" + exposure_lines(value_at(summary, "comparator"), units, false);
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
