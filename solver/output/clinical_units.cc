#include "output/clinical_units.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace intratumor {

ClinicalUnit ClinicalUnits::amount() const {
  return molar_mass ? ClinicalUnit{*molar_mass * 1e6, "mg"} : ClinicalUnit{1e6, "umol"};
}

ClinicalUnit ClinicalUnits::concentration() const {
  return molar_mass ? ClinicalUnit{*molar_mass * 1e3, "ug/mL"} : ClinicalUnit{1e3, "umol/L"};
}

ClinicalUnit ClinicalUnits::exposure() const {
  constexpr double hour = 3600;
  return molar_mass ? ClinicalUnit{*molar_mass * 1e3 / hour, "mg h/L"} : ClinicalUnit{1e3 / hour, "umol h/L"};
}

std::string readable_value(double si, const ClinicalUnit& unit) {
  return readable_number(si * unit.per_si) + " " + unit.name;
}

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

std::string readable_percent(double share) {
  if (std::isnan(share)) return "-";
  if (std::abs(share) < 1e-9) return "0";
  if (share > 0 && share < shown_share) return "<0.1";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", 100 * share);
  return text;
}

const std::vector<LedgerPlace>& ledger_places() {
  static const std::vector<LedgerPlace> list{
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

}  // namespace intratumor
