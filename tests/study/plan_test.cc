// Plans: which cases a design makes, and how they change the base case.
#include "study/plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "injection/case.h"
#include "study/plan_warnings.h"
#include "study/sampling.h"
#include "study_case.h"

namespace intratumor {
namespace {

TEST(Plan, CrossesGroupsAndZipsWithinThem) {
  const ScratchFolder scratch;
  const Study study = study_of(scratch,
                               "vary:\n"
                               "  drug: [ipilimumab, cisplatin]\n"
                               "  scheme.concentration: [5 mg/mL, 1 mg/mL]\n"
                               "  scheme.volume: {range: {from: 1 mL, to: 3 mL, count: 3}}\n"
                               "design: {grid: [[drug, scheme.concentration], scheme.volume]}\n");
  const Plan plan = make_plan(study);
  ASSERT_EQ(plan.cases.size(), 6u);
  EXPECT_EQ(plan.combinations, 6u);
  EXPECT_EQ(plan.draws, 1u);
  EXPECT_EQ(plan.inputs[0].name, "drug");
  EXPECT_EQ(plan.inputs[1].name, "scheme_concentration_kg_per_m3");
  EXPECT_EQ(plan.inputs[2].name, "scheme_volume_m3");
  EXPECT_EQ(plan.cases[4].inputs[0], "cisplatin");
  EXPECT_DOUBLE_EQ(plan.cases[4].inputs[1].get<double>(), 1);
  EXPECT_DOUBLE_EQ(plan.cases[4].inputs[2].get<double>(), 2e-6);
  EXPECT_EQ(plan.combination_labels[5],
            "drug = cisplatin, scheme.concentration = 1 mg/mL, scheme.volume = 3 mL");
  check_plan(study, plan);
  const Case c = read_case(study.base, plan.cases[4].set);
  EXPECT_EQ(c.drug.name, "cisplatin");
  EXPECT_DOUBLE_EQ(c.needles[0].volume, 2e-6);
}

TEST(Plan, WholesComeBeforeTheirPartsAndNamesTakeChanges) {
  const ScratchFolder scratch;
  const Study study =
      study_of(scratch,
               "vary:\n"
               "  tissues.tumour.hydraulic_conductivity: [1e-14 m^2/(Pa s)]\n"
               "  drug.degradation: [1e-5 1/s]\n"
               "  drug: [cisplatin]\n"
               "  scheme.*.volume: [0.3 mL]\n"
               "  scheme: [four_deposits]\n"
               "  geometry.segmentation: [" INTRATUMOR_PROJECT_DIR "/meshes/lobulated_tumour.nii.gz]\n");
  const Plan plan = make_plan(study);
  ASSERT_EQ(plan.cases.size(), 1u);
  const Case c = read_case(study.base, plan.cases[0].set);
  EXPECT_EQ(c.drug.name, "cisplatin");
  EXPECT_EQ(c.drug.degradation.value, 1e-5);
  ASSERT_EQ(c.needles.size(), 4u);
  EXPECT_DOUBLE_EQ(4 * c.needles[0].volume, 0.3e-6);
  for (std::size_t i = 0; i < c.regions.size(); ++i) {
    if (c.regions[i] != "tumour") continue;
    EXPECT_EQ(c.tissues[i].hydraulic_conductivity.value, 1e-14);
  }
}

TEST(Plan, OneShiftMovesEveryNeedle) {
  const ScratchFolder scratch;
  const Study study = study_of(
      scratch,
      "vary:\n"
      "  scheme:\n"
      "    - four_deposits\n"
      "    - [{needle: 22G_end_hole, tip: [12 mm, -40 mm, 1 cm], volume: 1 mL, concentration: 5 mg/mL, over: "
      "1 "
      "min}, {intravenous: {dose: 1 mg}}, {needle: 22G_end_hole, tip: {at: centroid, offset: [1 mm, 0 mm, 0 "
      "mm]}, volume: 1 mL, concentration: 5 mg/mL, over: 1 min}, {needle: 22G_end_hole, tip: deepest, "
      "volume: 1 "
      "mL, concentration: 5 mg/mL, over: 1 min}]\n"
      "  scheme.*.tip: {shift: {sd: 2 mm}}\n"
      "design: {grid: [scheme], sobol: {over: rest, size: 2, seed: 5}}\n");
  const Plan plan = make_plan(study);
  ASSERT_EQ(plan.cases.size(), 4u);
  ASSERT_EQ(plan.inputs.size(), 4u);
  EXPECT_EQ(plan.inputs[1].name, "scheme_all_tip_shift_x_m");
  for (std::size_t draw = 0; draw < 2; ++draw) {
    std::array<double, 3> shift{};
    for (std::size_t d = 0; d < 3; ++d) {
      shift[d] = plan.cases[draw].inputs[1 + d].get<double>();
      EXPECT_NE(shift[d], 0);
      // The same draws for every scheme.
      EXPECT_EQ(plan.cases[2 + draw].inputs[1 + d], plan.cases[draw].inputs[1 + d]);
    }
    const Case pattern = read_case(study.base, plan.cases[draw].set);
    ASSERT_EQ(pattern.needles.size(), 4u);
    const Case entries = read_case(study.base, plan.cases[2 + draw].set);
    ASSERT_EQ(entries.needles.size(), 3u);
    const std::array<double, 3> point = {12e-3, -40e-3, 10e-3}, offset = {1e-3, 0, 0};
    for (std::size_t d = 0; d < 3; ++d) {
      for (const NeedleInjection& needle : pattern.needles) EXPECT_EQ(needle.tip.offset[d], shift[d]);
      EXPECT_NEAR(entries.needles[0].tip.offset[d], point[d] + shift[d], 1e-15);
      EXPECT_NEAR(entries.needles[1].tip.offset[d], offset[d] + shift[d], 1e-15);
      EXPECT_EQ(entries.needles[2].tip.offset[d], shift[d]);
    }
    EXPECT_EQ(pattern.needles[2].tip.anchor, TipPosition::Anchor::part);
    EXPECT_EQ(entries.needles[2].tip.anchor, TipPosition::Anchor::deepest);
  }
}

TEST(Plan, ShowsValuesInTheUnitsOfTheStudyAndImagesByTheirNames) {
  const ScratchFolder scratch;
  const std::string long_path(80, 'x');
  const Study study =
      study_of(scratch,
               "vary:\n"
               "  geometry.segmentation: [" +
                   long_path + "/a/liver.nii.gz, " + long_path +
                   "/b/liver.nii.gz, c/lung.nii.gz]\n"
                   "  scheme.rate: {range: {from: 0.1 mL/min, to: 10 mL/min, count: 4, spacing: log}}\n"
                   "  scheme.*.tip: {shift: {sd: 2 mm}}\n"
                   "design: {grid: [geometry.segmentation, scheme.rate], sobol: {over: rest, size: 2}}\n");
  const Plan plan = make_plan(study);
  std::vector<std::string> paths;
  for (const InputColumn& column : plan.inputs) paths.push_back(column.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"geometry.segmentation", "scheme.rate", "scheme.*.tip x",
                                             "scheme.*.tip y", "scheme.*.tip z"}));
  EXPECT_EQ(plan.cases[2].shown[0], "a/liver.nii.gz");
  EXPECT_EQ(plan.cases[2].shown[1], "0.4642 mL/min");
  EXPECT_EQ(plan.cases[8].shown[0], "b/liver.nii.gz");
  EXPECT_EQ(plan.cases[16].shown[0], "lung.nii.gz");
  EXPECT_EQ(plan.combination_values[1], "a/liver.nii.gz, 0.4642 mL/min");
  char shift[32];
  std::snprintf(shift, sizeof shift, "%+.2f mm", 1e3 * plan.cases[1].inputs[3].get<double>());
  EXPECT_EQ(plan.cases[1].shown[3], shift);
}

