#include <gtest/gtest.h>

#include <cmath>

#include "quantities/error.h"
#include "transport/step_ladder.h"
#include "transport/tissue_operator.h"

namespace intratumor {
namespace {

TEST(Bernoulli, AgreesWithItsSeriesAndAsymptotes) {
  EXPECT_DOUBLE_EQ(bernoulli(0), 1);
  EXPECT_NEAR(bernoulli(1e-9), 1 - 0.5e-9, 1e-16);
  for (const double x : {1e-7, 1e-3, 0.1}) {
    const double series = 1 - x / 2 + x * x / 12 - x * x * x * x / 720;
    EXPECT_NEAR(bernoulli(x), series, 1e-9) << x;
  }
  EXPECT_NEAR(bernoulli(1) - bernoulli(-1), -1, 1e-15);  // B(x) - B(-x) = -x
  EXPECT_EQ(bernoulli(1000), 0);
  EXPECT_NEAR(bernoulli(-1000), 1000, 1e-9);
}

TEST(BloodExchange, IsPatlaksForBothSignsOfFiltration) {
  TissueCoefficients t;
  t.permeability_surface = 6e-5;
  t.solvent_drag_reflection = 0.9;
  for (const double filtration : {-6e-4, -1e-6, 1e-6, 6e-4}) {
    const BloodExchange e = blood_exchange(t, filtration);
    EXPECT_GE(e.into, 0);
    EXPECT_GE(e.out, 0);
    const double drag = filtration * 0.1, peclet = drag / 6e-5;
    // Jv (1 - sf) (cp - c exp(-Pe)) / (1 - exp(-Pe)) for cp = 2, c = 3.
    const double patlak = drag * (2 - 3 * std::exp(-peclet)) / (1 - std::exp(-peclet));
    EXPECT_NEAR((e.into * 2 - e.out * 3) / patlak, 1, 1e-10);
    EXPECT_NEAR(e.into - e.out, drag, 1e-18);  // equal concentrations: what the stream carries
  }
  EXPECT_DOUBLE_EQ(blood_exchange(t, 0).into, 6e-5);
  t.permeability_surface = 0;
  EXPECT_NEAR(blood_exchange(t, 1e-4).into, 1e-5, 1e-18);
  EXPECT_EQ(blood_exchange(t, 1e-4).out, 0);
  EXPECT_NEAR(blood_exchange(t, -1e-4).out, 1e-5, 1e-18);
}

TEST(BloodExchange, ScalesWithOpenVessels) {
  TissueCoefficients t;
  t.permeability_surface = 6e-5;
  t.solvent_drag_reflection = 0.9;
  const BloodExchange whole = blood_exchange(t, 2e-4), half = blood_exchange(t, 1e-4, 0.5);
  EXPECT_NEAR(half.into / whole.into, 0.5, 1e-14);
  EXPECT_NEAR(half.out / whole.out, 0.5, 1e-14);
}

TEST(Collapse, RampsFromOneToItsFloor) {
  const Collapse collapse;
  EXPECT_EQ(collapse.open_share(2000, 1999), 1);
  EXPECT_NEAR(collapse.open_share(2000, 2000 + collapse.width / 2), 0.525, 1e-12);
  EXPECT_NEAR(collapse.open_share(2000, 2000 + 2 * collapse.width), 0.05, 1e-15);
}

TEST(StepLadder, LandsOnTheEndAndKeepsToItsRungs) {
  StepLadder ladder(1., 16.);
  EXPECT_DOUBLE_EQ(ladder.propose(1000), 16);
  EXPECT_DOUBLE_EQ(ladder.propose(20), 10);  // two equal steps
  EXPECT_DOUBLE_EQ(ladder.propose(16.000001), 16.000001);
  EXPECT_TRUE(ladder.judge(16, 1e-9));
  EXPECT_DOUBLE_EQ(ladder.propose(1000), 32);  // two rungs at most
  EXPECT_FALSE(ladder.judge(32, 8.));          // 0.8 * 32 / 2 = 12.8: rung below is 11.3
  EXPECT_NEAR(ladder.propose(1000), std::pow(2., 3.5), 1e-12);
  EXPECT_EQ(ladder.rejected(), 1);
  ladder.restart(4.);
  EXPECT_DOUBLE_EQ(ladder.propose(1000), 1);
}

TEST(StepLadder, RoundsTheEstimateBeforeItDecides) {
  StepLadder a(1., 16.), b(1., 16.);
  a.judge(16, 0.123456789);
  b.judge(16, 0.123456790);
  EXPECT_EQ(a.propose(1e9), b.propose(1e9));
}

TEST(StepLadder, GivesUpLoudly) {
  StepLadder ladder(1., 1e-5);
  EXPECT_THROW(
      {
        for (int k = 0; k < 100; ++k) ladder.judge(ladder.propose(1), 1e6);
      },
      ComputationError);
  EXPECT_THROW(StepLadder(1., 1.).judge(1., std::nan("")), ComputationError);
}

}  // namespace
}  // namespace intratumor
