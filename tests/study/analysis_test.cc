// What the spread of results says, against figures worked out by hand.
#include "study/analysis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stored_results.h"
#include "study/combination_ranking.h"
#include "study/medians.h"
#include "study/metric_display.h"
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
  const PairedComparison more = compare_pairs({1, 5, 3, nan, 2}, {0, 6, 1, 7, 2}, true, 1.);
  EXPECT_EQ(more.pairs, 4u);
  EXPECT_DOUBLE_EQ(more.better, 2.5 / 4);
  EXPECT_DOUBLE_EQ(more.difference, 0.5);
  EXPECT_DOUBLE_EQ(more.told_apart, 1. / 4);
  EXPECT_DOUBLE_EQ(compare_pairs({1, 5, 3}, {0, 6, 1}, false, 0.).better, 1. / 3);
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
  // Medians of 2 mL each within a stratum: a tie, and each is the best in half of the draws.
  const auto& places = json["ranking"]["combinations"];
  for (const int i : {0, 1}) {
    EXPECT_EQ(places[i]["place"], "1=");
    EXPECT_NEAR(places[i]["best_share"].get<double>(), 0.5, 1e-12);
    EXPECT_NEAR(places[i]["median"].get<double>(), 2, 0.06);
  }
  EXPECT_EQ(json["combination_molar_mass_kg_per_mol"], (std::vector<double>{148, 148}));
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
  EXPECT_EQ(of["tornado"][0]["path"], "scheme.*.tip y");
  EXPECT_EQ(of["tornado"][0]["tried_text"], (std::vector<std::string>{"-3.29 mm", "+3.29 mm"}));
  EXPECT_EQ(of["tornado"][1]["tried_text"], (std::vector<std::string>{"1.1 mL", "2.9 mL"}));
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

// Central: a + 2 b; four deposits: a + 2 b + 3 a. What decides the difference is a alone.
TEST(Analysis, WhatDecidesTheDifferenceOfTwoSchemes) {
  const auto indices_of_size = [](int size) {
    MadeUpStudy made(
        "vary:\n"
        "  scheme: [central_bolus, four_deposits]\n"
        "  scheme.volume: {uniform: {low: 1 mL, high: 2 mL}}\n"
        "  scheme.concentration: {uniform: {low: 1 mg/mL, high: 2 mg/mL}}\n"
        "design: {grid: [scheme], saltelli: {over: rest, size: " +
            std::to_string(size) + ", seed: 1}}\nmetrics: {maximise: [tumour.d95]}\n",
        [](const PlannedCase& c) {
          const double a = 1e6 * c.inputs[1].get<double>(), b = c.inputs[2].get<double>();
          return a + 2 * b + (c.inputs[0] == "four_deposits" ? 3 * a : 0);
        });
    const auto json = analyse(made.study, made.plan, made.results, made.folder);
    const auto& pair = json["metrics"]["tumour.d95"]["pairs"][0];
    EXPECT_EQ(pair["draws"], 2 * size);
    EXPECT_EQ(pair["a_better"], 0.);
    EXPECT_EQ(json["ranking"]["combinations"][0]["combination"], 1);
    return pair["sobol_indices_of_difference"]["inputs"];
  };
  const auto many = indices_of_size(128);
  EXPECT_EQ(many[0]["path"], "scheme.volume");
  EXPECT_NEAR(many[0]["total"].get<double>(), 1, 0.1);
  EXPECT_NEAR(many[1]["total"].get<double>(), 0, 1e-9);
  EXPECT_TRUE(many[0]["total_95"][0].is_number());
  EXPECT_TRUE(indices_of_size(19)[0]["total_95"][0].is_null());
  EXPECT_FALSE(indices_of_size(20)[0]["total_95"][0].is_null());
}

TEST(Analysis, CombinationsAreRankedWithinTheirGroup) {
  const std::vector<CombinationValues> values = {{{1, 2, 6}, 0.1, "a"},
                                                 {{9, 9, 9}, 0.1, "b"},
                                                 {{2, 3, 5}, 0.1, "a"},
                                                 {{2, 3.05, 4}, 0.1, "a"},
                                                 {{nan, nan, nan}, 0, "a"}};
  const auto ranked = rank_combinations(values, true);
  std::vector<std::size_t> order;
  std::vector<std::string> places;
  for (const CombinationPlace& place : ranked) {
    order.push_back(place.combination);
    places.push_back(place.place);
  }
  EXPECT_EQ(order, (std::vector<std::size_t>{3, 2, 0, 4, 1}));
  EXPECT_EQ(places, (std::vector<std::string>{"1=", "1=", "3", "-", "1"}));
  EXPECT_EQ(ranked[4].best_share, 1);
  // Draws in which one of a group has no value tell nothing of which is the best.
  EXPECT_TRUE(std::isnan(ranked[0].best_share));
  const auto three = rank_combinations({values[0], values[2], values[3]}, true);
  EXPECT_NEAR(three[0].best_share, 1. / 3, 1e-12);  // shares the first draw and, within the error, the second
  EXPECT_NEAR(three[2].best_share, 1. / 3, 1e-12);
  EXPECT_EQ(rank_combinations({values[0], values[2]}, false)[0].combination, 0u);
}

TEST(Analysis, MetricsHaveUnitsOfTheClinic) {
  const auto shown = [](const std::string& metric, double si, std::optional<double> mass) {
    const MetricDisplay display = metric_display(metric, mass);
    char text[64];
    std::snprintf(text, sizeof text, "%.6g ", si * display.per_si);
    return text + display.unit;
  };
  EXPECT_EQ(shown("tumour.auc_free", 3600. / 148, 148), "1000 mg h/L");
  EXPECT_EQ(shown("tumour.auc_free", 3.6, std::nullopt), "1 umol h/L");
  EXPECT_EQ(shown("plasma.cmax", 1. / 148, 148), "1000 ug/mL");
  EXPECT_EQ(shown("tumour.coverage.0", 0.25, 148), "25 %");
  EXPECT_EQ(shown("tumour.coverage.0.distribution_volume_m3", 3e-6, 148), "3 mL");
  EXPECT_EQ(shown("tumour.retention_half_life_s", 7200, 148), "2 h");
  EXPECT_EQ(shown("time.wall_s", 7200, 148), "7200 s");
  EXPECT_EQ(shown("pressure.max_pa", 1333.22387415, 148), "10 mmHg");
  EXPECT_EQ(shown("therapeutic_index", 3, 148), "3 ");
  EXPECT_EQ(metric_display("needle_passes", 148).title("needle_passes"), "needle_passes");
}

TEST(Analysis, MediansOfSummaries) {
  using Json = nlohmann::ordered_json;
  const Json medians = medians_of(
      {Json::parse(R"({"a": 1, "b": {"c": null, "d": "x"}, "e": [{"f": 2, "g": "t"}], "h": "one"})"),
       Json::parse(R"({"a": 5, "b": {"c": 7, "d": "x"}, "e": [{"f": 3, "g": "t"}], "h": "two"})"),
       Json::parse(R"({"a": 2, "b": {"c": 9, "d": "x"}, "e": [{"f": 9, "g": "t"}], "h": "one"})")});
  EXPECT_EQ(medians,
            Json::parse(R"({"a": 2.0, "b": {"c": 8.0, "d": "x"}, "e": [{"f": 3.0, "g": "t"}], "h": null})"));
}

}  // namespace
}  // namespace intratumor
