#include "images/pieces.h"

#include <gtest/gtest.h>

#include <random>

namespace intratumor {
namespace {

LabelImage image_of(const std::array<int, 3>& size, const std::vector<std::uint16_t>& labels) {
  LabelImage image;
  image.size = size;
  image.labels = labels;
  return image;
}

TEST(Pieces, ShareFacesNotEdgesOrCorners) {
  // Two voxels that meet at an edge, a bar of three, and one that meets its end at a corner.
  const LabelImage image = image_of({4, 3, 2}, {1, 0, 0, 0,  //
                                                0, 1, 0, 0,  //
                                                0, 0, 0, 2,  //
                                                0, 0, 0, 0,  //
                                                0, 0, 0, 2,  //
                                                0, 0, 1, 2});
  EXPECT_EQ(Pieces(image, {1}).voxels(), (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(Pieces(image, {2}).voxels(), (std::vector<std::size_t>{3}));
  EXPECT_EQ(Pieces(image, {1, 2}).voxels(), (std::vector<std::size_t>{4, 1, 1}));
  EXPECT_TRUE(Pieces(image, {3}).voxels().empty());
  EXPECT_TRUE(Pieces(image, {}).voxels().empty());
}

TEST(Pieces, KeepsTheLargestAndOfEqualOnesTheFirst) {
  LabelImage image = image_of({5, 2, 2}, {1, 0, 1, 1, 0,  //
                                          1, 0, 0, 0, 0,  //
                                          0, 0, 0, 0, 2,  //
                                          0, 1, 0, 0, 2});
  const Pieces pieces(image, {1, 2});
  EXPECT_EQ(pieces.voxels(), (std::vector<std::size_t>{2, 2, 2, 1}));
  pieces.relabel_smaller(image, 9);
  EXPECT_EQ(image.labels,
            (std::vector<std::uint16_t>{1, 0, 9, 9, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 9, 0, 0, 9}));
}

/// By brute force: labels spread to neighbours until nothing changes.
std::vector<std::size_t> slowly(const LabelImage& image) {
  std::vector<int> piece(image.labels.size());
  for (std::size_t v = 0; v < piece.size(); ++v)
    piece[v] = image.labels[v] != 0 ? static_cast<int>(v) + 1 : 0;
  for (bool changed = true; changed;) {
    changed = false;
    const auto meet = [&](std::size_t a, std::size_t b) {
      if (piece[a] == 0 || piece[b] == 0 || piece[a] == piece[b]) return;
      piece[a] = piece[b] = std::min(piece[a], piece[b]);
      changed = true;
    };
    const std::size_t nx = image.size[0], plane = nx * image.size[1];
    for (std::size_t v = 0; v < piece.size(); ++v) {
      if (v % nx + 1 < nx) meet(v, v + 1);
      if (v % plane + nx < plane) meet(v, v + nx);
      if (v + plane < piece.size()) meet(v, v + plane);
    }
  }
  std::map<int, std::size_t> voxels;
  for (const int p : piece)
    if (p != 0) ++voxels[p];
  std::vector<std::size_t> sizes;
  for (const auto& [p, n] : voxels) sizes.push_back(n);
  std::sort(sizes.rbegin(), sizes.rend());
  return sizes;
}

TEST(Pieces, AgreeWithSpreadingLabels) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 60; ++trial) {
    const std::array<int, 3> size{2 + int(random() % 9), 1 + int(random() % 9), 1 + int(random() % 9)};
    std::vector<std::uint16_t> labels(static_cast<std::size_t>(size[0]) * size[1] * size[2]);
    const unsigned filled = 20 + random() % 60;  // percent
    for (auto& label : labels) label = random() % 100 < filled ? 1 : 0;
    const LabelImage image = image_of(size, labels);
    EXPECT_EQ(Pieces(image, {1}).voxels(), slowly(image));
  }
}

}  // namespace
}  // namespace intratumor
