// intratumor compare: the command line, what it refuses, and that what it prints can be read again.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "../output/scratch_folder.h"
#include "../study/stored_results.h"
#include "output/table.h"
#include "program.h"
#include "tiny_study.h"

using Json = nlohmann::ordered_json;

class Compare : public ::testing::Test {
 protected:
  void SetUp() override {
    write_result(scratch / "one.out", made_summary());
    write_result(scratch / "two.out", made_summary(2));
  }

  Ended compare(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "compare");
    return intratumor_in(scratch.path(), arguments);
  }

  /// Exit status 2, nothing on stdout, one line on stderr that holds all parts.
  void expect_refused(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& parts) const {
    const Ended ended = compare(arguments);
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_EQ(ended.out, "");
    const std::vector<std::string> lines = lines_of(ended.err);
    ASSERT_EQ(lines.size(), 1u) << ended.err;
    EXPECT_EQ(lines[0].rfind("error: ", 0), 0u) << lines[0];
    for (const std::string& part : parts)
      EXPECT_NE(lines[0].find(part), std::string::npos) << part << " in " << lines[0];
  }

  ScratchFolder scratch;
};

TEST_F(Compare, TableInTheOrderOfTheFoldersOrBestFirst) {
  const Ended plain = compare({"one.out", "two.out"});
  EXPECT_EQ(plain.status, 0) << plain.err;
  EXPECT_EQ(plain.err, "");
  EXPECT_LT(plain.out.find("one"), plain.out.find("two"));
  EXPECT_NE(plain.out.find("AUC, per volume of tissue (mg h/L)"), std::string::npos) << plain.out;
  const Ended ranked = compare({"--rank", "tumour.d95", "one.out", "two.out"});
  EXPECT_EQ(ranked.status, 0) << ranked.err;
  EXPECT_GT(ranked.out.find("one"), ranked.out.find("two"));
  EXPECT_NE(ranked.out.find("Best first by tumour.d95: more is better."), std::string::npos);
}

TEST_F(Compare, OtherFormats) {
  const Ended json = compare({"one.out", "two.out", "--format", "json"});
  const Json records = Json::parse(json.out);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_DOUBLE_EQ(records[0]["dose_mol"].get<double>(), 5e-6 / 148);
  const Ended csv = compare({"one.out", "two.out", "--format=csv"});
  EXPECT_EQ(lines_of(csv.out).size(), 3u);
  EXPECT_EQ(csv.out.rfind("name,folder,", 0), 0u);
  const Ended markdown = compare({"one.out", "two.out", "--format", "markdown"});
  EXPECT_EQ(markdown.out.rfind("| | one | two |\n|---|---:|---:|\n", 0), 0u) << markdown.out;
}

