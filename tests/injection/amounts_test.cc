// Doses by mass, mole, activity and plaques, and each per body weight.
#include "case_fixture.h"

namespace intratumor {
namespace {

constexpr double avogadro = 6.02214076e23;

/// Amount of the first needle of small_case with another drug and dose.
class Amounts : public CaseFile {
 protected:
  double dose(const std::string& drug, const std::string& text) const {
    return read(small_case, {"drug=" + drug, "scheme.0.dose=" + text}).needles[0].amount;
  }
};

TEST_F(Amounts, ByMassMoleAndActivityAgree) {
  const double mass = read(small_case, {"drug=il2"}).drug.molar_mass.value;
  const double expected = 1.1e-6 / mass;
  EXPECT_NEAR(dose("il2", "1.1 mg"), expected, 1e-12 * expected);
  EXPECT_NEAR(dose("il2", "18.04 MIU"), expected, 1e-12 * expected);  // at 16.4e6 IU/mg
  EXPECT_NEAR(dose("il2", exact_text(expected) + " mol"), expected, 1e-12 * expected);
  // The label's 18 million IU in 1.1 mg, within the digits of the conversion.
  EXPECT_NEAR(dose("il2", "18e6 IU"), expected, 0.003 * expected);
  // A drug of the case's own.
  EXPECT_NEAR(dose("{like: ipilimumab, activity: 2 kIU/mg}", "3 kIU"), 1.5e-6 / 148, 1e-20);
}

TEST_F(Amounts, PlaquesAreParticles) {
  const double expected = 1e8 * 50 / avogadro;
  EXPECT_NEAR(dose("talimogene", "1e8 PFU"), expected, 1e-12 * expected);
  EXPECT_NEAR(dose("{like: talimogene, particles_per_pfu: 20}", "1e8 pfu"), 0.4 * expected, 1e-12 * expected);
  const Case c = read(small_case, {"drug=talimogene",
                                   "scheme.0={needle: 22G_end_hole, tip: deepest, volume: 2 mL, "
                                   "concentration: 1e8 PFU/mL, over: 1 min, mode: deposit}"});
  EXPECT_NEAR(c.needles[0].concentration, 1e14 * 50 / avogadro, 1e-18);
  EXPECT_NEAR(c.needles[0].amount, 2 * expected, 1e-12 * expected);
  EXPECT_TRUE(resolved(c) == c) << resolved_yaml(c);
}

TEST_F(Amounts, PerBodyWeight) {
  const Case c = read(small_case, {"drug=il2", "patient={body_weight: 80 kg}",
                                   "scheme=[{intravenous: {dose_per_weight: 600000 IU/kg}}]"});
  const double expected = 600000. * 80 / 16.4e12 / c.drug.molar_mass.value;
  EXPECT_NEAR(c.intravenous[0].amount, expected, 1e-12 * expected);
  EXPECT_EQ(c.intravenous[0].duration, 900);  // the drug's usual infusion
  EXPECT_NEAR(read(small_case, {"drug=ipilimumab", "scheme.0.dose_per_weight=0.3 mg/kg"}).needles[0].amount,
              0.3e-6 * 70 / 148, 1e-20);
  EXPECT_NEAR(read(small_case, {"drug=talimogene", "scheme.0.dose_per_weight=1e6 PFU/kg"}).needles[0].amount,
              7e7 * 50 / avogadro, 1e-24);
}

TEST_F(Amounts, ThresholdsInActivity) {
  const Case c = read(small_case, {"drug=il2", "exposure={thresholds: [1000 IU/mL, 22 nM]}"});
  EXPECT_NEAR(c.thresholds[0].value, 1e9 / 16.4e12 / c.drug.molar_mass.value, 1e-15);
  EXPECT_EQ(c.thresholds[0].text, "1000 IU/mL");
  EXPECT_TRUE(resolved(c) == c);
}

TEST_F(Amounts, ADrugOfItsClassAndSizeRuns) {
  const std::string kinetics =
      ", pharmacokinetics: {human: {reference_weight: 70 kg, clearance: renal, plasma_volume: 3 L}}}";
  for (const char* kind : {"small_molecule, molar_mass: 0.5 kDa", "protein, molar_mass: 20 kDa",
                           "fragment, size: {hydrodynamic_radius: 2.5 nm}", "antibody, molar_mass: 150 kDa",
                           "particle, size: {hydrodynamic_radius: 30 nm}"}) {
    const Case c = read(small_case, {std::string("drug={class: ") + kind + kinetics, "scheme.0.dose=3 nmol"});
    EXPECT_TRUE(resolved(c) == c) << resolved_yaml(c);
    EXPECT_NEAR(c.needles[0].amount, 3e-9, 1e-24) << kind;
  }
  // Without a molar mass only what needs one is refused.
  EXPECT_NE(error(small_case, {"drug={class: particle, size: {hydrodynamic_radius: 30 nm}" + kinetics})
                .find("needs the molar_mass of the drug"),
            std::string::npos);
}

}  // namespace
}  // namespace intratumor
