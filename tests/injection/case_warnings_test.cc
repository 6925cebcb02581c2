#include "injection/case_warnings.h"

#include <gtest/gtest.h>

#include "case_fixture.h"

namespace intratumor {
namespace {

const char* const usual_case = R"(geometry:
  segmentation: images/tumour.nii.gz
  labels: {0: muscle, 1: kidney, 2: tumour}
  target: tumour
tissues: {tumour: viable_tumour}
drug: ipilimumab
scheme:
  - needle: 22G_end_hole
    tip: deepest
    volume: 1 mL
    concentration: 5 mg/mL
    rate: 1 mL/min
exposure: {thresholds: [0.1 c_inj, 10 Kd]}
run: {until: 7 d}
)";

class CaseWarnings : public CaseFile {
 protected:
  std::vector<std::string> implausible(const std::vector<std::string>& changes) const {
    return implausible_values(read(usual_case, changes));
  }
  std::vector<std::string> useless(const std::vector<std::string>& changes) const {
    return values_without_effect(read(usual_case, changes));
  }
};

void expect_one(const std::vector<std::string>& said, const std::vector<std::string>& parts) {
  ASSERT_EQ(said.size(), 1u) << ::testing::PrintToString(said);
  for (const std::string& part : parts)
    EXPECT_NE(said[0].find(part), std::string::npos) << part << "\n" << said[0];
}

TEST_F(CaseWarnings, UsualCasesHaveNone) {
  EXPECT_EQ(implausible({}), std::vector<std::string>{});
  EXPECT_EQ(useless({}), std::vector<std::string>{});
  const std::string named =
      R"(scheme={use: talimogene, needle: 22G_end_hole, volume: 2 mL, concentration: 1e8 PFU/mL, rate: 2 mL/min})";
  EXPECT_EQ(implausible({"drug=talimogene", named, "exposure={}"}), std::vector<std::string>{});
}

TEST_F(CaseWarnings, FarFromWhatIsUsual) {
  expect_one(implausible({"scheme.0.volume=100 mL"}),
             {"scheme.0.volume: 100 mL is unusual", "at most 20 mL"});
  expect_one(implausible({"scheme.0.rate=200 mL/min"}), {"scheme.0.rate", "60 mL/min"});
  expect_one(implausible({"scheme.0.concentration=1500 mg/mL"}), {"concentration", "ethanol"});
  expect_one(implausible({"scheme.0.needle={like: 22G_end_hole, outer_diameter: 4 mm}"}),
             {"needle.outer_diameter: 4 mm"});
  expect_one(implausible({"geometry.margin=100 mm"}), {"geometry.margin"});
  expect_one(implausible({"flow={far_field: -100 mmHg}"}), {"flow.far_field"});
  expect_one(implausible({"flow={collapse: {floor: 0.9}}"}), {"flow.collapse.floor", "published"});
  expect_one(implausible({"patient={body_weight: 600 kg}"}), {"patient.body_weight: 600 kg"});
  expect_one(implausible({"numerics={time_tolerance: 0.05}"}), {"numerics.time_tolerance"});
  // All parts of a named scheme share what is said.
  expect_one(
      implausible({"scheme={use: four_deposits, needle: {outer_diameter: 3 mm, holes: [0 mm]}, volume: 1 mL, "
                   "dose: 1 mg, rate: 1 mL/min}"}),
      {"scheme.0.needle.outer_diameter"});
}

TEST_F(CaseWarnings, FarFromPublishedRanges) {
  // 1e-15 to 2e-12: by a factor of 3.
  EXPECT_TRUE(implausible({"tissues.tumour.hydraulic_conductivity=5e-12 m^2/(Pa s)"}).empty());
  expect_one(
      implausible({"tissues.tumour.hydraulic_conductivity=7e-12 m^2/(Pa s)"}),
      {"tissues.tumour.hydraulic_conductivity: 7e-12 m^2/(Pa s) is far outside the range of published"});
  EXPECT_TRUE(implausible({"tissues.tumour.hydraulic_conductivity=4e-16 m^2/(Pa s)"}).empty());
  EXPECT_EQ(implausible({"tissues.tumour.hydraulic_conductivity=3e-16 m^2/(Pa s)"}).size(), 1u);
  // 5 to 30 mmHg, 0.2 to 0.5: by the width.
  EXPECT_TRUE(implausible({"tissues.tumour.vessel.vascular_pressure=54 mmHg"}).empty());
  EXPECT_EQ(implausible({"tissues.tumour.vessel.vascular_pressure=56 mmHg"}).size(), 1u);
  EXPECT_TRUE(implausible({"tissues.tumour.fluid_fraction=0.79"}).empty());
  EXPECT_EQ(implausible({"tissues.tumour.fluid_fraction=0.81"}).size(), 1u);
  EXPECT_EQ(implausible({"drug.pharmacokinetics.human.clearance=1 L/h"}).size(), 1u);
}

TEST_F(CaseWarnings, ValuesThatChangeNothing) {
  expect_one(useless({"tissues.tumour.perfusion=1e-3 1/s"}), {"tissues.tumour", "perfusion", "ipilimumab"});
  EXPECT_TRUE(useless({"tissues.tumour.perfusion=1e-3 1/s", "drug=cisplatin", "exposure={}"}).empty());
  // No lymph in the tumour of the file.
  expect_one(useless({"tissues.tumour.lymph.pressure=1 mmHg"}), {"lymph.pressure"});
  EXPECT_TRUE(useless({"tissues.tumour.lymph={pressure: 1 mmHg, filtration: 1e-8 1/(Pa s)}"}).empty());
  // Only an infusion asks what tears.
  expect_one(useless({"tissues.tumour.opening_pressure=9 kPa", "scheme.0.mode=deposit"}),
             {"opening_pressure"});
  EXPECT_TRUE(useless({"tissues.tumour.opening_pressure=9 kPa", "scheme.0.mode=auto"}).empty());
  expect_one(useless({"drug.permeability.brain=1e-12 m/s", "drug.diffusivity.brain=1e-11 m^2/s"}),
             {"drug:", "permeability.brain, diffusivity.brain"});
  EXPECT_TRUE(useless({"drug.permeability.tumour=1e-9 m/s"}).empty());
  expect_one(useless({"drug.pharmacokinetics.mouse.clearance=0.01 mL/h",
                      "drug.pharmacokinetics.mouse.plasma_volume=1 mL"}),
             {"without effect in this case: pharmacokinetics.mouse;"});
  EXPECT_TRUE(
      useless({"drug.pharmacokinetics.human.weight_exponents.clearance=0.7", "patient.body_weight=80 kg"})
          .empty());
  expect_one(useless({"drug.dissociation_constant=1 nM", "drug.binding=none", "exposure={}"}),
             {"dissociation_constant"});
  EXPECT_TRUE(useless({"drug.dissociation_constant=1 nM", "exposure={}"}).empty());  // of the target
  EXPECT_TRUE(useless({"drug.dissociation_constant=1 nM"}).empty());
  // The class's value stands aside for the pair's.
  expect_one(
      useless({"drug.in.viable_tumour.diffusivity=1e-11 m^2/s", "drug.in.tumour.diffusivity=2e-11 m^2/s"}),
      {"in.viable_tumour.diffusivity"});
  const std::string flat =
      "drug.pharmacokinetics.human.weight_exponents={clearance: 0, plasma_volume: 0, peripheral_volume: 0, "
      "exchange_flow: 0, lymph_delay: 0}";
  expect_one(useless({flat, "patient.body_weight=60 kg"}), {"patient.body_weight", "does not scale"});
}

TEST_F(CaseWarnings, BindingThatChangesNothing) {
  EXPECT_TRUE(useless({"drug.binding.internalisation=1e-5 1/s"}).empty());
  EXPECT_TRUE(useless({"drug.in.tumour.target_concentration=50 nM"}).empty());
  expect_one(useless({"drug.binding.target_concentration.brain=1 nM"}),
             {"drug:", "binding.target_concentration.brain;"});
  // The region's own stands before that of its matrix class.
  expect_one(
      useless({"drug.binding.target_concentration.tumour=1 nM", "drug.in.tumour.target_concentration=2 nM"}),
      {"binding.target_concentration.tumour"});
  expect_one(
      useless({"drug.binding.target_concentration.tumour=0 nM", "drug.binding.association=2e5 1/(M s)"}),
      {"binding.association"});

  EXPECT_EQ(binding_without_effect(read(usual_case, {})), std::vector<std::string>{});
  const Case elsewhere = read(usual_case, {"tissues.tumour=muscle"});
  const std::vector<std::string> all = {"binding.target_concentration.tumour", "binding.association",
                                        "binding.internalisation", "binding.target"};
  EXPECT_EQ(binding_without_effect(elsewhere), all);
  EXPECT_TRUE(values_without_effect(elsewhere).empty());
}

TEST_F(CaseWarnings, BindingFarFromWhatIsUsual) {
  expect_one(implausible({"drug.binding.association=1e8 1/(M s)"}),
             {"drug.binding.association: 1e+08 1/(M s) is far outside the range of published"});
  expect_one(implausible({"drug.in.tumour.target_concentration=1 mM"}),
             {"drug.in.tumour.target_concentration: 1000 uM is unusual", "17 uM"});
  EXPECT_TRUE(implausible({"drug.binding.target_concentration.tumour=100 nM"}).empty());
}

TEST_F(CaseWarnings, ResolvedCasesSayTheSame) {
  const Case c = read(usual_case, {"tissues.tumour.perfusion=1e-3 1/s", "scheme.0.volume=100 mL"});
  EXPECT_EQ(implausible_values(resolved(c)), implausible_values(c));
  EXPECT_EQ(values_without_effect(resolved(c)), values_without_effect(c));
  // Without vessels nothing collapses, and the resolved case says so in words that are read back.
  const std::string bare =
      "{vessel: {class: none}, lymph: {filtration: 1e-8 1/(Pa s)}, matrix: tumour, "
      "hydraulic_conductivity: 1e-14 m^2/(Pa s), fluid_fraction: 0.2}";
  const Case none =
      read(usual_case, {"tissues={muscle: " + bare + ", kidney: " + bare + ", tumour: " + bare + "}"});
  EXPECT_FALSE(none.collapse.on);
  EXPECT_EQ(resolved(none), none);
}

}  // namespace
}  // namespace intratumor
