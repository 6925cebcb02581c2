#include "flow/flow.h"

#include <deal.II/fe/fe_values.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "mesh/linear_solver.h"
#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr double newton_tolerance = 1e-13;   // of the residual, over the size of the terms that must balance
constexpr double stalled_tolerance = 1e-10;  // where round-off stops it sooner
constexpr int max_newton_steps = 200;
constexpr double accelerate_below = 1e-2;    // of the residual
constexpr double at_rest = 1e-7;             // of what would flow if neighbours were at 0
constexpr std::size_t steps_remembered = 8;  // by the acceleration
constexpr double step_tolerance = 1e-4;      // of each linear solve
constexpr int max_halvings = 8;
constexpr double energy_round_off = 1e-13;  // of what adds up to it
constexpr int many_iterations = 20;         // of one linear solve, after which multigrid is set up anew

}  // namespace

/// Exchange of every owned node with vessels and lymph at one pressure, m^3/s, and its derivative.
struct FlowSolver::Exchange {
  std::vector<double> filtration, lymph;
  std::vector<std::vector<double>> wall;
  std::vector<double> walls;  // the sum of all
  std::vector<double> slope;  // of lymph less filtration, each tissue's at least 0; m^3/(s Pa)
  std::vector<double> flux;   // of pressure out of each node
  double least_open = 1;
  double energy = 0;        // whose gradient the residual is, with the other sign; Pa m^3/s over all ranks
  double energy_error = 0;  // round-off in it; Pa m^3/s
};

namespace {

/// Antiderivative by p of what one tissue's vessels and lymph take up, per volume; Pa/s.
double uptake_energy(const TissueCoefficients& t, const Collapse& collapse, double p) {
  const auto square = [&t](double at) {
    const double d = at - t.effective_vascular_pressure;
    return d * d / 2;
  };
  double vessels = square(p);
  const double over = p - t.vascular_pressure;
  if (collapse.on && over > 0) {
    const double ramp = std::min(over, collapse.width), drop = (1. - collapse.floor) / collapse.width;
    const double d = t.vascular_pressure - t.effective_vascular_pressure;
    vessels = square(t.vascular_pressure) + ramp * (d + ramp * ((1. - drop * d) / 2 - drop * ramp / 3));
    if (over > collapse.width)
      vessels += collapse.floor * (square(p) - square(t.vascular_pressure + collapse.width));
  }
  const double lymph = p > t.lymph_pressure ? (p - t.lymph_pressure) * (p - t.lymph_pressure) / 2 : 0.;
  return t.vessel_filtration * vessels + t.lymph_filtration * lymph;
}

/// Anderson's acceleration (Walker & Ni, SIAM J Numer Anal 2011;49:1715): where slopes are not the true ones,
/// the steps shrink by a constant factor only; their last changes tell what the next ones would add up to.
class Acceleration {
 public:
  /// Replaces the change asked at pressure p; false when nothing is known yet to mend it by.
  bool mend(const Vector& p, Vector& change) {
    const Vector asked = change;
    if (!last_p_.empty()) {
      differences_.push_back({p, asked});
      differences_.back().p -= last_p_.front();
      differences_.back().change -= last_change_.front();
      if (differences_.size() > steps_remembered) differences_.pop_front();
    }
    last_p_.assign(1, p);
    last_change_.assign(1, asked);
    const auto m = static_cast<unsigned int>(differences_.size());
    if (m == 0) return false;
    dealii::FullMatrix<double> normal(m, m);
    dealii::Vector<double> right(m), share(m);
    for (unsigned int i = 0; i < m; ++i) {
      right(i) = differences_[i].change * asked;
      for (unsigned int j = 0; j <= i; ++j)
        normal(i, j) = normal(j, i) = differences_[i].change * differences_[j].change;
    }
    for (unsigned int i = 0; i < m; ++i) normal(i, i) *= 1. + 1e-12;
    normal.gauss_jordan();
    normal.vmult(share, right);
    for (unsigned int i = 0; i < m; ++i) {
      change.add(-share(i), differences_[i].p);
      change.add(-share(i), differences_[i].change);
    }
    return true;
  }

