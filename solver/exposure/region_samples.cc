#include "exposure/region_samples.h"

#include <algorithm>

#include "quantities/error.h"

namespace intratumor {

namespace {
constexpr int along_inside = 2;     // sub-cells of a cell in each direction
constexpr double round_off = 1e-6;  // of a share that is a sum of overlaps
}  // namespace

RegionSamples::RegionSamples(const TissueMesh& mesh, int region, const Overlap& overlap, int along_cut)
    : mesh_(&mesh) {
  if (!mesh.of_hexahedra()) throw ComputationError("internal: regions are sampled on hexahedra only");
  std::vector<dealii::types::global_dof_index> indices(8);
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    const double share = mesh.cell_fraction(index, region);
    if (share == 0) return;
    Cell samples;
    cell->get_dof_indices(indices);
    for (int v = 0; v < 8; ++v)
      samples.node[v] = static_cast<int>(mesh.partitioner()->global_to_local(indices[v]));
    const bool cut = share < 1 - round_off;
    const int n = samples.along = cut ? along_cut : along_inside;
    samples.volume = cell->measure() * share / (n * n * n);
    samples.cut_volume = -1;
    size_ += static_cast<std::size_t>(n * n * n);
    if (cut && overlap != nullptr) {
      samples.cut_volume = static_cast<std::ptrdiff_t>(cut_volumes_.size());
      const Point lower = cell->vertex(0), upper = cell->vertex(7);
      int step[3];
      for (step[2] = 0; step[2] < n; ++step[2])
        for (step[1] = 0; step[1] < n; ++step[1])
          for (step[0] = 0; step[0] < n; ++step[0]) {
            Point a, b;
            for (int d = 0; d < 3; ++d) {
              a[d] = lower[d] + (upper[d] - lower[d]) * step[d] / n;
              b[d] = lower[d] + (upper[d] - lower[d]) * (step[d] + 1) / n;
            }
            cut_volumes_.push_back(overlap(a, b));
          }
    }
    for (int s = 0; s < n * n * n; ++s)
      volume_ += samples.cut_volume < 0 ? samples.volume : cut_volumes_[samples.cut_volume + s];
    cells_.push_back(samples);
  });
  volume_ = dealii::Utilities::MPI::sum(volume_, mesh.communicator());
}

Vector RegionSamples::with_ghosts(const TissueMesh& mesh, const std::vector<double>& field) {
  Vector nodal = mesh.make_vector();
  for (int i = 0; i < mesh.graph().n_owned; ++i) nodal.local_element(i) = field[i];
  mesh.constraints().distribute(nodal);
  nodal.update_ghost_values();
  return nodal;
}

double RegionSamples::volume_at_least(const std::vector<double>& field, double level) const {
  return volume_at_least(with_ghosts(*mesh_, field), level);
}

double RegionSamples::volume_at_least(const Vector& field, double level) const {
  double above = 0;
  for (const Cell& cell : cells_) {
    double at[1][8];
    for (int v = 0; v < 8; ++v) at[0][v] = field.local_element(cell.node[v]);
    // Nowhere in a cell is the field above its largest node's value: most cells are done with.
    if (*std::max_element(at[0], at[0] + 8) < level) continue;
    for_each_in(cell, at, [&](const std::array<double, 1>& value, double volume) {
      if (value[0] >= level) above += volume;
    });
  }
  return dealii::Utilities::MPI::sum(above, communicator());
}

double RegionSamples::share_at_least(const std::vector<double>& field, double level) const {
  return volume_at_least(field, level) / volume_;
}

}  // namespace intratumor
