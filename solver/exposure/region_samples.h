#pragma once

#include <array>
#include <functional>
#include <vector>

#include "mesh/tissue_mesh.h"

namespace intratumor {

/// Points that sample one region of a mesh: the middle of 2^3 sub-cells of every cell inside the region and
/// of 4^3, or as many as asked for, of every cell its boundary cuts, each with the region's volume in its
/// sub-cell, so that the total is the region's. Made once a mesh: the volumes in cut cells cost more than the
/// fields that are sampled. Collective.
class RegionSamples {
 public:
  /// Volume (m^3) of the region in a box; null: the cell's fraction of each sub-cell.
  using Overlap = std::function<double(const Point& lower, const Point& upper)>;
  /// The mesh must outlive the samples. `along_cut`: sub-cells of cut cells in each direction.
  RegionSamples(const TissueMesh& mesh, int region, const Overlap& overlap, int along_cut = 4);

  MPI_Comm communicator() const { return mesh_->communicator(); }
  double volume() const { return volume_; }  ///< m^3, over all ranks
  /// Samples on this rank.
  std::size_t size() const { return size_; }

  /// Calls use(values, volume in m^3) for this rank's samples of N nodal fields (its owned nodes).
  /// Collective.
  template <std::size_t N, class Use>
  void for_each(const std::array<const std::vector<double>*, N>& fields, const Use& use) const;
  /// Calls use(value, volume in m^3) for those of one field.
  template <class Use>
  void for_each(const std::vector<double>& field, const Use& use) const;

  /// m^3 of the region, over all ranks, where the field is at least `level`; and as a share of it.
  /// Collective.
  double volume_at_least(const std::vector<double>& field, double level) const;
  double share_at_least(const std::vector<double>& field, double level) const;
  /// The same of a field with its ghost values, as with_ghosts makes it for all regions of a mesh.
  double volume_at_least(const Vector& field, double level) const;
  static Vector with_ghosts(const TissueMesh& mesh, const std::vector<double>& field);

 private:
  struct Cell {
    std::array<int, 8> node;    // local indices
    int along;                  // sub-cells in each direction
    std::ptrdiff_t cut_volume;  // where its sub-cells' volumes stand; negative: all have `volume`
    double volume;
  };
  template <std::size_t N, class Use>
  void for_each_in(const Cell& cell, const double (&at)[N][8], const Use& use) const;

  const TissueMesh* mesh_;
  std::vector<Cell> cells_;
  std::vector<double> cut_volumes_;
  std::size_t size_ = 0;
  double volume_ = 0;  // m^3, over all ranks
};

template <std::size_t N, class Use>
void RegionSamples::for_each(const std::array<const std::vector<double>*, N>& fields, const Use& use) const {
  std::array<Vector, N> nodal;
  for (std::size_t f = 0; f < N; ++f) nodal[f] = with_ghosts(*mesh_, *fields[f]);
  for (const Cell& cell : cells_) {
    double at[N][8];
    for (std::size_t f = 0; f < N; ++f)
      for (int v = 0; v < 8; ++v) at[f][v] = nodal[f].local_element(cell.node[v]);
    for_each_in(cell, at, use);
  }
}

template <std::size_t N, class Use>
void RegionSamples::for_each_in(const Cell& cell, const double (&at)[N][8], const Use& use) const {
  const int n = cell.along;
  const double* volume = cell.cut_volume < 0 ? nullptr : &cut_volumes_[cell.cut_volume];
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) {
        const double here = volume == nullptr ? cell.volume : volume[(k * n + j) * n + i];
        if (here <= 0) continue;
        const double s[3] = {(i + 0.5) / n, (j + 0.5) / n, (k + 0.5) / n};
        std::array<double, N> values{};
        for (int v = 0; v < 8; ++v) {
          const double weight =
              (v & 1 ? s[0] : 1 - s[0]) * (v & 2 ? s[1] : 1 - s[1]) * (v & 4 ? s[2] : 1 - s[2]);
          for (std::size_t f = 0; f < N; ++f) values[f] += at[f][v] * weight;
        }
        use(values, here);
      }
}

template <class Use>
void RegionSamples::for_each(const std::vector<double>& field, const Use& use) const {
  for_each(std::array<const std::vector<double>*, 1>{&field},
           [&](const std::array<double, 1>& value, double volume) { use(value[0], volume); });
}

}  // namespace intratumor
