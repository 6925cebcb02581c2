#include "study/metric_display.h"

#include "output/clinical_units.h"
#include "output/summary.h"
#include "study/ranking.h"

namespace intratumor {

namespace {

/// Numbers without a unit that are parts of a whole.
bool is_share(const std::string& metric) {
  if (is_coverage(metric)) return coverage_key(metric) == "fraction";
  for (const char* start :
       {"leak_fraction", "ledger.", "deposit.fraction_in_target", "limiter.refused_fraction"})
    if (metric.rfind(start, 0) == 0) return true;
  return false;
}

}  // namespace

std::string MetricDisplay::title(const std::string& metric) const {
  return unit.empty() ? metric : metric + " (" + unit + ")";
}

MetricDisplay metric_display(const std::string& metric, const std::optional<double>& molar_mass) {
  const ClinicalUnits units{molar_mass};
  const std::string unit = unit_of_metric(metric);
  const auto of = [](const ClinicalUnit& clinical) { return MetricDisplay{clinical.per_si, clinical.name}; };
  if (unit == "mol s m-3") return of(units.exposure());
  if (unit == "mol m-3") return of(units.concentration());
  if (unit == "mol") return of(units.amount());
  if (unit == "s" && metric != "time.wall_s") return {1. / 3600, "h"};
  if (unit == "Pa") return {1. / 133.322387415, "mmHg"};
  if (unit == "m3") return {1e6, "mL"};
  if (unit == "m") return {1e3, "mm"};
  if (unit == "1") return is_share(metric) ? MetricDisplay{100, "%"} : MetricDisplay{};
  return {1, unit};
}

}  // namespace intratumor
