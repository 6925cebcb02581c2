// What is given by vein in place of needles.
#include <gtest/gtest.h>

#include "simulation/setup.h"

namespace intratumor {
namespace {

constexpr double minute = 60, day = 86400;

Deposit given_at(const std::vector<double>& times, double amount) {
  return {0, Ball{Point(), 1e-3}, amount, 1, minute, times, 0};
}

intratumor::Setup by_vein(double usual_duration, const std::vector<Deposit>& deposits) {
  Case c;
  c.until = 14 * day;
  c.drug.intravenous_duration.value = usual_duration;
  Setup setup;
  setup.deposits = deposits;
  return intravenous_comparator(c, setup);
}

TEST(Comparator, InjectionsOfOneSessionAreOneDose) {
  // Four after each other, and the same a week later; the last begins when the first dose's hour is over.
  const auto vein =
      by_vein(60 * minute, {given_at({4 * minute, 7 * day}, 2), given_at({2 * minute}, 3),
                            given_at({0, 7 * day + 2 * minute}, 1), given_at({60 * minute}, 5)});
  ASSERT_EQ(vein.intravenous.size(), 3u);
  const double amounts[] = {1 + 3 + 2, 5, 2 + 1}, times[] = {0, 60 * minute, 7 * day};
  for (int k = 0; k < 3; ++k) {
    EXPECT_EQ(vein.intravenous[k].amount, amounts[k]);
    EXPECT_EQ(vein.intravenous[k].times, std::vector<double>{times[k]});
    EXPECT_EQ(vein.intravenous[k].duration, 60 * minute);
  }
  EXPECT_TRUE(vein.deposits.empty());
  EXPECT_EQ(vein.given_intratumoral, 0);
  EXPECT_EQ(vein.given_intravenous, 14);
}

TEST(Comparator, BolusesAreOneOnlyAtOneTime) {
  const auto vein = by_vein(0, {given_at({0, minute}, 1), given_at({0}, 2)});
  ASSERT_EQ(vein.intravenous.size(), 2u);
  EXPECT_EQ(vein.intravenous[0].amount, 3);
  EXPECT_EQ(vein.intravenous[1].amount, 1);
}

TEST(Comparator, ADoseEndsWithTheRun) {
  const auto vein = by_vein(60 * minute, {given_at({14 * day - 30 * minute}, 1)});
  ASSERT_EQ(vein.intravenous.size(), 1u);
  EXPECT_EQ(vein.intravenous[0].duration, 30 * minute);
}

}  // namespace
}  // namespace intratumor
