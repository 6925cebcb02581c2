#include <algorithm>
#include <array>
#include <cstdint>

#include "mesh/octree.h"

namespace intratumor {

namespace {

/// A cell or a point of one level's lattice; 21 bits an axis.
using Key = std::uint64_t;
using Keys = std::vector<Key>;
using Place = std::array<std::int64_t, 3>;

constexpr int bits = 21;

Key key_of(const Place& p) {
  return static_cast<Key>(p[0]) | static_cast<Key>(p[1]) << bits | static_cast<Key>(p[2]) << 2 * bits;
}

Place place_of(Key key) {
  constexpr Key mask = (Key(1) << bits) - 1;
  return {static_cast<std::int64_t>(key & mask), static_cast<std::int64_t>(key >> bits & mask),
          static_cast<std::int64_t>(key >> 2 * bits)};
}

void make_set(Keys& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

/// Counts a level's points that `offsets`, in half cells, give round the centre of every split cell.
std::uint64_t points_of(const Keys& split, const std::vector<Place>& offsets) {
  Keys points;
  points.reserve(split.size() * offsets.size());
  for (const Key key : split) {
    const Place cell = place_of(key);
    for (const Place& o : offsets)
      points.push_back(key_of({2 * cell[0] + 1 + o[0], 2 * cell[1] + 1 + o[1], 2 * cell[2] + 1 + o[2]}));
  }
  make_set(points);
  return points.size();
}

/// Nodes that splitting adds: a cell's centre, and the middles of its faces and edges, which it shares.
std::uint64_t new_nodes(const Keys& split) {
  std::uint64_t nodes = split.size();
  for (int axis = 0; axis < 3; ++axis) {
    std::vector<Place> faces, edges;
    for (const int i : {-1, 1}) {
      Place face{};
      face[axis] = i;
      faces.push_back(face);
      for (const int j : {-1, 1}) {
        Place edge{};
        edge[(axis + 1) % 3] = i;
        edge[(axis + 2) % 3] = j;
        edges.push_back(edge);
      }
    }
    nodes += points_of(split, faces) + points_of(split, edges);
  }
  return nodes;
}

/// 2:1 balance: where a cell is split, the cells round it exist, so their parents are split. Adds the parents
/// of all 27 to the level above: those that hold the cell's corners' neighbours.
void add_parents(const Keys& split, const Place& extent, Keys& above) {
  for (const Key key : split) {
    const Place cell = place_of(key);
    std::array<std::array<std::int64_t, 2>, 3> range{};
    for (int a = 0; a < 3; ++a)
      range[a] = {std::max<std::int64_t>(cell[a] - 1, 0) / 2, std::min(cell[a] + 1, extent[a] - 1) / 2};
    for (std::int64_t k = range[2][0]; k <= range[2][1]; ++k)
      for (std::int64_t j = range[1][0]; j <= range[1][1]; ++j)
        for (std::int64_t i = range[0][0]; i <= range[0][1]; ++i) above.push_back(key_of({i, j, k}));
  }
  make_set(above);
}

}  // namespace

OctreeSize octree_size(const OctreeRequest& request, const Octree& tables, std::uint64_t limit) {
  const MeshBox& box = tables.box;
  Place extent{};
  Point h;
  OctreeSize size{1, 1, true};
  for (int a = 0; a < 3; ++a) {
    extent[a] = box.cells[a];
    h[a] = (box.upper[a] - box.lower[a]) / box.cells[a];
    size.cells *= box.cells[a];
    size.nodes *= box.cells[a] + 1;
  }

  // Cells to split, level by level: only parts of a split cell can ask for more.
  std::vector<Keys> split(static_cast<std::size_t>(box.levels));
  std::uint64_t cells = size.cells;
  for (std::size_t level = 0; level < split.size(); ++level) {
    const auto consider = [&](const Place& cell) {
      Point lower, upper;
      for (int a = 0; a < 3; ++a) {
        lower[a] = box.lower[a] + cell[a] * h[a];
        upper[a] = lower[a] + h[a];
      }
      if (must_refine(request, tables, lower, upper)) split[level].push_back(key_of(cell));
    };
    if (level == 0) {
      for (std::int64_t k = 0; k < extent[2]; ++k)
        for (std::int64_t j = 0; j < extent[1]; ++j)
          for (std::int64_t i = 0; i < extent[0]; ++i) consider({i, j, k});
    } else {
      for (const Key key : split[level - 1]) {
        const Place p = place_of(key);
        for (int child = 0; child < 8; ++child)
          consider({2 * p[0] + (child & 1), 2 * p[1] + (child >> 1 & 1), 2 * p[2] + (child >> 2)});
      }
    }
    cells += 7 * split[level].size();
    if (cells > limit) return {cells, 0, false};
    for (int a = 0; a < 3; ++a) h[a] /= 2;
  }

  for (std::size_t level = split.size(); level-- > 0;) {
    make_set(split[level]);
    if (level == 0) break;
    Place of_level{};
    for (int a = 0; a < 3; ++a) of_level[a] = extent[a] << level;
    add_parents(split[level], of_level, split[level - 1]);
  }
  for (const Keys& of_level : split) {
    size.cells += 7 * of_level.size();
    size.nodes += new_nodes(of_level);
  }
  return size;
}

}  // namespace intratumor
