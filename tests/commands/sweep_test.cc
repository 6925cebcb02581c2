// Studies as their users start them.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "../output/scratch_folder.h"
#include "output/table.h"
#include "program.h"
#include "tiny_study.h"

using namespace intratumor;
namespace fs = std::filesystem;

namespace {

/// Volumes of which the third cannot be placed in the image.
const char* const study_with_failure =
    "base: tiny.yaml\n"
    "vary:\n"
    "  scheme.0.volume: [0.1 mL, 0.2 mL, 20 mL, 0.3 mL]\n"
    "metrics: {maximise: [tumour.d95], minimise: [plasma.cmax]}\n";

/// Processor time of all processes that have been waited for, s: other work on the machine does not add to
/// it.
double processor_time() {
  rusage used{};
  getrusage(RUSAGE_CHILDREN, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/// results.csv without what the clock decides.
std::vector<std::string> results_of(const std::string& folder) {
  std::vector<std::string> rows;
  std::size_t wall = std::string::npos;
  for (const std::string& line : lines_of(contents_of(folder + "/results.csv"))) {
    std::vector<std::string> cells(1);
    for (const char c : line) {
      if (c == ',')
        cells.emplace_back();
      else
        cells.back() += c;
    }
    if (rows.empty())
      for (std::size_t i = 0; i < cells.size(); ++i)
        if (cells[i] == "time_wall_s") wall = i;
    std::string kept;
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (i != wall) kept += cells[i] + ",";
    rows.push_back(kept);
  }
  return rows;
}

}  // namespace

TEST(Sweep, RunsEveryCaseAndTellsOfFailures) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_with_failure);
  const Ended list = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--list"});
  EXPECT_EQ(list.status, 0) << list.err;
  EXPECT_NE(list.out.find("scheme.0.volume"), std::string::npos) << list.out;
  EXPECT_NE(list.out.find("estimate: 4 cases"), std::string::npos) << list.out;
  EXPECT_FALSE(fs::exists(scratch / "study.out"));

  const Ended ended = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--jobs", "2"});
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_NE(ended.err.find("case 2 failed (scheme.0.volume = 20 mL): "), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("does not fit into the region of interest"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("3 of 4 cases done, 1 failed"), std::string::npos) << ended.err;
  EXPECT_NE(ended.out.find("tumour.d95"), std::string::npos) << ended.out;
  const std::vector<std::string> rows = results_of(scratch / "study.out");
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].find("case,status,reason,scheme_0_volume_m3,"), 0u) << rows[0];
  EXPECT_EQ(rows[1].find("0,done,,"), 0u) << rows[1];
  EXPECT_EQ(rows[3].find("2,failed,"), 0u) << rows[3];
  for (const char* name : {"results.h5", "analysis.json", "study.resolved.yaml", "plan.json"})
    EXPECT_TRUE(fs::exists(scratch / (std::string("study.out/") + name))) << name;
  // Only summaries are kept.
  EXPECT_TRUE(fs::exists(scratch / "study.out/cases/00000/case.resolved.yaml"));
  EXPECT_FALSE(fs::exists(scratch / "study.out/cases/00000/fields.h5"));
  EXPECT_FALSE(fs::exists(scratch / "study.out/cases/00000/maps"));
  EXPECT_FALSE(fs::exists(scratch / "study.out/cases/00002"));

  const Ended status = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--status"});
  EXPECT_EQ(status.status, 0) << status.err;
  EXPECT_EQ(status.out.find("3 of 4 cases done, 1 failed, 0 open"), 0u) << status.out;

  // The same case run alone, on its mesh, gives the same.
  const Ended alone =
      intratumor_in(scratch.path(), {"run", "study.out/cases/00001/case.resolved.yaml", "-o", "alone"});
  ASSERT_EQ(alone.status, 0) << alone.err;
  const auto one = nlohmann::json::parse(contents_of(scratch / "alone/summary.json"));
  const auto other = nlohmann::json::parse(contents_of(scratch / "study.out/cases/00001/summary.json"));
  EXPECT_EQ(one["tumour"], other["tumour"]);
  EXPECT_EQ(one["plasma"], other["plasma"]);

  // Results stand side by side as those of runs do.
  EXPECT_EQ(
      intratumor_in(scratch.path(), {"compare", "study.out/cases/00000", "study.out/cases/00001"}).status, 0);

  const Ended again = intratumor_in(scratch.path(), {"sweep", "study.yaml"});
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("--resume goes on with it"), std::string::npos) << again.err;
}

