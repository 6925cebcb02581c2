#include "parameters/limits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

namespace intratumor {
namespace {

std::string cell(const Range& range, Dimension dimension) {
  const bool bounded = std::isfinite(range.low) || std::isfinite(range.high);
  return bounded ? describe(range, dimension) : "";
}

std::string row(const Limit& limit) {
  return std::string("| `") + limit.key + "` | " + cell(limit.possible, limit.dimension) + " | " +
         cell(limit.usual, limit.dimension) + " | " + limit.why + " |";
}

TEST(Limits, StandInTheDocumentation) {
  std::ifstream file(INTRATUMOR_PROJECT_DIR "/docs/limits.md");
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.insert(line);
  ASSERT_FALSE(lines.empty());
  std::size_t rows = 0;
  for (const std::string& line : lines) rows += line.rfind("| `", 0) == 0;
  std::string expected;
  for (const Limit* limit : all_limits()) {
    EXPECT_TRUE(lines.count(row(*limit)) > 0) << row(*limit);
    expected += row(*limit) + "\n";
  }
  EXPECT_EQ(rows, all_limits().size());
  if (HasFailure()) std::printf("docs/limits.md should hold:\n%s", expected.c_str());
}

TEST(Limits, UsualIsPossible) {
  std::set<std::string> keys;
  for (const Limit* limit : all_limits()) {
    SCOPED_TRACE(limit->key);
    EXPECT_TRUE(keys.insert(limit->key).second);
    EXPECT_LT(limit->possible.low, limit->possible.high);
    if (!std::isfinite(limit->usual.high)) continue;
    EXPECT_GE(limit->usual.low, limit->possible.low);
    EXPECT_LE(limit->usual.high, limit->possible.high);
    EXPECT_LT(limit->usual.low, limit->usual.high);
  }
}

TEST(Limits, AreFoundByPath) {
  EXPECT_EQ(limit_of("tissues.tumour.vessel.reflection"), &limits::reflection);
  EXPECT_EQ(limit_of("drug.pharmacokinetics.human.peripherals.1.volume"), &limits::peripheral_volume);
  EXPECT_EQ(limit_of("drug.in.kidney.diffusivity"), &limits::diffusivity_in);
  EXPECT_EQ(limit_of("drug.binding.matrix.concentration.dense"), &limits::matrix_concentration);
  EXPECT_EQ(limit_of("run.until"), &limits::until);
  EXPECT_EQ(limit_of("run.until.x"), nullptr);
  EXPECT_EQ(limit_of("run"), nullptr);
  EXPECT_EQ(limit_of("tissues.tumour.vessel"), nullptr);
}

}  // namespace
}  // namespace intratumor
