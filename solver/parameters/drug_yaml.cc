// A drug as YAML, and the list of its numbers.
#include "parameters/drug.h"

namespace intratumor {

namespace {

/// Collects `key: value` items of one flow-style map.
class FlowMap {
 public:
  void add(const std::string& key, const std::string& value) {
    text_ += (text_.empty() ? "" : ", ") + key + ": " + value;
  }
  void add(const std::string& key, const Parameter& parameter) {
    if (parameter.given()) add(key, to_yaml(parameter));
  }
  void add(const std::string& key, const std::map<std::string, Parameter>& values) {
    FlowMap map;
    for (const auto& [name, value] : values) map.add(quoted(name), value);
    if (!values.empty()) add(key, map.text());
  }
  bool empty() const { return text_.empty(); }
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string to_yaml(const Pharmacokinetics& kinetics) {
  FlowMap map;
  map.add("reference_weight", kinetics.reference_weight);
  map.add("clearance", kinetics.clearance);
  map.add("plasma_volume", kinetics.plasma_volume);
  std::string list;
  for (const auto& peripheral : kinetics.peripherals) {
    FlowMap item;
    item.add("volume", peripheral.volume);
    item.add("exchange_flow", peripheral.exchange_flow);
    list += (list.empty() ? "" : ", ") + item.text();
  }
  map.add("peripherals", "[" + list + "]");
  FlowMap exponents;
  exponents.add("clearance", kinetics.weight_exponents.clearance);
  exponents.add("plasma_volume", kinetics.weight_exponents.plasma_volume);
  exponents.add("peripheral_volume", kinetics.weight_exponents.peripheral_volume);
  exponents.add("exchange_flow", kinetics.weight_exponents.exchange_flow);
  exponents.add("lymph_delay", kinetics.weight_exponents.lymph_delay);
  map.add("weight_exponents", exponents.text());
  FlowMap lymph;
  lymph.add("delay", kinetics.lymph_delay);
  lymph.add("stages", std::to_string(kinetics.lymph_stages));
  map.add("lymph", lymph.text());
  return map.text();
}

std::string to_yaml(const DrugInTissue& in) {
  FlowMap map;
  map.add("permeability", in.permeability);
  map.add("permeability_surface", in.permeability_surface);
  map.add("solvent_drag_reflection", in.solvent_drag_reflection);
  map.add("diffusivity", in.diffusivity);
  map.add("accessible_fraction", in.accessible_fraction);
  map.add("target_concentration", in.target_concentration);
  map.add("matrix_concentration", in.matrix_concentration);
  return map.text();
}

/// Empty when the drug does not bind.
std::string to_yaml(const DrugBindingParameters& binding) {
  FlowMap map;
  if (!binding.target.empty()) map.add("target", quoted(binding.target));
  map.add("target_concentration", binding.target_concentration);
  map.add("association", binding.association);
  map.add("internalisation", binding.internalisation);
  map.add("uptake", binding.uptake);
  FlowMap matrix;
  matrix.add("concentration", binding.matrix_concentration);
  matrix.add("dissociation_constant", binding.matrix_dissociation_constant);
  matrix.add("association", binding.matrix_association);
  matrix.add("turnover", binding.matrix_turnover);
  if (!matrix.empty()) map.add("matrix", matrix.text());
  return map.empty() ? "" : map.text();
}

/// Collects the numbers that are set.
class NumberList {
 public:
  void add(const std::string& key, const Parameter& parameter) {
    if (parameter.given()) list_.push_back({key, &parameter});
  }
  void add(const std::string& key, const std::map<std::string, Parameter>& values) {
    for (const auto& [name, value] : values) add(key + "." + name, value);
  }
  void add(const std::string& prefix, const Pharmacokinetics& kinetics) {
    add(prefix + ".reference_weight", kinetics.reference_weight);
    add(prefix + ".clearance", kinetics.clearance);
    add(prefix + ".plasma_volume", kinetics.plasma_volume);
    for (std::size_t i = 0; i < kinetics.peripherals.size(); ++i) {
      const std::string peripheral = prefix + ".peripherals." + std::to_string(i);
      add(peripheral + ".volume", kinetics.peripherals[i].volume);
      add(peripheral + ".exchange_flow", kinetics.peripherals[i].exchange_flow);
    }
    const std::string exponents = prefix + ".weight_exponents.";
    add(exponents + "clearance", kinetics.weight_exponents.clearance);
    add(exponents + "plasma_volume", kinetics.weight_exponents.plasma_volume);
    add(exponents + "peripheral_volume", kinetics.weight_exponents.peripheral_volume);
    add(exponents + "exchange_flow", kinetics.weight_exponents.exchange_flow);
    add(exponents + "lymph_delay", kinetics.weight_exponents.lymph_delay);
    add(prefix + ".lymph.delay", kinetics.lymph_delay);
  }
  void add(const std::string& prefix, const DrugInTissue& in) {
    add(prefix + ".permeability", in.permeability);
    add(prefix + ".permeability_surface", in.permeability_surface);
    add(prefix + ".solvent_drag_reflection", in.solvent_drag_reflection);
    add(prefix + ".diffusivity", in.diffusivity);
    add(prefix + ".accessible_fraction", in.accessible_fraction);
    add(prefix + ".target_concentration", in.target_concentration);
    add(prefix + ".matrix_concentration", in.matrix_concentration);
  }
  void add(const std::string& prefix, const DrugBindingParameters& binding) {
    add(prefix + ".target_concentration", binding.target_concentration);
    add(prefix + ".association", binding.association);
    add(prefix + ".internalisation", binding.internalisation);
    add(prefix + ".uptake", binding.uptake);
    add(prefix + ".matrix.concentration", binding.matrix_concentration);
    add(prefix + ".matrix.dissociation_constant", binding.matrix_dissociation_constant);
    add(prefix + ".matrix.association", binding.matrix_association);
    add(prefix + ".matrix.turnover", binding.matrix_turnover);
  }
  std::vector<NamedParameter> take() { return std::move(list_); }

