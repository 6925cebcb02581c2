// What a flow problem prescribes, and whether that is enough.
#include "flow/flow.h"
#include "quantities/error.h"

namespace intratumor {

namespace {

double boundary_pressure(const FlowProblem& problem, const FarField& face, int node) {
  const TissueMesh& mesh = *problem.mesh;
  if (face.kind == FarField::Kind::value) return face.value;
  if (face.kind == FarField::Kind::function) return face.function(mesh.node_positions()[node]);
  // Equilibrium of the summed terms of the tissue there.
  double vessel = 0, vessel_pressure = 0, lymph = 0, lymph_pressure = 0;
  for (int r = 0; r < mesh.n_regions(); ++r) {
    const TissueCoefficients& t = problem.tissues[r];
    // Around the node, not only nearest to it: a lumen may be nearest.
    const double volume = mesh.node_volume(r, node);
    vessel += volume * t.vessel_filtration;
    vessel_pressure += volume * t.vessel_filtration * t.effective_vascular_pressure;
    lymph += volume * t.lymph_filtration;
    lymph_pressure += volume * t.lymph_filtration * t.lymph_pressure;
  }
  if (vessel == 0) return lymph > 0 ? lymph_pressure / lymph : 0.;
  const double pe = vessel_pressure / vessel;
  if (lymph == 0 || pe < lymph_pressure / lymph) return pe;
  return (vessel_pressure + lymph_pressure) / (vessel + lymph);
}

}  // namespace

std::vector<double> cell_conductivity(const TissueMesh& mesh,
                                      const std::vector<TissueCoefficients>& tissues) {
  std::vector<double> values(mesh.n_owned_cells());
  for (int cell = 0; cell < mesh.n_owned_cells(); ++cell) {
    const double tissue = mesh.cell_tissue(cell);
    double resistance = 0;
    for (int r = 0; r < mesh.n_regions(); ++r)
      if (mesh.has_tissue(r) && mesh.cell_fraction(cell, r) > 0)
        resistance += mesh.cell_fraction(cell, r) / tissues[r].hydraulic_conductivity;
    values[cell] = tissue > 0 ? tissue * tissue / resistance : 0.;
  }
  return values;
}

void FlowSolver::prescribe_pressures() {
  const TissueMesh& mesh = *problem_.mesh;
  fixed_ = mesh.make_vector();
  pressure_ = mesh.make_vector();
  for (const auto& [number, nodes] : mesh.boundary_nodes()) {
    const auto own = problem_.faces.find(number);
    const FarField& face = own == problem_.faces.end() ? problem_.far_field : own->second;
    if (face.kind == FarField::Kind::sealed) continue;
    for (const int i : nodes) {
      if (!mesh.graph().is_unknown[i]) continue;
      fixed_.local_element(i) += 1;  // faces, for now
      pressure_.local_element(i) += boundary_pressure(problem_, face, i);
    }
  }
  for (int i = 0; i < mesh.graph().n_owned; ++i)
    if (fixed_.local_element(i) > 0) {
      pressure_.local_element(i) /= fixed_.local_element(i);
      fixed_.local_element(i) = 1;
    }
  fixed_.update_ghost_values();
  pressure_.update_ghost_values();
}

/// Which nodes hang together, through tissue, with one that has a pressure or exchanges fluid.
void FlowSolver::find_islands() {
  const TissueMesh& mesh = *problem_.mesh;
  const Graph& graph = mesh.graph();
  const int n = graph.n_owned;
  Vector determined = fixed_;
  for (int i = 0; i < n; ++i) {
    double& here = determined.local_element(i);
    for (const Wall& wall : problem_.walls)
      if (!wall.fluid.empty() && wall.fluid[i] > 0) here = 1;
    for (int r = 0; r < mesh.n_regions() && here == 0; ++r) {
      const TissueCoefficients& t = problem_.tissues[r];
      if (mesh.exchange_volume(r, i) > 0 && (t.vessel_filtration > 0 || t.lymph_filtration > 0)) here = 1;
    }
  }
  std::vector<int> next;
  for (bool again = true; again;) {
    determined.update_ghost_values();
    again = false;
    for (int i = 0; i < n; ++i)
      if (determined.local_element(i) == 0 && graph.is_unknown[i]) next.push_back(i);
    while (!next.empty()) {
      const int i = next.back();
      next.pop_back();
      if (determined.local_element(i) != 0) continue;
      bool reached = false;
      for (int k = graph.begin[i]; k < graph.begin[i + 1]; ++k)
        reached = reached || (stiffness_[k] != 0 && determined.local_element(graph.column[k]) != 0);
      if (!reached) continue;
      determined.local_element(i) = 1;
      again = true;
      for (int k = graph.begin[i]; k < graph.begin[i + 1]; ++k)
        if (graph.column[k] < n && stiffness_[k] != 0 && graph.is_unknown[graph.column[k]])
          next.push_back(graph.column[k]);
    }
    again = dealii::Utilities::MPI::logical_or(again, mesh.communicator());
  }
  island_.assign(n, 0);
  bool any = false;
  for (int i = 0; i < n; ++i) {
    const bool unknown = graph.is_unknown[i] != 0, known = determined.local_element(i) != 0;
    any = any || (unknown && known);
    if (!unknown || known) continue;
    island_[i] = 1;
    fixed_.local_element(i) = 1;
  }
  fixed_.update_ghost_values();
  if (!dealii::Utilities::MPI::logical_or(any, mesh.communicator()))
    throw InputError(
        "flow: every face of the meshed box is sealed, or no tissue meets one that is not, and no tissue "
        "exchanges fluid with vessels or lymph, so the pressure is not determined; give flow.far_field a "
        "pressure or 'equilibrium'");
}

}  // namespace intratumor
