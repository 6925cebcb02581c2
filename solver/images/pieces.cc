#include "images/pieces.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "images/region_lookup.h"

namespace intratumor {

Pieces::Pieces(const LabelImage& image, const std::vector<std::uint16_t>& values) {
  collect_runs(image, values);
  join_neighbours(image.size[1]);
  sort();
}

void Pieces::collect_runs(const LabelImage& image, const std::vector<std::uint16_t>& values) {
  const RegionLookup region(values);
  const int rows = image.size[1] * image.size[2];
  row_starts_.reserve(static_cast<std::size_t>(rows) + 1);
  for (int row = 0; row < rows; ++row) {
    row_starts_.push_back(runs_.size());
    const std::uint16_t* const label = image.labels.data() + std::size_t(row) * image.size[0];
    for (int i = 0; i < image.size[0]; ++i) {
      if (!region(label[i])) continue;
      const int first = i;
      while (i + 1 < image.size[0] && region(label[i + 1])) ++i;
      runs_.push_back({first, i, row, runs_.size()});
    }
  }
  row_starts_.push_back(runs_.size());
}

std::size_t Pieces::root(std::size_t run) {
  while (runs_[run].piece != run) {
    runs_[run].piece = runs_[runs_[run].piece].piece;  // halves the way for the next time
    run = runs_[run].piece;
  }
  return run;
}

/// The root of a piece is its first run in the array.
void Pieces::join(std::size_t a, std::size_t b) {
  a = root(a);
  b = root(b);
  runs_[std::max(a, b)].piece = std::min(a, b);
}

void Pieces::join_neighbours(int rows_in_plane) {
  const auto join_rows = [&](int row, int other) {
    std::size_t b = row_starts_[other];
    const std::size_t b_end = row_starts_[other + 1];
    for (std::size_t a = row_starts_[row]; a < row_starts_[row + 1]; ++a) {
      while (b < b_end && runs_[b].last < runs_[a].first) ++b;
      for (std::size_t c = b; c < b_end && runs_[c].first <= runs_[a].last; ++c) join(a, c);
    }
  };
  const int rows = static_cast<int>(row_starts_.size()) - 1;
  for (int row = 0; row < rows; ++row) {
    if (row % rows_in_plane > 0) join_rows(row, row - 1);
    if (row >= rows_in_plane) join_rows(row, row - rows_in_plane);
  }
}

void Pieces::sort() {
  std::map<std::size_t, std::size_t> voxels;  // by root
  for (std::size_t r = 0; r < runs_.size(); ++r)
    voxels[root(r)] += static_cast<std::size_t>(runs_[r].last - runs_[r].first + 1);
  std::vector<std::pair<std::size_t, std::size_t>> sorted(voxels.begin(), voxels.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.second > b.second; });
  std::map<std::size_t, std::size_t> place;
  for (const auto& [first, count] : sorted) {
    place[first] = voxels_.size();
    voxels_.push_back(count);
  }
  std::vector<std::size_t> roots(runs_.size());
  for (std::size_t r = 0; r < runs_.size(); ++r) roots[r] = root(r);
  for (std::size_t r = 0; r < runs_.size(); ++r) runs_[r].piece = place[roots[r]];
}

void Pieces::relabel_smaller(LabelImage& image, std::uint16_t other) const {
  for (const Run& run : runs_) {
    if (run.piece == 0) continue;
    std::uint16_t* const label = image.labels.data() + std::size_t(run.row) * image.size[0];
    std::fill(label + run.first, label + run.last + 1, other);
  }
}

}  // namespace intratumor
