#pragma once

#include <optional>

#include "injection/case.h"
#include "quantities/yaml_reader.h"

namespace intratumor {

/// How much is given: mass, mol, IU, PFU, and each per body weight. The drug converts: mass by its molar
/// mass, IU by its activity (and molar mass), PFU by its particles per PFU. All throw InputError with the
/// position; a drug that lacks a conversion is named with the key that is missing.

/// The value of `dose` or `dose_per_weight`.
struct Dose {
  YamlNode node;
  bool per_weight;

  /// In mol; drug and patient are set in `c`.
  double amount(const Case& c) const;
};

/// `dose` or `dose_per_weight` of an entry, when it has one.
std::optional<Dose> optional_dose(const YamlNode& entry);

/// Two of volume, concentration and dose, and the third.
struct Amounts {
  double volume = 0;         ///< m^3
  double concentration = 0;  ///< mol/m^3
  double amount = 0;         ///< mol
};

/// Reads two of volume, concentration and dose, and works out the third.
Amounts read_amounts(const YamlNode& node, const Case& c);

/// The same of an entry whose volume follows from elsewhere and that has one of concentration and dose.
Amounts read_amounts_of_volume(const YamlNode& node, const Case& c, double volume);

}  // namespace intratumor
