#include "output/result_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "output/interruption.h"
#include "output/table.h"
#include "quantities/error.h"
#include "scratch_folder.h"

using namespace intratumor;
namespace fs = std::filesystem;

namespace {

std::string message_of(const std::string& path, bool overwrite) {
  try {
    const ResultFolder folder(path, overwrite);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// A child process that does `work`, which does not return; comes back when that has called what it is given.
pid_t child_at_work(const std::function<void(const std::function<void()>&)>& work) {
  int ready[2];
  if (pipe(ready) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) {
    work([&] {
      if (write(ready[1], "r", 1) != 1) _exit(1);
    });
    _exit(1);
  }
  close(ready[1]);
  char byte = 0;
  EXPECT_EQ(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  return child;
}

}  // namespace

TEST(ResultFolder, TakesItsNameWhenWhole) {
  const ScratchFolder scratch;
  {
    ResultFolder folder(scratch / "run.out/", false);
    write_text(folder.staging() + "/summary.json", "{}");
    EXPECT_FALSE(fs::exists(scratch / "run.out"));
    folder.commit();
  }
  EXPECT_EQ(scratch.entries(), std::vector<std::string>{"run.out"});
  EXPECT_EQ(contents_of(scratch / "run.out/summary.json"), "{}");
}

TEST(ResultFolder, LeavesNothingWhenNotCommitted) {
  const ScratchFolder scratch;
  {
    ResultFolder folder(scratch / "run.out", false);
    write_text(folder.staging() + "/summary.json", "{}");
  }
  EXPECT_TRUE(scratch.entries().empty());
}

TEST(ResultFolder, ReplacesAnOldResultOnlyWhenTold) {
  const ScratchFolder scratch;
  fs::create_directory(scratch / "run.out");
  write_text(scratch / "run.out/summary.json", "old");
  EXPECT_NE(message_of(scratch / "run.out", false).find("--overwrite"), std::string::npos);
  {
    ResultFolder failed(scratch / "run.out", true);
    write_text(failed.staging() + "/summary.json", "new");
  }
  EXPECT_EQ(contents_of(scratch / "run.out/summary.json"), "old");
  {
    ResultFolder folder(scratch / "run.out", true);
    write_text(folder.staging() + "/summary.json", "new");
    folder.commit();
  }
  EXPECT_EQ(contents_of(scratch / "run.out/summary.json"), "new");
  EXPECT_EQ(scratch.entries(), std::vector<std::string>{"run.out"});
}

TEST(ResultFolder, ReplacesItsOwnCheckpointsAndNothingElse) {
  const ScratchFolder scratch;
  const std::string path = scratch / "run.out";
  {
    ResultFolder folder(path, false);
    write_text(folder.staging() + "/summary.json", "new");
    fs::create_directories(path + "/checkpoint/0001");
    EXPECT_THROW(folder.commit(), ComputationError);  // somebody else's
    folder.expect_checkpoint();
    write_text(path + "/summary.json", "of another run");
    EXPECT_THROW(folder.commit(), ComputationError);
    fs::remove(path + "/summary.json");
    folder.commit();
  }
  EXPECT_EQ(contents_of(path + "/summary.json"), "new");
  EXPECT_FALSE(fs::exists(path + "/checkpoint"));
  EXPECT_EQ(scratch.entries(), std::vector<std::string>{"run.out"});
  // One that goes on finds its checkpoints there.
  fs::remove(path + "/summary.json");
  fs::create_directories(path + "/checkpoint/0001");
  EXPECT_NE(message_of(path, false).find("exists already"), std::string::npos);
  EXPECT_EQ(message_of(path, true), "");
  ResultFolder folder(path, false, true);
  folder.commit();
  EXPECT_FALSE(fs::exists(path + "/checkpoint"));
}

TEST(ResultFolder, OverwriteSparesWhatIsNoResult) {
  const ScratchFolder scratch;
  fs::create_directory(scratch / "thesis");
  write_text(scratch / "thesis/chapter1", "years");
  EXPECT_NE(message_of(scratch / "thesis", true).find("no summary.json"), std::string::npos);
  write_text(scratch / "file", "x");
  EXPECT_NE(message_of(scratch / "file", true).find("not a folder"), std::string::npos);
  EXPECT_EQ(contents_of(scratch / "thesis/chapter1"), "years");
}

TEST(ResultFolder, RefusesAnImpossiblePlaceAtOnce) {
  const ScratchFolder scratch;
  EXPECT_NE(message_of(scratch / "no/such/run.out", false).find("there is no folder"), std::string::npos);
  EXPECT_NE(message_of("/proc/run.out", false).find("cannot write into /proc"), std::string::npos);
  EXPECT_NE(message_of("", false), "");
  EXPECT_TRUE(scratch.entries().empty());
}

TEST(ResultFolder, LeavesNothingAfterASignal) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const ScratchFolder scratch;
    const pid_t child = child_at_work([&](const auto& ready) {
      ResultFolder folder(scratch / "run.out", false);
      const Interruption interruption([&] {
        folder.discard();
        return 1;
      });
      for (int i = 0;; ++i) {  // goes on writing while it is cleaned up
        try {
          write_text(folder.staging() + "/" + std::to_string(i % 1000), "x");
        } catch (const ComputationError&) {
        }
        if (i == 0) ready();
      }
    });
    ASSERT_GT(child, 0);
    kill(child, number);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 1);
    EXPECT_TRUE(scratch.entries().empty()) << "signal " << number;
  }
}

TEST(ResultFolder, LeavesNothingWhenKilledAfterAWarning) {
  const ScratchFolder scratch;
  const pid_t child = child_at_work([&](const auto& ready) {
    ResultFolder folder(scratch / "run.out", false);
    write_text(folder.staging() + "/fields.h5", "half");
    folder.discard_after_death();
    ready();
    for (;;) pause();
  });
  ASSERT_GT(child, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(scratch.entries().size(), 1u) << "it still writes";
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  for (int i = 0; i < 600 && !scratch.entries().empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(scratch.entries().empty());

  // What was committed stays.
  {
    ResultFolder folder(scratch / "whole.out", false);
    write_text(folder.staging() + "/summary.json", "{}");
    folder.discard_after_death();
    folder.commit();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(contents_of(scratch / "whole.out/summary.json"), "{}");
}
