#pragma once

#include <optional>
#include <string>

namespace intratumor {

/// A metric of summary.json in the units that people read: the value in SI times `per_si`, or in percent.
struct MetricDisplay {
  double per_si = 1;
  std::string unit;  ///< empty: a plain number
  /// "tumour.d95 (mg h/L)"
  std::string title(const std::string& metric) const;
};

/// Exposures, concentrations and amounts by mass where the molar mass (kg/mol) is known, else by amount;
/// times in hours, but wall times in seconds; pressures in mmHg, volumes in mL, lengths in mm, shares in
/// percent.
MetricDisplay metric_display(const std::string& metric, const std::optional<double>& molar_mass);

}  // namespace intratumor
