#include "simulation/mesh_fields.h"

#include <algorithm>
#include <array>

#include "transport/tissue_operator.h"

namespace intratumor {

namespace {

std::vector<float> single(const std::vector<double>& values) {
  return std::vector<float>(values.begin(), values.end());
}

/// Names of datasets: letters and digits, no two alike.
std::string fraction_name(const std::string& region, const CellFields& others) {
  std::string name = "fraction_" + region;
  for (char& c : name)
    if (c == ' ' || c == '-') c = '_';
  const auto taken = [&] {
    return std::any_of(others.begin(), others.end(), [&](const auto& field) { return field.first == name; });
  };
  while (taken()) name += "_";
  return name;
}

}  // namespace

FieldMesh field_mesh(const Case& c, const LabelImage& image, const TissueMesh& mesh) {
  FieldMesh out;
  out.global_nodes = mesh.dofs().n_dofs();
  const auto& owned = mesh.dofs().locally_owned_dofs();
  out.first_node = owned.n_elements() > 0 ? *owned.begin() : 0;
  out.frame = c.geometry.space;
  const auto sign = signs_to_ras(c.geometry.space);
  for (const Point& p : mesh.node_positions()) {
    const Vector3 world = world_point(image, p);
    for (int a = 0; a < 3; ++a) out.coordinates_mm.push_back(1e3 * sign[a] * world[a]);
  }
  constexpr std::array<int, 8> vtk = {0, 1, 3, 2, 4, 5, 7, 6};
  std::vector<dealii::types::global_dof_index> indices(8);
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int) {
    cell->get_dof_indices(indices);
    for (const int v : vtk) out.cells.push_back(indices[v]);
  });
  return out;
}

CellFields region_fields(const TissueMesh& mesh, int target) {
  std::vector<float> region, in_target;
  for (int cell = 0; cell < mesh.n_owned_cells(); ++cell) {
    int largest = 0;
    for (int r = 1; r < mesh.n_regions(); ++r)
      if (mesh.cell_fraction(cell, r) > mesh.cell_fraction(cell, largest)) largest = r;
    region.push_back(static_cast<float>(largest));
    in_target.push_back(static_cast<float>(mesh.cell_fraction(cell, target)));
  }
  return {{"region", region}, {"target_fraction", in_target}};
}

CellFields tissue_fields(const std::vector<std::string>& regions, const TissueMesh& mesh,
                         const std::vector<TissueCoefficients>& tissues) {
  const int n = mesh.n_owned_cells();
  CellFields fields;
  for (int r = 0; r < mesh.n_regions(); ++r) {
    std::vector<float> share;
    for (int cell = 0; cell < n; ++cell) share.push_back(static_cast<float>(mesh.cell_fraction(cell, r)));
    fields.emplace_back(fraction_name(regions[static_cast<std::size_t>(r)], fields), share);
  }
  // Exchange terms act by share; what conducts stands in series.
  using T = TissueCoefficients;
  const auto mean = [&](double T::*term) {
    std::vector<float> values;
    for (int cell = 0; cell < n; ++cell) {
      double sum = 0;
      for (int r = 0; r < mesh.n_regions(); ++r)
        sum += mesh.cell_fraction(cell, r) * tissues[static_cast<std::size_t>(r)].*term;
      values.push_back(static_cast<float>(sum));
    }
    return values;
  };
  const CellCoefficients cells = cell_coefficients(mesh, tissues);
  fields.emplace_back("hydraulic_conductivity_m2_per_pa_s", single(cell_conductivity(mesh, tissues)));
  fields.emplace_back("vessel_filtration_per_pa_s", mean(&T::vessel_filtration));
  fields.emplace_back("lymph_filtration_per_pa_s", mean(&T::lymph_filtration));
  fields.emplace_back("fluid_fraction", mean(&T::fluid_fraction));
  fields.emplace_back("accessible_fraction", single(cells.accessible));
  fields.emplace_back("accessible_diffusivity_m2_per_s", single(cells.accessible_diffusion));
  fields.emplace_back("permeability_surface_per_s", mean(&T::permeability_surface));
  return fields;
}

}  // namespace intratumor
