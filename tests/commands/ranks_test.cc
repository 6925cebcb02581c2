// Errors on some ranks only, and on all.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "../output/scratch_folder.h"
#include "program.h"

namespace {

void expect_one_error(const std::string& who, const std::string& message) {
  const ScratchFolder scratch;
  Program program(
      {INTRATUMOR_MPIRUN, "--oversubscribe", "-np", "3", INTRATUMOR_FAIL_ON_RANK, scratch / "result", who},
      scratch.path());
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 2) << ended.err;
  std::vector<std::string> errors;
  for (const std::string& line : lines_of(ended.err))
    if (line.rfind("error: ", 0) == 0) errors.push_back(line);
  EXPECT_EQ(errors, std::vector<std::string>{"error: " + message}) << ended.err;
  // mpirun may end before the programs that it has told to.
  for (int i = 0; i < 600 && !scratch.entries().empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(scratch.entries().empty());
}

}  // namespace

TEST(Ranks, AllFail) {
  expect_one_error("all", "rank 0 failed");
}

TEST(Ranks, OneFailsWhileTheOthersWait) {
  expect_one_error("one", "rank 1 failed");
}
