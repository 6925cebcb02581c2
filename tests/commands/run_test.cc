// A small case from image to result folder, with the program that is installed.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <utility>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "output/table.h"
#include "program.h"
#include "results.h"
#include "small_case.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

const std::set<std::string> result_files{"summary.json",
                                         "series.csv",
                                         "exposure_volume.csv",
                                         "profile_from_target.csv",
                                         "profile_from_source.csv",
                                         "case.resolved.yaml",
                                         "log.txt",
                                         "fields.h5",
                                         "fields.xdmf",
                                         "maps"};

}  // namespace

TEST(Run, TissueInWhichNothingFlows) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  // Neither vessels nor lymph, and one pressure all round.
  const Ended ended = intratumor_in(
      scratch.path(), {"run", small, "-q", "--set", "tissues={muscle: necrotic, tumour: necrotic}", "--set",
                       "flow.far_field=1 kPa"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const Json summary = Json::parse(contents_of(scratch / "small.out/summary.json"));
  EXPECT_NEAR(number_at(summary, "pressure.max_pa"), 1000, 1e-6);
  EXPECT_EQ(number_at(summary, "plasma.cmax"), 0);
}

TEST(Run, GivesAWholeResultFolder) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const Ended ended = intratumor_in(scratch.path(), {"run", small});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(names_in(scratch.path()), (std::set<std::string>{"small.nii", "small.yaml", "small.out"}));
  EXPECT_EQ(names_in(scratch / "small.out"), result_files);
  for (const char* part : {"in the tumour", "mg h/L", "ug/mL", "ledger", "small.out/", "summary.json"})
    EXPECT_NE(ended.out.find(part), std::string::npos) << part << " in\n" << ended.out;

  // Every promised key is computed or null by design, every number has its unit.
  const Json summary = Json::parse(contents_of(scratch / "small.out/summary.json"));
  for (const Json& warning : summary["warnings"])
    EXPECT_EQ(warning.get<std::string>().find("summary.json"), std::string::npos) << warning;
  Json again = summary;
  const SummaryGaps gaps = complete_summary(again);
  EXPECT_TRUE(gaps.missing.empty());
  EXPECT_TRUE(gaps.without_unit.empty());
  EXPECT_EQ(again["units"], summary["units"]);
  EXPECT_EQ(summary["status"], "done");
  EXPECT_NEAR(number_at(summary, "dose_mol"), 0.5e-6 / 148, 1e-12);
  EXPECT_LE(std::abs(number_at(summary, "ledger.closure_error")), 1e-8);
  EXPECT_GT(number_at(summary, "time.wall_s"), 0);
  EXPECT_EQ(summary["inputs"]["case"]["sha256"].get<std::string>().size(), 64u);

  const std::vector<std::string> rows = lines_of(contents_of(scratch / "small.out/series.csv"));
  EXPECT_EQ(rows[0].rfind("time_s,tumour_free_mol,tumour_mean_conc_mol_per_m3,plasma_conc_mol_per_m3,", 0),
            0u);
  for (const PromisedKey& key : promised_keys()) {
    const std::string path = key.path;
    if (path.rfind("ledger.", 0) != 0) continue;
    EXPECT_NE(rows[0].find(",ledger_" + path.substr(7)), std::string::npos) << path;
  }
  EXPECT_EQ(lines_of(contents_of(scratch / "small.out/exposure_volume.csv"))[0],
            "auc_mol_s_per_m3,volume_fraction,resolution_m");

  // A result is not replaced unawares, and not lost when its successor fails.
  const Ended refused = intratumor_in(scratch.path(), {"run", small, "-q"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("--overwrite"), std::string::npos);
  const Ended failed = intratumor_in(
      scratch.path(), {"run", small, "-q", "--overwrite", "--set", "geometry.segmentation=none.nii"});
  EXPECT_EQ(failed.status, 2);
  EXPECT_EQ(names_in(scratch / "small.out"), result_files);

  // The resolved case, from elsewhere, gives the same bit for bit.
  fs::create_directory(scratch / "elsewhere");
  const Ended repeated = intratumor_in(scratch / "elsewhere",
                                       {"run", scratch / "small.out/case.resolved.yaml", "-q", "-o", "b"});
  ASSERT_EQ(repeated.status, 0) << repeated.err;
  EXPECT_EQ(repeated.out + repeated.err, "");
  EXPECT_EQ(comparable_results(scratch / "elsewhere/b"), comparable_results(scratch / "small.out"));
  EXPECT_EQ(contents_of(scratch / "elsewhere/b/series.csv"), contents_of(scratch / "small.out/series.csv"));

  // Two and four ranks take the same steps and give the same numbers.
  for (const int ranks : {2, 4}) {
    const std::string folder = "ranks" + std::to_string(ranks);
    const Ended parallel = intratumor_on_ranks(ranks, scratch.path(), {"run", small, "-q", "-o", folder});
    ASSERT_EQ(parallel.status, 0) << parallel.err;
    EXPECT_EQ(names_in(scratch / folder), result_files);
    // Verification problem V19: 1e-6, quantiles and half-life 1e-5.
    expect_near(comparable_results(scratch / folder), comparable_results(scratch / "small.out"), 1e-6);
    const Json counts = Json::parse(contents_of((scratch / folder) + "/summary.json"));
    EXPECT_EQ(counts["time"]["steps"], summary["time"]["steps"]) << ranks << " ranks";
  }
}

/// The comparator's looser steps against the same dose by vein with fine ones, on the same mesh: beside a
/// needle that gives next to nothing.
TEST(Run, ComparatorIsWithinHalfAPercentOfAFullRun) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  for (const auto& [drug, over] : {std::pair("ipilimumab", "90 min"), std::pair("cisplatin", "30 min")}) {
    const std::string name = drug;
    Ended ended =
        intratumor_in(scratch.path(), {"run", small, "-q", "-o", name, "--set", "drug=" + name, "--set",
                                       "run.until=3 d", "--set", "output={fields: [], maps: []}"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    ended = intratumor_in(scratch.path(),
                          {"run", small, "-q", "-o", name + "_full", "--set", "drug=" + name, "--set",
                           "run.until=3 d", "--set", "output={fields: [], maps: []}", "--set",
                           "comparator=none", "--set", "numerics.time_tolerance=1e-4", "--set",
                           "scheme=[{needle: 22G_end_hole, tip: centroid, volume: 0.1 mL, concentration: "
                           "5e-6 ug/mL, over: 1 min, "
                           "mode: deposit}, {intravenous: {dose: 0.5 mg, over: " +
                               std::string(over) + "}}]"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    const Json quick = Json::parse(contents_of(scratch / (name + "/summary.json")))["comparator"];
    const Json full = Json::parse(contents_of(scratch / (name + "_full/summary.json")));
    EXPECT_EQ(quick["mesh"]["cells"], full["mesh"]["cells"]);
    for (const auto& [key, most] : {std::pair("tumour.auc_free", 5e-3), std::pair("plasma.auc", 5e-3),
                                    std::pair("plasma.cmax", 5e-3)}) {
      const double error = number_at(quick, key) / number_at(full, key) - 1;
      std::printf("  %s: %s %.3f%% off, %s for %s steps\n", drug, key, 100 * error,
                  quick["time"]["steps"].dump().c_str(), full["time"]["steps"].dump().c_str());
      EXPECT_LE(std::abs(error), most) << key;
    }
  }
}

/// plasma.auc_inf extrapolates from the end; against a run long enough that nothing is left.
TEST(Run, PlasmaAucToInfinityIsThatOfALongRun) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const auto of = [&](const std::string& until) {
    const Ended ended = intratumor_in(
        scratch.path(), {"run", small, "-q", "-o", "out", "--overwrite", "--set", "run.until=" + until,
                         "--set", "output={fields: [], maps: []}", "--set", "comparator=none"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    return Json::parse(contents_of(scratch / "out/summary.json"));
  };
  const Json week = of("7 d"), year = of("365 d");
  const double error = number_at(week, "plasma.auc_inf") / number_at(year, "plasma.auc") - 1;
  std::printf("  AUC to infinity after a week %.3f%% off that of a year\n", 100 * error);
  EXPECT_LE(std::abs(error), 5e-3);
  EXPECT_NEAR(number_at(year, "plasma.auc_inf"), number_at(year, "plasma.auc"),
              5e-3 * number_at(year, "plasma.auc"));
}

TEST(Run, ChangesACaseAndReplacesAResult) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  fs::create_directory(scratch / "a");  // empty: anybody's
  const std::vector<std::string> arguments{
      "run", small, "-q", "-o", "a", "--set", "run.until=2 h", "--set", "output.fields=[]", "--overwrite"};
  ASSERT_EQ(intratumor_in(scratch.path(), arguments).status, 0);
  ASSERT_EQ(intratumor_in(scratch.path(), arguments).status, 0);
  std::set<std::string> files = result_files;
  files.erase("fields.h5");
  files.erase("fields.xdmf");
  EXPECT_EQ(names_in(scratch / "a"), files);
  const std::string resolved = contents_of(scratch / "a/case.resolved.yaml");
  EXPECT_NE(resolved.find("--set run.until=2 h"), std::string::npos);
  EXPECT_EQ(names_in(scratch.path()), (std::set<std::string>{"small.nii", "small.yaml", "a"}));
}

TEST(Run, RefusesAFolderItCannotWriteBeforeItComputes) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  for (const char* folder : {"/proc/result", "no/such/place"}) {
    const Ended ended = intratumor_in(scratch.path(), {"run", small, "-o", folder});
    EXPECT_EQ(ended.status, 2);
    EXPECT_EQ(lines_of(ended.err).size(), 1u) << ended.err;
  }
  EXPECT_EQ(names_in(scratch.path()), (std::set<std::string>{"small.nii", "small.yaml"}));
}

/// Begins a run of the small case and ends it by a signal when it has said something; how it ended.
Ended interrupted_run(const ScratchFolder& scratch, int ranks, const std::string& checkpoint) {
  const std::string small = write_small_case(scratch.path());
  std::vector<std::string> command = command_on_ranks(
      ranks, {"run", small, "--set", "numerics.h_min=0.25 mm", "--set", "run.checkpoint=" + checkpoint});
  if (ranks == 1) command.erase(command.begin(), command.begin() + 4);
  Program program(command, scratch.path());
  EXPECT_TRUE(program.wait_for_message("intratumor"));
  EXPECT_EQ(names_in(scratch.path()).size(), 3u);
  program.signal(ranks == 1 ? SIGINT : SIGTERM);
  return program.wait();
}

/// mpirun may end before the programs it has passed the signal on to.
bool waits_for(const std::function<bool()>& condition) {
  for (int i = 0; i < 600 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  return condition();
}

TEST(Run, LeavesNothingWhenInterrupted) {
  for (const int ranks : {1, 2}) {
    const ScratchFolder scratch;
    const Ended ended = interrupted_run(scratch, ranks, "none");
    if (ranks == 1) {
      EXPECT_EQ(ended.status, 1) << ended.err;
      EXPECT_NE(ended.err.find("interrupted"), std::string::npos);
    } else {
      EXPECT_NE(ended.status, 0);
    }
    const std::set<std::string> inputs{"small.nii", "small.yaml"};
    waits_for([&] { return names_in(scratch.path()) == inputs; });
    EXPECT_EQ(names_in(scratch.path()), inputs);
  }
}

TEST(Run, LeavesAtMostACheckpointWhenInterrupted) {
  for (const int ranks : {1, 2}) {
    const ScratchFolder scratch;
    EXPECT_NE(interrupted_run(scratch, ranks, "10 min").status, 0);
    // Nothing hidden; a whole checkpoint when the signal came late enough for one.
    EXPECT_TRUE(waits_for([&] { return names_in(scratch.path()).begin()->front() != '.'; }));
    if (fs::exists(scratch / "small.out")) {
      EXPECT_EQ(names_in(scratch / "small.out"), (std::set<std::string>{"checkpoint"}));
    }
  }
}
