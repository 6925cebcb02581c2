#include "simulation/region_counts.h"

namespace intratumor {

std::vector<std::uint64_t> cells_of_regions(const TissueMesh& mesh) {
  std::vector<std::uint64_t> cells(static_cast<std::size_t>(mesh.n_regions()), 0);
  for (int cell = 0; cell < mesh.n_owned_cells(); ++cell)
    for (int r = 0; r < mesh.n_regions(); ++r)
      if (mesh.cell_fraction(cell, r) > 0) ++cells[static_cast<std::size_t>(r)];
  for (std::uint64_t& count : cells) count = dealii::Utilities::MPI::sum(count, mesh.communicator());
  return cells;
}

bool is_coarse(std::size_t voxels, std::uint64_t cells) {
  return (voxels > 0 && voxels < few_voxels) || (cells > 0 && cells < few_cells);
}

void warn_of_few_cells(const Setup& setup, const TissueMesh& mesh, Reporter& reporter) {
  const std::vector<std::uint64_t> cells = cells_of_regions(mesh);
  for (std::size_t r = 0; r < cells.size(); ++r)
    if (is_coarse(few_voxels, cells[r]) && !is_coarse(setup.segmentation.region_voxels[r], 0))
      reporter.warn("region " + setup.regions[r] + " is resolved by only " + std::to_string(cells[r]) +
                    (cells[r] == 1 ? " cell" : " cells") +
                    " of the mesh: what is computed for it is rough; numerics.h_min or run.accuracy: fine "
                    "make cells smaller");
}

}  // namespace intratumor
