#include "study/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "../output/scratch_folder.h"
#include "quantities/error.h"
#include "stored_results.h"
#include "study/pareto.h"
#include "study/ranking.h"
#include "study/records.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;

namespace {

/// Cells of the row whose label starts so; empty when there is none.
std::vector<std::string> cells_of(const Comparison& comparison, const std::string& label) {
  for (const ComparedSection& section : comparison.sections)
    for (const ComparedRow& row : section.rows)
      if (row.label.rfind(label, 0) == 0) return row.cells;
  return {};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

std::string all_of(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  return all;
}

std::vector<std::string> lines_of_text(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

using Cells = std::vector<std::string>;

}  // namespace

class TwoResults : public ::testing::Test {
 protected:
  void SetUp() override {
    write_result(scratch / "one.out", made_summary());
    write_result(scratch / "two", made_summary(2));
  }
  std::vector<StoredResult> read() const { return read_results({scratch / "one.out", scratch / "two/"}); }
  ScratchFolder scratch;
};

TEST_F(TwoResults, StandBesideEachOtherInClinicalUnits) {
  const Comparison table = compare_results(read());
  EXPECT_EQ(table.names, (Cells{"one", "two"}));
  EXPECT_EQ(cells_of(table, "given (mg)"), (Cells{"5.00", "5.00"}));
  EXPECT_EQ(cells_of(table, "by needle (mg)"), (Cells{"2.50", "2.50"}));
  EXPECT_EQ(cells_of(table, "AUC, per volume of tissue (mg h/L)"), (Cells{"1000", "2000"}));
  EXPECT_EQ(cells_of(table, "D95"), (Cells{"100", "200"}));
  EXPECT_EQ(cells_of(table, "half gone after (h)"), (Cells{"2.50", "5.00"}));
  EXPECT_EQ(cells_of(table, "above 0.1 c_inj for 1 d"), (Cells{"25.0", "50.0"}));
  EXPECT_EQ(cells_of(table, "AUC 0-24 h (mg h/L)"), (Cells{"5.00", "5.00"}));
  EXPECT_EQ(cells_of(table, "AUC to the end, 7 d (mg h/L)"), (Cells{"10.0", "5.00"}));
  EXPECT_EQ(cells_of(table, "Tmax (h)"), (Cells{"2.00", "2.00"}));
  EXPECT_EQ(cells_of(table, "bound, taken up, in depots"), (Cells{"9.4", "9.4"}));
  EXPECT_EQ(cells_of(table, "accuracy"), (Cells{"coarse", "coarse"}));
  // no value anywhere, nothing there, or the same as another row
  for (const char* absent : {"D50", "AUC to infinity", "leaked", "AUC 0-7 d", "times that"})
    EXPECT_TRUE(cells_of(table, absent).empty()) << absent;
  EXPECT_EQ(all_of(table.warnings), "");
}

TEST_F(TwoResults, AValueThatOneLacksIsADash) {
  Json summary = made_summary();
  summary["tumour"]["retention_half_life_s"] = nullptr;
  summary["tumour"]["coverage"] = nullptr;
  summary.erase("ledger");
  std::filesystem::remove(scratch / "two/case.resolved.yaml");
  write_result(scratch / "two", summary, "");
  const Comparison table = compare_results(read());
  EXPECT_EQ(cells_of(table, "half gone after"), (Cells{"2.50", "-"}));
  EXPECT_EQ(cells_of(table, "above 0.1 c_inj"), (Cells{"25.0", "-"}));
  EXPECT_EQ(cells_of(table, "in blood plasma"), (Cells{"50.0", "-"}));
  EXPECT_EQ(cells_of(table, "accuracy"), (Cells{"coarse", "-"}));
  EXPECT_EQ(all_of(table.warnings), "") << "what is not known does not differ";
}

TEST_F(TwoResults, InputsThatDifferAreWarnedOf) {
  Json summary = made_summary();
  summary["dose_mol"] = 1e-5 / 148;
  summary["inputs"]["segmentation"]["sha256"] = "def";
  summary["drug"]["name"] = "other";
  std::string other = replaced(made_case, "604800 s", "86400 s");
  other = replaced(other, "value: 0.3", "value: 0.4");
  other = replaced(other, "name: \"antibody\"", "name: \"other\"");
  write_result(scratch / "two", summary, replaced(other, "coarse", "fine"));
  const std::string warnings = all_of(compare_results(read()).warnings);
  for (const char* part : {"dose: 5.00 mg (one); 10.0 mg (two)", "horizon: 7 d (one); 1 d (two)",
                           "drug: antibody (one); other (two)", "accuracy: coarse (one); fine (two)",
                           "differ in segmentation\n", "differ in tissues\n"})
    EXPECT_NE(warnings.find(part), std::string::npos) << part << " in\n" << warnings;
  EXPECT_EQ(warnings.find("patient"), std::string::npos);
}

TEST_F(TwoResults, SourcesAndPathsMayDiffer) {
  const std::string other = replaced(replaced(made_case, "one book", "another"), "/some/where", "/else");
  write_result(scratch / "two", made_summary(), other);
  EXPECT_EQ(all_of(compare_results(read()).warnings), "");
}

TEST_F(TwoResults, ThresholdsMeetByTextOrLevel) {
  Json summary = made_summary();
  Json& coverage = summary["tumour"]["coverage"];
  coverage[0]["text"] = "500 ug/mL";  // what 0.1 c_inj is in the other
  write_result(scratch / "two", summary);
  EXPECT_EQ(cells_of(compare_results(read()), "above 0.1 c_inj"), (Cells{"25.0", "25.0"}));

  coverage[0]["text"] = "0.1 c_inj";
  coverage[0]["threshold_mol_per_m3"] = 1. / 148;
  write_result(scratch / "two", summary);
  const Comparison table = compare_results(read());
  EXPECT_EQ(cells_of(table, "above 0.1 c_inj"), (Cells{"25.0", "25.0"}));
  EXPECT_NE(all_of(table.warnings).find("500 ug/mL (one); 1000 ug/mL (two)"), std::string::npos)
      << all_of(table.warnings);

  coverage[0]["at_least_s"] = 3600.;
  write_result(scratch / "two", summary);
  EXPECT_EQ(cells_of(compare_results(read()), "above 0.1 c_inj for 1 h"), (Cells{"-", "25.0"}));
}

TEST_F(TwoResults, WithoutAMolarMassAmountsStayAmounts) {
  Json summary = made_summary();
  summary["drug"]["molar_mass_kg_per_mol"] = nullptr;
  write_result(scratch / "two", summary);
  EXPECT_EQ(cells_of(compare_results(read()), "given (umol)"), (Cells{"0.0338", "0.0338"}));
}

TEST_F(TwoResults, TableIsAlignedAndKeepsItsWidth) {
  std::vector<StoredResult> results = read();
  for (int i = 0; i < 4; ++i) {
    results.push_back(results[0]);
    results.back().name = "a_rather_long_name_" + std::to_string(i);
  }
  const Comparison table = compare_results(results);
  const std::vector<std::string> lines = lines_of_text(comparison_text(table, 110));
  int headings = 0;
  std::size_t length = 0;
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 110u) << line;
    if (line.rfind("    ", 0) == 0) {  // names of the columns
      ++headings;
      length = line.size();
    } else if (line.rfind("  ", 0) == 0) {
      EXPECT_EQ(line.size(), length) << line;
    }
  }
  EXPECT_EQ(headings, 2);
}

