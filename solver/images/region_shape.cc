#include "images/region_shape.h"

#include <algorithm>
#include <cmath>

#include "images/region_lookup.h"
#include "quantities/error.h"

namespace intratumor {

namespace {

const double pi = std::acos(-1.);

double dot(const Vector3& a, const Vector3& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Vector3 along(const Vector3& from, const Vector3& direction, double distance) {
  return {from[0] + distance * direction[0], from[1] + distance * direction[1],
          from[2] + distance * direction[2]};
}

double distance(const Vector3& a, const Vector3& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/// Eigenvectors of a symmetric matrix as columns, by Jacobi's rotations; the matrix is left diagonal.
Matrix3 eigenvectors(Matrix3& m) {
  Matrix3 v{};
  for (int a = 0; a < 3; ++a) v[a][a] = 1;
  constexpr int most_sweeps = 50;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    const double off = std::abs(m[0][1]) + std::abs(m[0][2]) + std::abs(m[1][2]);
    if (off <= 1e-15 * (std::abs(m[0][0]) + std::abs(m[1][1]) + std::abs(m[2][2]))) break;
    for (int p = 0; p < 2; ++p)
      for (int q = p + 1; q < 3; ++q) {
        if (m[p][q] == 0) continue;
        const double theta = 0.5 * std::atan2(2 * m[p][q], m[q][q] - m[p][p]);
        const double c = std::cos(theta), s = std::sin(theta);
        for (int k = 0; k < 3; ++k) {
          const double mkp = m[k][p], mkq = m[k][q];
          m[k][p] = c * mkp - s * mkq;
          m[k][q] = s * mkp + c * mkq;
        }
        for (int k = 0; k < 3; ++k) {
          const double mpk = m[p][k], mqk = m[q][k];
          m[p][k] = c * mpk - s * mqk;
          m[q][k] = s * mpk + c * mqk;
          const double vkp = v[k][p], vkq = v[k][q];
          v[k][p] = c * vkp - s * vkq;
          v[k][q] = s * vkp + c * vkq;
        }
      }
  }
  return v;
}

/// World positions of the first and last voxel of every row of the region: its extremes are among them.
std::vector<Vector3> ends_of_rows(const LabelImage& image, const RegionLookup& region, const VoxelBox& box) {
  std::vector<Vector3> ends;
  for (int k = box.first[2]; k <= box.last[2]; ++k)
    for (int j = box.first[1]; j <= box.last[1]; ++j) {
      int first = -1, last = -1;
      for (int i = box.first[0]; i <= box.last[0]; ++i) {
        if (!region(image.at(i, j, k))) continue;
        if (first < 0) first = i;
        last = i;
      }
      if (first < 0) continue;
      ends.push_back(image.world({double(first), double(j), double(k)}));
      if (last > first) ends.push_back(image.world({double(last), double(j), double(k)}));
    }
  return ends;
}

/// The corner of the region that lies farthest along a direction.
Vector3 extreme_corner(const LabelImage& image, const std::vector<Vector3>& ends, const Vector3& direction) {
  const Vector3* best = &ends[0];
  double farthest = dot(ends[0], direction);
  for (const Vector3& end : ends) {
    const double d = dot(end, direction);
    if (d > farthest) {
      farthest = d;
      best = &end;
    }
  }
  Vector3 corner = *best;
  for (int a = 0; a < 3; ++a) {
    const Vector3 axis{image.axes[0][a], image.axes[1][a], image.axes[2][a]};
    corner = along(corner, axis, (dot(axis, direction) < 0 ? -0.5 : 0.5) * image.spacing[a]);
  }
  return corner;
}

}  // namespace

RegionShape region_shape(const LabelImage& image, const std::vector<std::uint16_t>& values) {
  const Vector3 centre = centroid_index(image, values);
  const RegionLookup region(values);
  const VoxelBox box = region_box(image, region, whole_image(image));
  Matrix3 moments{};  // along the image's axes
  double voxels = 0;
  for (int k = box.first[2]; k <= box.last[2]; ++k)
    for (int j = box.first[1]; j <= box.last[1]; ++j)
      for (int i = box.first[0]; i <= box.last[0]; ++i) {
        if (!region(image.at(i, j, k))) continue;
        const Vector3 d{(i - centre[0]) * image.spacing[0], (j - centre[1]) * image.spacing[1],
                        (k - centre[2]) * image.spacing[2]};
        for (int a = 0; a < 3; ++a)
          for (int b = 0; b < 3; ++b) moments[a][b] += d[a] * d[b];
        ++voxels;
      }
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) moments[a][b] /= voxels;
    moments[a][a] += image.spacing[a] * image.spacing[a] / 12;  // of the voxel itself
  }
  const Matrix3 vectors = eigenvectors(moments);
  std::array<int, 3> order{0, 1, 2};
  std::sort(order.begin(), order.end(), [&](int a, int b) { return moments[a][a] > moments[b][b]; });

