#include "transport/tissue_operator.h"

#include <deal.II/fe/fe_values.h>

#include <algorithm>
#include <cmath>

namespace intratumor {

double bernoulli(double x) {
  if (std::abs(x) < 1e-8) return 1. - x / 2.;
  return x / std::expm1(x);
}

BloodExchange blood_exchange(const TissueCoefficients& tissue, double filtration, double open) {
  return wall_exchange(open * tissue.permeability_surface,
                       filtration * (1. - tissue.solvent_drag_reflection));
}

BloodExchange wall_exchange(double ps, double drag) {
  // Without diffusion across the wall only the stream carries drug, from the side it comes from.
  if (ps == 0) return {drag > 0 ? drag : 0., drag < 0 ? -drag : 0.};
  const double peclet = drag / ps;
  return {ps * bernoulli(-peclet), ps * bernoulli(peclet)};
}

CellCoefficients cell_coefficients(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues) {
  CellCoefficients c;
  for (int cell = 0; cell < mesh.n_owned_cells(); ++cell) {
    const double tissue = mesh.cell_tissue(cell);
    double accessible = 0, fluid = 0, resistance = 0;
    for (int r = 0; r < mesh.n_regions(); ++r) {
      const double share = mesh.cell_fraction(cell, r);
      if (share == 0 || !mesh.has_tissue(r)) continue;
      accessible += share * tissues[r].accessible_fraction;
      fluid += share * tissues[r].fluid_fraction;
      resistance += share / (tissues[r].accessible_fraction * tissues[r].diffusivity);
    }
    c.accessible.push_back(accessible);
    c.velocity_ratio.push_back(tissue > 0 ? accessible / fluid : 0.);
    c.accessible_diffusion.push_back(tissue > 0 ? tissue * tissue / resistance : 0.);
  }
  return c;
}

namespace {

/// Half of the off-diagonal mass is lumped where diffusion rules, none where convection does. With half of it
/// Q1 in space is fourth order for diffusion, and the nodal values of a sharp deposit need no overshoot to
/// spread right (consistent mass: its square spread h^2/6 too large); with all of it Q1 is fourth order for
/// convection.
double consistent_share(double peclet) {
  return 0.5 * (1. + std::min(1., peclet / 2.));
}

/// Pressure gradient at a point of a cell, Pa/m.
dealii::Tensor<1, 3> pressure_gradient(const dealii::FEValues<3>& fe, unsigned int q,
                                       const std::vector<double>& nodal_pressure) {
  dealii::Tensor<1, 3> gradient;
  for (unsigned int i = 0; i < fe.dofs_per_cell; ++i) gradient += nodal_pressure[i] * fe.shape_grad(i, q);
  return gradient;
}

void assemble_mass(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                   const CellCoefficients& cells, const std::vector<double>& conductivity,
                   const FlowState& flow, std::vector<double>& mass) {
  const unsigned int nodes = mesh.nodes_per_cell();
  std::vector<double> pressure(nodes);
  std::vector<dealii::types::global_dof_index> indices(nodes);
  mesh.assemble(
      [&](const TissueMesh::Cell& cell, int index, const dealii::FEValues<3>& fe,
          dealii::FullMatrix<double>& local) {
        if (cells.accessible[index] == 0) return;
        cell->get_dof_indices(indices);
        for (unsigned int i = 0; i < nodes; ++i) pressure[i] = flow.pressure(indices[i]);
        double steepest = 0;
        for (const unsigned int q : fe.quadrature_point_indices()) {
          double accessible = 0;
          for (int r = 0; r < mesh.n_regions(); ++r)
            if (mesh.has_tissue(r))
              accessible += mesh.part_fraction(index, q, r) * tissues[r].accessible_fraction;
          const double weight = accessible * fe.JxW(q);
          for (unsigned int i = 0; i < nodes; ++i)
            for (unsigned int j = 0; j < nodes; ++j)
              local(i, j) += weight * fe.shape_value(i, q) * fe.shape_value(j, q);
          steepest = std::max(steepest, pressure_gradient(fe, q, pressure).norm());
        }
        const double peclet = cells.velocity_ratio[index] * conductivity[index] * steepest *
                              std::cbrt(cell->measure()) / cells.accessible_diffusion[index];
        const double share = consistent_share(peclet);
        for (unsigned int i = 0; i < nodes; ++i)
          for (unsigned int j = 0; j < nodes; ++j)
            if (i != j) {
              local(i, i) += (1. - share) * local(i, j);
              local(i, j) *= share;
            }
      },
      mass);
}

/// k_ij = int f K (grad w_i . grad p) w_j + phi_a D grad w_i . grad w_j: its columns sum to zero in every
/// cell.
void assemble_galerkin(const TissueMesh& mesh, const CellCoefficients& cells,
                       const std::vector<double>& conductivity, const FlowState& flow,
                       std::vector<double>& galerkin, std::vector<double>& transposed) {
  const unsigned int nodes = mesh.nodes_per_cell();
  std::vector<double> pressure(nodes);
  std::vector<dealii::types::global_dof_index> indices(nodes);
  mesh.assemble(
      [&](const TissueMesh::Cell& cell, int index, const dealii::FEValues<3>& fe,
          dealii::FullMatrix<double>& local) {
        if (cells.accessible[index] == 0) return;
        cell->get_dof_indices(indices);
        for (unsigned int i = 0; i < nodes; ++i) pressure[i] = flow.pressure(indices[i]);
        const double convection = cells.velocity_ratio[index] * conductivity[index];
        for (const unsigned int q : fe.quadrature_point_indices()) {
          const dealii::Tensor<1, 3> gradient = pressure_gradient(fe, q, pressure);
          for (unsigned int i = 0; i < nodes; ++i) {
            const double along = convection * (fe.shape_grad(i, q) * gradient) * fe.JxW(q);
            const dealii::Tensor<1, 3> spread =
                cells.accessible_diffusion[index] * fe.JxW(q) * fe.shape_grad(i, q);
            for (unsigned int j = 0; j < nodes; ++j)
              local(i, j) += along * fe.shape_value(j, q) + spread * fe.shape_grad(j, q);
          }
        }
      },
      galerkin, transposed);
}

/// Diffusion's part of k_ij.
void assemble_diffusion(const TissueMesh& mesh, const CellCoefficients& cells,
                        std::vector<double>& diffusion) {
  const unsigned int nodes = mesh.nodes_per_cell();
  mesh.assemble(
      [&](const TissueMesh::Cell&, int index, const dealii::FEValues<3>& fe,
          dealii::FullMatrix<double>& local) {
        for (const unsigned int q : fe.quadrature_point_indices())
          for (unsigned int i = 0; i < nodes; ++i)
            for (unsigned int j = 0; j < nodes; ++j)
              local(i, j) +=
                  cells.accessible_diffusion[index] * fe.JxW(q) * (fe.shape_grad(i, q) * fe.shape_grad(j, q));
      },
      diffusion);
}

}  // namespace

TissueOperator make_operator(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                             const CellCoefficients& cells, const std::vector<double>& conductivity,
                             const FlowState& flow, const Collapse& collapse, const Accounts& accounts,
                             const std::vector<Wall>& walls) {
  TissueOperator op;
  op.mesh = &mesh;
  op.accounts = accounts;
  const Graph& graph = mesh.graph();
  const int n = graph.n_owned;
  std::vector<double> mass, galerkin, transposed, diffusion;  // in the graph's order
  assemble_mass(mesh, tissues, cells, conductivity, flow, mass);
  assemble_galerkin(mesh, cells, conductivity, flow, galerkin, transposed);
  if (!mesh.of_cubes()) {
    assemble_diffusion(mesh, cells, diffusion);
    op.convective.assign(n, 0.);
  }

  op.lumped.assign(n, 0.);
  op.viscosity.assign(n, 0.);
  op.diagonal.assign(n, 0.);
  op.mass.reserve(graph.edges());
  op.galerkin.reserve(graph.edges());
  op.transposed.reserve(graph.edges());
  for (int i = 0; i < n; ++i) {
    if (!graph.is_unknown[i]) op.lumped[i] = 1.;  // never used but as a divisor
    for (int k = graph.begin[i]; k < graph.begin[i + 1]; ++k) {
      if (!graph.is_unknown[i]) break;
      op.lumped[i] += mass[k];
      if (k == graph.diagonal[i]) continue;
      // Columns sum to zero exactly, so that what leaves a node arrives at its neighbours.
      op.diagonal[i] -= transposed[k];
      const double d = edge_viscosity(galerkin[k], transposed[k]);
      op.viscosity[i] += d;
      const double obtuse = diffusion.empty() ? 0. : std::max(0., diffusion[k]);
      if (!diffusion.empty()) op.convective[i] += std::max(0., d - obtuse);
      if (graph.column[k] < i) continue;
      if (!diffusion.empty()) op.obtuse.push_back(obtuse);
      op.mass.push_back(mass[k]);
      op.galerkin.push_back(galerkin[k]);
      op.transposed.push_back(transposed[k]);
    }
  }

  TissueOperator::Exit blood{accounts.plasma, std::vector<double>(n, 0.)};
  TissueOperator::Exit lymph{accounts.lymph.at(0), std::vector<double>(n, 0.)};
  TissueOperator::Exit degraded{accounts.degraded, std::vector<double>(n, 0.)};
  TissueOperator::Exit outflow{accounts.outflow, std::vector<double>(n, 0.)};
  TissueOperator::Exit uptake{accounts.internalised, std::vector<double>(n, 0.)};
  op.feed.assign(n, 0.);
  std::vector<double> carried(n, 0.), volume(n, 0.);
  for (int r = 0; r < mesh.n_regions(); ++r) {
    const TissueCoefficients& t = tissues[r];
    for (int i = 0; i < n; ++i) {
      const double around = mesh.node_volume(r, i), v = mesh.exchange_volume(r, i);
      if (around == 0) continue;
      carried[i] += around * t.accessible_fraction / t.fluid_fraction;
      volume[i] += around;
      // Wherever the drug is, so that one rate in all tissues is one rate at every node.
      degraded.rate[i] += around * t.degradation * t.accessible_fraction;
      uptake.rate[i] += around * t.uptake * t.accessible_fraction;
      if (v == 0) continue;
      const double p = flow.pressure.local_element(i);
      const double open = collapse.open_share(t.vascular_pressure, p);
      const BloodExchange exchange = blood_exchange(t, open * filtration_rate(t, p), open);
      op.feed[i] += v * exchange.into / accounts.plasma_volume;
      blood.rate[i] += v * exchange.out;
      lymph.rate[i] += v * lymph_rate(t, p);
    }
  }
  for (int i = 0; i < n; ++i)
    if (volume[i] > 0) carried[i] /= volume[i];
  // What convects out leaves; fluid that enters carries no drug.
  for (int i = 0; i < n; ++i)
    if (flow.outflow[i] > 0) outflow.rate[i] = flow.outflow[i] * carried[i];
  op.inlet.assign(n, 0.);
  if (!flow.source.empty())
    for (int i = 0; i < n; ++i) op.inlet[i] = flow.source[i] * carried[i];

  TissueOperator::Exit leak{accounts.leak, std::vector<double>(n, 0.)};
  for (std::size_t w = 0; w < walls.size(); ++w) {
    const TissueCoefficients& t = tissues[walls[w].region];
    const bool vessel = t.region_class == RegionClass::vessel;
    for (int i = 0; i < n; ++i) {
      if (volume[i] == 0) continue;
      const double fluid = w < flow.wall.size() && !flow.wall[w].empty() ? flow.wall[w][i] : 0.;
      // A vessel's wall takes drug with the fluid as vessels do; into a cavity it goes as it convects.
      const double drag = fluid * (1 - t.wall.reflection) * (vessel ? 1. : carried[i]);
      const BloodExchange exchange = wall_exchange(walls[w].drug.empty() ? 0. : walls[w].drug[i], drag);
      if (vessel) op.feed[i] += exchange.into / accounts.plasma_volume;
      (vessel ? blood : leak).rate[i] += exchange.out;
    }
  }

  op.loss.assign(n, 0.);
  op.exits = {std::move(blood), std::move(lymph), std::move(degraded), std::move(outflow)};
  for (TissueOperator::Exit* rare : {&leak, &uptake})
    if (global_sum(rare->rate, mesh.communicator()) > 0) op.exits.push_back(std::move(*rare));
  for (const auto& exit : op.exits)
    for (int i = 0; i < n; ++i) op.loss[i] += exit.rate[i];
  op.total_feed = global_sum(op.feed, mesh.communicator());
  return op;
}

}  // namespace intratumor
