#include "output/summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "output/table.h"
#include "scratch_folder.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;

TEST(Summary, EveryPromisedKeyIsThereAndItsUnitToo) {
  Json summary;
  summary["tumour"]["auc_free"] = 1.5;
  const SummaryGaps gaps = complete_summary(summary);
  std::set<std::string> seen;
  for (const PromisedKey& key : promised_keys()) {
    EXPECT_TRUE(seen.insert(key.path).second) << key.path << " twice";
    std::string pointer = std::string("/") + key.path;
    for (char& c : pointer)
      if (c == '.') c = '/';
    EXPECT_TRUE(summary.contains(Json::json_pointer(pointer))) << key.path;
    if (key.unit != nullptr) {
      EXPECT_EQ(value_at(summary["units"], key.path), key.unit) << key.path;
    } else {
      EXPECT_TRUE(value_at(summary["units"], key.path).is_null()) << key.path;
    }
  }
  EXPECT_EQ(summary["tumour"]["auc_free"], 1.5);
  EXPECT_TRUE(summary["comparator"]["plasma"]["auc"].is_null());
  EXPECT_TRUE(gaps.without_unit.empty());
  EXPECT_EQ(std::count(gaps.missing.begin(), gaps.missing.end(), "tumour.auc_free"), 0);
  EXPECT_EQ(std::count(gaps.missing.begin(), gaps.missing.end(), "ledger.leak"), 1);
  EXPECT_EQ(std::count(gaps.missing.begin(), gaps.missing.end(), "comparator.plasma.auc"), 0);
}

TEST(Summary, UnitsMirrorListsAndNamesWithUnits) {
  Json summary;
  summary["tumour"]["coverage"] = {
      {{"threshold_mol_per_m3", 0.1}, {"text", "1 ug/mL"}, {"at_least_s", 86400.}, {"fraction", 0.5}},
      {{"threshold_mol_per_m3", 0.2}, {"text", "2"}, {"at_least_s", 1.}, {"fraction", nullptr}}};
  summary["time"]["solve_s"] = 0.25;
  summary["mesh"]["ranks"] = 2;
  summary["mesh"]["box_m"] = {0.1, 0.2, 0.3};
  summary["mystery"] = 0.5;
  const SummaryGaps gaps = complete_summary(summary);
  const Json& units = summary["units"];
  EXPECT_EQ(units["tumour"]["coverage"][1]["threshold_mol_per_m3"], "mol m-3");
  EXPECT_EQ(units["tumour"]["coverage"][0]["at_least_s"], "s");
  EXPECT_EQ(units["tumour"]["coverage"][1]["fraction"], "1");
  EXPECT_FALSE(units["tumour"]["coverage"][0].contains("text"));
  EXPECT_EQ(units["time"]["solve_s"], "s");
  EXPECT_EQ(units["mesh"]["ranks"], "1");
  EXPECT_EQ(units["mesh"]["box_m"], Json({"m", "m", "m"}));
  EXPECT_EQ(gaps.without_unit, std::vector<std::string>{"mystery"});
  EXPECT_FALSE(units.contains("status"));
}

TEST(Summary, FileReadsBackAndUndefinedIsNull) {
  const ScratchFolder scratch;
  Json summary;
  summary["tumour"]["d95"] = 1. / 3;
  summary["tumour"]["d50"] = std::nan("");
  complete_summary(summary);
  write_summary(scratch / "summary.json", summary);
  const Json read = Json::parse(contents_of(scratch / "summary.json"));
  EXPECT_EQ(read["tumour"]["d95"].get<double>(), 1. / 3);
  EXPECT_TRUE(read["tumour"]["d50"].is_null());
  EXPECT_EQ(read["versions"]["intratumor"], INTRATUMOR_VERSION);
  EXPECT_TRUE(std::isnan(number_at(read, "tumour.d50")));
  EXPECT_TRUE(std::isnan(number_at(read, "no.such.key")));
  EXPECT_EQ(number_at(read, "tumour.d95"), 1. / 3);
}

TEST(Summary, EveryPromisedKeyIsDocumented) {
  const std::string text = contents_of(INTRATUMOR_PROJECT_DIR "/docs/result_folder.md");
  for (const PromisedKey& key : promised_keys()) {
    if (std::string(key.path).rfind("comparator.", 0) == 0) continue;
    EXPECT_NE(text.find(std::string("`") + key.path + "`"), std::string::npos) << key.path;
  }
}
