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
#include "small_case.h"
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

TEST(Slurm, AnArrayOfFiftyCasesOfWhichSomeFailAndSomeAreCutShort) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  // Case 49 cannot be placed in the image.
  write_text(scratch / "study.yaml",
             "base: tiny.yaml\nvary:\n  scheme.0.volume: " + list_of_volumes(49, "20 mL") + "\n");
  write_text(scratch / "site.yaml",
             "partition: main\ncases_per_task: 10\nat_once: 2\ntime: 5 min\nmemory: 500 MB\n");
  const LocalSlurm slurm(scratch);
  if (slurm.status == 77) GTEST_SKIP() << "needs root, slurm-wlm and munge";
  ASSERT_EQ(slurm.status, 0);
  const std::vector<std::string> submit = {"sweep",   "study.yaml", "-o",       "out",
                                           "--slurm", "--profile",  "site.yaml"};
  const Ended submitted = intratumor_in(scratch.path(), submit);
  ASSERT_EQ(submitted.status, 0) << submitted.err;
  EXPECT_NE(submitted.err.find("50 cases in 5 tasks of up to 5 min"), std::string::npos) << submitted.err;
  // One task is ended in its middle, as its time limit would; not that of the case that fails.
  for (int i = 0; i < 600 && done_in(scratch / "out") < 4; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const std::string job = submitted.err.substr(submitted.err.find("job ") + 4);
  const std::string number = job.substr(0, job.find(';'));
  const std::string first_task = lines_of(contents_of(scratch / "out/slurm/array_1.txt")).front() + " ";
  const std::string task = first_task.find("49 ") == std::string::npos ? "_0" : "_1";
  EXPECT_EQ(Program({"scancel", number + task}, scratch.path()).wait().status, 0);
  ASSERT_TRUE(slurm.wait_for_jobs());

  const Ended status = intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--status"});
  EXPECT_EQ(status.status, 0) << status.err;
  EXPECT_NE(status.out.find("case 49 failed (scheme.0.volume = 20 mL)"), std::string::npos) << status.out;
  EXPECT_EQ(status.out.find(" 0 open"), std::string::npos) << status.out;
  EXPECT_LT(done_in(scratch / "out"), 49u);
  EXPECT_GE(done_in(scratch / "out"), 39u);
  // The results of what was done have been gathered.
  EXPECT_EQ(lines_of(contents_of(scratch / "out/results.csv")).size(), 51u);

  std::vector<std::string> again = submit;
  again.push_back("--resume");
  const Ended resumed = intratumor_in(scratch.path(), again);
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  ASSERT_TRUE(slurm.wait_for_jobs());
  EXPECT_EQ(done_in(scratch / "out"), 49u);
  const Ended last = intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--status"});
  EXPECT_EQ(last.out.find("49 of 50 cases done, 1 failed, 0 open"), 0u) << last.out;
}

TEST(Slurm, ATaskThatReachesItsTimeLimitGoesOnWhenItIsSubmittedAgain) {
  const ScratchFolder scratch;
  write_small_case(scratch.path());
  // More than the shortest limit that Slurm knows, a minute; it signals up to half a minute early.
  write_text(scratch / "study.yaml",
             "base: small.yaml\nvary:\n  numerics.h_min: [0.2 mm]\n  numerics.time_tolerance: [5e-8]\n"
             "  exposure.thresholds: [[1 ug/mL]]\n");
  write_text(scratch / "site.yaml", "time: 1 min\nmemory: 1500 MB\n");
  const LocalSlurm slurm(scratch);
  if (slurm.status == 77) GTEST_SKIP() << "needs root, slurm-wlm and munge";
  ASSERT_EQ(slurm.status, 0);
  std::vector<std::string> submit = {"sweep", "study.yaml", "-o", "out", "--slurm", "--profile", "site.yaml"};
  int submitted = 0;
  for (; submitted < 20 && done_in(scratch / "out") == 0; ++submitted) {
    if (submitted == 1) submit.push_back("--resume");
    const Ended ended = intratumor_in(scratch.path(), submit);
    ASSERT_EQ(ended.status, 0) << ended.err;
    ASSERT_TRUE(slurm.wait_for_jobs());
    if (done_in(scratch / "out") > 0) continue;
    const Ended status = intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--status"});
    EXPECT_EQ(status.out.find("0 of 1 cases done, 0 failed, 1 open, 1 of them begun"), 0u) << status.out;
  }
  const std::string result = scratch / "out/cases/00000";
  ASSERT_EQ(done_in(scratch / "out"), 1u) << contents_of(result + "/checkpoint/0001/log.txt");
  const auto summary = nlohmann::json::parse(contents_of(result + "/summary.json"));
  EXPECT_GE(summary["time"]["resumed"], 1);
  EXPECT_EQ(summary["time"]["resumed"], submitted - 1);
  std::printf("%d submissions, %.0f s in all\n", submitted, summary["time"]["wall_s"].get<double>());
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