TEST(Plan, ValuesMayHaveNames) {
  const ScratchFolder scratch;
  const Study study = study_of(scratch,
                               "vary:\n"
                               "  scheme: [central_bolus, four_deposits]\n"
                               "  scheme.volume: [1 mL, 2 mL]\n"
                               "names: {scheme: [one place, four places], scheme.volume: [little, much]}\n");
  write_text(scratch / "again.yaml", resolved_study(study));
  const Study read_again = read_study(scratch / "again.yaml");
  for (const Study& one : {study, read_again}) {
    const Plan plan = make_plan(one);
    EXPECT_EQ(plan.combination_values[3], "four places, much");
    EXPECT_EQ(plan.cases[2].shown, (std::vector<std::string>{"four places", "little"}));
    EXPECT_EQ(plan.cases[2].inputs[0], "four places");
    EXPECT_EQ(plan.cases[3].inputs[1], 2e-6);
    EXPECT_EQ(plan.cases[3].set,
              (std::vector<std::string>{"scheme.use=four_deposits", "scheme.volume=2 mL"}));
  }
}

TEST(Plan, CombinationsThatAreOneCaseAndFewDrawsAreWarnedOf) {
  const ScratchFolder scratch;
  const auto warnings = [&](const std::string& design) {
    const Study study = study_of(scratch,
                                 "vary:\n  scheme: [central_bolus, four_deposits, slow_infusion]\n"
                                 "  scheme.concentration: {uniform: {low: 1 mg/mL, high: 2 mg/mL}}\n"
                                 "design: {grid: [scheme], " +
                                     design + "}\n");
    return plan_warnings(study, make_plan(study));
  };
  const auto enough = warnings("sobol: {over: rest, size: 20}");
  ASSERT_EQ(enough.size(), 1u);
  EXPECT_EQ(
      enough[0].find("scheme = slow_infusion is the same case as scheme = central_bolus: what the base"), 0u)
      << enough[0];
  const auto few = warnings("saltelli: {over: rest, size: 19}");
  ASSERT_EQ(few.size(), 2u);
  EXPECT_EQ(few[1].find("a base of 19 draws is small"), 0u) << few[1];
  EXPECT_EQ(warnings("sobol: {over: rest, size: 2}")[1].find("2 draws are few"), 0u);
}

