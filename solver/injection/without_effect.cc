#include <algorithm>

#include "images/text_header.h"
#include "injection/case_warnings.h"

namespace intratumor {

namespace {

void add(const BindingKinetics& kinetics, std::vector<double>& values) {
  values.insert(values.end(), {kinetics.association, kinetics.dissociation, kinetics.loss});
}

/// What the equations get to see of a case's tissues, drug and patient.
std::vector<double> model_values(const Case& c) {
  std::vector<double> values;
  bool has_target = false, has_matrix = false;
  const bool may_tear = std::any_of(c.needles.begin(), c.needles.end(), [](const NeedleInjection& needle) {
    return needle.mode != InjectionMode::deposit;
  });
  for (std::size_t r = 0; r < c.regions.size(); ++r) {
    const TissueCoefficients t = coefficients(c.tissues[r], c.drug, c.regions[r]);
    const bool filters = t.vessel_filtration > 0, exchanges = t.permeability_surface > 0;
    has_target = has_target || t.target_sites > 0;
    has_matrix = has_matrix || t.matrix_sites > 0;
    const bool collapses = c.collapse.on && (filters || exchanges);
    values.insert(values.end(),
                  {t.hydraulic_conductivity, t.vessel_filtration, t.lymph_filtration, t.fluid_fraction,
                   t.accessible_fraction, t.diffusivity, t.permeability_surface, t.degradation, t.uptake,
                   t.target_sites, t.matrix_sites});
    values.push_back(filters ? t.effective_vascular_pressure : 0);
    values.push_back(collapses ? t.vascular_pressure : 0);
    values.push_back(t.lymph_filtration > 0 ? t.lymph_pressure : 0);
    values.push_back(filters || exchanges ? t.solvent_drag_reflection : 0);
    values.push_back(may_tear ? t.opening_pressure : 0);
  }
  const DrugBinding binding = drug_binding(c.drug);
  if (has_target) add(binding.target, values);
  if (has_matrix) add(binding.matrix, values);
  // Exponents of weight do nothing at the reference weight itself, where a study over weights passes.
  Patient heavier = c.patient;
  heavier.body_weight.value *= 1.1;
  for (const Patient& patient : {c.patient, heavier}) {
    const BodyCoefficients body = body_coefficients(c.drug, patient);
    values.insert(values.end(), {body.plasma_volume, body.clearance, body.lymph_rate});
    for (const BodyCoefficients::Peripheral& peripheral : body.peripherals)
      values.insert(values.end(), {peripheral.volume, peripheral.exchange_flow});
  }
  return values;
}

/// Values that serve amounts, sizes and thresholds when the case is read, not the equations.
bool serves_reading(const std::string& key) {
  for (const char* name : {"molar_mass", "activity", "particles_per_pfu", "size.", "intravenous_duration"})
    if (key.rfind(name, 0) == 0) return true;
  return false;
}

/// Whether the equations see a change of one parameter. `list_of` gives the parameters of a case's part, in
/// an order that does not depend on their values.
template <class ListOf>
bool matters(const Case& c, const ListOf& list_of, std::size_t which, const std::vector<double>& before) {
  constexpr double change = 1e-3;
  Case changed = c;
  // `changed` is this function's own: what the list shows of it may be written to.
  auto* const parameter = const_cast<Parameter*>(list_of(changed)[which].parameter);
  parameter->value = parameter->value == 0 ? change : parameter->value * (1 - change);
  try {
    return model_values(changed) != before;
  } catch (const InputError&) {
    return true;  // refused: it is looked at
  }
}

template <class ListOf>
std::vector<std::string> useless_keys(const Case& c, const ListOf& list_of,
                                      const std::vector<double>& before) {
  std::vector<std::string> keys;
  const std::vector<NamedParameter> list = list_of(c);
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list[i].parameter->from_case() && !matters(c, list_of, i, before)) keys.push_back(list[i].key);
  return keys;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::vector<std::string> useless_of_drug(const Case& c, const std::vector<double>& before) {
  std::vector<std::string> keys;
  for (std::string key : useless_keys(
           c, [](const Case& any) { return parameters(any.drug); }, before)) {
    if (serves_reading(key)) continue;
    if (key == "dissociation_constant") {
      const bool asked = std::any_of(
          c.thresholds.begin(), c.thresholds.end(),
          [](const Threshold& threshold) { return threshold.text.find("Kd") != std::string::npos; });
      if (asked) continue;
    }
    // All that it says of a species is one thing.
    const std::string kinetics = "pharmacokinetics.";
    if (key.rfind(kinetics, 0) == 0 && key.rfind(kinetics + c.patient.species, 0) != 0)
      key = key.substr(0, key.find('.', kinetics.size()));
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

}  // namespace

std::vector<std::string> binding_without_effect(const Case& c) {
  const auto list_of = [](const Case& any) { return parameters(any.drug); };
  const std::vector<double> before = model_values(c);
  const std::vector<NamedParameter> list = list_of(c);
  std::vector<std::string> keys;
  bool has_target = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& key = list[i].key;
    const bool binds = key.rfind("binding.", 0) == 0 || ends_with(key, ".target_concentration") ||
                       ends_with(key, ".matrix_concentration");
    if (!binds) continue;
    const bool acts = matters(c, list_of, i, before);
    if (!acts) keys.push_back(key);
    if (key == "binding.association") has_target = acts;
  }
  if (!has_target) keys.push_back("binding.target");
  return keys;
}

std::vector<std::string> values_without_effect(const Case& c) {
  std::vector<std::string> warnings;
  const std::vector<double> before = model_values(c);
  for (std::size_t r = 0; r < c.regions.size(); ++r) {
    const auto list_of = [r](const Case& any) { return parameters(any.tissues[r]); };
    const std::vector<std::string> keys = useless_keys(c, list_of, before);
    if (!keys.empty())
      warnings.push_back("tissues." + c.regions[r] + ": without effect in this case: " + joined(keys) +
                         "; with drug " + c.drug.name + " and this scheme nothing asks for it");
  }
  const std::vector<std::string> keys = useless_of_drug(c, before);
  if (!keys.empty())
    warnings.push_back("drug: without effect in this case: " + joined(keys) +
                       "; its tissues, patient and thresholds do not ask for it");
  const auto weight_of = [](const Case& any) { return parameters(any.patient); };
  if (!useless_keys(c, weight_of, before).empty())
    warnings.push_back("patient.body_weight: without effect in this case but for doses by weight: " +
                       c.drug.name + " does not scale by weight");
  return warnings;
}

}  // namespace intratumor
