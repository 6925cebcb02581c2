// Distances from the surface of a region.
#include "images/surface_distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>

#include "quantities/error.h"

namespace intratumor {
namespace {

/// Voxels of 0.8 x 1 x 1.25 mm: a ball of 5 mm with a hole through it, cut by the image's lower face.
LabelImage image_of_a_ring() {
  LabelImage image;
  image.size = {16, 14, 9};
  image.spacing = {0.8e-3, 1e-3, 1.25e-3};
  image.axes = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  for (int k = 0; k < image.size[2]; ++k)
    for (int j = 0; j < image.size[1]; ++j)
      for (int i = 0; i < image.size[0]; ++i) {
        const double x = 0.8 * (i + 0.5 - 8), y = j + 0.5 - 7, z = 1.25 * (k + 0.5) - 3;
        const double across = x * x + y * y;
        image.labels.push_back(across + z * z < 25 && across > 2 ? 3 : 1);
      }
  return image;
}

/// Distance to the nearest voxel box on the other side of the surface, by looking at all of them.
double by_all_voxels(const LabelImage& image, const Vector3& at) {
  std::array<int, 3> own;
  bool in = true;
  for (int a = 0; a < 3; ++a) {
    own[a] = static_cast<int>(std::floor(at[a] / image.spacing[a]));
    in = in && own[a] >= 0 && own[a] < image.size[a];
  }
  in = in && image.at(own[0], own[1], own[2]) == 3;
  double nearest = std::numeric_limits<double>::infinity();
  // One layer of outside all round.
  for (int k = -1; k <= image.size[2]; ++k)
    for (int j = -1; j <= image.size[1]; ++j)
      for (int i = -1; i <= image.size[0]; ++i) {
        const bool inside_image =
            i >= 0 && j >= 0 && k >= 0 && i < image.size[0] && j < image.size[1] && k < image.size[2];
        const bool here = inside_image && image.at(i, j, k) == 3;
        if (here == in) continue;
        const int voxel[3] = {i, j, k};
        double squared = 0;
        for (int a = 0; a < 3; ++a) {
          const double low = voxel[a] * image.spacing[a], high = (voxel[a] + 1) * image.spacing[a];
          const double gap = std::max({low - at[a], at[a] - high, 0.});
          squared += gap * gap;
        }
        nearest = std::min(nearest, squared);
      }
  return in ? -std::sqrt(nearest) : std::sqrt(nearest);
}

TEST(SurfaceDistance, EqualsASearchThroughAllVoxels) {
  const LabelImage image = image_of_a_ring();
  const SurfaceDistance distance(image, {3});
  std::mt19937 generator(7);
  std::uniform_real_distribution<double> anywhere(-3e-3, 16e-3);
  double largest = 0;
  int inside = 0;
  for (int k = 0; k < 3000; ++k) {
    const Vector3 at{anywhere(generator), anywhere(generator), anywhere(generator)};
    const double expected = by_all_voxels(image, at);
    inside += expected < 0 ? 1 : 0;
    largest = std::max(largest, std::abs(distance(at) - expected));
  }
  std::printf("largest difference %.1e m, %d of 3000 points inside\n", largest, inside);
  EXPECT_LT(largest, 1e-15);
  EXPECT_GT(inside, 100);
}

TEST(SurfaceDistance, NeedsARegion) {
  EXPECT_THROW(SurfaceDistance(image_of_a_ring(), {9}), InputError);
}

}  // namespace
}  // namespace intratumor
