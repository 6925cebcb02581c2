#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>

#include "images/label_image.h"

namespace intratumor {
namespace {

LabelImage random_image(const std::array<int, 3>& size, unsigned seed) {
  LabelImage image;
  image.size = size;
  image.spacing = {0.7e-3, 0.9e-3, 2.6e-3};
  image.axes = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  image.labels.resize(static_cast<std::size_t>(size[0]) * size[1] * size[2]);
  std::mt19937 random(seed);
  for (auto& label : image.labels) label = random() % 4;
  return image;
}

double brute_force(const LabelImage& image, const std::vector<std::uint16_t>& values,
                   const std::array<int, 3>& first, const std::array<int, 3>& last, const Vector3& lower,
                   const Vector3& upper) {
  double volume = 0;
  for (int k = first[2]; k <= last[2]; ++k)
    for (int j = first[1]; j <= last[1]; ++j)
      for (int i = first[0]; i <= last[0]; ++i) {
        if (std::find(values.begin(), values.end(), image.at(i, j, k)) == values.end()) continue;
        const std::array<int, 3> at{i, j, k};
        double part = 1;
        for (int a = 0; a < 3; ++a)
          part *= std::max(0.0, std::min(upper[a], (at[a] + 1) * image.spacing[a]) -
                                    std::max(lower[a], at[a] * image.spacing[a]));
        volume += part;
      }
  return volume;
}

TEST(RegionTable, AgainstBruteForce) {
  const LabelImage image = random_image({13, 11, 8}, 1);
  const std::vector<std::uint16_t> values{1, 3};
  const std::array<int, 3> first{2, 0, 1}, last{11, 9, 7};
  const RegionTable table(image, values, first, last);
  std::mt19937 random(2);
  std::uniform_real_distribution<double> uniform(-0.2, 1.2);
  double worst = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    Vector3 lower, upper;
    const double shrink = trial % 3 == 0 ? 1 : trial % 3 == 1 ? 0.1 : 1e-3;  // down to far below a voxel
    for (int a = 0; a < 3; ++a) {
      const double extent = image.size[a] * image.spacing[a];
      lower[a] = uniform(random) * extent;
      upper[a] = lower[a] + std::abs(uniform(random)) * extent * shrink;
      if (trial % 5 == 0) {  // on voxel faces
        lower[a] = std::floor(lower[a] / image.spacing[a]) * image.spacing[a];
        upper[a] = lower[a] + std::ceil((upper[a] - lower[a]) / image.spacing[a]) * image.spacing[a];
      }
    }
    const double box = (upper[0] - lower[0]) * (upper[1] - lower[1]) * (upper[2] - lower[2]);
    const double expected = brute_force(image, values, first, last, lower, upper);
    const double found = table.overlap(lower, upper);
    EXPECT_GE(found, 0);
    // Far below a voxel the coordinates themselves are not exact enough to ask for 1e-12 of the box.
    worst = std::max(worst, std::abs(found - expected) / std::max(box, image.voxel_volume()));
  }
  std::printf("largest error, relative to box or voxel: %.1e\n", worst);
  EXPECT_LT(worst, 1e-12);
}

TEST(RegionTable, PartsAddUpToTheWhole) {
  const LabelImage image = random_image({40, 33, 17}, 5);
  const auto counts = count_labels(image);
  const RegionTable table(image, {2}, {0, 0, 0}, {39, 32, 16});
  // Cuts that meet no voxel face, beyond the image on both sides.
  std::array<std::vector<double>, 3> cuts;
  std::mt19937 random(9);
  for (int a = 0; a < 3; ++a) {
    const double extent = image.size[a] * image.spacing[a];
    cuts[a] = {-0.1 * extent, 1.1 * extent};
    for (int i = 0; i < 50; ++i)
      cuts[a].push_back(std::uniform_real_distribution<double>(-0.1, 1.1)(random) * extent);
    std::sort(cuts[a].begin(), cuts[a].end());
  }
  double sum = 0;
  for (std::size_t i = 1; i < cuts[0].size(); ++i)
    for (std::size_t j = 1; j < cuts[1].size(); ++j)
      for (std::size_t k = 1; k < cuts[2].size(); ++k)
        sum += table.overlap({cuts[0][i - 1], cuts[1][j - 1], cuts[2][k - 1]},
                             {cuts[0][i], cuts[1][j], cuts[2][k]});
  const double volume = static_cast<double>(counts.at(2)) * image.voxel_volume();
  EXPECT_NEAR(sum, volume, 1e-12 * volume);
}

TEST(RegionTable, OddCases) {
  const LabelImage image = random_image({6, 5, 4}, 11);
  const RegionTable absent(image, {9}, {0, 0, 0}, {5, 4, 3});
  EXPECT_EQ(absent.overlap({0, 0, 0}, {1, 1, 1}), 0);
  const RegionTable beyond(image, {0, 1, 2, 3}, {-10, -10, -10}, {100, 100, 100});
  EXPECT_NEAR(beyond.overlap({-1, -1, -1}, {1, 1, 1}), 120 * image.voxel_volume(), 1e-22);
  EXPECT_EQ(beyond.overlap({0, 0, 0}, {0, 0, 0}), 0);
  EXPECT_EQ(beyond.overlap({1e-3, 1e-3, 1e-3}, {0, 2e-3, 2e-3}), 0);
  EXPECT_EQ(beyond.overlap({NAN, 0, 0}, {1e-3, 1e-3, 1e-3}), 0);
  const RegionTable nothing(image, {1}, {3, 3, 3}, {2, 2, 2});
  EXPECT_EQ(nothing.overlap({0, 0, 0}, {1, 1, 1}), 0);
}

TEST(RegionTable, Speed) {
  // A ball in the middle of a large image; boxes of about 1.5 voxels, scattered over the ball's surroundings.
  LabelImage image = random_image({120, 120, 60}, 1);
  for (int k = 0, at = 0; k < 60; ++k)
    for (int j = 0; j < 120; ++j)
      for (int i = 0; i < 120; ++i, ++at)
        image.labels[at] = std::hypot((i - 60) * 0.7, (j - 60) * 0.9, (k - 30) * 2.6) < 20;
  const RegionTable table(image, {1}, {0, 0, 0}, {119, 119, 59});
  std::mt19937 random(4);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::array<std::vector<Vector3>, 4> boxes;  // by kind: beyond the region's box, outside, inside, across
  const double edge = 1.5e-3;
  for (int trial = 0; trial < 400000; ++trial) {
    Vector3 lower, upper;
    for (int a = 0; a < 3; ++a) {
      lower[a] = uniform(random) * image.size[a] * image.spacing[a] - edge / 2;
      upper[a] = lower[a] + edge;
    }
    const double share = table.overlap(lower, upper) / (edge * edge * edge);
    const double far = 22e-3, middle[3] = {42e-3, 54e-3, 78e-3};
    bool beyond = false;
    for (int a = 0; a < 3; ++a) beyond = beyond || std::abs(lower[a] - middle[a]) > far;
    boxes[beyond ? 0 : share == 0 ? 1 : share > 1 - 1e-9 ? 2 : 3].push_back(lower);
  }
  const char* const names[4] = {"beyond the region's box", "outside the region", "inside",
                                "across the boundary"};
  double sum = 0;
  for (int kind = 0; kind < 4; ++kind) {
    ASSERT_FALSE(boxes[kind].empty());
    const auto start = std::chrono::steady_clock::now();
    const int rounds = 1 + static_cast<int>(1000000 / boxes[kind].size());
    for (int round = 0; round < rounds; ++round)
      for (const auto& lower : boxes[kind])
        sum += table.overlap(lower, {lower[0] + edge, lower[1] + edge, lower[2] + edge});
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf("%s: %.0f ns per box\n", names[kind], 1e9 * seconds / (double(rounds) * boxes[kind].size()));
  }
  EXPECT_GT(sum, 0);
}

}  // namespace
}  // namespace intratumor