  RegionShape shape;
  shape.centroid = image.world(centre);
  for (int n = 0; n < 3; ++n) {
    const int column = order[n];
    shape.half_axes[n] = std::sqrt(5 * moments[column][column]);
    Vector3 axis{};
    for (int r = 0; r < 3; ++r)
      for (int a = 0; a < 3; ++a) axis[r] += image.axes[r][a] * vectors[a][column];
    const auto largest = std::max_element(
        axis.begin(), axis.end(), [](double x, double y) { return std::abs(x) < std::abs(y) * (1 - 1e-9); });
    const double sign = *largest < 0 ? -1 : 1;
    for (int r = 0; r < 3; ++r) shape.axes[r][n] = sign * axis[r];
  }
  return shape;
}

double longest_dimension(const LabelImage& image, const std::vector<std::uint16_t>& values) {
  centroid_index(image, values);  // throws when the region is empty
  const RegionLookup region(values);
  const std::vector<Vector3> ends =
      ends_of_rows(image, region, region_box(image, region, whole_image(image)));
  // Widths along directions over half a sphere, some 7 degrees apart; from each, the direction between the
  // two extreme corners, which can only be longer.
  constexpr int directions = 400;
  double longest = 0;
  for (int n = 0; n < directions; ++n) {
    const double z = (n + 0.5) / directions, r = std::sqrt(1 - z * z), turn = n * pi * (3 - std::sqrt(5.));
    Vector3 direction{r * std::cos(turn), r * std::sin(turn), z};
    double width = 0;
    for (;;) {
      const Vector3 top = extreme_corner(image, ends, direction);
      const Vector3 bottom = extreme_corner(image, ends, {-direction[0], -direction[1], -direction[2]});
      const double found = distance(top, bottom);
      if (found <= width * (1 + 1e-12)) break;
      width = found;
      for (int a = 0; a < 3; ++a) direction[a] = (top[a] - bottom[a]) / found;
    }
    longest = std::max(longest, width);
  }
  return longest;
}

Chord chord_through(const LabelImage& image, const std::vector<std::uint16_t>& values, const Vector3& point,
                    const Vector3& direction) {
  const RegionLookup region(values);
  const auto inside = [&](double t) {
    const Vector3 index = image.index(along(point, direction, t));
    std::array<int, 3> voxel{};
    for (int a = 0; a < 3; ++a) {
      voxel[a] = static_cast<int>(std::lround(index[a]));
      if (voxel[a] < 0 || voxel[a] >= image.size[a]) return false;
    }
    return region(image.at(voxel[0], voxel[1], voxel[2]));
  };
  if (!inside(0)) return {point, point};
  const double step = 0.25 * *std::min_element(image.spacing.begin(), image.spacing.end());
  const auto end = [&](double sign) {
    double in = 0;
    while (inside(sign * (in + step))) in += step;
    double out = in + step;
    for (int n = 0; n < 40; ++n) {
      const double middle = 0.5 * (in + out);
      (inside(sign * middle) ? in : out) = middle;
    }
    return sign * in;
  };
  return {along(point, direction, end(-1)), along(point, direction, end(1))};
}

}  // namespace intratumor