TEST(Plan, OneAtATimeTriesTheEndsOfEachInput) {
  const ScratchFolder scratch;
  const Study study = study_of(scratch,
                               "vary:\n"
                               "  drug: [ipilimumab, cisplatin]\n"
                               "  scheme.volume: {uniform: {low: 1 mL, high: 3 mL}}\n"
                               "  scheme.*.tip: {shift: {sd: 2 mm}}\n"
                               "design: {one_at_a_time: {over: rest, quantiles: [0.1, 0.9]}}\n");
  const Plan plan = make_plan(study);
  // The reference, one other drug, two volumes, three directions at two quantiles each.
  ASSERT_EQ(plan.cases.size(), 1u + 1u + 2u + 6u);
  const auto input = [&](std::size_t k, std::size_t column) {
    return plan.cases[k].inputs[column].get<double>();
  };
  EXPECT_EQ(plan.cases[0].inputs[0], "ipilimumab");
  EXPECT_NEAR(input(0, 1), 2e-6, 1e-15);
  EXPECT_EQ(plan.cases[1].inputs[0], "cisplatin");
  EXPECT_NEAR(input(2, 1), 1.2e-6, 1e-15);
  EXPECT_NEAR(input(3, 1), 2.8e-6, 1e-15);
  EXPECT_NEAR(input(4, 2), -2e-3 * 1.2815515655446004, 1e-12);
  EXPECT_NEAR(input(9, 4), 2e-3 * 1.2815515655446004, 1e-12);
  EXPECT_NEAR(input(9, 2), 0, 1e-18);
}

TEST(Plan, ALongerSobolSequenceBeginsWithTheShorter) {
  const ScratchFolder scratch;
  const auto plan_of = [&](const std::string& size, const std::string& seed) {
    return make_plan(study_of(scratch,
                              "vary:\n  scheme.volume: {uniform: {low: 1 mL, high: 3 mL}}\n"
                              "  drug: [ipilimumab, cisplatin]\n"
                              "design: {sobol: {over: rest, size: " +
                                  size + ", seed: " + seed + "}}\n"));
  };
  const Plan shorter = plan_of("8", "1"), longer = plan_of("16", "1"), other = plan_of("8", "2");
  std::set<std::string> drugs;
  for (std::size_t k = 0; k < 8; ++k) {
    EXPECT_EQ(shorter.cases[k].set, longer.cases[k].set);
    EXPECT_NE(shorter.cases[k].set, other.cases[k].set);
    drugs.insert(longer.cases[k].inputs[1].get<std::string>());
  }
  EXPECT_EQ(drugs.size(), 2u);
}

}  // namespace
}  // namespace intratumor
