#pragma once

#include <string>
#include <vector>

#include "quantities/error.h"

namespace intratumor {

/// What a quantity may be; the SI unit of each is what parse_quantity returns.
enum class Dimension {
  length,                  // m
  area_per_volume,         // 1/m
  volume,                  // m^3
  time,                    // s
  rate_constant,           // 1/s
  association_rate,        // m^3/(mol s)           (of a drug with sites that bind it)
  volume_rate,             // m^3/s
  pressure,                // Pa
  hydraulic_conductivity,  // m^2/(Pa s)
  vessel_conductivity,     // m/(Pa s)              (Lp)
  filtration,              // 1/(Pa s)              (Lp S/V, lymph)
  diffusivity,             // m^2/s
  permeability,            // m/s
  amount,                  // mol
  mass,                    // kg
  molar_concentration,     // mol/m^3
  mass_concentration,      // kg/m^3
  molar_mass,              // kg/mol                (also Da, kDa)
  body_mass,               // kg
  perfusion,               // 1/s                   (also mL/(100 g)/min, at 1.05 g/mL)
  activity,                // IU                    (what one is in mass belongs to a drug)
  activity_concentration,  // IU/m^3
  specific_activity,       // IU/kg
  plaques,                 // PFU                   (how many particles one is belongs to a drug)
  plaque_concentration,    // PFU/m^3
  dimensionless,           // 1                     (also percent)
};

/// A number in the SI unit of `dimension`.
struct Quantity {
  double value = 0;
  Dimension dimension = Dimension::dimensionless;
};

/// Parses "5 mg/mL" and converts to SI; the unit's dimension must be one of `allowed` (the first that fits is
/// returned). Throws std::invalid_argument with the reason and an example of what would be right: bare number
/// (unless dimensionless is allowed), unknown unit, wrong dimension, NaN or infinite.
Quantity parse_quantity(const std::string& text, const std::vector<Dimension>& allowed);
double parse_quantity(const std::string& text, Dimension dimension);

/// Every dimension, those without a unit last.
const std::vector<Dimension>& all_dimensions();

/// "a volume, e.g. 1 mL"
std::string describe(Dimension dimension);
/// SI unit as people and UDUNITS-2 read it, "m^2/(Pa s)", so that value + unit reads back exactly; "1"
/// without dimension.
std::string si_unit(Dimension dimension);
/// A value for messages, in a unit people use and six digits: "500 mL", "7 d".
std::string readable_text(double value, Dimension dimension);
/// Shortest decimal text that reads back to exactly the same double.
std::string exact_text(double value);

}  // namespace intratumor
