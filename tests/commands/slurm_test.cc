// Studies as job arrays of a real Slurm, started on this machine.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "../output/scratch_folder.h"
#include "output/table.h"
#include "program.h"
#include "tiny_study.h"

using namespace intratumor;
namespace fs = std::filesystem;

namespace {

const char* const local_slurm = INTRATUMOR_PROJECT_DIR "/tests/commands/slurm/local_slurm";

/// Its daemons end with the scope.
struct LocalSlurm {
  const ScratchFolder& scratch;
  int status;
  explicit LocalSlurm(const ScratchFolder& folder, const std::string& setting = "") : scratch(folder) {
    const Ended ended = Program({local_slurm, "start", scratch / "slurm", setting}, scratch.path()).wait();
    status = ended.status;
    if (status != 0 && status != 77) ADD_FAILURE() << ended.err;
    setenv("SLURM_CONF", (scratch / "slurm/slurm.conf").c_str(), 1);
  }
  ~LocalSlurm() {
    Program({local_slurm, "stop", scratch / "slurm"}, scratch.path()).wait();
    unsetenv("SLURM_CONF");
  }
  /// Until no job is left, at most two minutes.
  bool wait_for_jobs() const {
    for (int i = 0; i < 240; ++i) {
      const Ended queue = Program({"squeue", "-h"}, scratch.path()).wait();
      if (queue.status == 0 && queue.out.empty()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    return false;
  }
};

}  // namespace

TEST(Slurm, AnArrayOfFiftyCasesOfWhichOneFailsAndSomeReachTheTimeLimit) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  // Cases 10 and 20 take more than the shortest limit that Slurm knows, a minute (it signals up to half a
  // minute early); case 49 cannot be placed in the image.
  std::string cells, tolerances, ends;
  for (int k = 0; k < 50; ++k) {
    const bool longer = k == 10 || k == 20;
    const char* const between = k > 0 ? ", " : "";
    cells += between + std::string(longer ? "0.3 mm" : "3 mm");
    tolerances += between + std::string(longer ? "1e-8" : "1e-3");
    ends += between + std::string(longer ? "12 h" : "1 h");
  }
  write_text(
      scratch / "study.yaml",
      "base: tiny.yaml\nvary:\n  scheme.0.volume: " + list_of_volumes(49, "20 mL") + "\n  numerics.h_min: [" +
          cells + "]\n  numerics.time_tolerance: [" + tolerances + "]\n  run.until: [" + ends +
          "]\ndesign: {list: [scheme.0.volume, numerics.h_min, numerics.time_tolerance, run.until]}\n");
  write_text(scratch / "site.yaml",
             "partition: main\ncases_per_task: 10\nat_once: 2\ntime: 1 min\nmemory: 1500 MB\n");
  const LocalSlurm slurm(scratch);
  if (slurm.status == 77) GTEST_SKIP() << "needs root, slurm-wlm and munge";
  ASSERT_EQ(slurm.status, 0);
  const auto submit = [&](const std::string& option) {
    std::vector<std::string> command = {"sweep",   "study.yaml", "-o",       "out",
                                        "--slurm", "--profile",  "site.yaml"};
    if (!option.empty()) command.push_back(option);
    const Ended ended = intratumor_in(scratch.path(), command);
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_TRUE(slurm.wait_for_jobs());
    return ended.err;
  };
  const auto status = [&] {
    return intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--status"}).out;
  };
  EXPECT_NE(submit("").find("50 cases in 5 tasks of up to 1 min"), std::string::npos);
  EXPECT_NE(status().find("case 49 failed (scheme.0.volume = 20 mL"), std::string::npos) << status();
  EXPECT_NE(status().find(" of them begun"), std::string::npos) << status();
  EXPECT_NE(status().find(", 1 failed, "), std::string::npos) << status();
  EXPECT_LT(done_in(scratch / "out"), 49u);
  EXPECT_GE(done_in(scratch / "out"), 29u);  // all of the tasks that hold neither long case
  // The results of what was done have been gathered.
  EXPECT_EQ(lines_of(contents_of(scratch / "out/results.csv")).size(), 51u);