TEST_F(Compare, WarningsStandOnStderrAlone) {
  Json summary = made_summary();
  summary["dose_mol"] = 1e-5 / 148;
  write_result(scratch / "two.out", summary);
  const Ended ended = compare({"one.out", "two.out"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.err, "warning: the results differ in dose: 5.00 mg (one); 10.0 mg (two)\n");
  EXPECT_EQ(ended.out.find("warning"), std::string::npos);
}

TEST_F(Compare, RefusesWhatIsNoResult) {
  namespace fs = std::filesystem;
  fs::create_directory(scratch / "empty");
  expect_refused({}, {"which results", "--help"});
  expect_refused({"one.out"}, {"one.out", "no intravenous comparator", "two or more"});
  expect_refused({"one.out", "none.out"}, {"none.out", "no such result folder"});
  expect_refused({"one.out", "empty"}, {"empty", "no summary.json"});
  expect_refused({"one.out", "two.out/summary.json"}, {"is a file", "two.out"});
  expect_refused({"one.out", "./one.out/"}, {"the same result folder twice"});
  expect_refused({"one.out", "two.out", "--rank", "tumour.d59"},
                 {"'tumour.d59'", "did you mean tumour.d95?"});
  expect_refused({"one.out", "two.out", "--format", "cvs"}, {"'cvs'", "did you mean csv?"});
  expect_refused({"one.out", "two.out", "--rnak", "x"}, {"--rnak", "did you mean --rank?"});

  fs::create_directory(scratch / "broken");
  intratumor::write_text(scratch / "broken/summary.json", "{\n  \"dose_mol\": 1,\n  oops\n}\n");
  expect_refused({"one.out", "broken"}, {"broken/summary.json", "not readable as JSON", "line 3"});
  intratumor::write_text(scratch / "broken/summary.json", "[1, 2]");
  expect_refused({"one.out", "broken"}, {"broken/summary.json", "dose_mol"});
  Json summary = made_summary();
  summary["plasma"].erase("auc");
  write_result(scratch / "lacking", summary);
  expect_refused({"one.out", "lacking"}, {"lacking/summary.json", "no number plasma.auc"});
  write_result(scratch / "lacking", made_summary(), "run: {until: soon}\n");
  expect_refused({"one.out", "lacking"}, {"lacking/case.resolved.yaml", "soon"});
}

TEST_F(Compare, EveryCaseOfAStudyThatIsDone) {
  write_tiny_case(scratch);
  intratumor::write_text(scratch / "study.yaml", study_of_volumes(8));
  const Ended sweep =
      intratumor_in(scratch.path(), {"sweep", "study.yaml", "--index", "0,1,2,3,4,5,7", "-q"});
  ASSERT_EQ(sweep.status, 0) << sweep.err;
  const Ended table = intratumor_in(scratch.path(), {"compare", "study.out", "--rank", "tumour.auc_free"});
  EXPECT_EQ(table.status, 0) << table.err;
  const std::vector<std::string> lines = lines_of(table.out);
  ASSERT_GE(lines.size(), 9u) << table.out;
  EXPECT_EQ(lines[0].find("scheme"), 0u) << table.out;
  EXPECT_NE(lines[0].find("tumour AUC"), std::string::npos) << table.out;
  // A line a case that is done, named by its volume; the largest gives most.
  const auto plan = Json::parse(contents_of(scratch / "study.out/plan.json"));
  EXPECT_EQ(lines[2].find(plan["named"][7]["name"].get<std::string>()), 0u) << table.out;
  EXPECT_EQ(table.out.find(plan["named"][6]["name"].get<std::string>()), std::string::npos) << table.out;
  const Ended csv = intratumor_in(scratch.path(), {"compare", "study.out", "--format", "csv"});
  EXPECT_EQ(lines_of(csv.out).size(), 8u) << csv.out;
  const Ended markdown = intratumor_in(scratch.path(), {"compare", "study.out", "--format", "markdown"});
  EXPECT_NE(markdown.out.find("\n|---|---:|"), std::string::npos) << markdown.out;
  std::filesystem::remove_all(scratch / "study.out/cases");
  const Ended none = intratumor_in(scratch.path(), {"compare", "study.out"});
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("no case of this study is done"), std::string::npos) << none.err;
}

TEST_F(Compare, DrawsOfAStudyAreTheirMediansOrALineEach) {
  write_tiny_case(scratch);
  intratumor::write_text(scratch / "study.yaml",
                         "base: tiny.yaml\n"
                         "vary:\n"
                         "  scheme.0.volume: [0.05 mL, 0.1 mL]\n"
                         "  scheme.0.concentration: {uniform: {low: 1 mg/mL, high: 3 mg/mL}}\n"
                         "design: {grid: [scheme.0.volume], latin_hypercube: {over: rest, size: 3}}\n"
                         "metrics: {maximise: [tumour.auc_free]}\n");
  const Ended sweep = intratumor_in(scratch.path(), {"sweep", "study.yaml"});
  ASSERT_EQ(sweep.status, 0) << sweep.err;
  EXPECT_NE(sweep.out.find("best first by tumour.auc_free, its median over the draws"), std::string::npos)
      << sweep.out;
  const auto records = [&](std::vector<std::string> options) {
    options.insert(options.begin(),
                   {"compare", "study.out", "--format", "json", "--rank", "tumour.auc_free"});
    return Json::parse(intratumor_in(scratch.path(), options).out);
  };
  const Json medians = records({}), each = records({"--draws"});
  ASSERT_EQ(medians.size(), 2u);
  ASSERT_EQ(each.size(), 6u);
  EXPECT_EQ(medians[0]["name"], "0.1 mL");
  EXPECT_EQ(medians[0]["draws"], 3);
  std::vector<double> larger;
  for (const Json& record : each)
    if (record["name"].get<std::string>().find("0.1 mL, draw ") == 0)
      larger.push_back(record["tumour_auc_free_mol_s_per_m3"]);
  std::sort(larger.begin(), larger.end());
  ASSERT_EQ(larger.size(), 3u);
  EXPECT_EQ(medians[0]["tumour_auc_free_mol_s_per_m3"], larger[1]);
  // A case by its folder has the study's name for it too.
  const Ended two =
      intratumor_in(scratch.path(), {"compare", "study.out/cases/00001", "study.out/cases/00005/"});
  EXPECT_NE(two.out.find("0.05 mL, draw 1"), std::string::npos) << two.out;
  EXPECT_NE(two.out.find("0.1 mL, draw 2"), std::string::npos) << two.out;
}
