// Named schemes, drugs of a class and doses in other units, from the command line to the result.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "program.h"
#include "small_case.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;

namespace {

const std::string four =
    "scheme={use: four_deposits, needle: 22G_end_hole, volume: 0.1 mL, concentration: 5 mg/mL, rate: 0.1 "
    "mL/min, "
    "mode: deposit}";

/// The last word of the line of `check` that begins with a path: who set the value.
std::string set_by(const std::string& out, const std::string& path) {
  for (const std::string& line : lines_of(out))
    if (line.rfind("  " + path + " ", 0) == 0) return line.substr(line.find_last_of(' ') + 1);
  return "";
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// What must not depend on where and when a case runs.
Json results_of(const std::string& folder) {
  Json summary = Json::parse(contents_of(folder + "/summary.json"));
  for (const char* key : {"time", "memory", "inputs", "versions", "warnings"}) summary.erase(key);
  summary["comparator"].erase("time");
  return summary;
}

}  // namespace

TEST(Schemes, CheckSaysWhichFileSetWhat) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const Ended ended = intratumor_in(scratch.path(), {"check", small, "--set", four});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const std::string file = "params/schemes/four_deposits.yaml";
  EXPECT_EQ(set_by(ended.out, "scheme.3.tip.part"), file);
  EXPECT_EQ(set_by(ended.out, "scheme.3.volume"), "--set");
  EXPECT_EQ(set_by(ended.out, "scheme.3.over"), "--set");
  EXPECT_EQ(set_by(ended.out, "scheme.3.at"), file);
  EXPECT_EQ(set_by(ended.out, "scheme.3.mode"), "--set");
  EXPECT_EQ(set_by(ended.out, "scheme.3.needle.outer_diameter"), "params/needles/22G_end_hole.yaml");
  EXPECT_EQ(count_of(ended.out, " RAS, in tumour"), 4u) << ended.out;
  EXPECT_EQ(count_of(ended.out, "0.025 mL over 15 s (0.1 mL/min)"), 4u) << ended.out;

  // The rate and the mode of a file, and a volume that follows from the target.
  const Ended slow = intratumor_in(
      scratch.path(), {"check", small, "--set",
                       "scheme={use: slow_infusion, needle: 30G_end_hole, volume: 0.1 mL, dose: 1 mg}"});
  ASSERT_EQ(slow.status, 0) << slow.err;
  EXPECT_EQ(set_by(slow.out, "scheme.0.over"), "params/schemes/slow_infusion.yaml");
  EXPECT_EQ(set_by(slow.out, "scheme.0.mode"), "params/schemes/slow_infusion.yaml");
  EXPECT_EQ(set_by(slow.out, "scheme.0.concentration"), "--set");
  EXPECT_EQ(set_by(slow.out, "scheme.0.at"), "default");
  const Ended rule = intratumor_in(
      scratch.path(), {"check", small, "--set", "drug=talimogene", "--set",
                       "scheme=[{use: talimogene, needle: 26G_end_hole, concentration: 1e8 PFU/mL, rate: 1 "
                       "mL/min, mode: deposit}, {intravenous: {dose: 1e6 PFU}}]",
                       "--set", "exposure={thresholds: [0.1 c_inj]}", "--set", "geometry.margin=14 mm"});
  ASSERT_EQ(rule.status, 0) << rule.err;
  // 13 mm and its corners: at most 1.5 cm.
  EXPECT_EQ(set_by(rule.out, "scheme.0.volume"), "params/schemes/talimogene.yaml");
  EXPECT_NE(rule.out.find("0.125 mL over 7.5 s"), std::string::npos) << rule.out;
  EXPECT_NE(rule.out.find("1.25e+07 PFU"), std::string::npos) << rule.out;
  EXPECT_EQ(set_by(rule.out, "scheme.4.intravenous.dose"), "--set");
}

TEST(Schemes, ATrackRunsThroughTheDeepestPoint) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  // The tumour is a ball of 6 mm round (20, 20, 20) mm, whose voxels reach from 13.5 to 26.5 mm along an
  // axis.
  const auto places = [&](const std::string& entry) {
    return intratumor_in(scratch.path(),
                         {"check", small, "--set",
                          "scheme.0={needle: 22G_end_hole, volume: 10 uL, concentration: 5 mg/mL, "
                          "over: 1 min, mode: deposit, " +
                              entry + "}"});
  };
  const Ended along_x = places("tip: {track: 1}, direction: [2, 0, 0]");
  ASSERT_EQ(along_x.status, 0) << along_x.err;
  EXPECT_NE(along_x.out.find("[26.50 mm, 20.00 mm, 20.00 mm]"), std::string::npos) << along_x.out;
  EXPECT_NE(along_x.out.find("[1.00, 0.00, 0.00]"), std::string::npos) << along_x.out;
  EXPECT_NE(places("tip: {track: 0.25}, direction: [0, 0, -1]").out.find("[20.00 mm, 20.00 mm, 23.25 mm]"),
            std::string::npos);
  // A needle that enters at a point of the skin runs from there through the deepest point.
  const Ended from_skin = places("tip: {track: 0, offset: [0 mm, 0 mm, 1 mm]}, entry: [20 mm, 90 mm, 20 mm]");
  EXPECT_NE(from_skin.out.find("[20.00 mm, 26.50 mm, 21.00 mm]"), std::string::npos) << from_skin.out;
  EXPECT_NE(from_skin.out.find("[0.00, -1.00, 0.00]"), std::string::npos) << from_skin.out;
  // Without either it follows the longest axis; with one part a point is the centroid.
  EXPECT_NE(places("tip: {track: 0.5}").out.find("direction"), std::string::npos);
  EXPECT_NE(places("tip: {part: 1, of: 1}").out.find("[20.00 mm, 20.00 mm, 20.00 mm]"), std::string::npos);
  const Ended many = places("tip: {part: 64, of: 64}");
  EXPECT_NE(many.out.find(" RAS, in tumour"), std::string::npos) << many.err;
}

