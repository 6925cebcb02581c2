// How cases change tissues and drugs, what is written back, and what is refused.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "read_text.h"

namespace intratumor {
namespace {

TEST(Reading, NameAndChange) {
  const Tissue plain = tissue_of("muscle");
  EXPECT_EQ(plain.name, "muscle");
  EXPECT_EQ(plain.hydraulic_conductivity.set_by, "params/tissues/muscle.yaml");
  EXPECT_EQ(plain.hydraulic_conductivity.basis, "read");

  const Tissue changed = tissue_of(
      "{like: muscle, hydraulic_conductivity: 1e-14 m^2/(Pa s), vessel: {surface_per_volume: 100 1/cm}}");
  EXPECT_DOUBLE_EQ(changed.hydraulic_conductivity.value, 1e-14);
  EXPECT_TRUE(changed.hydraulic_conductivity.from_case());
  EXPECT_EQ(changed.hydraulic_conductivity.basis, "given");
  EXPECT_EQ(changed.hydraulic_conductivity.low, plain.hydraulic_conductivity.low);
  EXPECT_NEAR(changed.vessel.surface_per_volume.value, 1e4, 1e-9);
  EXPECT_EQ(changed.vessel.reflection, plain.vessel.reflection);
  EXPECT_EQ(changed.name, "muscle");
}

TEST(Reading, VesselsAddedAndRemoved) {
  const Tissue removed = tissue_of("{like: viable_tumour, vessel: {class: none}}");
  EXPECT_FALSE(removed.vessel.surface_per_volume.given());
  EXPECT_FALSE(removed.perfusion.given());
  const Tissue added = tissue_of(
      "{like: necrotic, vessel: {class: tumour, surface_per_volume: 1e3 1/m, hydraulic_conductivity: 1e-11 "
      "m/(Pa s),"
      " effective_pressure: 10 mmHg}}");
  EXPECT_EQ(added.vessel.surface_per_volume.value, 1e3);
  EXPECT_FALSE(added.perfusion.given());
  EXPECT_THROW(coefficients(added, drug_of("cisplatin"), "core"), InputError);
}

TEST(Reading, ModulusInACaseReplacesTheThresholdOfTheFile) {
  const Tissue plain = tissue_of("muscle");
  EXPECT_EQ(plain.youngs_modulus.value, 15e3);
  EXPECT_EQ(plain.opening_pressure.value, 12e3);
  const Tissue softer = tissue_of("{like: muscle, youngs_modulus: 6 kPa}");
  EXPECT_FALSE(softer.opening_pressure.given());
  EXPECT_EQ(softer.youngs_modulus.value, 6e3);
  const Tissue weaker = tissue_of("{like: muscle, opening_pressure: {value: 3 kPa, range: [1 kPa, 9 kPa]}}");
  EXPECT_EQ(weaker.opening_pressure.value, 3e3);
  EXPECT_EQ(weaker.opening_pressure.high, 9e3);
  EXPECT_EQ(weaker.youngs_modulus, plain.youngs_modulus);
  // All of them read back and are told apart.
  for (const Tissue& tissue : {plain, softer, weaker}) EXPECT_EQ(tissue, tissue_of(to_yaml(tissue)));
  EXPECT_FALSE(plain == softer);
  EXPECT_FALSE(plain == weaker);
  const auto keys = [](const Tissue& tissue) {
    std::string text;
    for (const NamedParameter& item : parameters(tissue)) text += item.key + " ";
    return text;
  };
  EXPECT_NE(keys(plain).find("youngs_modulus opening_pressure"), std::string::npos);
  EXPECT_EQ(keys(softer).find("opening_pressure"), std::string::npos);
}

TEST(Reading, WholeTissueInline) {
  const Tissue tissue = tissue_of(
      "{hydraulic_conductivity: 1e-14 m^2/(Pa s), vessel: {class: none}, lymph: {filtration: 1e-8 1/(Pa s)},"
      " fluid_fraction: 20 %, matrix: free}");
  EXPECT_EQ(tissue.name, "tumour");  // the key it stands under
  EXPECT_NEAR(tissue.fluid_fraction.value, 0.2, 1e-15);
  EXPECT_EQ(tissue.lymph_pressure.set_by, "default");
  EXPECT_EQ(tissue, tissue_of(to_yaml(tissue)));
}

TEST(Reading, SizeGivesTheClasses) {
  const Drug antibody = read_drug("ipilimumab", shipped());
  EXPECT_EQ(antibody.permeability.at("tumour").basis, "computed");
  EXPECT_EQ(antibody.permeability.at("brain").set_by, "size");
  EXPECT_EQ(antibody.permeability.count("none"), 0u);

  // A new size replaces all that the file gave by class; what stands beside it stays.
  const Drug fragment =
      drug_of("{like: ipilimumab, size: {hydrodynamic_radius: 2.9 nm}, diffusivity: {tumour: 5e-11 m^2/s}}");
  EXPECT_NEAR(fragment.permeability.at("tumour").value, 6.75e-9, 0.01e-9);
  EXPECT_EQ(fragment.diffusivity.at("tumour").value, 5e-11);
  EXPECT_NEAR(fragment.accessible_ratio.at("tumour").value, 0.661, 0.001);

  const Drug by_mass = drug_of("{like: ipilimumab, molar_mass: 50 kDa, size: molar_mass}");
  EXPECT_NEAR(by_mass.hydrodynamic_radius.value, 3.355e-9, 0.01e-9);
}

TEST(Reading, ConstantOfDissociation) {
  EXPECT_NEAR(read_drug("ipilimumab", shipped()).dissociation_constant.value, 2e-6, 1e-18);
  EXPECT_FALSE(read_drug("cisplatin", shipped()).dissociation_constant.given());
  EXPECT_DOUBLE_EQ(read_drug("ipilimumab", shipped()).intravenous_duration.value, 5400);
}

TEST(Reading, WrittenBackEqual) {
  const ParameterLibrary library = shipped();
  for (const std::string& name : library.names("tissues")) {
    const Tissue tissue = read_tissue(name, library);
    EXPECT_EQ(tissue, tissue_of(to_yaml(tissue))) << to_yaml(tissue);
    EXPECT_EQ(to_yaml(tissue).find('\n'), std::string::npos);
  }
  for (const std::string& name : library.names("drugs")) {
    const Drug drug = read_drug(name, library);
    EXPECT_EQ(drug, drug_of(to_yaml(drug))) << to_yaml(drug);
    for (const std::string& other : library.names("tissues")) {
      const Tissue tissue = read_tissue(other, library);
      if (name == "talimogene" && tissue.matrix == "brain") continue;  // wider than the gaps of the brain
      const TissueCoefficients a = coefficients(tissue, drug, "x");
      const TissueCoefficients b = coefficients(tissue_of(to_yaml(tissue)), drug_of(to_yaml(drug)), "x");
      EXPECT_EQ(a.permeability_surface, b.permeability_surface);
      EXPECT_EQ(a.diffusivity, b.diffusivity);
      EXPECT_EQ(a.accessible_fraction, b.accessible_fraction);
      EXPECT_EQ(a.effective_vascular_pressure, b.effective_vascular_pressure);
      EXPECT_EQ(a.uptake, b.uptake);
      EXPECT_EQ(a.target_sites, b.target_sites);
    }
  }
  const Drug changed = drug_of(
      "{like: cisplatin, name: \"my \\\"drug\\\"\", in: {\"left kidney\": {permeability: 1.23456789e-7 m/s}},"
      " degradation: {value: 0.1 1/h, source: 'a: b, {c} \\ \"d\"'}}");
  EXPECT_EQ(changed, drug_of(to_yaml(changed))) << to_yaml(changed);
  const Tissue tissue =
      tissue_of("{like: viable_tumour, vessel: {effective_pressure: 7.1 mmHg}, perfusion: 0.1 1/min}");
  EXPECT_EQ(tissue, tissue_of(to_yaml(tissue))) << to_yaml(tissue);
  for (const char* text :
       {"{}", "{species: mouse}", "{body_weight: 71.3 kg}", "{species: mouse, body_weight: 25 g}"})
    EXPECT_EQ(patient_of(text), patient_of(to_yaml(patient_of(text)))) << text;
  EXPECT_EQ(read_patient({}).body_weight.value, 70);
}

struct Bad {
  std::function<void()> read;
  const char* said;  ///< part of the message
};

Bad tissue(const std::string& text, const char* said) {
  return {[text] { tissue_of(text); }, said};
}
Bad drug(const std::string& text, const char* said) {
  return {[text] { drug_of(text); }, said};
}
Bad patient(const std::string& text, const char* said) {
  return {[text] { patient_of(text); }, said};
}

TEST(Reading, Refused) {
  const std::vector<Bad> cases = {
      tissue("muscel", "muscle"),
      tissue("{like: kidny}", "kidney"),
      tissue("[muscle]", "must be"),
      tissue("{like: muscle, hydraulic_conductivty: 1e-14 m^2/(Pa s)}", "hydraulic_conductivity"),
      tissue("{like: muscle, hydraulic_conductivity: 1e-14}", "hydraulic_conductivity"),
      tissue("{like: muscle, hydraulic_conductivity: 1e-14 m^2}", "hydraulic_conductivity"),
      tissue("{like: muscle, hydraulic_conductivity: -1e-14 m^2/(Pa s)}", "hydraulic_conductivity"),
      tissue("{like: muscle, hydraulic_conductivity: nan m^2/(Pa s)}", "hydraulic_conductivity"),
      tissue("{like: muscle, fluid_fraction: 1.2}", "fluid_fraction"),
      tissue("{like: muscle, vessel: {reflection: 2}}", "reflection"),
      tissue("{like: muscle, vessel: {class: continuos}}", "continuous"),
      tissue("{like: muscle, matrix: dens}", "dense"),
      tissue("{like: muscle, vessel: continuous}", "must be a map"),
      tissue("{like: muscle, vessel: {effective_pressure: 1 kPa, reflection: 0.5}}", "no effect"),
      tissue("{like: necrotic, vessel: {surface_per_volume: 1e4 1/m}}", "no effect"),
      tissue("{like: necrotic, perfusion: 1e-3 1/s}", "no effect"),
      tissue("{like: necrotic, vessel: {class: tumour}}", "surface_per_volume"),
      tissue("{like: muscle, youngs_modulus: 5}", "youngs_modulus"),
      tissue("{like: muscle, youngs_modulus: 0 kPa}", "youngs_modulus"),
      tissue("{like: muscle, youngs_modulus: 5 kPa, opening_pressure: 4 kPa}", "no effect"),
      tissue("{like: muscle, opening_pressure: 2 MPa}", "opening_pressure"),
      tissue("{fluid_fraction: 0.2}", "vessel"),
      tissue("{like: muscle, fluid_fraction: {value: 0.2, range: [0.3, 0.1]}}", "range"),
      tissue("{like: muscle, fluid_fraction: {value: 0.2, range: 0.3}}", "range"),
      tissue("{like: muscle, fluid_fraction: {value: 0.2, basis: guessed}}", "basis"),
      tissue("{like: muscle, fluid_fraction: {range: [0.1, 0.2]}}", "value"),
      tissue("{like: muscle, fluid_fraction: {value: 0.2, sorce: x}}", "source"),
      drug("ipilimumb", "ipilimumab"),
      drug("{like: cisplatine}", "cisplatin"),
      drug("{like: ipilimumab, binding: {target_concentration: 5 nM}}", "must be a map"),
      drug("{like: ipilimumab, permeability: {tumor: 1e-9 m/s}}", "tumour"),
      drug("{like: ipilimumab, diffusivity: {tumour: 1e-11 m/s}}", "diffusivity"),
      drug("{like: ipilimumab, accessible_ratio: {tumour: 1.1}}", "accessible_ratio"),
      drug("{like: ipilimumab, size: big}", "size"),
      drug("{like: ipilimumab, in: {kidney: {permeability: 1e-9 m/s, permeability_surface: 1e-5 1/s}}}",
           "either"),
      drug("{like: ipilimumab, in: {kidney: {permeabilty: 1e-9 m/s}}}", "permeability"),
      drug("{like: ipilimumab, pharmacokinetics: {human: {peripherals: 3 L}}}", "peripherals"),
      drug("{like: ipilimumab, pharmacokinetics: {humans: {clearance: 1 L/h}}}", "human"),
      drug("{like: gadolinium_dtpa, pharmacokinetics: {mouse: {clearance: 1 mL/h}}}", "reference_weight"),
      drug("{like: ipilimumab, pharmacokinetics: {human: {lymph: {stages: 0}}}}", "stages"),
      drug("{like: ipilimumab, flow_limited: maybe}", "flow_limited"),
      drug("{flow_limited: false}", "molar_mass"),
      patient("{species: rat}", "mouse"),
      patient("{body_weight: 70}", "body_weight"),
      patient("{body_weight: 7000 kg}", "body_weight"),
      patient("{weight: 70 kg}", "weight"),
      {[] { ParameterLibrary("/nowhere"); }, "/nowhere"},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    try {
      cases[i].read();
      ADD_FAILURE() << "case " << i << " is accepted; expected: " << cases[i].said;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(cases[i].said), std::string::npos)
          << "case " << i << " lacks '" << cases[i].said << "': " << error.what();
    }
  }
  std::printf("%zu inputs refused\n", cases.size());
}

TEST(Library, IsFound) {
  ::unsetenv("INTRATUMOR_PARAMS");
  EXPECT_TRUE(ParameterLibrary::find().has("tissues", "muscle"));
  ::setenv("INTRATUMOR_PARAMS", INTRATUMOR_PROJECT_DIR "/params", 1);
  EXPECT_EQ(ParameterLibrary::find().folder(), INTRATUMOR_PROJECT_DIR "/params");
  ::setenv("INTRATUMOR_PARAMS", "/nowhere", 1);
  EXPECT_THROW(ParameterLibrary::find(), InputError);
  ::unsetenv("INTRATUMOR_PARAMS");
  EXPECT_TRUE(shipped().names("nothing").empty());
}

}  // namespace
}  // namespace intratumor
