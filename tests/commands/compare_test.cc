// intratumor compare: the command line, what it refuses, and that what it prints can be read again.
#include <gtest/gtest.h>

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
  EXPECT_EQ(lines[2].find(plan["names"][7].get<std::string>()), 0u) << table.out;
  EXPECT_EQ(table.out.find(plan["names"][6].get<std::string>()), std::string::npos) << table.out;
  const Ended csv = intratumor_in(scratch.path(), {"compare", "study.out", "--format", "csv"});
  EXPECT_EQ(lines_of(csv.out).size(), 8u) << csv.out;
  const Ended markdown = intratumor_in(scratch.path(), {"compare", "study.out", "--format", "markdown"});
  EXPECT_NE(markdown.out.find("\n|---|---:|"), std::string::npos) << markdown.out;
  std::filesystem::remove_all(scratch / "study.out/cases");
  const Ended none = intratumor_in(scratch.path(), {"compare", "study.out"});
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("no case of this study is done"), std::string::npos) << none.err;
}
