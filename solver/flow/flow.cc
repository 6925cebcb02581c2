#include "flow/flow.h"

#include <deal.II/fe/fe_values.h>

#include <algorithm>
#include <cmath>

#include "mesh/linear_solver.h"
#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr double newton_tolerance = 1e-13;
constexpr int max_newton_steps = 40;
constexpr double collapse_tolerance = 1e-10;
constexpr int max_collapse_repeats = 200;

double boundary_pressure(const FlowProblem& problem, int node) {
  const TissueMesh& mesh = *problem.mesh;
  if (problem.far_field.kind == FarField::Kind::value) return problem.far_field.value;
  if (problem.far_field.kind == FarField::Kind::function)
    return problem.far_field.function(mesh.node_positions()[node]);
  // Equilibrium of the summed terms of the tissue there.
  double vessel = 0, vessel_pressure = 0, lymph = 0, lymph_pressure = 0;
  for (int r = 0; r < mesh.n_regions(); ++r) {
    const TissueCoefficients& t = problem.tissues[r];
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

/// Exchange of every node at pressure p for given open shares of its vessels, and its derivative.
struct Exchange {
  std::vector<double> filtration, lymph, slope;
  std::vector<std::vector<double>> open;  // chi by region and node
};

/// Takes chi from the pressure; returns its largest change.
double update_collapse(const FlowProblem& problem, const Vector& p, Exchange& e, double& least) {
  const TissueMesh& mesh = *problem.mesh;
  double change = 0;
  least = 1;
  for (int r = 0; r < mesh.n_regions(); ++r) {
    // A tissue without vessels has nothing to collapse.
    if (problem.tissues[r].vessel_filtration == 0 && problem.tissues[r].permeability_surface == 0) continue;
    for (int i = 0; i < mesh.graph().n_owned; ++i) {
      if (mesh.node_volume(r, i) == 0) continue;
      const double chi =
          problem.collapse.open_share(problem.tissues[r].vascular_pressure, p.local_element(i));
      change = std::max(change, std::abs(chi - e.open[r][i]));
      least = std::min(least, chi);
      e.open[r][i] = chi;
    }
  }
  least = dealii::Utilities::MPI::min(least, mesh.communicator());
  return dealii::Utilities::MPI::max(change, mesh.communicator());
}

void evaluate_exchange(const FlowProblem& problem, const Vector& p, Exchange& e) {
  const TissueMesh& mesh = *problem.mesh;
  const int n = mesh.graph().n_owned;
  e.filtration.assign(n, 0.);
  e.lymph.assign(n, 0.);
  e.slope.assign(n, 0.);
  for (int r = 0; r < mesh.n_regions(); ++r) {
    const TissueCoefficients& t = problem.tissues[r];
    for (int i = 0; i < n; ++i) {
      const double volume = mesh.node_volume(r, i);
      if (volume == 0) continue;
      const double pi = p.local_element(i);
      const double open = e.open[r][i];
      e.filtration[i] += volume * open * filtration_rate(t, pi);
      e.lymph[i] += volume * lymph_rate(t, pi);
      e.slope[i] += volume * (open * t.vessel_filtration + (pi > t.lymph_pressure ? t.lymph_filtration : 0.));
    }
  }
}

}  // namespace

std::vector<double> cell_conductivity(const TissueMesh& mesh,
                                      const std::vector<TissueCoefficients>& tissues) {
  std::vector<double> values(mesh.n_owned_cells());
  for (int cell = 0; cell < mesh.n_owned_cells(); ++cell) {
    double resistance = 0;
    for (int r = 0; r < mesh.n_regions(); ++r)
      if (mesh.cell_fraction(cell, r) > 0)
        resistance += mesh.cell_fraction(cell, r) / tissues[r].hydraulic_conductivity;
    values[cell] = 1. / resistance;
  }
  return values;
}

FlowState solve_flow(const FlowProblem& problem) {
  const TissueMesh& mesh = *problem.mesh;
  const Graph& graph = mesh.graph();
  const MPI_Comm comm = mesh.communicator();
  const int n = graph.n_owned;

  std::vector<double> stiffness;
  mesh.assemble(
      [&](const TissueMesh::Cell&, int index, const dealii::FEValues<3>& fe,
          dealii::FullMatrix<double>& local) {
        const double k = problem.cell_conductivity[index];
        for (const unsigned int q : fe.quadrature_point_indices())
          for (unsigned int i = 0; i < 8; ++i)
            for (unsigned int j = 0; j < 8; ++j)
              local(i, j) += k * (fe.shape_grad(i, q) * fe.shape_grad(j, q)) * fe.JxW(q);
      },
      stiffness);

  // Which nodes keep a prescribed pressure, ghosts included.
  Vector fixed = mesh.make_vector();
  FlowState state;
  state.pressure = mesh.make_vector();
  if (problem.far_field.kind != FarField::Kind::sealed)
    for (int i = 0; i < n; ++i)
      if (mesh.on_boundary()[i] && graph.is_unknown[i]) {
        fixed.local_element(i) = 1;
        state.pressure.local_element(i) = boundary_pressure(problem, i);
      }
  Exchange exchange;
  exchange.open.assign(mesh.n_regions(), std::vector<double>(n, 1.));
  evaluate_exchange(problem, state.pressure, exchange);
  double scale = 0;  // of the residual: the size of the terms that must balance
  double slope = 0;
  for (int i = 0; i < n; ++i) {
    const double q = problem.source.empty() ? 0. : problem.source[i];
    if (!fixed.local_element(i))
      scale += std::pow(std::abs(exchange.filtration[i]) + std::abs(exchange.lymph[i]) + std::abs(q), 2);
    slope += exchange.slope[i];
  }
  slope = dealii::Utilities::MPI::sum(slope, comm);
  if (problem.far_field.kind == FarField::Kind::sealed) {
    if (slope == 0)
      throw InputError(
          "flow: every face is sealed and no tissue exchanges fluid with vessels or lymph, so the pressure "
          "is not "
          "determined; give flow.far_field a pressure or 'equilibrium'");
  }
  fixed.update_ghost_values();
  state.pressure.update_ghost_values();

  std::vector<double> flux, values(graph.entries());
  LinearSolver solver(mesh, LinearSolver::Kind::symmetric, "pressure");
  Vector right = mesh.make_vector(), change = mesh.make_vector();
  double diagonal_scale = 0;
  for (int i = 0; i < n; ++i) diagonal_scale = std::max(diagonal_scale, stiffness[graph.diagonal[i]]);
  diagonal_scale = 1. / dealii::Utilities::MPI::max(diagonal_scale, comm);

  const auto residual = [&]() {
    multiply(graph, stiffness, state.pressure, flux);
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      const double q = problem.source.empty() ? 0. : problem.source[i];
      const double r = exchange.filtration[i] - exchange.lymph[i] + q - flux[i];
      const bool free = graph.is_unknown[i] && !fixed.local_element(i);
      right.local_element(i) = free ? r * diagonal_scale : 0.;
      if (free) sum += r * r;
    }
    return std::sqrt(dealii::Utilities::MPI::sum(sum, comm));
  };

  multiply(graph, stiffness, state.pressure, flux);
  for (int i = 0; i < n; ++i)
    if (graph.is_unknown[i] && !fixed.local_element(i)) scale += flux[i] * flux[i];
  scale = std::sqrt(dealii::Utilities::MPI::sum(scale, comm));

  const auto newton = [&]() {
    int steps = 0;
    double norm = residual();
    while (norm > newton_tolerance * scale) {
      if (++steps > max_newton_steps)
        throw ComputationError("pressure: Newton's method did not converge in " +
                               std::to_string(max_newton_steps) + " steps (relative residual " +
                               scientific(norm / scale) + ")");
      for (int i = 0; i < n; ++i)
        for (int k = graph.begin[i]; k < graph.begin[i + 1]; ++k) {
          const bool diagonal = k == graph.diagonal[i];
          const bool free =
              graph.is_unknown[i] && !fixed.local_element(i) && !fixed.local_element(graph.column[k]);
          if (free)
            values[k] = (stiffness[k] + (diagonal ? exchange.slope[i] : 0.)) * diagonal_scale;
          else
            values[k] = diagonal ? 1. : 0.;
        }
      solver.set_matrix(values);
      change = 0;
      state.linear_iterations +=
          solver.solve(change, right, 1e-10, 0.1 * newton_tolerance * scale * diagonal_scale).iterations;
      for (int i = 0; i < n; ++i) state.pressure.local_element(i) += change.local_element(i);
      state.pressure.update_ghost_values();
      evaluate_exchange(problem, state.pressure, exchange);
      const double previous = norm;
      norm = residual();
      // Round-off of the residual itself is reached: the terms cancel to about machine precision of their
      // sizes.
      if (norm > 0.5 * previous && norm < 1e-10 * scale) break;
    }
    state.newton_steps += steps;
    return norm;
  };

  double norm = newton();
  for (int repeat = 0;
       update_collapse(problem, state.pressure, exchange, state.least_open) > collapse_tolerance; ++repeat) {
    if (repeat == max_collapse_repeats)
      throw ComputationError("pressure: the share of open vessels did not settle in " +
                             std::to_string(max_collapse_repeats) + " repeats");
    evaluate_exchange(problem, state.pressure, exchange);
    norm = newton();
  }
  state.residual = scale > 0 ? norm / scale : 0;

  state.filtration = exchange.filtration;
  state.lymph = exchange.lymph;
  state.outflow.assign(n, 0.);
  double terms = 0;
  for (int i = 0; i < n; ++i) {
    const double q = problem.source.empty() ? 0. : problem.source[i];
    if (fixed.local_element(i)) state.outflow[i] = exchange.filtration[i] - exchange.lymph[i] + q - flux[i];
    terms += std::abs(exchange.filtration[i]) + std::abs(exchange.lymph[i]) + std::abs(q) +
             std::abs(state.outflow[i]);
    state.total_source += q;
  }
  state.total_source = dealii::Utilities::MPI::sum(state.total_source, comm);
  state.total_filtration = global_sum(state.filtration, comm);
  state.total_lymph = global_sum(state.lymph, comm);
  state.total_outflow = global_sum(state.outflow, comm);
  terms = dealii::Utilities::MPI::sum(terms, comm);
  const double open = state.total_source + state.total_filtration - state.total_lymph - state.total_outflow;
  state.closure = terms > 0 ? std::abs(open) / terms : 0.;

  state.pressure.zero_out_ghost_values();
  mesh.constraints().distribute(state.pressure);
  state.pressure.update_ghost_values();
  state.max_pressure = dealii::Utilities::MPI::max(
      n > 0 ? *std::max_element(state.pressure.begin(), state.pressure.begin() + n) : -1e300, comm);
  return state;
}

}  // namespace intratumor
