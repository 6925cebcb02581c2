#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "images/region_lookup.h"
#include "images/region_shape.h"
#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr std::size_t most_samples = 50000;
constexpr int most_rounds = 200;

using Points = std::vector<Vector3>;

double squared_distance(const Vector3& a, const Vector3& b) {
  double sum = 0;
  for (int d = 0; d < 3; ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
  return sum;
}

/// Index of the nearest centre; of equals the first.
std::size_t nearest(const Points& centres, const Vector3& p) {
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t n = 0; n < centres.size(); ++n) {
    const double d = squared_distance(centres[n], p);
    if (d < least) {
      least = d;
      best = n;
    }
  }
  return best;
}

/// Centres of the region's voxels, every `stride`-th along each axis.
Points voxel_centres(const LabelImage& image, const RegionLookup& region, const VoxelBox& box, int stride) {
  Points points;
  for (int k = box.first[2]; k <= box.last[2]; k += stride)
    for (int j = box.first[1]; j <= box.last[1]; j += stride)
      for (int i = box.first[0]; i <= box.last[0]; i += stride)
        if (region(image.at(i, j, k))) points.push_back(image.world({double(i), double(j), double(k)}));
  return points;
}

/// A spiral on half the size of the region's ellipsoid: evenly spread for any number.
Points spiral(const RegionShape& shape, int count) {
  if (count == 1) return {shape.centroid};
  const double golden = std::acos(-1.) * (3 - std::sqrt(5.));
  Points points;
  for (int n = 0; n < count; ++n) {
    const double z = 1 - (2. * n + 1) / count, r = std::sqrt(1 - z * z);
    const Vector3 on_sphere{r * std::cos(n * golden), r * std::sin(n * golden), z};
    Vector3 p = shape.centroid;
    for (int row = 0; row < 3; ++row)
      for (int a = 0; a < 3; ++a) p[row] += 0.5 * shape.half_axes[a] * on_sphere[a] * shape.axes[row][a];
    points.push_back(p);
  }
  return points;
}

/// Centroids of the samples nearest to each centre; a centre without samples stays. False: nothing moved.
bool move_to_centroids(const Points& samples, double rounding, Points& centres) {
  Points sums(centres.size(), Vector3{});
  std::vector<double> counts(centres.size(), 0);
  for (const Vector3& p : samples) {
    const std::size_t n = nearest(centres, p);
    for (int d = 0; d < 3; ++d) sums[n][d] += p[d];
    ++counts[n];
  }
  bool moved = false;
  for (std::size_t n = 0; n < centres.size(); ++n) {
    if (counts[n] == 0) continue;
    for (double& x : sums[n]) x /= counts[n];
    moved = moved || squared_distance(sums[n], centres[n]) > rounding * rounding;
    centres[n] = sums[n];
  }
  return moved;
}

bool holds(const LabelImage& image, const RegionLookup& region, const Vector3& p) {
  const Vector3 index = image.index(p);
  std::array<int, 3> voxel{};
  for (int a = 0; a < 3; ++a) {
    voxel[a] = static_cast<int>(std::lround(index[a]));
    if (voxel[a] < 0 || voxel[a] >= image.size[a]) return false;
  }
  return region(image.at(voxel[0], voxel[1], voxel[2]));
}

}  // namespace

std::vector<Vector3> spread_points(const LabelImage& image, const std::vector<std::uint16_t>& values,
                                   int count) {
  const RegionShape shape = region_shape(image, values);
  const RegionLookup region(values);
  const VoxelBox box = region_box(image, region, whole_image(image));
  const Points all = voxel_centres(image, region, box, 1);
  if (count < 1 || count > most_spread_points || static_cast<std::size_t>(count) > all.size())
    throw InputError("cannot divide a region of " + std::to_string(all.size()) + " voxels into " +
                     std::to_string(count) + " parts; at most 1000 parts, and one voxel for each");
  int stride = 1;
  Points samples = all;
  while (samples.size() > most_samples) samples = voxel_centres(image, region, box, ++stride);
  const double finest = *std::min_element(image.spacing.begin(), image.spacing.end());
  Points centres = spiral(shape, count);
  for (int round = 0; round < most_rounds; ++round)
    if (!move_to_centroids(samples, 1e-6 * finest, centres)) break;

  // Where a centroid lies outside the region, the nearest voxel; of equals the first in storage order.
  for (Vector3& centre : centres) {
    if (holds(image, region, centre)) continue;
    const Vector3* best = &all[0];
    double least = squared_distance(all[0], centre);
    for (const Vector3& p : all) {
      const double d = squared_distance(p, centre);
      if (d < least * (1 - 1e-9)) {
        least = d;
        best = &p;
      }
    }
    centre = *best;
  }
  return centres;
}

}  // namespace intratumor