TEST_F(TwoResults, MarkdownHasAsManyCellsInEveryRow) {
  const Comparison table = compare_results(read());
  for (const std::string& line : lines_of_text(comparison_markdown(table)))
    if (line.rfind("|", 0) == 0) {
      EXPECT_EQ(std::count(line.begin(), line.end(), '|'), 4) << line;
    }
}

TEST_F(TwoResults, RecordsAreFlatInSiWithUnitsInTheirNames) {
  const Json records = comparison_records(read());
  ASSERT_EQ(records.size(), 2u);
  const Json& record = records[1];
  EXPECT_EQ(record["name"], "two");
  EXPECT_DOUBLE_EQ(record["tumour_auc_free_mol_s_per_m3"].get<double>(), 2 * 3600. / 148);
  EXPECT_DOUBLE_EQ(record["plasma_cmax_mol_per_m3"].get<double>(), 0.5e-3 / 148);
  EXPECT_DOUBLE_EQ(record["until_s"].get<double>(), 604800);
  EXPECT_DOUBLE_EQ(record["coverage_0_fraction"].get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(record["coverage_0_conformity_ratio"].get<double>(), 0.25);
  EXPECT_TRUE(record["plasma_auc_inf_mol_s_per_m3"].is_null());

  const std::vector<std::string> lines = lines_of_text(records_csv(records));
  ASSERT_EQ(lines.size(), 3u);
  const auto commas = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  EXPECT_EQ(commas(lines[0]) + 1, static_cast<long>(record.size()));
  EXPECT_EQ(commas(lines[1]), commas(lines[0]) + 1);  // the comma of the title, in quotes
  EXPECT_NE(lines[1].find("\"Made up, \"\"quoted\"\"\""), std::string::npos) << lines[1];
}

TEST_F(TwoResults, RankBestFirst) {
  const auto first_by = [&](const std::string& metric) {
    std::vector<StoredResult> results = read();
    rank_results(results, metric);
    return results.front().name;
  };
  EXPECT_EQ(first_by("tumour.auc_free"), "two");
  EXPECT_EQ(first_by("therapeutic_index"), "two");
  EXPECT_EQ(first_by("tumour.coverage.0"), "two");
  EXPECT_EQ(first_by("tumour.coverage.0.conformity_ratio"), "two");
  EXPECT_EQ(first_by("tumour.coverage.0.distribution_volume_m3:less"), "one");
  EXPECT_EQ(first_by("plasma.auc"), "two");   // less is better
  EXPECT_EQ(first_by("plasma.cmax"), "one");  // equal: as they came

  Json summary = made_summary(2);
  summary["tumour"]["d95"] = nullptr;
  write_result(scratch / "one.out", summary);
  std::vector<StoredResult> results = read();
  const Ranking ranking = rank_results(results, "tumour.d95");
  EXPECT_EQ(results.back().name, "one");
  EXPECT_EQ(ranking.without_value, Cells{"one"});
}

TEST_F(TwoResults, MetricsThatCannotRank) {
  std::vector<StoredResult> results = read();
  const auto message = [&](const std::string& metric) {
    try {
      rank_results(results, metric);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message("tumour.auc_fre").find("did you mean tumour.auc_free?"), std::string::npos);
  EXPECT_NE(message("d95").find("did you mean tumour.d95?"), std::string::npos) << message("d95");
  EXPECT_NE(message("nothing_like_it").find("there is no metric"), std::string::npos);
  EXPECT_NE(message("mesh.cells").find("say mesh.cells:more or mesh.cells:less"), std::string::npos);
  EXPECT_NE(message("mesh.cells:fewer").find("more or less"), std::string::npos);
  EXPECT_NE(message("tumour.coverage.1").find("there is no metric"), std::string::npos);
  EXPECT_NE(message("tumour.coverage.0.conformity").find("did you mean tumour.coverage.0.conformity_ratio?"),
            std::string::npos);
  EXPECT_NE(message("tumour.coverage.0.distribution_volume_m3").find(":more or "), std::string::npos);
  EXPECT_NE(message("targeting_advantage").find("none of the results"), std::string::npos);
}

TEST_F(TwoResults, AnyMetricRanksOnceItIsSaidWhatIsBetter) {
  const auto first_by = [&](const std::string& metric) {
    std::vector<StoredResult> results = read();
    rank_results(results, metric);
    return results.front().name;
  };
  EXPECT_NE(first_by("tumour.volume_m3:more, tumour.d95:less"),
            first_by("tumour.volume_m3:more, tumour.d95"));
  EXPECT_NE(first_by("tumour.auc_free:less"), first_by("tumour.auc_free"));
  EXPECT_EQ(first_by("tumour.auc_free:more"), first_by("tumour.auc_free"));
}

TEST_F(TwoResults, WhatTheNumericalErrorDoesNotTellApartIsATie) {
  write_result(scratch / "two", made_summary(1.02));  // 2% apart, coarse is within 5%
  std::vector<StoredResult> results = read();
  Ranking ranking = rank_results(results, "tumour.auc_free");
  EXPECT_EQ(results.front().name, "two");
  EXPECT_EQ(ranking.places, (Cells{"1=", "1="}));
  EXPECT_TRUE(ranking.ties);

  for (const char* name : {"one.out", "two"})
    write_result(scratch / name, made_summary(name[0] == 'o' ? 1 : 1.02),
                 replaced(made_case, "accuracy: coarse", "accuracy: fine"));
  results = read();
  ranking = rank_results(results, "tumour.auc_free");  // fine is within 1%
  EXPECT_EQ(ranking.places, (Cells{"1", "2"}));
  EXPECT_FALSE(ranking.ties);
}

TEST_F(TwoResults, RankBySeveralMetricsWithWeights) {
  // "two" has twice the AUC, and twice the plasma Cmax.
  Json summary = made_summary(2);
  summary["plasma"]["cmax"] = 1e-3 / 148;
  write_result(scratch / "two", summary);
  std::vector<StoredResult> results = read();
  Ranking ranking = rank_results(results, "tumour.auc_free=3, plasma.cmax");
  EXPECT_EQ(results.front().name, "two");
  EXPECT_NEAR(ranking.scores[0], (3 * 1 + 1 * 0.5) / 4, 1e-12);
  EXPECT_NEAR(ranking.scores[1], (3 * 0.5 + 1 * 1) / 4, 1e-12);
  EXPECT_EQ(rank_results(results, "tumour.auc_free, plasma.cmax=3").places, (Cells{"1", "2"}));
  EXPECT_EQ(results.front().name, "one");
  for (const char* wrong :
       {"tumour.auc_free=0", "tumour.auc_free=x", "tumour.auc_free=-1", "tumour.auc_free="})
    EXPECT_THROW(rank_results(results, wrong), InputError) << wrong;
}

TEST(ParetoFront, OnlyTheFrontKeepsOthersOffIt) {
  // Each beats the next by Cmax and covers as much within the error of 6; the last covers more than the
  // first.
  const ObjectiveValues coverage{true, {17.4, 19.8, 24.9}, {6, 6, 6}};
  const ObjectiveValues cmax{false, {1, 2, 3}, {0.1, 0.1, 0.1}};
  EXPECT_EQ(pareto_front({coverage, cmax}), (std::vector<bool>{true, false, true}));
  // A ring: each is better than the next in one of three, and as good in the others.
  const ObjectiveValues a{true, {2, 0, 1}, {1, 1, 1}}, b{true, {1, 2, 0}, {1, 1, 1}},
      c{true, {0, 1, 2}, {1, 1, 1}};
  EXPECT_EQ(pareto_front({a, b, c}), (std::vector<bool>{true, true, true}));
}

TEST_F(TwoResults, TheParetoFrontHoldsWhatNoOtherBeats) {
  const auto front_of = [&](const Json& one, const Json& two) {
    write_result(scratch / "one.out", one);
    write_result(scratch / "two", two);
    const std::vector<StoredResult> results = read();
    return pareto_front(results, read_objectives("tumour.auc_free, plasma.cmax", results));
  };
  Json two = made_summary(2);
  EXPECT_EQ(front_of(made_summary(), two), (std::vector<bool>{false, true}));  // Cmax is the same
  two["plasma"]["cmax"] = 1e-3 / 148;
  EXPECT_EQ(front_of(made_summary(), two), (std::vector<bool>{true, true}));
  // A difference within the error neither puts a scheme on the front nor keeps it there.
  two["plasma"]["cmax"] = 0.505e-3 / 148;
  EXPECT_EQ(front_of(made_summary(), two), (std::vector<bool>{false, true}));
  two["plasma"]["cmax"] = nullptr;
  EXPECT_EQ(front_of(made_summary(), two), (std::vector<bool>{true, false}));
  const std::vector<StoredResult> results = read();
  for (const char* wrong :
       {"tumour.auc_free", "tumour.auc_free, tumour.auc_free", "tumour.auc_free, nothing"})
    EXPECT_THROW(read_objectives(wrong, results), InputError) << wrong;

  Standing standing;
  standing.objectives = read_objectives("tumour.auc_free, plasma.cmax", results);
  standing.front = {true, false};
  EXPECT_EQ(cells_of(compare_results(results, standing), "on the Pareto front"), (Cells{"yes", "no"}));
  EXPECT_EQ(comparison_records(results, standing)[1]["on_pareto_front"], 0);
}

TEST(Comparison, ARunBesideItsOwnComparator) {
  const ScratchFolder scratch;
  Json summary = made_summary();
  write_result(scratch / "alone", summary);
  EXPECT_FALSE(intravenous_comparator(read_results({scratch / "alone"})[0]));
  summary["comparator"]["plasma"]["auc"] = 72. / 148;       // 20 mg h/L
  summary["comparator"]["tumour"]["auc_free"] = 36. / 148;  // 10 mg h/L
  write_result(scratch / "both", summary);
  std::vector<StoredResult> results = read_results({scratch / "both"});
  const auto comparator = intravenous_comparator(results[0]);
  ASSERT_TRUE(comparator);
  results.push_back(*comparator);
  const Comparison table = compare_results(results);
  EXPECT_EQ(table.names, (Cells{"both", "by vein"}));
  EXPECT_EQ(cells_of(table, "by needle (mg)"), (Cells{"2.50", "0"}));
  EXPECT_EQ(cells_of(table, "AUC, per volume of tissue"), (Cells{"1000", "10.0"}));
  EXPECT_EQ(cells_of(table, "AUC to the end"), (Cells{"10.0", "20.0"}));
  EXPECT_EQ(cells_of(table, "tumour AUC / plasma AUC"), (Cells{"100", "0.500"}));
  EXPECT_EQ(cells_of(table, "in the tumour (%)"), (Cells{"25.0", "-"}));
  EXPECT_EQ(all_of(table.warnings), "");
}

TEST(Comparison, NamesAreToldApart) {
  const ScratchFolder scratch;
  write_result(scratch / "a/case.out", made_summary());
  write_result(scratch / "b/case.out", made_summary());
  const auto results = read_results({scratch / "a/case.out", scratch / "b/case.out/"});
  EXPECT_NE(results[0].name, results[1].name);
  EXPECT_EQ(results[1].name, scratch / "b/case.out");
}
