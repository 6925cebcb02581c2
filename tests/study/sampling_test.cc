// What OpenTURNS draws and estimates, against closed forms.
#include "study/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace intratumor {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
using Kind = Distribution::Kind;

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.));
}

TEST(Sampling, QuantilesAreThoseOfTheDistributions) {
  const std::vector<double> levels = {0.05, 0.5, 0.9};
  const Points q = quantiles({{Kind::normal, {2, 3}, -infinity, infinity},
                              {Kind::lognormal, {5, 3}, -infinity, infinity},
                              {Kind::uniform, {1, 3}, -infinity, infinity},
                              {Kind::triangular, {0, 1, 4}, -infinity, infinity},
                              {Kind::normal, {0, 1}, -1, 2},
                              {Kind::lognormal, {3.1e-14, 3}, 1e-14, infinity}},
                             levels);
  ASSERT_EQ(q.size(), 6u);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const double p = levels[i];
    EXPECT_NEAR(normal_cdf((q[0][i] - 2) / 3), p, 1e-9);
    EXPECT_NEAR(normal_cdf(std::log(q[1][i] / 5) / std::log(3.)), p, 1e-9);
    EXPECT_NEAR(q[2][i], 1 + 2 * p, 1e-12);
    EXPECT_NEAR(q[3][i], p < 0.25 ? std::sqrt(4 * p) : 4 - std::sqrt(12 * (1 - p)), 1e-9);
    EXPECT_NEAR((normal_cdf(q[4][i]) - normal_cdf(-1)) / (normal_cdf(2) - normal_cdf(-1)), p, 1e-9);
    const double below = normal_cdf(std::log(1e-14 / 3.1e-14) / std::log(3.));
    EXPECT_NEAR((normal_cdf(std::log(q[5][i] / 3.1e-14) / std::log(3.)) - below) / (1 - below), p, 1e-6);
  }
}

TEST(Sampling, LatinHypercubeHitsEveryStratumOnce) {
  const std::vector<Distribution> inputs(3, {Kind::uniform, {0, 1}, -infinity, infinity});
  const Points points = draw(DesignBlock::Kind::latin_hypercube, 20, 7, inputs);
  ASSERT_EQ(points.size(), 20u);
  for (std::size_t j = 0; j < 3; ++j) {
    std::vector<int> hits(20);
    for (const auto& row : points) ++hits[static_cast<std::size_t>(20 * row[j])];
    for (const int n : hits) EXPECT_EQ(n, 1);
  }
  EXPECT_EQ(points, draw(DesignBlock::Kind::latin_hypercube, 20, 7, inputs));
  EXPECT_NE(points, draw(DesignBlock::Kind::latin_hypercube, 20, 8, inputs));
}

TEST(Sampling, SobolSequenceIntegratesBetterThanChance) {
  const std::vector<Distribution> inputs(3, {Kind::uniform, {0, 1}, -infinity, infinity});
  double sum = 0;
  const std::size_t n = 1024;
  for (const auto& x : draw(DesignBlock::Kind::sobol, n, 1, inputs)) sum += 8 * x[0] * x[1] * x[2];
  // Chance would be off by 1.17/sqrt(1024) = 0.037.
  EXPECT_NEAR(sum / n, 1, 0.01);
}

// Ishigami: sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 on [-pi, pi]^3, whose indices are known in closed form.
TEST(Sampling, SobolIndicesOfIshigamisFunction) {
  const double a = 7, b = 0.1, pi = std::acos(-1.);
  const std::vector<Distribution> inputs(3, {Kind::uniform, {-pi, pi}, -infinity, infinity});
  std::vector<double> outputs;
  const std::size_t n = 4096;
  for (const auto& x : draw(DesignBlock::Kind::saltelli, n, 1, inputs))
    outputs.push_back(std::sin(x[0]) + a * std::sin(x[1]) * std::sin(x[1]) +
                      b * std::pow(x[2], 4) * std::sin(x[0]));
  ASSERT_EQ(outputs.size(), 5 * n);
  const SobolIndices indices = sobol_indices(3, outputs);

  const double v1 = 0.5 * std::pow(1 + b * std::pow(pi, 4) / 5, 2), v2 = a * a / 8;
  const double v13 = b * b * std::pow(pi, 8) * (1. / 18 - 1. / 50);
  const double v = v1 + v2 + v13;
  const double first[] = {v1 / v, v2 / v, 0}, total[] = {(v1 + v13) / v, v2 / v, v13 / v};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(indices.first[i], first[i], 0.02) << i;
    EXPECT_NEAR(indices.total[i], total[i], 0.02) << i;
    EXPECT_LE(indices.first_low[i], first[i]) << i;
    EXPECT_GE(indices.first_high[i], first[i]) << i;
    EXPECT_LE(indices.total_low[i], total[i] + 0.005) << i;
    EXPECT_GE(indices.total_high[i], total[i] - 0.005) << i;
    EXPECT_LT(indices.first_high[i] - indices.first_low[i], 0.15) << i;
  }
}

}  // namespace
}  // namespace intratumor
