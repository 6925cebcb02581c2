// What the spread of results says, against figures worked out by hand.
#include "study/analysis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stored_results.h"
#include "study_case.h"

namespace intratumor {
namespace {

const double nan = std::numeric_limits<double>::quiet_NaN();

/// A study whose cases are made up: what `value` says of the case's inputs is its tumour.d95.
struct MadeUpStudy {
  ScratchFolder scratch;
  Study study;
  Plan plan;
  StudyFolder folder;
  StudyResults results;

  MadeUpStudy(const std::string& text, const std::function<double(const PlannedCase&)>& value)
      : study(study_of(scratch, text)), plan(make_plan(study)), folder(scratch / "out") {
    folder.make();
    for (std::size_t k = 0; k < plan.cases.size(); ++k) {
      const double d95 = value(plan.cases[k]);
      if (std::isnan(d95)) {
        folder.record_failure(k, {"made to fail, \"so\"", 1});
        continue;
      }
      nlohmann::ordered_json summary = made_summary();
      summary["tumour"]["d95"] = d95;
      std::filesystem::create_directory(folder.case_path(k));
      write_summary(folder.case_path(k) + "/summary.json", summary);
      // Falls on a straight line from the whole volume at 0 to none at twice d95.
      write_csv(folder.case_path(k) + "/exposure_volume.csv",
                {{"auc_mol_s_per_m3", "volume_fraction"}, {{0, 1}, {d95, 0.5}, {2 * d95, 0}}});
    }
    results = read_study_results(folder, plan);
  }
};

TEST(Analysis, QuantilesAndBands) {
  EXPECT_EQ(sample_quantile({3, 1, 2}, 0.5), 2);
  EXPECT_EQ(sample_quantile({0, nan, 10}, 0.25), 2.5);
  EXPECT_TRUE(std::isnan(sample_quantile({nan}, 0.5)));
  std::vector<double> values;
  for (int i = 0; i <= 100; ++i) values.push_back(i);
  const Band band = band_of(values);
  EXPECT_EQ(band.count, 101u);
  EXPECT_DOUBLE_EQ(band.mean, 50);
  EXPECT_DOUBLE_EQ(band.quantiles[0], 5);
  EXPECT_DOUBLE_EQ(band.quantiles[4], 95);
}

TEST(Analysis, PairsCountOverTheSameDraws) {
  const PairedComparison more = compare_pairs({1, 5, 3, nan, 2}, {0, 6, 1, 7, 2}, true);
  EXPECT_EQ(more.pairs, 4u);
  EXPECT_DOUBLE_EQ(more.better, 2.5 / 4);
  EXPECT_DOUBLE_EQ(more.difference, 0.5);
  EXPECT_DOUBLE_EQ(compare_pairs({1, 5, 3}, {0, 6, 1}, false).better, 1. / 3);
}

TEST(Analysis, BandsPairsAndHistogramsOfSchemes) {
  MadeUpStudy made(
      "vary:\n"
      "  scheme: [central_bolus, four_deposits]\n"
      "  scheme.volume: {uniform: {low: 1 mL, high: 3 mL}}\n"
      "design: {grid: [scheme], latin_hypercube: {over: rest, size: 40, seed: 2}}\n"
      "metrics: {maximise: [tumour.d95]}\n",
      [](const PlannedCase& c) {
        const double volume = 1e6 * c.inputs[1].get<double>();
        return c.inputs[0] == "four_deposits" ? volume : 4 - volume;
      });
  const auto json = analyse(made.study, made.plan, made.results, made.folder);
  const auto& metric = json["metrics"]["tumour.d95"];
  // A uniform volume: p5 at 1.1, p95 at 2.9, within a stratum's width of 0.05.
  EXPECT_NEAR(metric["combinations"][1]["band"]["p5"].get<double>(), 1.1, 0.06);
  EXPECT_NEAR(metric["combinations"][1]["band"]["p95"].get<double>(), 2.9, 0.06);
  // Four deposits are better where the volume is above 2 mL: half of the strata.
  EXPECT_NEAR(metric["pairs"][0]["a_better"].get<double>(), 0.5, 1e-12);
  EXPECT_EQ(json["bands"]["tumour.d95"]["combinations"][1]["band"], metric["combinations"][1]["band"]);
  const auto& bands = json["exposure_volume"];
  EXPECT_NEAR(bands["volume_fraction"][49].get<double>(), 0.5, 1e-12);
  EXPECT_NEAR(bands["combinations"][1]["p50"][49].get<double>(), 2, 0.06);
  EXPECT_NEAR(bands["combinations"][1]["p50"][89].get<double>(), 0.4, 0.02);
  EXPECT_TRUE(json["warnings"].empty());
}

TEST(Analysis, FailedCasesAreToldAndLeftOutAndFewDrawsWarnedOf) {
  MadeUpStudy made(
      "vary:\n  scheme.volume: {uniform: {low: 1 mL, high: 3 mL}}\n"
      "design: {sobol: {over: rest, size: 8}}\nmetrics: {maximise: [tumour.d95]}\n",
      [](const PlannedCase& c) { return c.draw == 3 ? nan : 1e6 * c.inputs[0].get<double>(); });
  const auto json = analyse(made.study, made.plan, made.results, made.folder);
  EXPECT_EQ(json["metrics"]["tumour.d95"]["combinations"][0]["band"]["count"], 7);
  ASSERT_EQ(json["warnings"].size(), 2u);
  EXPECT_NE(json["warnings"][0].get<std::string>().find("8 draws are few"), std::string::npos);
  EXPECT_NE(json["warnings"][1].get<std::string>().find("1 of 8 cases have no result"), std::string::npos);
  const std::string csv = results_csv(made.plan, made.results);
  EXPECT_EQ(csv.find("case,status,reason,scheme_volume_m3,dose_mol,"), 0u) << csv.substr(0, 200);
  EXPECT_NE(csv.find("\n3,failed,\"made to fail, \"\"so\"\"\","), std::string::npos);
  EXPECT_NE(csv.find(",tumour_d95_mol_s_per_m3,"), std::string::npos);
}

TEST(Analysis, TornadoPutsTheWidestFirst) {
  MadeUpStudy made(
      "vary:\n"
      "  drug: [ipilimumab, cisplatin]\n"
      "  scheme.volume: {uniform: {low: 1 mL, high: 3 mL}}\n"
      "  scheme.*.tip: {shift: {sd: 2 mm}}\n"
      "design: {one_at_a_time: rest}\nmetrics: {maximise: [tumour.d95]}\n",
      [](const PlannedCase& c) {
        return 10 + (c.inputs[0] == "cisplatin" ? 0.5 : 0) + 1e6 * c.inputs[1].get<double>() +
               1e3 * c.inputs[3].get<double>();
      });
  const auto json = analyse(made.study, made.plan, made.results, made.folder);
  const auto& of = json["metrics"]["tumour.d95"]["combinations"][0];
  EXPECT_NEAR(of["reference"].get<double>(), 12, 1e-9);
  EXPECT_EQ(of["tornado"][0]["input"], "scheme_all_tip_shift_y_m");
  EXPECT_NEAR(of["tornado"][0]["span"].get<double>(), 4 * 1.6448536269514722, 1e-6);
  EXPECT_EQ(of["tornado"][1]["input"], "scheme_volume_m3");
  EXPECT_NEAR(of["tornado"][1]["span"].get<double>(), 1.8, 1e-9);
  EXPECT_EQ(of["tornado"][2]["input"], "drug");
  EXPECT_NEAR(of["tornado"][3]["span"].get<double>(), 0, 1e-12);
}

// y = a + 2 b with a, b uniform and equally wide: first order and total 1/5 and 4/5.
TEST(Analysis, SobolIndicesOfASumAlsoWhereCasesFailed) {
  MadeUpStudy made(
      "vary:\n"
      "  scheme.volume: {uniform: {low: 1 mL, high: 2 mL}}\n"
      "  scheme.concentration: {uniform: {low: 1 mg/mL, high: 2 mg/mL}}\n"
      "design: {saltelli: {over: rest, size: 512, seed: 1}}\nmetrics: {maximise: [tumour.d95]}\n",
      [](const PlannedCase& c) {
        if (c.draw % 101 == 0) return nan;
        return 1e6 * c.inputs[0].get<double>() + 2 * c.inputs[1].get<double>();
      });
  ASSERT_EQ(made.plan.cases.size(), 4u * 512u);
  const auto json = analyse(made.study, made.plan, made.results, made.folder);
  const auto& indices = json["metrics"]["tumour.d95"]["combinations"][0]["sobol_indices"];
  EXPECT_LT(indices["base_draws"].get<int>(), 512);
  EXPECT_GT(indices["base_draws"].get<int>(), 480);
  EXPECT_EQ(indices["inputs"][0]["input"], "scheme_volume_m3");
  EXPECT_NEAR(indices["inputs"][0]["first"].get<double>(), 0.2, 0.03);
  EXPECT_NEAR(indices["inputs"][1]["first"].get<double>(), 0.8, 0.03);
  EXPECT_NEAR(indices["inputs"][0]["total"].get<double>(), 0.2, 0.03);
  EXPECT_NEAR(indices["inputs"][1]["total"].get<double>(), 0.8, 0.03);
  EXPECT_LT(indices["inputs"][1]["first_95"][0].get<double>(), 0.8);
  EXPECT_GT(indices["inputs"][1]["first_95"][1].get<double>(), 0.8);
}

}  // namespace
}  // namespace intratumor