TEST(Sweep, GoesOnWithFailedAndNewCases) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_of_volumes(2));
  ASSERT_EQ(intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--quiet"}).status, 0);
  const auto first = fs::last_write_time(scratch / "out/cases/00000/summary.json");
  // One that was lost, and one that is said to have failed.
  fs::remove_all(scratch / "out/cases/00001");
  write_text(scratch / "out/failures/00001.json", "{\"reason\": \"was made up\"}");
  const Ended failed = intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--failed"});
  EXPECT_EQ(failed.status, 0) << failed.err;
  EXPECT_EQ(done_in(scratch / "out"), 2u);
  EXPECT_FALSE(fs::exists(scratch / "out/failures/00001.json"));

  write_text(scratch / "study.yaml", study_of_volumes(3));
  const Ended grown = intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--resume"});
  EXPECT_EQ(grown.status, 2);
  EXPECT_NE(grown.err.find("0 of its 2 cases are gone, 1 are new"), std::string::npos) << grown.err;
  EXPECT_NE(grown.err.find("--extend"), std::string::npos) << grown.err;
  EXPECT_EQ(intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--extend", "-q"}).status, 0);
  EXPECT_EQ(done_in(scratch / "out"), 3u);
  EXPECT_EQ(fs::last_write_time(scratch / "out/cases/00000/summary.json"), first);
  EXPECT_EQ(results_of(scratch / "out").size(), 4u);

  write_text(scratch / "study.yaml", study_of_volumes(5));
  std::string base = contents_of(scratch / "tiny.yaml");
  base.replace(base.find("until: 1 h"), 10, "until: 2 h");
  write_text(scratch / "tiny.yaml", base);
  const Ended changed = intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--extend"});
  EXPECT_EQ(changed.status, 2);
  EXPECT_NE(changed.err.find("run.until was '3600 s', is '7200 s'"), std::string::npos) << changed.err;
  EXPECT_EQ(changed.err.find("--extend"), std::string::npos) << changed.err;
}

TEST(Sweep, KilledAtAnyMomentItGoesOnToTheSameResults) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_of_volumes(12));
  ASSERT_EQ(intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "whole", "-q", "--jobs", "2"}).status,
            0);
  std::mt19937 random(7);
  std::uniform_int_distribution<int> delay(100, 2500);
  std::size_t done = 0;
  for (int kill_number = 0; kill_number < 10; ++kill_number) {
    std::vector<std::string> command = {INTRATUMOR_PROGRAM, "sweep", "study.yaml", "-o", "out", "-q",
                                        "--jobs",           "2"};
    if (fs::exists(scratch / "out/plan.json")) command.push_back("--resume");
    Program program(command, scratch.path());
    std::this_thread::sleep_for(std::chrono::milliseconds(delay(random)));
    program.signal(SIGKILL);
    program.wait();
    EXPECT_GE(done_in(scratch / "out"), done);
    done = done_in(scratch / "out");
  }
  std::vector<std::string> command = {"sweep", "study.yaml", "-o", "out", "-q"};
  if (fs::exists(scratch / "out/plan.json")) command.push_back("--resume");
  const Ended last = intratumor_in(scratch.path(), command);
  EXPECT_EQ(last.status, 0) << last.err;
  EXPECT_EQ(results_of(scratch / "out"), results_of(scratch / "whole"));
  for (const auto& entry : fs::recursive_directory_iterator(scratch / "out"))
    EXPECT_EQ(entry.path().string().find("unfinished"), std::string::npos) << entry.path();
}

TEST(Sweep, CtrlCEndsCleanlyAndTheSecondSweepInAFolderIsRefused) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_of_volumes(200));
  Program program({INTRATUMOR_PROGRAM, "sweep", "study.yaml", "-o", "out", "--jobs", "2"}, scratch.path());
  for (int i = 0; i < 6000 && program.running() && done_in(scratch / "out") < 3; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_TRUE(program.running());
  const Ended second = intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--resume"});
  EXPECT_EQ(second.status, 2);
  EXPECT_NE(second.err.find("another sweep is at work"), std::string::npos) << second.err;
  program.signal(SIGINT);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 3) << ended.err;
  EXPECT_NE(ended.err.find("interrupted, --resume goes on"), std::string::npos) << ended.err;
  EXPECT_GE(done_in(scratch / "out"), 3u);
  EXPECT_EQ(results_of(scratch / "out").size(), 201u);
  for (const auto& entry : fs::recursive_directory_iterator(scratch / "out"))
    EXPECT_EQ(entry.path().string().find("unfinished"), std::string::npos) << entry.path();
}

