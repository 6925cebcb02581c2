// Axes, lengths and places that follow from the shape of a region.
#include "images/region_shape.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "quantities/error.h"

namespace intratumor {
namespace {

const double mm = 1e-3;

/// Voxels of 0.8 x 1 x 1.25 mm, turned in the world; label 2 where `inside` holds, of a position in mm round
/// the middle along the image's own axes.
LabelImage image_of(const std::array<int, 3>& size,
                    const std::function<bool(double, double, double)>& inside) {
  LabelImage image;
  image.size = size;
  image.spacing = {0.8 * mm, 1 * mm, 1.25 * mm};
  image.origin = {0.01, -0.02, 0.03};
  image.axes = {{{0.8, -0.6, 0}, {0.6, 0.8, 0}, {0, 0, 1}}};
  image.path = "made-up.nii";
  for (int k = 0; k < size[2]; ++k)
    for (int j = 0; j < size[1]; ++j)
      for (int i = 0; i < size[0]; ++i) {
        const bool in = inside(0.8 * (i - 0.5 * (size[0] - 1)), j - 0.5 * (size[1] - 1),
                               1.25 * (k - 0.5 * (size[2] - 1)));
        image.labels.push_back(in ? 2 : 0);
      }
  return image;
}

LabelImage ball() {
  return image_of({41, 33, 27}, [](double x, double y, double z) { return x * x + y * y + z * z < 144; });
}
LabelImage shell() {
  return image_of({41, 33, 27}, [](double x, double y, double z) {
    const double r2 = x * x + y * y + z * z;
    return r2 < 196 && r2 > 64;
  });
}
LabelImage horseshoe() {
  return image_of({57, 45, 13}, [](double x, double y, double z) {
    const double d = std::hypot(x, y) - 14;
    return d * d + z * z < 36 && y > -4;
  });
}

bool in_region(const LabelImage& image, const Vector3& p) {
  const Vector3 index = image.index(p);
  std::array<int, 3> v{};
  for (int a = 0; a < 3; ++a) v[a] = static_cast<int>(std::lround(index[a]));
  return image.at(v[0], v[1], v[2]) == 2;
}

double distance(const Vector3& a, const Vector3& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

TEST(RegionShape, AxesOfAnEllipsoid) {
  // Its longest axis runs along the image's second, which is (-0.6, 0.8, 0) in the world.
  const LabelImage image = image_of(
      {31, 49, 21}, [](double x, double y, double z) { return x * x / 144 + y * y / 484 + z * z / 64 < 1; });
  const RegionShape shape = region_shape(image, {2});
  EXPECT_NEAR(shape.half_axes[0], 22 * mm, 0.2 * mm);
  EXPECT_NEAR(shape.half_axes[1], 12 * mm, 0.15 * mm);
  EXPECT_NEAR(shape.half_axes[2], 8 * mm, 0.15 * mm);
  const Matrix3 expected = {{{-0.6, 0.8, 0}, {0.8, 0.6, 0}, {0, 0, 1}}};
  for (int r = 0; r < 3; ++r)
    for (int a = 0; a < 3; ++a) EXPECT_NEAR(shape.axes[r][a], expected[r][a], 1e-3) << r << a;
  const Vector3 middle = image.world({15, 24, 10});
  EXPECT_LT(distance(shape.centroid, middle), 1e-9);
  EXPECT_NEAR(longest_dimension(image, {2}), 44 * mm, 1 * mm);
  EXPECT_THROW(region_shape(image, {3}), InputError);
}

TEST(LongestDimension, DiagonalOfABox) {
  const LabelImage image = image_of({30, 20, 10}, [](double x, double y, double z) {
    return std::abs(x) < 8 && std::abs(y) < 5 && std::abs(z) < 2.5;
  });
  // 20 x 10 x 4 voxels.
  EXPECT_NEAR(longest_dimension(image, {2}), std::hypot(16 * mm, 10 * mm, 5 * mm), 1e-12);
  const LabelImage one =
      image_of({3, 3, 3}, [](double x, double y, double z) { return x == 0 && y == 0 && z == 0; });
  EXPECT_NEAR(longest_dimension(one, {2}), std::hypot(0.8 * mm, 1 * mm, 1.25 * mm), 1e-12);
  EXPECT_THROW(longest_dimension(one, {7}), InputError);
}

TEST(Chord, EndsAtTheFaces) {
  const LabelImage image = image_of({30, 20, 10}, [](double x, double y, double z) {
    return std::abs(x) < 8 && std::abs(y) < 5 && std::abs(z) < 2.5;
  });
  const Vector3 along{0.8, 0.6, 0};  // the image's first axis
  const Vector3 from = image.world({12.3, 9.1, 4.4});
  const Chord chord = chord_through(image, {2}, from, along);
  EXPECT_NEAR(distance(chord.first, chord.last), 16 * mm, 1e-9);
  EXPECT_NEAR(image.index(chord.first)[0], 4.5, 1e-6);
  EXPECT_NEAR(image.index(chord.last)[0], 24.5, 1e-6);
  EXPECT_NEAR(image.index(chord.last)[1], 9.1, 1e-6);
  const Vector3 outside = image.world({0, 0, 0});
  EXPECT_EQ(distance(chord_through(image, {2}, outside, along).first, outside), 0);
  // Only the stretch that holds the point: the shell is crossed twice.
  const LabelImage hollow = shell();
  const Chord wall = chord_through(hollow, {2}, hollow.world({20 + 11 / 0.8, 16, 13}), along);
  EXPECT_NEAR(distance(wall.first, wall.last), 6 * mm, 0.8 * mm);
}

TEST(SpreadPoints, LieInTheRegionWhateverItsShape) {
  const std::pair<const char*, LabelImage> images[] = {
      {"ball", ball()}, {"shell", shell()}, {"horseshoe", horseshoe()}};
  for (const auto& [name, image] : images)
    for (const int count : {1, 2, 3, 4, 5, 8, 16, 64}) {
      const auto points = spread_points(image, {2}, count);
      ASSERT_EQ(points.size(), std::size_t(count));
      double closest = 1;
      for (std::size_t a = 0; a < points.size(); ++a) {
        EXPECT_TRUE(in_region(image, points[a])) << name << " " << count;
        for (std::size_t b = 0; b < a; ++b) closest = std::min(closest, distance(points[a], points[b]));
      }
      EXPECT_GT(closest, 1.2 * mm) << name << " " << count;
      EXPECT_EQ(points, spread_points(image, {2}, count));
    }
}

TEST(SpreadPoints, DivideABallEvenly) {
  const LabelImage image = ball();
  for (const int count : {2, 4, 8}) {
    const auto points = spread_points(image, {2}, count);
    std::vector<double> share(count, 0);
    double total = 0;
    for (int k = 0; k < image.size[2]; ++k)
      for (int j = 0; j < image.size[1]; ++j)
        for (int i = 0; i < image.size[0]; ++i) {
          if (image.at(i, j, k) != 2) continue;
          const Vector3 p = image.world({double(i), double(j), double(k)});
          int best = 0;
          for (int n = 1; n < count; ++n)
            if (distance(points[n], p) < distance(points[best], p)) best = n;
          ++share[best];
          ++total;
        }
    for (const double s : share) EXPECT_NEAR(s * count / total, 1, 0.25) << count;
  }
  // Two halves: 3/8 of the radius from the middle, on opposite sides.
  const auto two = spread_points(image, {2}, 2);
  EXPECT_NEAR(distance(two[0], two[1]), 9 * mm, 0.3 * mm);
  // One: the middle, which is not the case of a hollow ball.
  EXPECT_LT(distance(spread_points(image, {2}, 1)[0], image.world({20, 16, 13})), 1e-9);
  EXPECT_GT(distance(spread_points(shell(), {2}, 1)[0], shell().world({20, 16, 13})), 7 * mm);
}

TEST(SpreadPoints, TooManyParts) {
  const LabelImage one =
      image_of({3, 3, 3}, [](double x, double y, double z) { return x == 0 && y == 0 && z == 0; });
  EXPECT_EQ(spread_points(one, {2}, 1).size(), 1u);
  EXPECT_THROW(spread_points(one, {2}, 2), InputError);
  EXPECT_THROW(spread_points(ball(), {2}, 0), InputError);
  EXPECT_THROW(spread_points(ball(), {2}, 1001), InputError);
}

TEST(SpreadPoints, RealTumours) {
  const std::string folder = INTRATUMOR_PROJECT_DIR "/../shared/data/kits19";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  for (const char* name : {"00003", "00014", "00023", "00040"}) {
    const LabelImage image = read_label_image(folder + "/case_" + name + "_segmentation.nii.gz");
    const auto start = std::chrono::steady_clock::now();
    const auto points = spread_points(image, {2}, 8);
    const double length = longest_dimension(image, {2});
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    for (const Vector3& p : points) EXPECT_TRUE(in_region(image, p)) << name;
    const RegionShape shape = region_shape(image, {2});
    std::printf("%s: longest %.1f mm, ellipsoid %.1f x %.1f x %.1f mm, %.2f s\n", name, 1e3 * length,
                2e3 * shape.half_axes[0], 2e3 * shape.half_axes[1], 2e3 * shape.half_axes[2],
                seconds.count());
    EXPECT_GT(length, shape.half_axes[0]);
  }
}

}  // namespace
}  // namespace intratumor