TEST(Schemes, AResolvedCaseRepeatsTheRun) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const std::vector<std::string> lines = {four,
                                          "scheme={use: line, needle: 22G_end_hole, volume: 0.05 mL, "
                                          "dose: 1 mg, over: 1 min, mode: deposit}"};
  for (const std::string& scheme : lines) {
    const Ended run = intratumor_in(scratch.path(), {"run", small, "--overwrite", "--set", scheme, "--set",
                                                     "run.until=6 h", "--set", "output.fields=[]"});
    ASSERT_EQ(run.status, 0) << run.err;
    const Ended again = intratumor_in(
        scratch.path(), {"run", "small.out/case.resolved.yaml", "-o", "again.out", "--overwrite"});
    ASSERT_EQ(again.status, 0) << again.err;
    const Json first = results_of(scratch.path() + "/small.out");
    EXPECT_TRUE(first == results_of(scratch.path() + "/again.out")) << scheme;
    EXPECT_LT(first["ledger"]["closure_error"].get<double>(), 1e-8);
    EXPECT_GT(first["deposit"]["fraction_in_target"].get<double>(), 0.8);
  }
}

TEST(Schemes, ADrugByItsClass) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const std::vector<std::string> inline_drug = {
      "--set",
      "drug={class: protein, molar_mass: 20 kDa, activity: 10 MIU/mg, pharmacokinetics: {human: "
      "{reference_weight: 70 kg, clearance: renal, plasma_volume: 3 L}}, in: {tumour: {permeability: 1e-8 "
      "m/s}}}",
      "--set",
      "drug.in.muscle.diffusivity=3e-11 m^2/s",
      "--set",
      "scheme.0={needle: 22G_end_hole, tip: centroid, volume: 0.1 mL, dose: 2 MIU, over: 1 min, mode: "
      "deposit}",
      "--set",
      "exposure={thresholds: [1e4 IU/mL]}",
      "--set",
      "run.until=2 h",
      "--set",
      "output.fields=[]"};
  std::vector<std::string> check = {"check", small}, run = {"run", small};
  check.insert(check.end(), inline_drug.begin(), inline_drug.end());
  run.insert(run.end(), inline_drug.begin(), inline_drug.end());

  const Ended checked = intratumor_in(scratch.path(), check);
  ASSERT_EQ(checked.status, 0) << checked.err;
  const std::string file = "params/drug_classes/protein.yaml";
  EXPECT_EQ(set_by(checked.out, "drug.molar_mass"), "--set");
  EXPECT_EQ(set_by(checked.out, "drug.size.hydrodynamic_radius"), "size");
  EXPECT_EQ(set_by(checked.out, "drug.flow_limited"), file);
  EXPECT_EQ(set_by(checked.out, "drug.degradation"), file);
  EXPECT_EQ(set_by(checked.out, "drug.permeability.tumour"), "size");
  EXPECT_EQ(set_by(checked.out, "drug.pharmacokinetics.human.clearance"), "size");
  EXPECT_EQ(set_by(checked.out, "drug.pharmacokinetics.human.lymph.delay"), file);
  EXPECT_EQ(set_by(checked.out, "drug.pharmacokinetics.human.lymph.stages"), file);
  EXPECT_EQ(set_by(checked.out, "drug.in.tumour.permeability"), "--set");
  EXPECT_EQ(set_by(checked.out, "drug.in.muscle.diffusivity"), "--set");
  EXPECT_NE(checked.out.find("0.200 mg (10 nmol, 2e+06 IU)"), std::string::npos) << checked.out;

  const Ended ran = intratumor_in(scratch.path(), run);
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_NEAR(results_of(scratch.path() + "/small.out")["dose_mol"].get<double>(), 1e-8, 1e-16);
}

TEST(Schemes, OnePairOfAFileIsOverridden) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const Ended ended =
      intratumor_in(scratch.path(), {"check", small, "--set", "drug.in.muscle.permeability=3e-10 m/s"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(set_by(ended.out, "drug.in.muscle.permeability"), "--set");
  EXPECT_EQ(set_by(ended.out, "drug.permeability.tumour"), "params/drug_classes/antibody.yaml");
  EXPECT_EQ(set_by(ended.out, "drug.molar_mass"), "params/drugs/ipilimumab.yaml");
  EXPECT_EQ(set_by(ended.out, "drug.flow_limited"), "params/drugs/ipilimumab.yaml");
}

TEST(Schemes, AVirusIsCountedInParticles) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const Ended run = intratumor_in(
      scratch.path(),
      {"run", small, "--set", "drug=talimogene", "--set",
       "scheme.0={needle: 26G_end_hole, tip: deepest, volume: 0.1 mL, concentration: 1e8 PFU/mL, "
       "over: 1 min, mode: deposit}",
       "--set", "exposure={thresholds: [1e6 PFU/mL]}", "--set", "run.until=6 h", "--set",
       "output.fields=[]"});
  ASSERT_EQ(run.status, 0) << run.err;
  const Json summary = results_of(scratch.path() + "/small.out");
  EXPECT_NEAR(summary["dose_mol"].get<double>(), 5e8 / 6.02214076e23, 1e-20);
  EXPECT_TRUE(summary["drug"]["molar_mass_kg_per_mol"].is_null());
  EXPECT_LT(summary["ledger"]["closure_error"].get<double>(), 1e-8);
  EXPECT_NE(run.out.find("umol"), std::string::npos) << run.out;
}
