// Runs that are told to end, killed or fail, and go on from their checkpoints.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "../output/scratch_folder.h"
#include "output/table.h"
#include "program.h"
#include "results.h"
#include "small_case.h"
#include "tiny_study.h"

using namespace intratumor;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

namespace {

constexpr int interrupted = 3;

Texts operator+(Texts a, const Texts& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Texts command_on(int ranks, const Texts& arguments) {
  return ranks > 1 ? command_on_ranks(ranks, arguments) : Texts{INTRATUMOR_PROGRAM} + arguments;
}

/// Starts a command, sends the signal when `message` has come, and waits for its end. A run that was faster
/// is begun again.
Ended end_at(const ScratchFolder& scratch, const Texts& command, const std::string& message, int signal,
             const std::string& result) {
  Ended ended;
  for (int attempt = 0; attempt < 5; ++attempt) {
    fs::remove_all(scratch / result);
    Program program(command, scratch.path());
    if (program.wait_for_message(message)) program.signal(signal);
    ended = program.wait();
    if (ended.status != 0) break;
  }
  return ended;
}

/// Waits until there are so many complete checkpoints, or a minute.
bool wait_for_checkpoint(Program& program, const std::string& folder, const std::string& name) {
  for (int i = 0; i < 6000 && program.running(); ++i) {
    if (fs::exists(folder + "/checkpoint/" + name)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

void replace_in(const std::string& file, const std::string& old, const std::string& by) {
  std::string text = contents_of(file);
  ASSERT_NE(text.find(old), std::string::npos) << old;
  text.replace(text.find(old), old.size(), by);
  write_text(file, text);
}

/// Fills `small.yaml` with needles that infuse one after the other: three states of flow.
void make_infusions(const std::string& file) {
  replace_in(
      file,
      "    tip: centroid\n    volume: 0.1 mL\n    concentration: 5 mg/mL\n    over: 1 min\n    mode: "
      "deposit\n",
      "    tip: {at: centroid, offset: [0.3 mm, 0.2 mm, 0.1 mm]}\n    volume: 0.02 mL\n"
      "    concentration: 5 mg/mL\n    over: 2 h\n    mode: infusion\n    at: [0 h, 12 h]\n"
      "  - needle: 22G_end_hole\n    tip: {at: centroid, offset: [2.2 mm, 0.1 mm, 0.2 mm]}\n"
      "    volume: 0.01 mL\n    concentration: 5 mg/mL\n    over: 2 h\n    mode: infusion\n    at: [5 h]\n");
  replace_in(file, "exposure:", "flow: {collapse: none}\nexposure:");
}

struct Course {
  const char* name;
  void (*change)(const std::string& file);
  Texts set;
  std::vector<const char*> messages;  // at which it is told to end
};

const std::vector<Course>& courses() {
  static const std::vector<Course> list = {
      {"deposit", [](const std::string&) {}, {"numerics.h_min=0.5 mm"}, {" 11%", "the same dose"}},
      {"weekly",
       [](const std::string& file) {
         replace_in(file, "mode: deposit", "mode: deposit\n    at: [0 d, 7 d, 14 d]");
         replace_in(file, "until: 24 h", "until: 21 d");
         replace_in(file, "[1 h, 24 h]", "[1 h, 8 d, 21 d]");
       },
       {"numerics.h_min=0.7 mm"},
       {" 42%", "the same dose"}},
      {"infusion", make_infusions, {}, {"scheme.1 infuses", "the same dose"}},
      {"bound",
       [](const std::string&) {},
       {"numerics.h_min=0.5 mm", "numerics.time_tolerance=1e-5", "run.checkpoint=0.1 s",
        "drug={like: ipilimumab, binding: {uptake: 1e-5 1/s, matrix: {concentration: {tumour: 20 uM}, "
        "dissociation_constant: 500 nM, association: 1e4 1/(M s), turnover: 1e-6 1/s}}}"},
       {"checkpoint at"}}};
  return list;
}

}  // namespace

class Resume : public testing::Test {
 protected:
  void SetUp() override { small_ = write_small_case(scratch_.path()); }
  std::string path(const std::string& name) const { return scratch_ / name; }
  Ended intratumor(const Texts& arguments) const { return intratumor_in(scratch_.path(), arguments); }

  ScratchFolder scratch_;
  std::string small_;
  // Slow enough to be told to end in its middle, with many steps.
  const Texts slow_ = {"--set", "numerics.time_tolerance=1e-5", "--set", "numerics.h_min=0.5 mm"};
  const Texts often_ = {"--set", "run.checkpoint=0.1 s"};
};

TEST_F(Resume, EqualsTheUninterruptedRun) {
  for (const Course& course : courses()) {
    write_small_case(scratch_.path());
    course.change(small_);
    Texts run = {"run", small_};
    for (const std::string& change : course.set) run = run + Texts{"--set", change};
    for (const int ranks : {1, 2}) {
      SCOPED_TRACE(std::string(course.name) + " on " + std::to_string(ranks));
      const std::string whole = std::string(course.name) + std::to_string(ranks);
      ASSERT_EQ(Program(command_on(ranks, run + Texts{"-q", "-o", whole}), scratch_.path()).wait().status, 0);
      for (const char* message : course.messages) {
        // On two ranks each course once, the first one in its comparator.
        const bool by_vein = message == std::string("the same dose");
        if (ranks == 2 && by_vein != (&course == &courses().front())) continue;
        SCOPED_TRACE(message);
        // mpirun kills soon after SIGTERM, and has an exit status of its own; SIGUSR1 it passes on.
        const Ended first = end_at(scratch_, command_on(ranks, run + Texts{"-o", "out"}), message,
                                   ranks == 1 ? SIGTERM : SIGUSR1, "out");
        ASSERT_EQ(first.status, interrupted) << first.err;
        EXPECT_NE(first.err.find("--resume goes on"), std::string::npos) << first.err;
        EXPECT_FALSE(fs::exists(path("out/summary.json")));
        const Ended second =
            Program(command_on(ranks, run + Texts{"-o", "out", "--resume"}), scratch_.path()).wait();
        ASSERT_EQ(second.status, 0) << second.err;
        EXPECT_NE(second.err.find("going on at "), std::string::npos) << second.err;
        expect_same_results(path("out"), path(whole), 1e-10);
        const auto summary = nlohmann::json::parse(contents_of(path("out/summary.json")));
        const auto other = nlohmann::json::parse(contents_of(path(whole + "/summary.json")));
        EXPECT_EQ(summary["time"]["resumed"], 1);
        for (const char* count : {"steps", "rejected_steps", "factorisations"})
          EXPECT_EQ(summary["time"][count], other["time"][count]) << count;
        EXPECT_EQ(summary["warnings"], other["warnings"]);
        // The log of the first part goes on.
        const std::string log = contents_of(path("out/log.txt"));
        EXPECT_LT(log.find("asked to end at"), log.find("going on at")) << log;
        fs::remove_all(path("out"));
      }
    }
  }
  for (const std::string& name : scratch_.entries())
    EXPECT_EQ(name.find("unfinished"), std::string::npos) << name;
}

TEST_F(Resume, AnotherNumberOfRanksGoesOn) {
  const Texts run = Texts{"run", small_} + slow_;
  ASSERT_EQ(intratumor(run + Texts{"-q", "-o", "whole"}).status, 0);
  const std::vector<std::pair<int, int>> ranks = {{2, 1}, {1, 3}};
  for (const auto& [before, after] : ranks) {
    const Ended first =
        end_at(scratch_, command_on(before, run + Texts{"-o", "out"}), " 10%", SIGUSR1, "out");
    ASSERT_EQ(first.status, interrupted) << first.err;
    const Ended second =
        Program(command_on(after, run + Texts{"-o", "out", "--resume", "-q"}), scratch_.path()).wait();
    ASSERT_EQ(second.status, 0) << second.err;
    expect_same_results(path("out"), path("whole"), 1e-6);
    fs::remove_all(path("out"));
  }
}

TEST_F(Resume, ChangedParametersAreRefusedByName) {
  const Texts run = Texts{"run", small_, "-o", "out"} + slow_;
  ASSERT_EQ(end_at(scratch_, command_on(1, run), " 10%", SIGINT, "out").status, interrupted);
  const auto refused = [&](const Texts& arguments, const std::string& part) {
    const Ended ended = intratumor(arguments);
    EXPECT_EQ(ended.status, 2) << part;
    EXPECT_EQ(lines_of(ended.err).size(), 1u) << ended.err;
    EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
  };
  refused(run + Texts{"--resume", "--set", "exposure.at_least=2 h"},
          "exposure.at_least was '3600 s', is '7200 s'");
  refused(run + Texts{"--resume", "--set", "drug=nanobody"}, "drug.name was 'ipilimumab', is 'nanobody'");
  refused(run, "--resume goes on with it, --overwrite begins anew");
  refused({"compare", "out", "out"}, "no summary.json");
  std::string image = contents_of(path("small.nii"));
  const char voxel = image[50000];
  image[50000] = static_cast<char>(voxel == 0 ? 2 : 0);
  write_text(path("small.nii"), image);
  refused(run + Texts{"--resume"}, "the file of segmentation has another content");
  image[50000] = voxel;
  write_text(path("small.nii"), image);

  // What decides no result may change; and then the folder is done.
  const Texts renamed = run + Texts{"--resume", "--set", "title=Another", "--set", "run.checkpoint=none"};
  ASSERT_EQ(intratumor(renamed + Texts{"-q"}).status, 0);
  EXPECT_FALSE(fs::exists(path("out/checkpoint")));
  const Ended done = intratumor(renamed);
  EXPECT_EQ(done.status, 0);
  EXPECT_NE(done.err.find("is done already"), std::string::npos) << done.err;
  refused(run + Texts{"--resume", "--set", "exposure.at_least=2 h"},
          "holds the result of another run: exposure.at_least was");
  refused(run, "exists already");
}

TEST_F(Resume, WithoutACheckpointItBeginsAtTheBeginning) {
  const Ended ended = intratumor({"run", small_, "-o", "out", "--resume"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.err.find("no run to go on with; from the beginning"), std::string::npos) << ended.err;
  // Told to end before the first step, it leaves nothing.
  Program program(command_on(1, {"run", small_, "-o", "b", "--resume", "--set", "numerics.h_min=0.25 mm"}),
                  scratch_.path());
  ASSERT_TRUE(program.wait_for_message("intratumor"));
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait().status, 1);
  EXPECT_FALSE(fs::exists(path("b")));
  EXPECT_EQ(scratch_.entries().size(), 3u);
}

TEST_F(Resume, ADamagedCheckpointGivesWayToTheOneBefore) {
  const Texts run = Texts{"run", small_, "-o", "out"} + slow_;
  ASSERT_EQ(intratumor(Texts{"run", small_, "-o", "whole", "-q"} + slow_).status, 0);
  {
    Program program(command_on(1, run + often_), scratch_.path());
    ASSERT_TRUE(wait_for_checkpoint(program, path("out"), "0003"));
    program.signal(SIGKILL);
    program.wait();
  }
  std::string last;
  for (const auto& entry : fs::directory_iterator(path("out/checkpoint")))
    if (entry.path().filename().string()[0] == '0') last = std::max(last, entry.path().string());
  std::string state = contents_of(last + "/state.h5");
  state[state.size() / 2] = static_cast<char>(state[state.size() / 2] ^ 1);
  write_text(last + "/state.h5", state);
  const Ended ended = intratumor(run + Texts{"--resume"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.err.find("is of no use, state.h5 is not as it was written"), std::string::npos)
      << ended.err;
  EXPECT_NE(ended.err.find("going on at "), std::string::npos) << ended.err;
  expect_same_results(path("out"), path("whole"), 1e-10);
  EXPECT_EQ(scratch_.entries().size(), 4u);
}

TEST_F(Resume, KilledAtAnyMomentItGoesOnToTheSameResults) {
  constexpr int kills = 10;
  ASSERT_EQ(intratumor(Texts{"run", small_, "-o", "whole", "-q"} + slow_).status, 0);
  const Texts run = Texts{"run", small_, "-o", "out", "--resume"} + slow_ + often_;
  std::mt19937 random(5);
  std::uniform_int_distribution<int> delay(0, 1500);
  int resumed = 0;
  for (int i = 0; i < kills; ++i) {
    Program program(command_on(1, run), scratch_.path());
    // Of four, one at any moment of the start, and the rest at any one after it.
    if (i % 4 != 3) program.wait_for_message("checkpoint at");
    std::this_thread::sleep_for(std::chrono::milliseconds(delay(random)));
    program.signal(SIGKILL);
    const Ended ended = program.wait();
    resumed += ended.err.find("going on at") != std::string::npos ? 1 : 0;
  }
  const Ended last = intratumor(run);
  EXPECT_EQ(last.status, 0) << last.err;
  std::printf("%d kills, %d of the runs had gone on from a checkpoint\n", kills, resumed);
  expect_same_results(path("out"), path("whole"), 1e-10);
}

TEST_F(Resume, TwoRunsCannotWorkInOneFolder) {
  const Texts run = Texts{"run", small_, "-o", "out"} + slow_ + often_;
  Program program(command_on(1, run), scratch_.path());
  ASSERT_TRUE(wait_for_checkpoint(program, path("out"), "0001"));
  program.signal(SIGSTOP);  // so that it is at work for as long as the others take
  for (const char* option : {"--resume", "--overwrite"}) {
    const Ended second = intratumor(run + Texts{option});
    EXPECT_EQ(second.status, 2);
    EXPECT_NE(second.err.find("another run is at work here"), std::string::npos) << second.err;
  }
  program.signal(SIGCONT);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_FALSE(fs::exists(path("out/checkpoint")));
}

TEST_F(Resume, AnOldResultStaysUntilTheNewOneIsWhole) {
  const Texts run = Texts{"run", small_, "-o", "out"} + slow_;
  ASSERT_EQ(intratumor({"run", small_, "-o", "out", "-q"}).status, 0);
  const std::string old = contents_of(path("out/summary.json"));
  Program program(command_on(1, run + Texts{"--overwrite"}), scratch_.path());
  ASSERT_TRUE(program.wait_for_message(" 10%"));
  program.signal(SIGTERM);
  ASSERT_EQ(program.wait().status, interrupted);
  EXPECT_EQ(contents_of(path("out/summary.json")), old);
  ASSERT_EQ(intratumor(run + Texts{"--resume", "-q"}).status, 0);
  EXPECT_NE(contents_of(path("out/summary.json")), old);
  EXPECT_FALSE(fs::exists(path("out/checkpoint")));
  EXPECT_EQ(scratch_.entries().size(), 3u);
}

TEST_F(Resume, AFullDiskCostsTheCheckpointAndNotTheRun) {
  fs::create_directory(path("disk"));
  // Room for the results without fields, not for a checkpoint; only root may mount such a disk.
  if (Program({"mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", path("disk")}, scratch_.path())
          .wait()
          .status != 0)
    GTEST_SKIP() << "cannot mount a small disk here";
  const Texts run = Texts{"run", small_, "-o", "disk/out", "--set", "output={fields: [], maps: []}"} + slow_;
  const Ended full = intratumor(run + often_);
  EXPECT_EQ(full.status, 0) << full.err;
  EXPECT_NE(full.err.find("no checkpoint, the run goes on without"), std::string::npos) << full.err;
  EXPECT_TRUE(fs::exists(path("disk/out/summary.json")));
  EXPECT_FALSE(fs::exists(path("disk/out/checkpoint")));
  // Told to end, it cannot say that it will go on.
  const Ended ended = end_at(scratch_, command_on(1, run), " 10%", SIGTERM, "disk/out");
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_NE(ended.err.find("no checkpoint could be written"), std::string::npos) << ended.err;
  EXPECT_TRUE(fs::is_empty(path("disk")));
  Program({"umount", path("disk")}, scratch_.path()).wait();
}

TEST_F(Resume, ACaseOfASweepGoesOn) {
  write_text(path("study.yaml"),
             "base: small.yaml\nvary:\n  scheme.0.volume: [0.1 mL, 0.12 mL]\n  numerics.h_min: [0.5 mm]\n"
             "  numerics.time_tolerance: [1e-5]\n  run.checkpoint: [0.1 s]\n");
  const Texts sweep = {"sweep", "study.yaml", "-o", "out"};
  ASSERT_EQ(intratumor({"sweep", "study.yaml", "-o", "whole", "-q"}).status, 0);
  const std::string one = path("out/cases/00001");

  // By its number, as a task of a job array does.
  const Texts index = sweep + Texts{"--index", "1"};
  const Ended first = end_at(scratch_, command_on(1, index), " 10%", SIGUSR1, "out");
  ASSERT_EQ(first.status, interrupted) << first.err;
  EXPECT_NE(first.err.find("the same command goes on"), std::string::npos) << first.err;
  const Ended status = intratumor(sweep + Texts{"--status"});
  EXPECT_EQ(status.out.find("0 of 2 cases done, 0 failed, 2 open, 1 of them begun"), 0u) << status.out;
  const Ended second = intratumor(index);
  EXPECT_EQ(second.status, 0) << second.err;
  EXPECT_NE(second.err.find("going on at "), std::string::npos) << second.err;
  expect_same_results(one, path("whole/cases/00001"), 1e-10);

  // A sweep that ends by Ctrl-C, here the other case in the midst of its steps.
  fs::remove_all(path("out"));
  Program program(command_on(1, sweep + Texts{"--jobs", "2"}), scratch_.path());
  for (int i = 0; i < 3000 && !fs::exists(path("out/cases/00000/checkpoint/0001")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const auto start = std::chrono::steady_clock::now();
  program.signal(SIGINT);
  const Ended ended = program.wait();
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 12);
  EXPECT_EQ(ended.status, interrupted) << ended.err;
  const Ended rest = intratumor(sweep + Texts{"--resume", "-q"});
  EXPECT_EQ(rest.status, 0) << rest.err;
  for (const char* number : {"00000", "00001"})
    expect_same_results(path("out/cases/") + number, path("whole/cases/") + number, 1e-10);
}
