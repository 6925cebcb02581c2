#include "flow/wall.h"

namespace intratumor {

std::vector<Wall> make_walls(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                             const std::vector<double>& cell_conductivity,
                             const std::vector<double>& accessible_diffusion, const RegionOverlap& overlap,
                             double blur) {
  std::vector<Wall> walls;
  for (int r = 0; r < mesh.n_regions(); ++r) {
    const WallCoefficients& through = tissues[static_cast<std::size_t>(r)].wall;
    if (mesh.has_tissue(r) || !(through.passes_fluid() || through.passes_drug())) continue;
    const WallArea area = wall_area(mesh, r, overlap, blur);
    if (area.total == 0) continue;
    Wall wall;
    wall.region = r;
    wall.area = area.total;
    if (through.passes_fluid())
      wall.fluid = wall_conductance(mesh, area, 1 / through.conductance, cell_conductivity);
    if (through.permeability > 0)
      wall.drug = wall_conductance(mesh, area, 1 / through.permeability, accessible_diffusion);
    walls.push_back(std::move(wall));
  }
  return walls;
}

}  // namespace intratumor
