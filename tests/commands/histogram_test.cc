// The program's histogram and coverage against scripts/check_histogram, which must also see what is wrong.
#include <gtest/gtest.h>

#include "../output/scratch_folder.h"
#include "output/table.h"
#include "program.h"
#include "small_case.h"

using intratumor::write_text;

namespace {

Ended check(const ScratchFolder& scratch) {
  return Program({INTRATUMOR_PYTHON, INTRATUMOR_PROJECT_DIR "/scripts/check_histogram", "result"},
                 scratch.path())
      .wait();
}

void run_small_case(const ScratchFolder& scratch, const std::vector<std::string>& changes) {
  write_small_case(scratch.path());
  std::vector<std::string> arguments = {"run",   "small.yaml",     "-q", "-o", "result",
                                        "--set", "comparator=none"};
  for (const std::string& change : changes) {
    arguments.push_back("--set");
    arguments.push_back(change);
  }
  const Ended run = intratumor_in(scratch.path(), arguments);
  ASSERT_EQ(run.status, 0) << run.err;
}

}  // namespace

TEST(Histogram, AgreesWithRandomPointsInTheSegmentation) {
  const ScratchFolder scratch;
  run_small_case(scratch, {});
  const Ended found = check(scratch);
  EXPECT_EQ(found.status, 0) << found.out << found.err;
}

TEST(Histogram, AgreesForPeaksInAnotherSpace) {
  const ScratchFolder scratch;
  run_small_case(scratch, {"exposure.at_least=0 h", "geometry.space=LPS"});
  const Ended found = check(scratch);
  EXPECT_EQ(found.status, 0) << found.out << found.err;
}

TEST(Histogram, OfOnePercentMoreIsSeen) {
  const ScratchFolder scratch;
  run_small_case(scratch, {});
  const std::string path = scratch / "result/exposure_volume.csv";
  std::vector<std::string> lines = lines_of(contents_of(path));
  ASSERT_GT(lines.size(), 100u);
  std::string text = lines.front() + "\n";
  for (std::size_t k = 1; k < lines.size(); ++k) {
    const std::size_t comma = lines[k].find(',');
    const double share = std::stod(lines[k].substr(comma + 1));
    text += lines[k].substr(0, comma + 1) + std::to_string(share < 0.9 ? share + 0.01 : share) + "\n";
  }
  write_text(path, text);
  const Ended found = check(scratch);
  EXPECT_EQ(found.status, 1) << found.out << found.err;
}

TEST(Histogram, WithoutFieldsAtTheEndIsRefused) {
  const ScratchFolder scratch;
  run_small_case(scratch, {"output.fields=[1 h]"});
  const Ended found = check(scratch);
  EXPECT_EQ(found.status, 2);
  EXPECT_NE(found.err.find("output.fields"), std::string::npos) << found.err;
}