 private:
  std::vector<NamedParameter> list_;
};

}  // namespace

std::string to_yaml(const Drug& drug) {
  FlowMap map;
  map.add("name", quoted(drug.name));
  map.add("molar_mass", drug.molar_mass);
  map.add("activity", drug.activity);
  map.add("particles_per_pfu", drug.particles_per_pfu);
  if (drug.hydrodynamic_radius.given()) {
    FlowMap size;
    size.add("hydrodynamic_radius", drug.hydrodynamic_radius);
    map.add("size", size.text());
  }
  map.add("flow_limited", drug.flow_limited ? "true" : "false");
  map.add("permeability", drug.permeability);
  map.add("solvent_drag_reflection", drug.solvent_drag_reflection);
  map.add("diffusivity", drug.diffusivity);
  map.add("accessible_ratio", drug.accessible_ratio);
  map.add("degradation", drug.degradation);
  FlowMap species;
  for (const auto& [name, kinetics] : drug.pharmacokinetics) species.add(name, to_yaml(kinetics));
  map.add("pharmacokinetics", species.text());
  map.add("intravenous_duration", drug.intravenous_duration);
  map.add("dissociation_constant", drug.dissociation_constant);
  const std::string binding = to_yaml(drug.binding);
  if (!binding.empty()) map.add("binding", binding);
  if (!drug.in.empty()) {
    FlowMap in;
    for (const auto& [name, values] : drug.in) in.add(quoted(name), to_yaml(values));
    map.add("in", in.text());
  }
  return map.text();
}

bool operator==(const Drug& a, const Drug& b) {
  return to_yaml(a) == to_yaml(b);
}

std::vector<NamedParameter> parameters(const Drug& drug) {
  NumberList list;
  list.add("molar_mass", drug.molar_mass);
  list.add("activity", drug.activity);
  list.add("particles_per_pfu", drug.particles_per_pfu);
  list.add("size.hydrodynamic_radius", drug.hydrodynamic_radius);
  list.add("permeability", drug.permeability);
  list.add("solvent_drag_reflection", drug.solvent_drag_reflection);
  list.add("diffusivity", drug.diffusivity);
  list.add("accessible_ratio", drug.accessible_ratio);
  list.add("degradation", drug.degradation);
  for (const auto& [species, kinetics] : drug.pharmacokinetics)
    list.add("pharmacokinetics." + species, kinetics);
  list.add("intravenous_duration", drug.intravenous_duration);
  list.add("dissociation_constant", drug.dissociation_constant);
  list.add("binding", drug.binding);
  for (const auto& [name, values] : drug.in) list.add("in." + name, values);
  return list.take();
}

}  // namespace intratumor
