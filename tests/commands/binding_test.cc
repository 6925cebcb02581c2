// A drug that binds, from case to result folder.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "program.h"
#include "results.h"
#include "small_case.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;

namespace {

const char* const bound_drug =
    "drug={like: ipilimumab, binding: {target_concentration: {tumour: 200 nM, dense: 30 nM}, "
    "internalisation: 2e-5 1/s, "
    "uptake: 1e-5 1/s, matrix: {concentration: {tumour: 20 uM, dense: 5 uM}, dissociation_constant: 500 nM, "
    "association: 1e4 1/(M s), turnover: 1e-6 1/s}}}";

/// series.csv: its columns by name.
struct Series {
  std::vector<std::map<std::string, double>> rows;
  explicit Series(const std::string& file) {
    const std::vector<std::string> lines = lines_of(contents_of(file));
    const std::vector<std::string> names = cells(lines.at(0));
    for (std::size_t k = 1; k < lines.size(); ++k) {
      const std::vector<std::string> values = cells(lines[k]);
      rows.emplace_back();
      for (std::size_t i = 0; i < names.size(); ++i)
        if (!values.at(i).empty()) rows.back()[names[i]] = std::stod(values[i]);
    }
  }
  static std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> result;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) result.push_back(cell);
    return result;
  }
  double at(std::size_t row, const std::string& name) const { return rows[row].at(name); }
  double held(std::size_t row) const {
    return at(row, "tumour_free_mol") + at(row, "tumour_bound_mol") + at(row, "tumour_anchored_mol") +
           at(row, "tumour_internalised_mol");
  }
};

}  // namespace

TEST(Binding, TargetMatrixAndUptake) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const Ended ended = intratumor_in(scratch.path(), {"run", small, "-q", "--set", bound_drug});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const Json summary = Json::parse(contents_of(scratch / "small.out/summary.json"));
  EXPECT_EQ(summary["model"]["binding"], "target CTLA-4, matrix, uptake into cells");
  EXPECT_LE(number_at(summary, "ledger.closure_error"), 1e-11);
  for (const char* term : {"bound", "anchored", "internalised", "degraded"})
    EXPECT_GT(number_at(summary, std::string("ledger.") + term), 1e-3) << term;

  const Series series(scratch / "small.out/series.csv");
  const double dose = number_at(summary, "dose_mol"), volume = number_at(summary, "tumour.volume_m3");
  const double receptors = 200e-6 * volume;
  double area = 0;
  for (std::size_t row = 0; row < series.rows.size(); ++row) {
    EXPECT_GE(series.at(row, "tumour_occupancy_fraction"), 0);
    EXPECT_LE(series.at(row, "tumour_occupancy_fraction"), 1);
    // Receptors and matrix are outside the tumour too.
    EXPECT_NEAR(series.at(row, "tumour_bound_mol"), series.at(row, "tumour_occupancy_fraction") * receptors,
                1e-9 * receptors);
    for (const char* kind : {"bound", "anchored"}) {
      const double all = dose * series.at(row, std::string("ledger_") + kind);
      const double in_tumour = series.at(row, std::string("tumour_") + kind + "_mol");
      EXPECT_LE(in_tumour, all * (1 + 1e-12)) << kind;
      EXPECT_GE(in_tumour, all / 3) << kind;
    }
    if (row > 0)
      area += (series.at(row, "time_s") - series.at(row - 1, "time_s")) *
              (series.held(row) + series.held(row - 1)) / 2;
  }
  EXPECT_NEAR(number_at(summary, "tumour.auc_total") * volume / area, 1, 5e-3);
  EXPECT_NEAR(number_at(summary, "tumour.mean_residence_time_s") * dose / area, 1, 5e-3);
  EXPECT_GT(number_at(summary, "tumour.auc_total"), 2 * number_at(summary, "tumour.auc_free"));
  const Json& occupancy = summary["tumour"]["receptor_occupancy"];
  const double highest = occupancy["largest_mean_fraction"].get<double>();
  EXPECT_GE(highest, occupancy["time_mean_fraction"].get<double>());
  EXPECT_GE(highest, occupancy["end_mean_fraction"].get<double>());
  EXPECT_LE(highest, 1);
  EXPECT_EQ(occupancy["end_mean_fraction"].get<double>(),
            series.at(series.rows.size() - 1, "tumour_occupancy_fraction"));

  for (const int ranks : {2, 3}) {
    const std::string folder = "ranks" + std::to_string(ranks);
    const Ended parallel =
        intratumor_on_ranks(ranks, scratch.path(), {"run", small, "-q", "-o", folder, "--set", bound_drug});
    ASSERT_EQ(parallel.status, 0) << parallel.err;
    expect_near(comparable_results(scratch / folder), comparable_results(scratch / "small.out"), 1e-6);
  }
}

TEST(Binding, IsLeftOutWhereTheCaseSaysSo) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  Ended ended = intratumor_in(
      scratch.path(), {"run", small, "-q", "-o", "none", "--set", "drug={like: ipilimumab, binding: none}"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  ended = intratumor_in(scratch.path(), {"run", small, "-q", "-o", "bound"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const Json none = Json::parse(contents_of(scratch / "none/summary.json"));
  const Json bound = Json::parse(contents_of(scratch / "bound/summary.json"));
  EXPECT_EQ(none["model"]["binding"], "none");
  EXPECT_EQ(bound["model"]["binding"], "target CTLA-4");
  for (const char* term : {"bound", "anchored", "internalised"})
    EXPECT_EQ(number_at(none, std::string("ledger.") + term), 0) << term;
  for (const auto& value : none["tumour"]["receptor_occupancy"]) EXPECT_TRUE(value.is_null());
  EXPECT_EQ(none["tumour"]["auc_total"], none["tumour"]["auc_free"]);
  EXPECT_GT(number_at(none, "tumour.auc_free"), number_at(bound, "tumour.auc_free"));
  const Ended compared = intratumor_in(scratch.path(), {"compare", "none", "bound"});
  ASSERT_EQ(compared.status, 0) << compared.err;
  for (const char* row : {"the same with bound drug", "receptors occupied"})
    EXPECT_NE(compared.out.find(row), std::string::npos) << row << " in\n" << compared.out;
  // What a target takes reaches no plasma.
  EXPECT_GT(number_at(none, "plasma.auc"), number_at(bound, "plasma.auc"));
}
