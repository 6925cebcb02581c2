// What --set does to a whole case.
#include "case_fixture.h"

namespace intratumor {
namespace {

TEST_F(CaseFile, OverridesReachEveryPart) {
  const Case c = read(whole_case, {"scheme.0.over=200 s", "drug.degradation=1e-5 1/s", "run.accuracy=coarse",
                                   "tissues.core.fluid_fraction=0.4", "run.until=14 d"});
  EXPECT_EQ(c.needles[0].duration, 200);
  EXPECT_EQ(c.drug.degradation.value, 1e-5);
  EXPECT_EQ(c.numerics.h_min, 0.3e-3);
  EXPECT_EQ(c.numerics.time_tolerance, 1e-3);
  EXPECT_EQ(c.tissues[3].fluid_fraction.value, 0.4);
  EXPECT_EQ(c.until, 14 * 86400);
  EXPECT_EQ(
      error(whole_case, {"run.until=14 mm"}).find("--set run.until=14 mm: run.until: '14 mm' is a length"),
      0u);
  EXPECT_EQ(error(whole_case, {"scheme.7.volume=1 mL"}).find("--set scheme.7.volume=1 mL: scheme is a list"),
            0u);
}

TEST_F(CaseFile, AThirdAmountIsRefused) {
  const std::string message = error(whole_case, {"scheme.0.dose=3 mg"});
  EXPECT_EQ(
      message.find("--set scheme.0.dose=3 mg: scheme.0.dose: needs exactly two of volume, concentration and "
                   "dose; found volume, concentration, dose"),
      0u)
      << message;
  EXPECT_NE(error(whole_case, {"scheme.0.dose_per_weight=3 mg/kg"})
                .find("found volume, concentration, dose_per_weight"),
            std::string::npos);
  EXPECT_NE(
      error(whole_case, {"scheme.1.volume=1 mL"}).find("--set scheme.1.volume=1 mL: scheme.1.volume: needs"),
      std::string::npos);
}

TEST_F(CaseFile, OverridesReachIntoListsAndBelowNames) {
  const Case c =
      read(small_case, {"scheme.0.tip.offset=[0 mm, 1 mm, 0 mm]", "scheme.0.needle.outer_diameter=0.9 mm",
                        "tissues.muscle.fluid_fraction=0.14", "drug.in.kidney.permeability=1e-7 m/s"});
  EXPECT_EQ(c.needles[0].tip.anchor, TipPosition::Anchor::deepest);
  EXPECT_EQ(c.needles[0].tip.offset[1], 1e-3);
  EXPECT_EQ(c.needles[0].outer_diameter.value, 0.9e-3);
  EXPECT_EQ(c.needles[0].needle, "22G_end_hole");
  EXPECT_EQ(c.drug.name, "cisplatin");
  EXPECT_EQ(c.tissues[2].fluid_fraction.value, 0.14);
  EXPECT_EQ(c.tissues[2].lymph_filtration, read(small_case).tissues[2].lymph_filtration);
  EXPECT_EQ(read(whole_case, {"exposure.thresholds.1=3 ug/mL"}).thresholds[1].text, "3 ug/mL");
  EXPECT_EQ(read(whole_case, {"scheme.1.tip.at=centroid"}).needles[1].tip.anchor,
            TipPosition::Anchor::centroid);
  EXPECT_EQ(read(whole_case, {"scheme.0.at.1=4 d"}).needles[0].times[1], 4 * 86400);
  EXPECT_EQ(error(whole_case, {"exposure.thresholds.4=3 ug/mL"})
                .find("--set exposure.thresholds.4=3 ug/mL: "
                      "exposure.thresholds is a list of 4 entries"),
            0u);
  EXPECT_NE(error(whole_case, {"scheme.3.mode=auto"}).find("scheme is a list of 3 entries"),
            std::string::npos);
  EXPECT_NE(error(whole_case, {"scheme.0.tip.at=centroid"}).find("scheme.0.tip is a list of 3 entries"),
            std::string::npos);
  EXPECT_EQ(error(small_case, {"exposure.thresholds.0=3 uM"}).find("--set exposure.thresholds.0=3 uM: "), 0u);
  EXPECT_EQ(
      error(small_case, {"run.until.extra=3 d"}).find("--set run.until.extra=3 d: run.until: must be a time"),
      0u);
}

}  // namespace
}  // namespace intratumor