 private:
  struct Difference {
    Vector p, change;
  };
  std::deque<Difference> differences_;
  std::vector<Vector> last_p_, last_change_;  // one each, once there is one
};

}  // namespace

FlowSolver::~FlowSolver() = default;

FlowSolver::FlowSolver(FlowProblem problem) : problem_(std::move(problem)) {
  const TissueMesh& mesh = *problem_.mesh;
  const Graph& graph = mesh.graph();
  mesh.assemble(
      [&](const TissueMesh::Cell&, int index, const dealii::FEValues<3>& fe,
          dealii::FullMatrix<double>& local) {
        const double k = problem_.cell_conductivity[index];
        const unsigned int n = fe.dofs_per_cell;
        for (const unsigned int q : fe.quadrature_point_indices())
          for (unsigned int i = 0; i < n; ++i)
            for (unsigned int j = 0; j < n; ++j)
              local(i, j) += k * (fe.shape_grad(i, q) * fe.shape_grad(j, q)) * fe.JxW(q);
      },
      stiffness_);

  double steepest = 0;
  for (int i = 0; i < graph.n_owned; ++i) steepest = std::max(steepest, stiffness_[graph.diagonal[i]]);
  scale_ = 1. / dealii::Utilities::MPI::max(steepest, mesh.communicator());
  prescribe_pressures();
  find_islands();
  solver_ = std::make_unique<LinearSolver>(mesh, LinearSolver::Kind::elliptic, "pressure");
  solver_->keep_preconditioner(true);
}

/// Exchange and residual at pressure p, the residual in the rows' scale; returns its 2-norm in m^3/s.
double FlowSolver::evaluate(const Vector& p, const std::vector<double>& source, Exchange& e,
                            Vector& residual) const {
  const TissueMesh& mesh = *problem_.mesh;
  const Graph& graph = mesh.graph();
  const int n = graph.n_owned;
  const Collapse& collapse = problem_.collapse;
  e.filtration.assign(n, 0.);
  e.lymph.assign(n, 0.);
  e.slope.assign(n, 0.);
  e.least_open = 1;
  double energy = 0;
  for (int r = 0; r < mesh.n_regions(); ++r) {
    const TissueCoefficients& t = problem_.tissues[r];
    const bool vessels = t.vessel_filtration > 0 || t.permeability_surface > 0;
    for (int i = 0; i < n; ++i) {
      const double volume = mesh.exchange_volume(r, i);
      if (volume == 0) continue;
      const double pi = p.local_element(i);
      const double open = collapse.open_share(t.vascular_pressure, pi);
      if (vessels) e.least_open = std::min(e.least_open, open);
      const double filtration = filtration_rate(t, pi);
      e.filtration[i] += volume * open * filtration;
      e.lymph[i] += volume * lymph_rate(t, pi);
      const double of_vessels =
          open * t.vessel_filtration - collapse.slope(t.vascular_pressure, pi) * filtration;
      const double of_lymph = pi > t.lymph_pressure ? t.lymph_filtration : 0.;
      e.slope[i] += volume * (std::max(0., of_vessels) + of_lymph);
      energy += volume * uptake_energy(t, collapse, pi);
    }
  }
  e.wall.resize(problem_.walls.size());
  e.walls.assign(n, 0.);
  for (std::size_t w = 0; w < e.wall.size(); ++w) {
    const std::vector<double>& conductance = problem_.walls[w].fluid;
    if (conductance.empty()) continue;
    const double inside = problem_.tissues[problem_.walls[w].region].wall.pressure;
    e.wall[w].assign(n, 0.);
    for (int i = 0; i < n; ++i) {
      e.walls[i] += e.wall[w][i] = conductance[i] * (inside - p.local_element(i));
      e.slope[i] += conductance[i];
      energy += conductance[i] * std::pow(inside - p.local_element(i), 2) / 2;
    }
  }
  multiply(graph, stiffness_, p, e.flux);
  // Pressures that are nearly alike flow little, and what flows is a difference of large products.
  double sum = 0, products = 0;
  for (int i = 0; i < n; ++i) {
    const bool free = graph.is_unknown[i] && !fixed_.local_element(i);
    const double q = source.empty() ? 0. : source[i];
    const double r = free ? e.filtration[i] - e.lymph[i] + e.walls[i] + q - e.flux[i] : 0.;
    residual.local_element(i) = r * scale_;
    sum += r * r;
    energy += p.local_element(i) * (e.flux[i] / 2 - q);
    products += stiffness_[graph.diagonal[i]] * p.local_element(i) * p.local_element(i);
  }
  e.energy = dealii::Utilities::MPI::sum(energy, mesh.communicator());
  e.energy_error =
      energy_round_off * std::abs(e.energy) +
      std::numeric_limits<double>::epsilon() * dealii::Utilities::MPI::sum(products, mesh.communicator());
  return std::sqrt(dealii::Utilities::MPI::sum(sum, mesh.communicator()));
}

