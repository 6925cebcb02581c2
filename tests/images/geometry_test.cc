#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "images/label_image.h"
#include "quantities/error.h"

namespace intratumor {
namespace {

/// An empty image with 0.8 x 1 x 2.5 mm voxels, turned in the world.
LabelImage make_image(const std::array<int, 3>& size) {
  LabelImage image;
  image.size = size;
  image.spacing = {0.8e-3, 1e-3, 2.5e-3};
  image.origin = {0.01, -0.02, 0.03};
  image.axes = {{{0.8, -0.6, 0}, {0.6, 0.8, 0}, {0, 0, 1}}};
  image.labels.assign(static_cast<std::size_t>(size[0]) * size[1] * size[2], 0);
  image.path = "made-up.nii";
  return image;
}

std::uint16_t& voxel(LabelImage& image, int i, int j, int k) {
  return image.labels[(static_cast<std::size_t>(k) * image.size[1] + j) * image.size[0] + i];
}

void expect_index(const LabelImage& image, const Vector3& position, const Vector3& expected) {
  const Vector3 found = image.index(position);
  for (int a = 0; a < 3; ++a) EXPECT_NEAR(found[a], expected[a], 1e-9) << "axis " << a;
}

TEST(Geometry, CountsAndCentroid) {
  LabelImage image = make_image({6, 5, 4});
  voxel(image, 1, 1, 1) = 2;
  voxel(image, 4, 3, 1) = 2;
  voxel(image, 4, 1, 3) = 3;
  const auto counts = count_labels(image);
  EXPECT_EQ(counts.size(), 3u);
  EXPECT_EQ(counts.at(0), 117u);
  EXPECT_EQ(counts.at(2), 2u);
  EXPECT_EQ(counts.at(3), 1u);
  expect_index(image, centroid(image, {2}), {2.5, 2, 1});
  expect_index(image, centroid(image, {2, 3}), {3, 5. / 3, 5. / 3});
}

TEST(Geometry, AbsentLabelNamesThoseThatOccur) {
  LabelImage image = make_image({6, 5, 4});
  voxel(image, 1, 1, 1) = 7;
  for (const auto& ask : {+[](const LabelImage& i) { centroid(i, {2}); },
                          +[](const LabelImage& i) { deepest_point(i, {2}); }}) {
    try {
      ask(image);
      FAIL() << "no error";
    } catch (const InputError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("made-up.nii"), std::string::npos);
      EXPECT_NE(text.find("no voxel has label 2"), std::string::npos) << text;
      EXPECT_NE(text.find("0 7"), std::string::npos) << text;
    }
  }
}

TEST(Geometry, DeepestPointOfABox) {
  LabelImage image = make_image({30, 30, 20});
  for (int k = 4; k <= 8; ++k)                                  // 5 x 2.5 = 12.5 mm
    for (int j = 3; j <= 11; ++j)                               // 9 mm: the thinnest
      for (int i = 5; i <= 17; ++i) voxel(image, i, j, k) = 2;  // 13 x 0.8 = 10.4 mm
  const DeepestPoint deepest = deepest_point(image, {2});
  EXPECT_NEAR(deepest.depth, 4.5e-3, 1e-15);
  // Every voxel of the middle layer that is no nearer to another side is as deep; the centroid decides.
  expect_index(image, deepest.position, {11, 7, 6});
}

TEST(Geometry, OutsideTheImageIsOutsideTheRegion) {
  LabelImage image = make_image({11, 9, 5});
  std::fill(image.labels.begin(), image.labels.end(), 4);
  const DeepestPoint deepest = deepest_point(image, {4});
  EXPECT_NEAR(deepest.depth, 11 * 0.4e-3, 1e-15);
  expect_index(image, deepest.position, {5, 4, 2});
}

TEST(Geometry, TiesGoToTheFirstInStorage) {
  LabelImage image = make_image({20, 9, 5});
  voxel(image, 3, 4, 2) = voxel(image, 5, 4, 2) = 1;  // two lone voxels, the centroid between them
  const DeepestPoint deepest = deepest_point(image, {1});
  EXPECT_NEAR(deepest.depth, 0.4e-3, 1e-15);
  expect_index(image, deepest.position, {3, 4, 2});
}

TEST(Geometry, DeepestPointOfABall) {
  LabelImage image = make_image({60, 50, 24});
  const double radius = 14e-3;
  const std::array<double, 3> centre{31, 24, 11};
  for (int k = 0; k < image.size[2]; ++k)
    for (int j = 0; j < image.size[1]; ++j)
      for (int i = 0; i < image.size[0]; ++i)
        if (std::hypot((i - centre[0]) * 0.8e-3, (j - centre[1]) * 1e-3, (k - centre[2]) * 2.5e-3) <= radius)
          voxel(image, i, j, k) = (i + j) % 2 + 1;  // two labels, one region
  const DeepestPoint deepest = deepest_point(image, {1, 2});
  expect_index(image, deepest.position, {31, 24, 11});
  EXPECT_NEAR(deepest.depth, radius, std::hypot(0.4e-3, 0.5e-3, 1.25e-3));  // half a voxel's diagonal
}

// Any shape, against the distance to every voxel that is not in the region.
TEST(Geometry, DepthAgainstBruteForce) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 20; ++trial) {
    LabelImage image = make_image({12, 9, 7});
    for (auto& label : image.labels) label = random() % 8 > 0;
    double deepest_squared = 0;
    for (int k = 0; k < 7; ++k)
      for (int j = 0; j < 9; ++j)
        for (int i = 0; i < 12; ++i) {
          double nearest = 1;
          for (int c = -1; c <= 7; ++c)
            for (int b = -1; b <= 9; ++b)
              for (int a = -1; a <= 12; ++a) {
                const bool inside =
                    a >= 0 && a < 12 && b >= 0 && b < 9 && c >= 0 && c < 7 && image.at(a, b, c) == 1;
                if (inside) continue;
                const double x = std::max(0.0, std::abs(a - i) - 0.5) * image.spacing[0];
                const double y = std::max(0.0, std::abs(b - j) - 0.5) * image.spacing[1];
                const double z = std::max(0.0, std::abs(c - k) - 0.5) * image.spacing[2];
                nearest = std::min(nearest, x * x + y * y + z * z);
              }
          deepest_squared = std::max(deepest_squared, nearest);
        }
    EXPECT_NEAR(deepest_point(image, {1}).depth, std::sqrt(deepest_squared), 1e-15);
  }
}

}  // namespace
}  // namespace intratumor