TEST(Sweep, RanksOpenANewFolderTogether) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_with_failure);
  for (int i = 0; i < 6; ++i) {
    const std::string folder = "new" + std::to_string(i);
    if (i % 2 == 1) fs::create_directory(scratch / folder);
    const Ended ended =
        intratumor_on_ranks(2, scratch.path(), {"sweep", "study.yaml", "-o", folder, "--index", "1", "-q"});
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(done_in(scratch / folder), 1u);
  }
  const Ended beyond =
      intratumor_on_ranks(2, scratch.path(), {"sweep", "study.yaml", "-o", "none", "--index", "9"});
  EXPECT_EQ(beyond.status, 2);
  EXPECT_FALSE(fs::exists(scratch / "none"));
  write_text(scratch / "other.yaml", study_of_volumes(2));
  const Ended other =
      intratumor_on_ranks(2, scratch.path(), {"sweep", "other.yaml", "-o", "new0", "--index", "1", "-q"});
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("error: "), std::string::npos) << other.err;
}

TEST(Sweep, OneCaseByItsNumberAlsoOnRanks) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_with_failure);
  EXPECT_EQ(intratumor_in(scratch.path(), {"sweep", "study.yaml", "--index", "1", "-q"}).status, 0);
  const Ended two = intratumor_on_ranks(2, scratch.path(), {"sweep", "study.yaml", "--index", "3", "-q"});
  EXPECT_EQ(two.status, 0) << two.err;
  EXPECT_EQ(done_in(scratch / "study.out"), 2u);
  EXPECT_EQ(intratumor_in(scratch.path(), {"sweep", "study.yaml", "--index", "2", "-q"}).status, 2);
  EXPECT_TRUE(fs::exists(scratch / "study.out/failures/00002.json"));
  const Ended beyond = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--index", "4"});
  EXPECT_EQ(beyond.status, 2);
  EXPECT_NE(beyond.err.find("the cases 0 to 3"), std::string::npos) << beyond.err;
  const Ended rest = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--resume"});
  EXPECT_EQ(rest.status, 1) << rest.err;
  EXPECT_EQ(done_in(scratch / "study.out"), 3u);
}

TEST(Sweep, SeveralCasesByTheirNumbersInOneProcess) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_with_failure);
  const Ended ended = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--index", "3,0,2", "-q"});
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_EQ(done_in(scratch / "study.out"), 2u);
  EXPECT_TRUE(fs::exists(scratch / "study.out/cases/00003/summary.json"));
  EXPECT_TRUE(fs::exists(scratch / "study.out/failures/00002.json"));
  EXPECT_EQ(intratumor_in(scratch.path(), {"sweep", "study.yaml", "--index", "3,1,0", "-q"}).status, 0);
  EXPECT_EQ(done_in(scratch / "study.out"), 3u);
  for (const char* wrong : {"1,", "1,x", "-1", "1.5", "99999999999999999999"}) {
    const Ended refused = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--index", wrong});
    EXPECT_EQ(refused.status, 2) << wrong;
    EXPECT_NE(refused.err.find("is no number of a case"), std::string::npos) << refused.err;
  }
  // What is open would be started in processes of their own, which ranks are not.
  const Ended ranks = intratumor_on_ranks(2, scratch.path(), {"sweep", "study.yaml", "--index", "1,2", "-q"});
  EXPECT_EQ(ranks.status, 2);
  EXPECT_NE(ranks.err.find("one case at a time"), std::string::npos) << ranks.err;
}

TEST(Sweep, AWorkerThatIsKilledFailsItsCaseAndNoOther) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_of_volumes(30));
  Program program({INTRATUMOR_PROGRAM, "sweep", "study.yaml", "-o", "out"}, scratch.path());
  for (int i = 0; i < 6000 && program.running() && done_in(scratch / "out") < 3; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  // The one child is the worker.
  const std::string children =
      "/proc/" + std::to_string(program.id()) + "/task/" + std::to_string(program.id()) + "/children";
  const std::string child = contents_of(children);
  ASSERT_FALSE(child.empty());
  const pid_t worker = std::stoi(child);
  // In the middle of a case: while its folder is not yet in place.
  const auto at_work = [&] {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(scratch / "out/cases", error))
      if (entry.path().filename().string()[0] == '.') return true;
    return false;
  };
  for (int i = 0; i < 1000; ++i) {
    kill(worker, SIGSTOP);
    if (at_work()) break;
    kill(worker, SIGCONT);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  kill(worker, SIGKILL);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_NE(ended.err.find("the process was ended by a signal (Killed)"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("29 of 30 cases done, 1 failed"), std::string::npos) << ended.err;
  EXPECT_EQ(intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "--failed", "-q"}).status, 0);
  EXPECT_EQ(done_in(scratch / "out"), 30u);
}

