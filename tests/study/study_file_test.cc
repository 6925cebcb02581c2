// Study files: what they may say, and what is said of those that are wrong.
#include "study/study_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "study/quantity_text.h"
#include "study_case.h"

namespace intratumor {
namespace {

/// Every file of tests/bad_study is a study with one fault; its first line tells what the error must say:
/// `# expect: part | part`.
std::vector<std::string> bad_studies() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(INTRATUMOR_PROJECT_DIR "/tests/bad_study"))
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

class BadStudy : public testing::TestWithParam<std::string> {};

TEST_P(BadStudy, GivesOneMessageThatSaysWhereAndWhatIsRight) {
  std::string line = contents_of(GetParam());
  line = line.substr(0, line.find('\n'));
  const std::string head = "# expect: ";
  ASSERT_EQ(line.compare(0, head.size(), head), 0) << "its first line must be '# expect: ...'";
  try {
    const Study study = read_study(GetParam());
    check_plan(study, make_plan(study));
    FAIL() << "was accepted";
  } catch (const InputError& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find(INTRATUMOR_PROJECT_DIR "/tests/"), 0u) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    for (std::size_t start = head.size(); start < line.size();) {
      const std::size_t end = std::min(line.find(" | ", start), line.size());
      const std::string part = line.substr(start, end - start);
      EXPECT_NE(message.find(part), std::string::npos) << part << "\n" << message;
      start = end + 3;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Studies, BadStudy, testing::ValuesIn(bad_studies()),
                         [](const auto& info) { return std::filesystem::path(info.param).stem().string(); });

TEST(BadStudyTable, HoldsManyStudies) {
  EXPECT_GE(bad_studies().size(), 40u);
}

TEST(StudyFile, ReadsWhatItSays) {
  const ScratchFolder scratch;
  const Study study =
      study_of(scratch,
               "vary:\n"
               "  scheme: [central_bolus, four_deposits]\n"
               "  scheme.volume: {range: {from: 0.1 mL, to: 10 mL, count: 3, spacing: log}}\n"
               "  tissues.tumour.vascular_pressure: {normal: {mean: 10 mmHg, sd: 133.322387415 "
               "Pa, high: 20 mmHg}}\n"
               "  scheme.*.tip: {shift: {sd: 2 mm}}\n"
               "design: {grid: [[scheme], scheme.volume], latin_hypercube: {over: rest, size: "
               "8, seed: 3}}\n"
               "metrics: {minimise: [plasma.cmax], maximise: [tumour.coverage.0]}\n"
               "keep: fields\n");
  ASSERT_EQ(study.factors.size(), 4u);
  EXPECT_EQ(study.factors[0].values, (std::vector<std::string>{"central_bolus", "four_deposits"}));
  EXPECT_EQ(study.factors[1].values.size(), 3u);
  EXPECT_NEAR(written_quantity(study.factors[1].values[1])->si.value, 1e-6, 1e-18);
  EXPECT_EQ(study.factors[1].values[2], "10 mL");
  const Distribution& pressure = study.factors[2].distribution;
  EXPECT_EQ(study.factors[2].unit, "mmHg");
  EXPECT_NEAR(pressure.parameters[1], 1, 1e-9);
  EXPECT_EQ(pressure.high, 20);
  EXPECT_TRUE(std::isinf(pressure.low));
  EXPECT_EQ(study.factors[3].inputs(), 3u);
  ASSERT_EQ(study.design.size(), 2u);
  EXPECT_EQ(study.design[0].groups.size(), 2u);
  EXPECT_EQ(study.design[1].size, 8u);
  EXPECT_EQ(study.design[1].seed, 3u);
  EXPECT_EQ(study.design[1].factors(), (std::vector<std::size_t>{2, 3}));
  ASSERT_EQ(study.metrics.size(), 2u);
  EXPECT_EQ(study.metrics[0].name, "tumour.coverage.0");
  EXPECT_FALSE(study.metrics[1].more_is_better);
  EXPECT_TRUE(study.keep_fields);
}

TEST(StudyFile, ResolvedItMakesTheSamePlan) {
  const ScratchFolder scratch;
  const Study study =
      study_of(scratch,
               "title: 'Two: of them'\n"
               "vary:\n"
               "  scheme: [central_bolus, four_deposits]\n"
               "  scheme.volume: [0.5 mL, 1 mL]\n"
               "  drug: [{like: ipilimumab, degradation: 1e-6 1/s}, cisplatin]\n"
               "  tissues.tumour.hydraulic_conductivity: {lognormal: {median: 3.1e-14 m^2/(Pa s), "
               "factor: 3, low: 1e-15 m^2/(Pa s)}}\n"
               "  scheme.*.tip: {shift: {sd: 2 mm}}\n"
               "design: {grid: [drug], list: [scheme, scheme.volume], sobol: {over: rest, size: 4}}\n");
  write_text(scratch / "again.yaml", resolved_study(study));
  const Study again = read_study(scratch / "again.yaml");
  EXPECT_EQ(resolved_study(again), resolved_study(study));
  EXPECT_EQ(again.title, "Two: of them");
  const Plan first = make_plan(study), second = make_plan(again);
  ASSERT_EQ(first.cases.size(), 2u * 2u * 4u);
  ASSERT_EQ(second.cases.size(), first.cases.size());
  for (std::size_t k = 0; k < first.cases.size(); ++k) EXPECT_EQ(first.cases[k].set, second.cases[k].set);
}

TEST(StudyFile, UnitsBecomeEndingsOfNames) {
  EXPECT_EQ(unit_ending("m^2/(Pa s)"), "_m2_per_Pa_s");
  EXPECT_EQ(unit_ending("1/s"), "_per_s");
  EXPECT_EQ(unit_ending("mol/m^3"), "_mol_per_m3");
  EXPECT_EQ(unit_ending("1"), "");
}

}  // namespace
}  // namespace intratumor
