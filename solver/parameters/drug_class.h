#pragma once

#include <map>
#include <string>

#include "parameters/drug.h"
#include "parameters/library.h"

namespace intratumor {

/// What is known of a molecule from its kind alone: params/drug_classes. A drug that names its class gives
/// its mass or size and its pharmacokinetics; everything else has a value from here.
struct DrugClass {
  std::string name;
  bool flow_limited = false;
  /// Hydrodynamic radius = coefficient [m] (molar mass / kDa)^exponent; unset where the mass says nothing.
  Parameter radius_coefficient;
  Parameter radius_exponent;
  Parameter degradation;  ///< [kdeg] 1/s
  Parameter lymph_delay;  ///< s
  int lymph_stages = 1;
  /// Values that go before those that follow from the size, by vessel or matrix class; mostly empty.
  std::map<std::string, Parameter> permeability, solvent_drag_reflection, diffusivity, accessible_ratio;

  bool radius_follows() const { return radius_coefficient.given(); }
  /// From a molar mass in kg/mol, with its range and source; radius_follows() only.
  Parameter radius(double molar_mass) const;
};

/// Reads params/drug_classes/NAME.yaml for the name that stands in `node`. InputError.
DrugClass read_drug_class(const YamlNode& node, const ParameterLibrary& library);

}  // namespace intratumor
