#pragma once

#include <optional>
#include <string>
#include <vector>

namespace intratumor {

/// A unit that people read results in; a value in SI times `per_si` is in this unit.
struct ClinicalUnit {
  double per_si;
  const char* name;
};

/// Units of the clinic: mass where the drug's molar mass is known, else amount.
struct ClinicalUnits {
  std::optional<double> molar_mass;  ///< kg/mol

  ClinicalUnit amount() const;         ///< of mol: mg or umol
  ClinicalUnit concentration() const;  ///< of mol/m^3: ug/mL or umol/L
  ClinicalUnit exposure() const;       ///< of mol s/m^3: mg h/L or umol h/L
};

/// "1.25 mg"; "- mg" for NaN.
std::string readable_value(double si, const ClinicalUnit& unit);

/// Three significant digits without an exponent where that is readable; "-" for NaN.
std::string readable_number(double value);

/// A share in percent to one decimal, "<0.1" where there is something; "-" for NaN.
std::string readable_percent(double share);

/// Terms of the ledger that mean one place to people.
struct LedgerPlace {
  const char* name;
  std::vector<const char*> terms;  ///< keys of `ledger` in summary.json
  bool always;                     ///< shown even where nothing went
};

/// Every place the dose can be, each term of the ledger in one of them.
const std::vector<LedgerPlace>& ledger_places();

/// A share worth a line: what rounds to 0.1% or more.
constexpr double shown_share = 0.0005;

}  // namespace intratumor
