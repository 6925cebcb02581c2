#include "parameters/coefficients.h"

#include <algorithm>
#include <cmath>

#include "parameters/drug.h"

namespace intratumor {

namespace {

/// The drug's value for a class.
const Parameter& of_class(const Drug& drug, const std::map<std::string, Parameter>& values,
                          const std::string& key, const std::string& kind, const std::string& name,
                          const std::string& region) {
  const auto found = values.find(name);
  if (found != values.end()) return found->second;
  throw InputError("drug " + drug.name + " gives no " + key + " for " + kind + " class " + name + ", which " +
                   region + " has; give drug." + key + "." + name + ", or drug.size to derive it");
}

/// The override that decides the exchange with blood: the region's before the tissue's, P or PS.
const Parameter* exchange_override(const Drug& drug, const std::string& region, const std::string& tissue) {
  for (const std::string& name : {region, tissue}) {
    const auto found = drug.in.find(name);
    if (found == drug.in.end()) continue;
    if (found->second.permeability_surface.given()) return &found->second.permeability_surface;
    if (found->second.permeability.given()) return &found->second.permeability;
  }
  return nullptr;
}

void exchange(const Tissue& tissue, const Drug& drug, const std::string& region, TissueCoefficients& result) {
  const Parameter* own = exchange_override(drug, region, tissue.name);
  const Parameter* own_reflection =
      override_of(drug, region, tissue.name, &DrugInTissue::solvent_drag_reflection);
  if (!tissue.vessel.exist()) {
    for (const Parameter* useless : {own, own_reflection})
      if (useless != nullptr && useless->from_case())
        throw InputError(useless->where + ": has no effect: " + region + " has no vessels");
    return;
  }

  const std::string& vessels = tissue.vessel.vessel_class;
  if (own != nullptr && own->dimension == Dimension::rate_constant) {
    result.permeability_surface = own->value;
  } else {
    const Parameter& permeability =
        own != nullptr ? *own : of_class(drug, drug.permeability, "permeability", "vessel", vessels, region);
    result.permeability_surface = permeability.value * tissue.vessel.surface_per_volume.value;
  }
  result.solvent_drag_reflection =
      (own_reflection != nullptr ? *own_reflection
                                 : of_class(drug, drug.solvent_drag_reflection, "solvent_drag_reflection",
                                            "vessel", vessels, region))
          .value;
  if (drug.flow_limited) {
    if (!tissue.perfusion.given())
      throw InputError("tissue " + tissue.name + " has no perfusion, which the flow-limited drug " +
                       drug.name + " needs; give tissues." + region + ".perfusion");
    result.permeability_surface = flow_limited_exchange(result.permeability_surface, tissue.perfusion.value);
  }
}

void accessible_space(const Tissue& tissue, const Drug& drug, const std::string& region,
                      TissueCoefficients& result) {
  const Parameter* own_fraction = override_of(drug, region, tissue.name, &DrugInTissue::accessible_fraction);
  const Parameter& given = own_fraction != nullptr ? *own_fraction
                                                   : of_class(drug, drug.accessible_ratio, "accessible_ratio",
                                                              "matrix", tissue.matrix, region);
  result.accessible_fraction =
      own_fraction != nullptr ? given.value : given.value * tissue.fluid_fraction.value;
  const std::string place = given.where.empty() ? "" : given.where + ": ";
  if (result.accessible_fraction > result.fluid_fraction)
    throw InputError(place + "accessible_fraction " + exact_text(result.accessible_fraction) + " of drug " +
                     drug.name + " in " + region + " exceeds the tissue's fluid_fraction " +
                     exact_text(result.fluid_fraction));
  if (!(result.accessible_fraction > 0))
    throw InputError(place + "drug " + drug.name + " cannot enter " + region +
                     ": its accessible fraction is 0; give drug.in." + region + ".accessible_fraction");

  const Parameter* own_diffusivity = override_of(drug, region, tissue.name, &DrugInTissue::diffusivity);
  result.diffusivity = (own_diffusivity != nullptr ? *own_diffusivity
                                                   : of_class(drug, drug.diffusivity, "diffusivity", "matrix",
                                                              tissue.matrix, region))
                           .value;
}

void sites(const Tissue& tissue, const Drug& drug, const std::string& region, TissueCoefficients& result) {
  if (const Parameter* target = target_sites(drug, tissue, region)) result.target_sites = target->value;
  if (const Parameter* matrix = matrix_sites(drug, tissue, region)) result.matrix_sites = matrix->value;
}

}  // namespace

const Parameter* override_of(const Drug& drug, const std::string& region, const std::string& tissue,
                             Parameter DrugInTissue::*member) {
  for (const std::string& name : {region, tissue}) {
    const auto found = drug.in.find(name);
    if (found != drug.in.end() && (found->second.*member).given()) return &(found->second.*member);
  }
  return nullptr;
}

double flow_limited_exchange(double permeability_surface, double perfusion) {
  if (perfusion <= 0) return 0;
  return -perfusion * std::expm1(-permeability_surface / perfusion);
}

double opening_pressure(const Tissue& tissue) {
  constexpr double lowest = 500;  // Pa
  constexpr double highest = 5e4;
  if (tissue.opening_pressure.given()) return tissue.opening_pressure.value;
  if (!tissue.youngs_modulus.given()) return 0;
  return std::clamp(5 * tissue.youngs_modulus.value / 6, lowest, highest);
}

TissueCoefficients coefficients(const Tissue& tissue, const Drug& drug, const std::string& region) {
  if (tissue.region_class != RegionClass::tissue) return lumen_coefficients(tissue, drug, region);
  TissueCoefficients result;
  result.tissue = tissue.name;
  result.hydraulic_conductivity = tissue.hydraulic_conductivity.value;
  result.lymph_filtration = tissue.lymph_filtration.value;
  result.lymph_pressure = tissue.lymph_pressure.value;
  result.fluid_fraction = tissue.fluid_fraction.value;
  result.degradation = drug.degradation.value;
  result.uptake = drug.binding.uptake.value;
  result.opening_pressure = opening_pressure(tissue);

  const VesselBed& vessel = tissue.vessel;
  if (vessel.exist()) {
    result.vessel_filtration = vessel.hydraulic_conductivity.value * vessel.surface_per_volume.value;
    if (vessel.effective_pressure.given()) {
      result.effective_vascular_pressure = vessel.effective_pressure.value;
      result.vascular_pressure = vessel.effective_pressure.value;
    } else {
      result.vascular_pressure = vessel.vascular_pressure.value;
      result.effective_vascular_pressure =
          vessel.vascular_pressure.value -
          vessel.reflection.value *
              (vessel.plasma_oncotic_pressure.value - vessel.interstitial_oncotic_pressure.value);
    }
  }
  exchange(tissue, drug, region, result);
  accessible_space(tissue, drug, region, result);
  sites(tissue, drug, region, result);
  return result;
}

BodyCoefficients body_coefficients(const Drug& drug, const Patient& patient) {
  BodyCoefficients result;
  auto found = drug.pharmacokinetics.find(patient.species);
  if (found == drug.pharmacokinetics.end()) {
    found = drug.pharmacokinetics.begin();
    if (found == drug.pharmacokinetics.end())
      throw InputError("drug " + drug.name + " has no pharmacokinetics; give drug.pharmacokinetics." +
                       patient.species);
    result.scaled_from = found->first;
  }
  const Pharmacokinetics& kinetics = found->second;
  const double relative_weight = patient.body_weight.value / kinetics.reference_weight.value;
  const auto scaled = [&](const Parameter& parameter, const Parameter& exponent) {
    return parameter.value * std::pow(relative_weight, exponent.value);
  };

  const Pharmacokinetics::WeightExponents& exponents = kinetics.weight_exponents;
  result.plasma_volume = scaled(kinetics.plasma_volume, exponents.plasma_volume);
  result.clearance = scaled(kinetics.clearance, exponents.clearance);
  for (const Pharmacokinetics::Peripheral& peripheral : kinetics.peripherals)
    result.peripherals.push_back({scaled(peripheral.volume, exponents.peripheral_volume),
                                  scaled(peripheral.exchange_flow, exponents.exchange_flow)});
  result.lymph_stages = kinetics.lymph_stages;
  result.lymph_rate = kinetics.lymph_stages / scaled(kinetics.lymph_delay, exponents.lymph_delay);
  return result;
}

}  // namespace intratumor
