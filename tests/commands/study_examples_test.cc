// The studies under examples/: their plans, and one case of each against the figures of their README.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "../output/scratch_folder.h"
#include "output/table.h"
#include "program.h"

using namespace intratumor;

namespace {

const std::string examples = std::string(INTRATUMOR_PROJECT_DIR) + "/examples/";

nlohmann::json case_of(const std::string& study, int number, const ScratchFolder& scratch) {
  const Ended ended = intratumor_in(scratch.path(), {"sweep", examples + study + "/study.yaml", "-o", study,
                                                     "--index", std::to_string(number), "-q"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  char name[32];
  std::snprintf(name, sizeof name, "/cases/%05d/", number);
  return nlohmann::json::parse(contents_of(scratch / (study + name + "summary.json")));
}

}  // namespace

TEST(StudyExamples, PlacementPlansAndComputes) {
  const ScratchFolder scratch;
  const Ended list = intratumor_in(scratch.path(), {"sweep", examples + "placement/study.yaml", "--list"});
  EXPECT_EQ(list.status, 0) << list.err;
  EXPECT_NE(list.out.find("estimate: 28 cases"), std::string::npos) << list.out;
  const auto summary = case_of("placement", 3, scratch);  // 1.8 mL, four places
  EXPECT_NEAR(summary["tumour"]["coverage"][0]["fraction"].get<double>(), 0.364, 0.02);
  EXPECT_NEAR(summary["targeting_advantage"].get<double>(), 104, 4);
  EXPECT_EQ(summary["needle_passes"], 4);
}

TEST(StudyExamples, UncertaintyPlansAndComputes) {
  const ScratchFolder scratch;
  const Ended list = intratumor_in(scratch.path(), {"sweep", examples + "uncertainty/study.yaml", "--list"});
  EXPECT_EQ(list.status, 0) << list.err;
  EXPECT_NE(list.out.find("estimate: 1 024 cases"), std::string::npos) << list.out.substr(0, 1000);
  const auto summary = case_of("uncertainty", 0, scratch);
  EXPECT_GT(summary["tumour"]["auc_free"].get<double>(), 0);
  EXPECT_LT(summary["ledger"]["closure_error"].get<double>(), 1e-8);
}
