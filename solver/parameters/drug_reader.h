#pragma once

#include <string>

#include "parameters/drug.h"

namespace intratumor {

/// Reads `pharmacokinetics: {SPECIES: {...}}` over what the drug has. InputError.
void read_pharmacokinetics(const YamlNode& drug_node, const std::string& set_by, bool needed, Drug& drug);

/// Largest and smallest values a drug can have, by kind; SI units.
namespace drug_limits {
inline const Range molar_mass = {0, 1e7, true};
inline const Range radius = {0, 1e-6, true};
inline const Range permeability = {0, 1e-2};
inline const Range diffusivity = {0, 1e-7};
inline const Range fraction = {0, 1};
inline const Range rate = {0, 1e3};
}  // namespace drug_limits

}  // namespace intratumor
