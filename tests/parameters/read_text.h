#pragma once

#include <string>

#include "parameters/drug.h"

namespace intratumor {

/// The parameter files of the source tree.
inline ParameterLibrary shipped() {
  return ParameterLibrary(INTRATUMOR_PROJECT_DIR "/params");
}

inline YamlNode parsed(const std::string& text) {
  return YamlNode::parse(text, "test.yaml");
}

/// `KEY: TEXT` read under its key, as in a case.
inline Tissue tissue_of(const std::string& text) {
  return read_tissue(parsed("tumour: " + text).required("tumour"), shipped());
}
inline Drug drug_of(const std::string& text) {
  return read_drug(parsed("drug: " + text).required("drug"), shipped());
}
inline Patient patient_of(const std::string& text) {
  return read_patient(parsed("patient: " + text).required("patient"));
}

}  // namespace intratumor
