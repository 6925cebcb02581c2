#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "images/label_image.h"

namespace intratumor {

/// The pieces of a region: voxels that hang together by their faces (those that share only an edge or a
/// corner do not: no drug passes there).
class Pieces {
 public:
  Pieces(const LabelImage& image, const std::vector<std::uint16_t>& values);

  /// Voxels of each, largest first; of equal ones the first in the canonical array comes first, however the
  /// file stored them.
  const std::vector<std::size_t>& voxels() const { return voxels_; }

  /// Gives every voxel of the region but those of the largest piece another label.
  void relabel_smaller(LabelImage& image, std::uint16_t other) const;

 private:
  /// Voxels of the region side by side along the first axis.
  struct Run {
    int first, last, row;  // row: second axis + size * third
    std::size_t piece;     // a run of the same piece; once sorted, its place in voxels_
  };
  std::size_t root(std::size_t run);
  void join(std::size_t a, std::size_t b);
  void collect_runs(const LabelImage& image, const std::vector<std::uint16_t>& values);
  void join_neighbours(int rows_in_plane);
  void sort();

  std::vector<Run> runs_;
  std::vector<std::size_t> row_starts_;  // of the runs, by row
  std::vector<std::size_t> voxels_;
};

}  // namespace intratumor
