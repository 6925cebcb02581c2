#include "output/readable_result.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "output/clinical_units.h"
#include "output/summary.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;

namespace {

Json some_summary() {
  Json summary;
  summary["dose_mol"] = 5e-6 / 148;  // 5 mg of 148 kg/mol
  summary["dose_intratumoral_mol"] = 5e-6 / 148;
  summary["tumour"]["volume_m3"] = 10e-6;
  summary["tumour"]["auc_free"] = 3600. / 148;  // 1000 mg h/L
  summary["tumour"]["cmax_mean"] = 0.25 / 148;  // 250 ug/mL
  summary["tumour"]["retention_half_life_s"] = 5 * 3600.;
  summary["tumour"]["coverage"] = {{{"threshold_mol_per_m3", 0.5 / 148},
                                    {"text", "0.1 c_inj"},
                                    {"at_least_s", 86400.},
                                    {"fraction", 0.345}}};
  summary["plasma"] = {{"auc", 36. / 148}, {"cmax", 0.5e-3 / 148}, {"tmax_s", 7200.}};
  summary["ledger"]["closure_error"] = -3e-13;
  complete_summary(summary);
  return summary;
}

const Table series{
    {"time_s", "ledger_free_tumour", "ledger_plasma", "ledger_eliminated", "ledger_leak"},
    {{0, 0, 0, 0, 0}, {600, 1, 0, 0, 0}, {6600, 0.5, 0.5, 0, 0}, {86400, 0.1, 0.3, 0.5999, 0.0001}}};

}  // namespace

TEST(ReadableResult, SaysItInClinicalUnits) {
  const std::string text = readable_result("Bolus", some_summary(), series, 148);
  for (const char* part :
       {"Bolus", "5.00 mg", "tumour 10.0 mL", "10 min", "6 h", "1 d", "AUC 1000 mg h/L", "Cmax 250 ug/mL",
        "half gone after 5 h", "AUC 10.0 mg h/L, Cmax 0.500 ug/mL at 2 h", "above 0.1 c_inj",
        "34.5% of the tumour for at least 1 d", "(500 ug/mL)", "closes to 3.00e-13"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  // shares at 10 min, 1 h (on the line between rows), 6 h, 1 d; a place where nothing went is left out
  EXPECT_NE(text.find("in the tumour                     100.0       75.0"), std::string::npos) << text;
  EXPECT_EQ(text.find("leaked"), std::string::npos);
  EXPECT_EQ(text.find("by vein"), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos) << text;
}

TEST(ReadableResult, WithoutMolarMassOrDose) {
  const std::string molar = readable_result("Bolus", some_summary(), series, std::nullopt);
  EXPECT_NE(molar.find("0.0338 umol"), std::string::npos) << molar;
  EXPECT_NE(molar.find("umol h/L"), std::string::npos);
  Json empty;
  complete_summary(empty);
  const std::string text = readable_result("Nothing", empty, {{"time_s"}, {{0}, {60}}}, std::nullopt);
  EXPECT_EQ(text.find("nan"), std::string::npos) << text;
}

TEST(ReadableResult, Numbers) {
  EXPECT_EQ(readable_number(0), "0");
  EXPECT_EQ(readable_number(12.345), "12.3");
  EXPECT_EQ(readable_number(1234.5), "1234");
  EXPECT_EQ(readable_number(0.012345), "0.0123");
  EXPECT_EQ(readable_number(1.5e-7), "1.50e-07");
  EXPECT_EQ(readable_number(std::nan("")), "-");
}

TEST(ReadableResult, AThresholdThatIsAConcentrationIsSaidOnce) {
  Json summary = some_summary();
  summary["tumour"]["coverage"][0]["text"] = "500 ug/mL";
  const std::string text = readable_result("Bolus", summary, series, 148);
  EXPECT_EQ(text.find("(500 ug/mL)"), std::string::npos) << text;
}

TEST(ClinicalUnits, EveryTermOfTheLedgerHasItsPlaceOnce) {
  std::map<std::string, int> times;
  for (const LedgerPlace& place : ledger_places())
    for (const char* term : place.terms) ++times[std::string("ledger.") + term];
  for (const PromisedKey& key : promised_keys()) {
    const std::string path = key.path;
    if (path.rfind("ledger.", 0) == 0 && path != "ledger.closure_error") {
      EXPECT_EQ(times[path], 1) << path;
    }
  }
}

TEST(ClinicalUnits, Percent) {
  EXPECT_EQ(readable_percent(0.12345), "12.3");
  EXPECT_EQ(readable_percent(2e-4), "<0.1");
  EXPECT_EQ(readable_percent(1e-18), "0");
  EXPECT_EQ(readable_percent(std::nan("")), "-");
}
