// Several ranks: errors on some only and on all, and the same results.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "program.h"
#include "results.h"
#include "small_case.h"

using intratumor::number_at;
using Json = nlohmann::ordered_json;

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

/// Two needles of two holes each, whose schedules overlap, with vessels that collapse: the same steps and
/// numbers on any number of ranks, told once.
TEST(Ranks, InfusionIsTheSameOnOneTwoAndFour) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const std::vector<std::string> run{
      "run",
      small,
      "--set",
      "scheme=[{needle: {like: 22G_side_holes, holes: [0 mm, 3 mm]}, tip: centroid, direction: [0, 0, 1], "
      "rate: 1 uL/min, volume: 60 uL, concentration: 5 mg/mL, mode: infusion}, {needle: 22G_end_hole, "
      "tip: {at: centroid, offset: [2 mm, 1 mm, 0 mm]}, rate: 0.5 uL/min, volume: 30 uL, "
      "concentration: 5 mg/mL, at: 30 min, mode: infusion}]",
      "--set",
      "output={fields: [24 h], maps: [auc]}",
      "-o"};
  const auto with = [&run](const std::string& folder) {
    std::vector<std::string> all = run;
    all.push_back(folder);
    return all;
  };
  const Ended one = intratumor_in(scratch.path(), with("one"));
  ASSERT_EQ(one.status, 0) << one.err;
  const Json counts = Json::parse(contents_of(scratch / "one/summary.json"));
  EXPECT_LT(number_at(counts, "pressure.open_vessels_least_fraction"), 1);
  for (const int ranks : {2, 4}) {
    const std::string folder = "on" + std::to_string(ranks);
    const Ended parallel = intratumor_on_ranks(ranks, scratch.path(), with(folder));
    ASSERT_EQ(parallel.status, 0) << parallel.err;
    expect_same_results(scratch / folder, scratch / "one", 1e-6);
    EXPECT_EQ(Json::parse(contents_of((scratch / folder) + "/summary.json"))["time"]["steps"],
              counts["time"]["steps"]);
    EXPECT_EQ(lines_of(parallel.out).size(), lines_of(one.out).size()) << parallel.out;
  }
}
