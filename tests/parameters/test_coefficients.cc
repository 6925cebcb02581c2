// Coefficients of the equations from tissues and drugs, against values computed by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "read_text.h"

namespace intratumor {
namespace {

const double mmhg = 133.322387415;
const double hour = 3600, litre = 1e-3;

TissueCoefficients shipped_pair(const char* tissue, const char* drug) {
  return coefficients(read_tissue(tissue, shipped()), read_drug(drug, shipped()), tissue);
}

TEST(Coefficients, AntibodyInTumour) {
  const TissueCoefficients c = shipped_pair("viable_tumour", "ipilimumab");
  EXPECT_EQ(c.tissue, "viable_tumour");
  EXPECT_NEAR(c.hydraulic_conductivity, 3.1e-14, 1e-26);
  EXPECT_NEAR(c.vessel_filtration, 4.2e-7, 1e-19);
  EXPECT_NEAR(c.effective_vascular_pressure, 11.5 * mmhg, 1e-3);  // 1533.2 Pa
  EXPECT_NEAR(c.vascular_pressure, 15.6 * mmhg, 1e-3);
  EXPECT_EQ(c.lymph_filtration, 0);
  EXPECT_EQ(c.lymph_pressure, 0);
  EXPECT_EQ(c.fluid_fraction, 0.3);
  EXPECT_NEAR(c.accessible_fraction, 0.24, 1e-15);
  EXPECT_NEAR(c.diffusivity, 1.4e-11, 1e-24);
  EXPECT_NEAR(c.permeability_surface, 7e-5, 1e-18);
  EXPECT_EQ(c.solvent_drag_reflection, 0.9);
  EXPECT_EQ(c.degradation, 1e-6);
}

TEST(Coefficients, AntibodyInMuscleAndNecrosis) {
  const TissueCoefficients muscle = shipped_pair("muscle", "ipilimumab");
  EXPECT_NEAR(muscle.effective_vascular_pressure, 6.5 * mmhg, 1e-3);  // 866.6 Pa
  EXPECT_NEAR(muscle.vessel_filtration, 1.89e-8, 1e-19);
  EXPECT_NEAR(muscle.permeability_surface, 1.4e-6, 1e-18);
  EXPECT_NEAR(muscle.accessible_fraction, 0.12, 1e-15);
  EXPECT_NEAR(muscle.diffusivity, 7e-12, 1e-24);
  EXPECT_NEAR(muscle.lymph_filtration, 1e-7, 1e-20);

  const TissueCoefficients necrosis = shipped_pair("necrotic", "ipilimumab");
  EXPECT_EQ(necrosis.vessel_filtration, 0);
  EXPECT_EQ(necrosis.permeability_surface, 0);
  EXPECT_EQ(necrosis.effective_vascular_pressure, 0);
  EXPECT_NEAR(shipped_pair("kidney", "ipilimumab").vessel_filtration, 1.5e-6, 1e-18);
}

TEST(Coefficients, FlowLimitedExchange) {
  // Renkin and Crone: permeability alone would give 7.9e-3, eight times as much.
  std::printf("PS 7.9e-3, Fb 1e-3: %.6e 1/s\n", flow_limited_exchange(7.9e-3, 1e-3));
  EXPECT_NEAR(flow_limited_exchange(7.9e-3, 1e-3), 1.0e-3, 0.005e-3);
  EXPECT_NEAR(flow_limited_exchange(1e-9, 1e-3), 1e-9, 1e-15);
  EXPECT_EQ(flow_limited_exchange(1e-3, 0), 0);
  EXPECT_EQ(flow_limited_exchange(0, 1e-3), 0);

  const TissueCoefficients tumour = shipped_pair("viable_tumour", "cisplatin");
  EXPECT_NEAR(tumour.permeability_surface, 5e-3, 0.1e-3);
  EXPECT_LT(tumour.permeability_surface, 5e-3);
  EXPECT_NEAR(shipped_pair("muscle", "cisplatin").permeability_surface, 8e-4, 0.01e-4);
  EXPECT_EQ(shipped_pair("necrotic", "cisplatin").permeability_surface, 0);
}

TEST(Coefficients, EffectivePressureStandsForTheFour) {
  const Tissue tissue = tissue_of("{like: viable_tumour, vessel: {effective_pressure: 2700 Pa}}");
  EXPECT_FALSE(tissue.vessel.reflection.given());
  const TissueCoefficients c = coefficients(tissue, read_drug("ipilimumab", shipped()), "tumour");
  EXPECT_EQ(c.effective_vascular_pressure, 2700);
  EXPECT_EQ(c.vascular_pressure, 2700);
}

TEST(Coefficients, OpeningPressure) {
  const struct {
    const char* tissue;
    double pressure;
  } shipped_values[] = {
      {"viable_tumour", 8e3}, {"muscle", 12e3}, {"kidney", 6e3}, {"necrotic", 2e3}, {"fat", 3e3}};
  for (const auto& [tissue, pressure] : shipped_values)
    EXPECT_EQ(shipped_pair(tissue, "ipilimumab").opening_pressure, pressure) << tissue;

  const auto of = [](const std::string& given) {
    return opening_pressure(
        tissue_of("{hydraulic_conductivity: 1e-14 m^2/(Pa s), vessel: {class: none}, "
                  "lymph: {filtration: 0 1/(Pa s)}, fluid_fraction: 0.2, matrix: free" +
                  given + "}"));
  };
  EXPECT_EQ(of(""), 0);
  EXPECT_NEAR(of(", youngs_modulus: 12 kPa"), 10e3, 1e-9);
  EXPECT_EQ(of(", youngs_modulus: 0.3 kPa"), 500);
  EXPECT_EQ(of(", youngs_modulus: 1 MPa"), 50e3);
  EXPECT_EQ(of(", opening_pressure: 100 kPa"), 100e3);  // as given, not clipped
}

TEST(Coefficients, OnePairOverridden) {
  const Drug drug = drug_of(
      "{like: ipilimumab, in: {rim: {permeability: 1e-8 m/s, accessible_fraction: 0.12, diffusivity: 5e-12 "
      "m^2/s,"
      " solvent_drag_reflection: 0.5}, muscle: {permeability_surface: 3e-5 1/s}}}");
  const Tissue tumour = read_tissue("viable_tumour", shipped());
  const TissueCoefficients rim = coefficients(tumour, drug, "rim");
  EXPECT_NEAR(rim.permeability_surface, 2e-4, 1e-18);
  EXPECT_EQ(rim.accessible_fraction, 0.12);
  EXPECT_EQ(rim.diffusivity, 5e-12);
  EXPECT_EQ(rim.solvent_drag_reflection, 0.5);
  EXPECT_NEAR(coefficients(tumour, drug, "tumour").permeability_surface, 7e-5, 1e-18);
  // By the tissue's name as well, whatever the region is called; the region goes first.
  const Tissue muscle = read_tissue("muscle", shipped());
  EXPECT_EQ(coefficients(muscle, drug, "host").permeability_surface, 3e-5);
  EXPECT_NEAR(coefficients(muscle, drug, "rim").permeability_surface, 7e-5, 1e-18);

  EXPECT_NO_THROW(check_overrides(drug, {"rim", "muscle"}));
  try {
    check_overrides(drug, {"rims", "muscle"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean rims"), std::string::npos) << error.what();
  }
}

TEST(Coefficients, AccessibleMoreThanFluidIsRefused) {
  const Drug drug = drug_of("{like: ipilimumab, in: {kidney: {accessible_fraction: 0.2}}}");
  try {
    coefficients(read_tissue("kidney", shipped()), drug, "kidney");
    FAIL();
  } catch (const InputError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("exceeds"), std::string::npos) << message;
    EXPECT_NE(message.find("test.yaml:1"), std::string::npos) << message;
  }
}

TEST(Coefficients, ExchangeWithoutVesselsIsRefused) {
  const Drug drug = drug_of("{like: ipilimumab, in: {necrosis: {permeability: 1e-9 m/s}}}");
  EXPECT_THROW(coefficients(read_tissue("necrotic", shipped()), drug, "necrosis"), InputError);
  EXPECT_NO_THROW(coefficients(read_tissue("necrotic", shipped()), drug, "other"));
}

TEST(Body, HalfLivesOfIpilimumab) {
  const BodyCoefficients body =
      body_coefficients(read_drug("ipilimumab", shipped()), patient_of("{body_weight: 80 kg}"));
  ASSERT_EQ(body.peripherals.size(), 1u);
  const double k10 = body.clearance / body.plasma_volume;
  const double k12 = body.peripherals[0].exchange_flow / body.plasma_volume;
  const double k21 = body.peripherals[0].exchange_flow / body.peripherals[0].volume;
  const double sum = k10 + k12 + k21;
  const double root = std::sqrt(sum * sum - 4 * k10 * k21);
  const double fast = std::log(2) / (0.5 * (sum + root)) / hour;
  const double slow = std::log(2) / (0.5 * (sum - root)) / hour;
  std::printf("half-lives %.3f h (27.940) and %.3f h (359.993)\n", fast, slow);
  EXPECT_NEAR(fast, 27.940, 0.0005);
  EXPECT_NEAR(slow, 359.993, 0.0005);
  EXPECT_NEAR(body.lymph_stages / body.lymph_rate, 12 * hour, 1e-6);
}

TEST(Body, ScalesWithWeight) {
  const BodyCoefficients body =
      body_coefficients(read_drug("ipilimumab", shipped()), patient_of("{body_weight: 60 kg}"));
  EXPECT_NEAR(body.clearance, 0.0150 * litre / hour * std::pow(0.75, 0.642), 1e-18);
  EXPECT_NEAR(body.plasma_volume, 4.15 * litre * std::pow(0.75, 0.708), 1e-15);
  EXPECT_NEAR(body.peripherals[0].volume, 3.11 * litre, 1e-15);
  EXPECT_NEAR(body.peripherals[0].exchange_flow, 0.0411 * litre / hour, 1e-18);

  // The program's own exponents where the file gives none.
  const BodyCoefficients tracer =
      body_coefficients(read_drug("gadolinium_dtpa", shipped()), patient_of("{body_weight: 35 kg}"));
  EXPECT_NEAR(tracer.clearance, 7.2 * litre / hour * std::pow(0.5, 0.75), 1e-15);
  EXPECT_NEAR(tracer.plasma_volume, 4 * litre, 1e-15);
  EXPECT_NEAR(tracer.peripherals[0].volume, 4 * litre, 1e-15);
  EXPECT_NEAR(tracer.peripherals[0].exchange_flow, 13 * litre / hour * std::pow(0.5, 0.75), 1e-15);
  EXPECT_NEAR(tracer.lymph_stages / tracer.lymph_rate, 2 * hour, 1e-9);
}

TEST(Body, AnotherSpeciesIsScaledByWeight) {
  const Patient mouse = patient_of("{species: mouse}");
  EXPECT_DOUBLE_EQ(mouse.body_weight.value, 0.02);
  const double ratio = 0.02 / 70;
  const BodyCoefficients tracer = body_coefficients(read_drug("gadolinium_dtpa", shipped()), mouse);
  EXPECT_EQ(tracer.scaled_from, "human");
  EXPECT_NEAR(tracer.clearance, 7.2 * litre / hour * std::pow(ratio, 0.75), 1e-18);
  EXPECT_NEAR(tracer.plasma_volume, 8 * litre * ratio, 1e-18);
  EXPECT_NEAR(tracer.peripherals[0].volume, 8 * litre * ratio, 1e-18);
  EXPECT_NEAR(tracer.peripherals[0].exchange_flow, 13 * litre / hour * std::pow(ratio, 0.75), 1e-18);
  EXPECT_NEAR(tracer.lymph_stages / tracer.lymph_rate, 2 * hour, 1e-9);

  // By the exponents of the drug where it gives them; and from mouse to human as well.
  const std::string values =
      "reference_weight: 25 g, clearance: 0.3 mL/h, plasma_volume: 1 mL, peripherals: [], lymph: {delay: 1 "
      "h}, "
      "weight_exponents: {clearance: 0.9, lymph_delay: 0.25}";
  Drug own = drug_of("{like: gadolinium_dtpa, pharmacokinetics: {mouse: {" + values + "}}}");
  own.pharmacokinetics.erase("human");
  const BodyCoefficients human = body_coefficients(own, patient_of("{body_weight: 50 kg}"));
  EXPECT_EQ(human.scaled_from, "mouse");
  EXPECT_NEAR(human.clearance, 0.3e-6 / hour * std::pow(2000, 0.9), 1e-18);
  EXPECT_NEAR(human.plasma_volume, 2e-3, 1e-15);
  EXPECT_NEAR(human.lymph_stages / human.lymph_rate, hour * std::pow(2000, 0.25), 1e-9);
  own.pharmacokinetics.clear();
  EXPECT_THROW(body_coefficients(own, mouse), InputError);
}

TEST(Body, OwnValuesOfAMouse) {
  const Drug own = drug_of(
      "{like: gadolinium_dtpa, pharmacokinetics: {mouse: {reference_weight: 20 g, clearance: 0.3 mL/h, "
      "plasma_volume: 1 mL, peripherals: [{volume: 2 mL, exchange_flow: 0.5 mL/h}], lymph: {delay: 1 h, "
      "stages: 3}}}}");
  const BodyCoefficients body = body_coefficients(own, patient_of("{species: mouse, body_weight: 30 g}"));
  EXPECT_EQ(body.scaled_from, "");
  EXPECT_NEAR(body.clearance, 0.3e-6 / hour * std::pow(1.5, 0.75), 1e-20);
  EXPECT_NEAR(body.plasma_volume, 1.5e-6, 1e-18);
  EXPECT_NEAR(body.peripherals[0].volume, 3e-6, 1e-18);
  EXPECT_NEAR(body.peripherals[0].exchange_flow, 0.5e-6 / hour * std::pow(1.5, 0.75), 1e-20);
  EXPECT_EQ(body.lymph_stages, 3);
  EXPECT_NEAR(3 / body.lymph_rate, hour, 1e-9);
  for (const char* name : {"ipilimumab", "cisplatin"}) {
    const BodyCoefficients shipped_one =
        body_coefficients(read_drug(name, shipped()), patient_of("{species: mouse}"));
    EXPECT_EQ(shipped_one.scaled_from, "") << name;
    // A mouse of 20 g holds no litres.
    EXPECT_LT(shipped_one.plasma_volume + shipped_one.peripherals[0].volume, 20e-6) << name;
  }
}

TEST(Coefficients, RegionsWithoutTissue) {
  const Drug drug = read_drug("ipilimumab", shipped());
  const TissueCoefficients sealed = coefficients(lumen("vessel"), drug, "artery");
  EXPECT_EQ(sealed.region_class, RegionClass::vessel);
  EXPECT_FALSE(sealed.wall.passes_fluid() || sealed.wall.passes_drug());
  const TissueCoefficients open = coefficients(lumen("airway"), drug, "bronchus");
  EXPECT_EQ(open.region_class, RegionClass::cavity);
  EXPECT_TRUE(std::isinf(open.wall.conductance) && std::isinf(open.wall.permeability));
  EXPECT_EQ(open.wall.pressure, 0);
  EXPECT_EQ(open.wall.reflection, 0);
  EXPECT_FALSE(coefficients(lumen("outside"), drug, "air").wall.passes_fluid());
}

}  // namespace
}  // namespace intratumor