// What a sweep adds to the cases' own computing, its start and end included.
TEST(Sweep, ACaseCostsLittleBesideItsSolve) {
  constexpr int count = 1000;
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_of_volumes(count));
  const double before = processor_time();
  ASSERT_EQ(intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "out", "-q", "--jobs", "2"}).status,
            0);
  const double used = processor_time() - before;
  double solving = 0;
  for (const auto& entry : fs::directory_iterator(scratch / "out/cases")) {
    const auto summary = nlohmann::json::parse(contents_of(entry.path() / "summary.json"));
    const auto& phases = summary["time"]["phases"];
    for (const char* phase : {"image_s", "mesh_s", "flow_s", "operator_s", "time_loop_s", "metrics_s"})
      solving += phases[phase].get<double>();
  }
  std::printf("processor time of a case: %.3f s beside %.3f s of solving\n", (used - solving) / count,
              solving / count);
  EXPECT_LT((used - solving) / count, 0.1);
}

TEST(Sweep, WrongCommandLinesAndStudiesAreOneMessage) {
  const ScratchFolder scratch;
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_with_failure);
  const auto refused = [&](std::vector<std::string> arguments, const std::string& part) {
    arguments.insert(arguments.begin(), "sweep");
    const Ended ended = intratumor_in(scratch.path(), arguments);
    EXPECT_EQ(ended.status, 2) << part;
    EXPECT_EQ(lines_of(ended.err).size(), 1u) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  };
  refused({}, "which study");
  refused({"study.yaml", "other.yaml"}, "one study at a time");
  refused({"none.yaml"}, "no such file");
  refused({"tiny.yaml"}, "is a case, not a study");
  refused({"study.yaml", "--jobs", "0"}, "--jobs");
  refused({"study.yaml", "--list", "--status"}, "cannot go together");
  refused({"study.yaml", "--list", "--resume"}, "has no effect");
  refused({"study.yaml", "--resume", "--failed"}, "give one of the two");
  refused({"study.yaml", "--resume"}, "holds no study");
  refused({"study.yaml", "--status"}, "holds no study");
  refused({"study.yaml", "-o", "none/out"}, "there is no folder");
  refused({INTRATUMOR_PROJECT_DIR "/tests/bad_study/misspelt_drug.yaml"}, "did you mean cisplatin?");
  EXPECT_EQ(scratch.entries().size(), 4u);
}

TEST(Sweep, EveryBadStudyIsOneMessageAndLeavesNothing) {
  const ScratchFolder scratch;
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(INTRATUMOR_PROJECT_DIR "/tests/bad_study"))
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  ASSERT_GE(paths.size(), 40u);
  constexpr std::size_t at_once = 4;  // the program's start takes most of the time
  for (std::size_t begin = 0; begin < paths.size(); begin += at_once) {
    std::vector<std::future<Ended>> ends;
    for (std::size_t i = begin; i < std::min(begin + at_once, paths.size()); ++i)
      ends.push_back(std::async(std::launch::async, intratumor_in, scratch.path(),
                                std::vector<std::string>{"sweep", paths[i]}));
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const Ended ended = ends[i].get();
      EXPECT_EQ(ended.status, 2) << paths[begin + i] << ended.err;
      EXPECT_EQ(ended.out, "");
      EXPECT_EQ(lines_of(ended.err).size(), 1u) << ended.err;
    }
  }
  EXPECT_TRUE(scratch.entries().empty());
}

TEST(Sweep, AFullDiskStopsItAndLosesNothing) {
  const ScratchFolder scratch;
  fs::create_directory(scratch / "disk");
  // A disk of 300 kB; only root may mount one.
  if (Program({"mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", scratch / "disk"}, scratch.path())
          .wait()
          .status != 0)
    GTEST_SKIP() << "cannot mount a small disk here";
  write_tiny_case(scratch);
  write_text(scratch / "study.yaml", study_of_volumes(40));
  const Ended full = intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "disk/out", "--jobs", "2"});
  const std::size_t done = done_in(scratch / "disk/out");
  EXPECT_EQ(full.status, 1) << full.err;
  EXPECT_NE(full.err.find("No space left on device"), std::string::npos) << full.err;
  EXPECT_GE(done, 1u);
  EXPECT_LT(done, 40u);
  Program({"mount", "-o", "remount,size=30m", scratch / "disk"}, scratch.path()).wait();
  const Ended rest =
      intratumor_in(scratch.path(), {"sweep", "study.yaml", "-o", "disk/out", "--resume", "--jobs", "2"});
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(done_in(scratch / "disk/out"), 40u);
  Program({"umount", scratch / "disk"}, scratch.path()).wait();
}