void FlowSolver::fill_matrix(const Exchange& e) {
  const Graph& graph = problem_.mesh->graph();
  std::vector<double> values(graph.entries());
  for (int i = 0; i < graph.n_owned; ++i)
    for (int k = graph.begin[i]; k < graph.begin[i + 1]; ++k) {
      const bool diagonal = k == graph.diagonal[i];
      const bool free =
          graph.is_unknown[i] && !fixed_.local_element(i) && !fixed_.local_element(graph.column[k]);
      if (free)
        values[k] = (stiffness_[k] + (diagonal ? e.slope[i] : 0.)) * scale_;
      else
        values[k] = diagonal ? 1. : 0.;
    }
  solver_->set_matrix(values);
}

void FlowSolver::start_from(const Vector& pressure) {
  const Graph& graph = problem_.mesh->graph();
  for (int i = 0; i < graph.n_owned; ++i)
    pressure_.local_element(i) = graph.is_unknown[i] ? pressure.local_element(i) : 0.;
  pressure_.update_ghost_values();
}

FlowState FlowSolver::solve(const std::vector<double>& source) {
  const TissueMesh& mesh = *problem_.mesh;
  const MPI_Comm comm = mesh.communicator();
  const int n = mesh.graph().n_owned;
  FlowState state;
  bool stuck = false;
  for (int i = 0; i < n; ++i) stuck = stuck || (island_[i] && !source.empty() && source[i] != 0);
  if (dealii::Utilities::MPI::logical_or(stuck, comm))
    throw InputError(
        "flow: fluid is infused into a piece of tissue that it cannot leave: no face of the meshed box, no "
        "vessel and no lymph takes it up");
  Exchange exchange;
  Vector right = mesh.make_vector(), change = right, trial = right, asked = right;
  double norm = evaluate(pressure_, source, exchange, right), scale = 0;
  for (int i = 0; i < n; ++i)
    if (!fixed_.local_element(i))
      scale += std::pow(std::abs(exchange.filtration[i]) + std::abs(exchange.lymph[i]) +
                            std::abs(exchange.walls[i]) + (source.empty() ? 0. : std::abs(source[i])),
                        2) +
               std::pow(exchange.flux[i], 2);
  scale = std::sqrt(dealii::Utilities::MPI::sum(scale, comm));

  Acceleration acceleration;
  while (norm > newton_tolerance * scale) {
    if (++state.newton_steps > max_newton_steps)
      throw ComputationError("pressure: Newton's method did not converge in " +
                             std::to_string(max_newton_steps) + " steps (relative residual " +
                             scientific(norm / scale) + ")");
    fill_matrix(exchange);
    change = 0;
    const int iterations =
        solver_->solve(change, right, step_tolerance, 0.1 * newton_tolerance * scale * scale_).iterations;
    state.linear_iterations += iterations;
    solver_->keep_preconditioner(iterations < many_iterations);
    const double before = norm, allowed = exchange.energy + exchange.energy_error;
    const auto try_change = [&](double along) {
      trial = pressure_;
      trial.add(along, change);
      trial.update_ghost_values();
      norm = evaluate(trial, source, exchange, right);
      return exchange.energy <= allowed;
    };
    double along = 1;
    bool lower = false;
    if (norm < accelerate_below * scale) {
      asked = change;
      const bool mended = acceleration.mend(pressure_, change);
      lower = mended && try_change(along);
      if (!lower) change = asked;
      if (mended && !lower) {
        acceleration = Acceleration();
        acceleration.mend(pressure_, change);
      }
    }
    // The step itself leads down, the matrix being positive definite.
    for (int halving = 0; !lower; ++halving, along /= 2) lower = try_change(along) || halving == max_halvings;
    pressure_.swap(trial);
    // Round-off of the residual itself is reached: its terms cancel to about machine precision of their
    // sizes.
    if (norm > 0.9 * before && norm < stalled_tolerance * scale) break;
  }
  state.residual = scale > 0 ? norm / scale : 0;
  state.least_open = dealii::Utilities::MPI::min(exchange.least_open, comm);

  state.outflow.assign(n, 0.);
  double terms = 0, steep = 0;
  for (int i = 0; i < n; ++i) {
    steep += stiffness_[mesh.graph().diagonal[i]] * std::abs(pressure_.local_element(i));
    const double q = source.empty() ? 0. : source[i];
    const double sources = exchange.filtration[i] - exchange.lymph[i] + exchange.walls[i] + q;
    if (fixed_.local_element(i) && !island_[i]) state.outflow[i] = sources - exchange.flux[i];
    terms += std::abs(exchange.filtration[i]) + std::abs(exchange.lymph[i]) + std::abs(exchange.walls[i]) +
             std::abs(q) + std::abs(state.outflow[i]);
    state.total_source += q;
  }
  for (std::size_t w = 0; w < exchange.wall.size(); ++w) {
    const double sum = global_sum(exchange.wall[w], comm);
    if (problem_.tissues[problem_.walls[w].region].region_class == RegionClass::cavity)
      state.total_leak -= sum;
    else
      state.total_wall += sum;
  }
  state.wall = std::move(exchange.wall);
  state.filtration = std::move(exchange.filtration);
  state.lymph = std::move(exchange.lymph);
  state.source = source;
  state.total_source = dealii::Utilities::MPI::sum(state.total_source, comm);
  state.total_filtration = global_sum(state.filtration, comm);
  state.total_lymph = global_sum(state.lymph, comm);
  state.total_outflow = global_sum(state.outflow, comm);
  // Where nothing flows but the round-off of pressures that are all alike, that is no fluid lost.
  terms =
      std::max(dealii::Utilities::MPI::sum(terms, comm), at_rest * dealii::Utilities::MPI::sum(steep, comm));
  const double open = state.total_source + state.total_filtration + state.total_wall - state.total_lymph -
                      state.total_outflow - state.total_leak;
  state.closure = terms > 0 ? std::abs(open) / terms : 0.;

  state.pressure = pressure_;
  state.pressure.zero_out_ghost_values();
  mesh.constraints().distribute(state.pressure);
  state.pressure.update_ghost_values();
  state.max_pressure = -1e300;
  for (int i = 0; i < n; ++i)
    if (mesh.graph().is_unknown[i])
      state.max_pressure = std::max(state.max_pressure, state.pressure.local_element(i));
  state.max_pressure = dealii::Utilities::MPI::max(state.max_pressure, comm);
  return state;
}

FlowState solve_flow(const FlowProblem& problem) {
  return FlowSolver(problem).solve(problem.source);
}

}  // namespace intratumor