  int submitted = 1;
  for (; submitted < 20 && done_in(scratch / "out") < 49; ++submitted) submit("--resume");
  EXPECT_EQ(status().find("49 of 50 cases done, 1 failed, 0 open"), 0u) << status();
  for (const char* number : {"00010", "00020"}) {
    const auto summary =
        nlohmann::json::parse(contents_of(scratch / (std::string("out/cases/") + number + "/summary.json")));
    EXPECT_GE(summary["time"]["resumed"], 1) << number;
    std::printf("%d submissions, case %s: cut short %d times, %.0f s in all\n", submitted, number,
                summary["time"]["resumed"].get<int>(), summary["time"]["wall_s"].get<double>());
  }
  EXPECT_NE(submit("--failed").find("1 case in 1 task of up to"), std::string::npos);
  EXPECT_EQ(status().find("49 of 50 cases done, 1 failed, 0 open"), 0u) << status();
}

TEST(Slurm, ACaseMayHaveSeveralRanks) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_of_volumes(2));
  write_text(scratch / "site.yaml", "ranks: 2\nlauncher: mpirun -np 2\nmemory: 900 MB\n");
  const LocalSlurm slurm(scratch);
  if (slurm.status == 77) GTEST_SKIP() << "needs root, slurm-wlm and munge";
  const Ended submitted =
      intratumor_in(scratch.path(), {"sweep", "study.yaml", "--slurm", "--profile", "site.yaml"});
  ASSERT_EQ(submitted.status, 0) << submitted.err;
  ASSERT_TRUE(slurm.wait_for_jobs());
  ASSERT_EQ(done_in(scratch / "study.out"), 2u);
  EXPECT_NE(contents_of(scratch / "study.out/cases/00001/summary.json").find("\"ranks\": 2"),
            std::string::npos);
}

TEST(Slurm, WithoutSubmittingOnlyTheScriptsAreWritten) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_of_volumes(3));
  const Ended ended = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--slurm", "--no-submit"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(contents_of(scratch / "study.out/slurm/array_1.txt"), "0 1 2\n");
  const std::string script = scratch / "study.out/slurm/array_1.sh";
  EXPECT_NE(contents_of(script).find("#SBATCH --array=0-0%50\n"), std::string::npos);
  // What a task runs, by hand.
  setenv("SLURM_ARRAY_TASK_ID", "0", 1);
  EXPECT_EQ(Program({"bash", script}, scratch.path()).wait().status, 0);
  unsetenv("SLURM_ARRAY_TASK_ID");
  EXPECT_EQ(Program({"bash", scratch / "study.out/slurm/gather.sh"}, scratch.path()).wait().status, 0);
  EXPECT_EQ(lines_of(contents_of(scratch / "study.out/results.csv")).size(), 4u);
}

TEST(Slurm, MoreTasksThanAnArrayTakesAndNoneTwice) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_of_volumes(7));
  write_text(scratch / "site.yaml", "cases_per_task: 1\nat_once: 2\nmemory: 500 MB\n");
  const LocalSlurm slurm(scratch, "MaxArraySize=3");
  if (slurm.status == 77) GTEST_SKIP() << "needs root, slurm-wlm and munge";
  ASSERT_EQ(slurm.status, 0);
  std::vector<std::string> submit = {"sweep", "study.yaml", "--slurm", "--profile", "site.yaml"};
  const Ended submitted = intratumor_in(scratch.path(), submit);
  ASSERT_EQ(submitted.status, 0) << submitted.err;
  EXPECT_NE(submitted.err.find("7 cases in 7 tasks"), std::string::npos) << submitted.err;
  EXPECT_NE(submitted.err.find("3 arrays, one after the other"), std::string::npos) << submitted.err;
  const Ended status = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--status"});
  EXPECT_NE(status.out.find("Slurm: "), std::string::npos) << status.out;
  submit.push_back("--resume");
  const Ended again = intratumor_in(scratch.path(), submit);
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("tasks of this study"), std::string::npos) << again.err;
  ASSERT_TRUE(slurm.wait_for_jobs());
  EXPECT_EQ(done_in(scratch / "study.out"), 7u);
  EXPECT_EQ(lines_of(contents_of(scratch / "study.out/results.csv")).size(), 8u);
}
