#include "parameters/patient.h"

#include "parameters/limits.h"

namespace intratumor {

namespace {

const Range& possible_weight(const std::string& species) {
  return species == "mouse" ? limits::mouse_weight.possible : limits::human_weight.possible;
}

}  // namespace

Parameter Patient::default_body_weight(const std::string& species) {
  Parameter weight = default_parameter(species == "mouse" ? 0.02 : 70.0, Dimension::body_mass,
                                       species == "mouse" ? "usual laboratory mouse" : "standard adult");
  weight.low = species == "mouse" ? 0.015 : 40.0;
  weight.high = species == "mouse" ? 0.04 : 150.0;
  return weight;
}

bool operator==(const Patient& a, const Patient& b) {
  return a.species == b.species && a.body_weight == b.body_weight;
}

Patient read_patient(const std::optional<YamlNode>& node) {
  Patient patient;
  if (!node) return patient;
  if (!node->is_map()) node->fail("must be a map, {species: human, body_weight: 70 kg}");
  if (const auto species = node->optional("species")) patient.species = species->one_of({"human", "mouse"});
  patient.body_weight = Patient::default_body_weight(patient.species);
  overlay_parameter(*node, "body_weight", Dimension::body_mass, possible_weight(patient.species), "case",
                    false, patient.body_weight);
  node->done();
  return patient;
}

std::string to_yaml(const Patient& patient) {
  return "{species: " + patient.species + ", body_weight: " + to_yaml(patient.body_weight) + "}";
}

std::vector<NamedParameter> parameters(const Patient& patient) {
  return {{"body_weight", &patient.body_weight}};
}

}  // namespace intratumor
