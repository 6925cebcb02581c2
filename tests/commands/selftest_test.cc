// `intratumor selftest`: passes here, on one rank and on two, and says so when something is missing.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "../output/scratch_folder.h"
#include "program.h"

namespace {

void expect_passed(const Ended& ended) {
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  const std::vector<std::string> lines = lines_of(ended.out);
  ASSERT_GE(lines.size(), 11u) << ended.out;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    EXPECT_NE(lines[i].find(" error "), std::string::npos) << lines[i];
    EXPECT_EQ(lines[i].substr(lines[i].size() - 4), "  ok") << lines[i];
  }
  EXPECT_EQ(lines.back(), "all " + std::to_string(lines.size() - 1) + " checks passed");
}

}  // namespace

TEST(Selftest, PassesAndLeavesNothing) {
  const ScratchFolder scratch;
  setenv("TMPDIR", scratch.path().c_str(), 1);
  Program alone({INTRATUMOR_PROGRAM, "selftest"}, scratch.path());
  Program two(command_on_ranks(2, {"selftest"}), scratch.path());
  const Ended one_rank = alone.wait();
  const Ended two_ranks = two.wait();
  unsetenv("TMPDIR");
  expect_passed(one_rank);
  expect_passed(two_ranks);
  for (const std::string& name : scratch.entries())
    EXPECT_EQ(name.find("selftest"), std::string::npos) << name;
}

TEST(Selftest, FailsWithoutParameters) {
  const ScratchFolder scratch;
  setenv("INTRATUMOR_PARAMS", scratch.path().c_str(), 1);
  const Ended ended = intratumor_in(scratch.path(), {"selftest"});
  unsetenv("INTRATUMOR_PARAMS");
  EXPECT_EQ(ended.status, 1) << ended.out << ended.err;
  EXPECT_NE(ended.out.find("FAILED"), std::string::npos) << ended.out;
  EXPECT_NE(lines_of(ended.out).back().find("checks FAILED"), std::string::npos) << ended.out;
  EXPECT_EQ(intratumor_in(scratch.path(), {"selftest", "--fast"}).status, 2);
}
