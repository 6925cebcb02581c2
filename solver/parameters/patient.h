#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parameters/parameter.h"

namespace intratumor {

/// Who receives the drug.
struct Patient {
  std::string species = "human";  ///< human | mouse
  Parameter body_weight = default_body_weight("human");

  /// 70 kg for a human, 20 g for a mouse.
  static Parameter default_body_weight(const std::string& species);
};

bool operator==(const Patient& a, const Patient& b);

/// Reads `patient: {species: human | mouse, body_weight: 70 kg}`; both are optional, as is the whole.
/// InputError.
Patient read_patient(const std::optional<YamlNode>& node);

/// One line of flow-style YAML that read_patient reads back to an equal patient.
std::string to_yaml(const Patient& patient);

std::vector<NamedParameter> parameters(const Patient& patient);

}  // namespace intratumor
