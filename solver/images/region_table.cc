#include <algorithm>
#include <cmath>

#include "images/label_image.h"
#include "images/region_lookup.h"

namespace intratumor {
namespace {

/// One side of a box cut at voxel faces into at most three pieces: a part of the first voxel, whole voxels, a
/// part of the last one. `weight` is the share of each piece's voxels that the box covers.
struct Pieces {
  int count = 0;
  std::array<int, 4> cut{};
  std::array<double, 3> weight{};
};

Pieces cut_side(double lower, double upper, int from, int to) {
  if (to - from == 1) return {1, {from, to, 0, 0}, {upper - lower, 0, 0}};
  const double head = from + 1 - lower, tail = upper - (to - 1);
  if (to - from == 2) return {2, {from, from + 1, to, 0}, {head, tail, 0}};
  return {3, {from, from + 1, to - 1, to}, {head, 1, tail}};
}

}  // namespace

RegionTable::RegionTable(const LabelImage& image, const std::vector<std::uint16_t>& values,
                         const std::array<int, 3>& first, const std::array<int, 3>& last)
    : spacing_(image.spacing) {
  for (int a = 0; a < 3; ++a) per_metre_[a] = 1 / spacing_[a];
  const RegionLookup region(values);
  const VoxelBox box = region_box(image, region, {first, last});
  if (box.empty()) return;
  first_ = box.first;
  for (int a = 0; a < 3; ++a) n_[a] = box.last[a] - box.first[a] + 1;
  const std::size_t row = n_[0] + 1, plane = row * (n_[1] + 1);
  sums_.assign(plane * (n_[2] + 1), 0);
  for (int k = 0; k < n_[2]; ++k)
    for (int j = 0; j < n_[1]; ++j) {
      std::uint32_t* const here = &sums_[(k + 1) * plane + (j + 1) * row];
      std::uint32_t in_row = 0;
      for (int i = 0; i < n_[0]; ++i) {
        in_row += region(image.at(first_[0] + i, first_[1] + j, first_[2] + k)) ? 1 : 0;
        here[i + 1] = in_row + here[i + 1 - row] + here[i + 1 - plane] - here[i + 1 - plane - row];
      }
    }
}

double RegionTable::overlap(const Vector3& lower, const Vector3& upper) const {
  std::array<int, 3> from, to;
  Vector3 low, high;
  for (int a = 0; a < 3; ++a) {
    low[a] = std::max(lower[a] * per_metre_[a] - first_[a], 0.0);
    high[a] = std::min(upper[a] * per_metre_[a] - first_[a], static_cast<double>(n_[a]));
    if (!(high[a] > low[a])) return 0;
    from[a] = static_cast<int>(low[a]);
    to[a] = static_cast<int>(std::ceil(high[a]));
  }
  const std::size_t row = n_[0] + 1, plane = row * (n_[1] + 1);
  const auto sum = [&](int i, int j, int k) { return sums_[k * plane + j * row + i]; };
  const double voxel = spacing_[0] * spacing_[1] * spacing_[2];

  // Most boxes lie wholly on one side of the boundary: eight values of the table tell.
  const std::uint32_t touched = (sum(to[0], to[1], to[2]) - sum(from[0], to[1], to[2]) -
                                 sum(to[0], from[1], to[2]) + sum(from[0], from[1], to[2])) -
                                (sum(to[0], to[1], from[2]) - sum(from[0], to[1], from[2]) -
                                 sum(to[0], from[1], from[2]) + sum(from[0], from[1], from[2]));
  if (touched == 0) return 0;
  if (touched == std::size_t(to[0] - from[0]) * std::size_t(to[1] - from[1]) * std::size_t(to[2] - from[2]))
    return (high[0] - low[0]) * (high[1] - low[1]) * (high[2] - low[2]) * voxel;

  std::array<Pieces, 3> side;
  for (int a = 0; a < 3; ++a) side[a] = cut_side(low[a], high[a], from[a], to[a]);
  std::uint32_t along[4][4]
                     [3];  // region voxels within piece `a` along the first axis, below each pair of cuts
  for (int c = 0; c <= side[2].count; ++c)
    for (int b = 0; b <= side[1].count; ++b) {
      const std::uint32_t* const line = &sums_[side[2].cut[c] * plane + side[1].cut[b] * row];
      for (int a = 0; a < side[0].count; ++a)
        along[c][b][a] = line[side[0].cut[a + 1]] - line[side[0].cut[a]];
    }
  double volume = 0;
  for (int c = 0; c < side[2].count; ++c) {
    double slab = 0;
    for (int b = 0; b < side[1].count; ++b) {
      double bar = 0;
      for (int a = 0; a < side[0].count; ++a) {
        const std::uint32_t voxels =
            (along[c + 1][b + 1][a] - along[c + 1][b][a]) - (along[c][b + 1][a] - along[c][b][a]);
        bar += side[0].weight[a] * voxels;
      }
      slab += side[1].weight[b] * bar;
    }
    volume += side[2].weight[c] * slab;
  }
  return volume * voxel;
}

}  // namespace intratumor
