// A molecule from its class and its size: what a case must say, and what follows.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "parameters/drug_class.h"
#include "parameters/size_scaling.h"
#include "read_text.h"

namespace intratumor {
namespace {

const double hour = 3600, litre = 1e-3;
const std::string kinetics =
    ", pharmacokinetics: {human: {reference_weight: 70 kg, clearance: 1 L/h, plasma_volume: 3 L}}}";

DrugClass class_of(const std::string& name) {
  return read_drug_class(parsed("class: " + name).required("class"), shipped());
}

TEST(DrugClasses, ReadAndAreComplete) {
  for (const std::string& name : shipped().names("drug_classes")) {
    const DrugClass c = class_of(name);
    EXPECT_EQ(c.flow_limited, name == "small_molecule") << name;
    EXPECT_TRUE(c.degradation.given()) << name;
    EXPECT_GT(c.lymph_delay.value, 0) << name;
    EXPECT_EQ(c.radius_follows(), name != "particle") << name;
  }
}

// Radii of PHYSICS.md's table of molecules, which were taken from measurements where there are any.
TEST(DrugClasses, RadiusFromMolarMass) {
  const struct {
    const char *species, *of;
    double mass, radius, tolerance;
  } rows[] = {{"nanobody", "fragment", 15, 1.9, 0.06}, {"IL-2", "protein", 15.5, 2.0, 0.02},
              {"scFv", "fragment", 27, 2.3, 0.09},     {"Fab", "fragment", 50, 2.9, 0.09},
              {"albumin", "protein", 66, 3.5, 0.01},   {"IL-12", "protein", 70, 3.6, 0.01},
              {"IgG", "antibody", 150, 5.4, 0.001},    {"ADU-S100", "small_molecule", 0.69, 0.5, 0.21}};
  for (const auto& row : rows) {
    const Parameter radius = class_of(row.of).radius(row.mass);
    std::printf("%-9s %6.2f kDa: %.3f nm, table %.2f (%+.1f%%)\n", row.species, row.mass, radius.value * 1e9,
                row.radius, 100 * (radius.value * 1e9 / row.radius - 1));
    EXPECT_NEAR(radius.value * 1e9 / row.radius, 1, row.tolerance) << row.species;
    EXPECT_LT(radius.low, radius.value);
    EXPECT_GT(radius.high, radius.value);
  }
}

TEST(DrugClasses, AMolarMassIsEnough) {
  const Drug protein = drug_of("{class: protein, molar_mass: 15.5 kDa" + kinetics);
  EXPECT_NEAR(protein.hydrodynamic_radius.value, 2.0e-9, 0.02e-9);
  EXPECT_EQ(protein.hydrodynamic_radius.basis, "computed");
  EXPECT_FALSE(protein.flow_limited);
  EXPECT_EQ(protein.degradation.set_by, "params/drug_classes/protein.yaml");
  const Pharmacokinetics& human = protein.pharmacokinetics.at("human");
  EXPECT_EQ(human.lymph_delay.set_by, "params/drug_classes/protein.yaml");
  EXPECT_EQ(human.lymph_stages, 2);
  EXPECT_TRUE(human.peripherals.empty());
  EXPECT_NEAR(protein.permeability.at("tumour").value, 2.8e-8, 0.1e-8);
  EXPECT_EQ(protein, drug_of(to_yaml(protein))) << to_yaml(protein);

  const Drug small = drug_of("{class: small_molecule, molar_mass: 500 Da" + kinetics);
  EXPECT_TRUE(small.flow_limited);
  EXPECT_EQ(small.degradation.value, 0);

  // What is known of IgG goes before its size, what the case says before both.
  const Drug antibody =
      drug_of("{class: antibody, molar_mass: 150 kDa, diffusivity: {dense: 3e-12 m^2/s}" + kinetics);
  EXPECT_EQ(antibody.diffusivity.at("tumour").value, 1.4e-11);
  EXPECT_EQ(antibody.diffusivity.at("dense").value, 3e-12);
  EXPECT_EQ(antibody.diffusivity.at("dense").set_by, "case");
  EXPECT_EQ(antibody.accessible_ratio.at("tumour").value, 0.8);
  EXPECT_EQ(antibody.permeability.at("brain").set_by, "size");
  EXPECT_EQ(antibody, drug_of(to_yaml(antibody)));
  EXPECT_EQ(
      drug_of("{class: antibody, molar_mass: 150 kDa, degradation: 1e-5 1/s, flow_limited: true" + kinetics)
          .degradation.value,
      1e-5);
}

TEST(DrugClasses, ARadiusIsEnough) {
  const Drug liposome = drug_of("{class: particle, size: {hydrodynamic_radius: 50 nm}" + kinetics);
  EXPECT_FALSE(liposome.molar_mass.given());
  EXPECT_NEAR(liposome.diffusivity.at("tumour").value, 5.4e-13, 0.1e-13);
  EXPECT_EQ(liposome, drug_of(to_yaml(liposome))) << to_yaml(liposome);
  for (const NamedParameter& item : parameters(liposome)) EXPECT_NE(item.key, "molar_mass");
  // The size goes before the mass.
  const Drug both =
      drug_of("{class: fragment, molar_mass: 50 kDa, size: {hydrodynamic_radius: 2.9 nm}" + kinetics);
  EXPECT_EQ(both.hydrodynamic_radius.value, 2.9e-9);
}

TEST(DrugClasses, EveryClassWorksInEveryTissue) {
  const std::pair<const char*, const char*> sizes[] = {{"small_molecule", "molar_mass: 0.5 kDa"},
                                                       {"protein", "molar_mass: 20 kDa"},
                                                       {"fragment", "molar_mass: 27 kDa"},
                                                       {"antibody", "molar_mass: 150 kDa"},
                                                       {"particle", "size: {hydrodynamic_radius: 20 nm}"}};
  for (const auto& [name, size] : sizes) {
    const Drug drug = drug_of(std::string("{class: ") + name + ", " + size + kinetics);
    for (const std::string& tissue : shipped().names("tissues")) {
      const TissueCoefficients c = coefficients(read_tissue(tissue, shipped()), drug, tissue);
      EXPECT_GT(c.diffusivity, 0) << name << " in " << tissue;
      EXPECT_GT(c.accessible_fraction, 0) << name << " in " << tissue;
    }
    EXPECT_GT(body_coefficients(drug, patient_of("{}")).clearance, 0) << name;
  }
}

// Table of sieving in PHYSICS.md, two digits.
TEST(RenalClearance, SievingByMass) {
  const std::pair<double, double> table[] = {{15.5, 0.62}, {15, 0.63},   {27, 0.40},
                                             {50, 0.13},   {66.5, 0.05}, {150, 0.001}};
  for (const auto& [mass, sieving] : table) {
    std::printf("%6.1f kDa: sieving %.4f, table %.3f; clearance %.4f L/h\n", mass, glomerular_sieving(mass),
                sieving, renal_clearance(mass) / litre * hour);
    EXPECT_NEAR(glomerular_sieving(mass), sieving, sieving < 0.01 ? 0.0005 : 0.0055) << mass;
  }
  EXPECT_NEAR(renal_clearance(50) / litre * hour, 0.94, 0.005);
  EXPECT_NEAR(renal_clearance(15) / litre * hour, 4.6, 0.05);
  EXPECT_GT(glomerular_sieving(0.3), 0.95);
  EXPECT_NEAR(hydrodynamic_radius(molar_mass_of_protein(3e-9)), 3e-9, 1e-20);
}

TEST(RenalClearance, OfADrug) {
  const auto clearance = [](const std::string& text, const char* species) {
    return drug_of(text).pharmacokinetics.at(species).clearance;
  };
  const std::string fab = "{class: fragment, molar_mass: 50 kDa, pharmacokinetics: ";
  const Parameter human =
      clearance(fab + "{human: {reference_weight: 70 kg, clearance: renal, plasma_volume: 3.5 L}}}", "human");
  EXPECT_NEAR(human.value, renal_clearance(50), 1e-18);
  EXPECT_EQ(human.set_by, "size");
  EXPECT_EQ(human.basis, "computed");
  EXPECT_NE(human.source.find("sieving"), std::string::npos);
  EXPECT_NEAR(
      clearance(fab + "{human: {reference_weight: 35 kg, clearance: renal, plasma_volume: 2 L}}}", "human")
          .value,
      renal_clearance(50) * std::pow(0.5, 0.75), 1e-18);
  // From the radius where no mass is given.
  EXPECT_NEAR(clearance("{class: fragment, size: {hydrodynamic_radius: 2 nm}, pharmacokinetics: {human: "
                        "{reference_weight: 70 kg, clearance: renal, plasma_volume: 3 L}}}",
                        "human")
                  .value,
              renal_clearance(molar_mass_of_protein(2e-9)), 1e-18);
  // A mouse's own fit, by radius: 2.79 1/h at 2 nm.
  EXPECT_NEAR(mouse_elimination(2e-9) * hour, 7.494 - 6.138 + 1.5488 - 0.1132, 1e-4);
  EXPECT_NEAR(clearance("{class: protein, size: {hydrodynamic_radius: 2 nm}, pharmacokinetics: {mouse: "
                        "{reference_weight: 20 g, clearance: renal, plasma_volume: 1 mL}}}",
                        "mouse")
                  .value,
              mouse_elimination(2e-9) * 1e-6, 1e-20);
}

TEST(RenalClearance, FilesThatQuoteItAgree) {
  for (const char* name : {"fab", "nanobody"}) {
    const Drug drug = read_drug(name, shipped());
    const double quoted = drug.pharmacokinetics.at("human").clearance.value;
    EXPECT_NEAR(quoted / renal_clearance(drug.molar_mass.value), 1, 0.02) << name;
  }
  for (const char* name : {"fab", "nanobody", "il2"}) {
    const Drug drug = read_drug(name, shipped());
    const Pharmacokinetics& mouse = drug.pharmacokinetics.at("mouse");
    EXPECT_NEAR(
        mouse.clearance.value / mouse.plasma_volume.value / mouse_elimination(drug.hydrodynamic_radius.value),
        1, 0.01)
        << name;
  }
}

TEST(DrugClasses, Refused) {
  const std::pair<std::string, const char*> bad[] = {
      {"{class: protien, molar_mass: 15 kDa" + kinetics, "did you mean protein"},
      {"{like: ipilimumab, class: protein}", "no effect beside like"},
      {"{class: protein" + kinetics, "'molar_mass' is missing"},
      {"{class: particle, molar_mass: 15 kDa" + kinetics, "give size: {hydrodynamic_radius: 50 nm}"},
      {"{class: particle, size: molar_mass, molar_mass: 15 kDa" + kinetics, "does not follow from its mass"},
      {"{class: protein, molar_mass: 15 kDa}", "pharmacokinetics"},
      {"{class: protein, molar_mass: 15 kDa, pharmacokinetics: {human: {reference_weight: 70 kg, "
       "plasma_volume: 3 L}}}",
       "clearance"},
      {"{class: protein, molar_mass: 15 kDa, pharmacokinetics: {human: {reference_weight: 70 kg, clearance: "
       "kidney, plasma_volume: 3 L}}}",
       "clearance"},
      {"{class: particle, size: {hydrodynamic_radius: 50 nm}, pharmacokinetics: {mouse: {reference_weight: "
       "20 "
       "g, clearance: renal, plasma_volume: 1 mL}}}",
       "1 to 4.5 nm, not 50 nm"},
      {"{class: protein, molar_mass: 15 kDa, activity: 16e6 IU/mL" + kinetics, "activity"},
      {"{class: protein, molar_mass: 15 kDa, particles_per_pfu: 0.5" + kinetics, "particles_per_pfu"},
      {"{flow_limited: false, size: {hydrodynamic_radius: 5 nm}}", "degradation"}};
  for (const auto& [text, said] : bad) {
    try {
      drug_of(text);
      ADD_FAILURE() << text << " is accepted";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(said), std::string::npos) << said << ": " << error.what();
    }
  }
}

}  // namespace
}  // namespace intratumor
