#include "flow/hole.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/dofs/dof_handler.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/grid/grid_generator.h>
#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/precondition.h>
#include <deal.II/lac/solver_cg.h>
#include <deal.II/lac/sparse_matrix.h>
#include <deal.II/numerics/matrix_tools.h>
#include <deal.II/numerics/vector_tools_boundary.h>

#include <algorithm>
#include <cmath>

#include "quantities/error.h"

namespace intratumor {

namespace {

const double pi = std::acos(-1.);
constexpr unsigned int patch_cells = 16;  // along an edge; what lies beyond is resolved
constexpr int patch_points = 64;          // along an edge of a cell of the patch, to sample the ball
constexpr double on_face = 1e-6;          // of a cell's edge
constexpr double manifold_tolerance = 1e-6;
constexpr int max_manifold_repeats = 50;

/// Pressure of a point source of unit strength in a medium with K = 1.
class PointSource : public dealii::Function<3> {
 public:
  explicit PointSource(const Point& at) : at_(at) {}
  double value(const Point& p, const unsigned int) const override { return 1. / (4. * pi * p.distance(at_)); }

 private:
  Point at_;
};

/// What cells of size h make of a ball source with K = 1: the average pressure over it for unit strength.
/// `at`: the ball's centre relative to the lower corner of the cell that holds it.
double patch_average(const Point& at, double h, double radius) {
  dealii::Triangulation<3> grid;
  dealii::GridGenerator::subdivided_hyper_cube(grid, patch_cells, 0, patch_cells * h);
  const dealii::FE_Q<3> element(1);
  dealii::DoFHandler<3> dofs(grid);
  dofs.distribute_dofs(element);
  dealii::DynamicSparsityPattern dynamic(dofs.n_dofs());
  dealii::DoFTools::make_sparsity_pattern(dofs, dynamic);
  dealii::SparsityPattern pattern;
  pattern.copy_from(dynamic);
  dealii::SparseMatrix<double> matrix(pattern);
  dealii::MatrixCreator::create_laplace_matrix(dofs, dealii::QGauss<3>(2), matrix);

  Point centre = at;
  for (int a = 0; a < 3; ++a) centre[a] += patch_cells / 2 * h;
  dealii::Vector<double> share(dofs.n_dofs()), right, pressure(dofs.n_dofs());
  std::vector<dealii::types::global_dof_index> indices(8);
  double total = 0;
  for (const auto& cell : dofs.active_cell_iterators()) {
    if (!Shape(Ball{centre, radius}).may_touch(cell->vertex(0), cell->vertex(7))) continue;
    cell->get_dof_indices(indices);
    for (int s = 0; s < patch_points * patch_points * patch_points; ++s) {
      const int step[3] = {s % patch_points, s / patch_points % patch_points,
                           s / (patch_points * patch_points)};
      Point unit;
      for (int a = 0; a < 3; ++a) unit[a] = (step[a] + 0.5) / patch_points;
      if ((cell->vertex(0) + h * unit).distance(centre) > radius) continue;
      total += 1;
      for (unsigned int i = 0; i < 8; ++i) share(indices[i]) += element.shape_value(i, unit);
    }
  }
  share /= total;
  right = share;
  std::map<dealii::types::global_dof_index, double> rim;
  dealii::VectorTools::interpolate_boundary_values(dofs, 0, PointSource(centre), rim);
  dealii::MatrixTools::apply_boundary_values(rim, matrix, pressure, right);
  dealii::SolverControl control(1000, 1e-10 * right.l2_norm());
  dealii::SolverCG<dealii::Vector<double>> solver(control);
  dealii::PreconditionSSOR<dealii::SparseMatrix<double>> preconditioner;
  preconditioner.initialize(matrix, 1.2);
  solver.solve(matrix, pressure, right, preconditioner);
  return share * pressure;
}

struct CellOfHole {
  double size = 0, conductivity = 0;
  Point corner;
};

/// The cell that holds a point, known to all ranks; size 0 when there is none.
CellOfHole cell_of(const TissueMesh& mesh, const std::vector<double>& conductivity, const Point& at) {
  // Of cells that share a face, edge or corner with the point the one with the lowest corner.
  std::array<double, 6> found = {1e300, 0, 0, 0, 0, 0};
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    if (mesh.cell_tissue(index) == 0 || cell->center().distance(at) > cell->diameter()) return;
    // A point on a face lies in both cells, whatever round-off says.
    const Point unit = mesh.mapping().transform_real_to_unit_cell(cell, at);
    if (!dealii::GeometryInfo<3>::is_inside_unit_cell(unit, on_face)) return;
    const Point corner = cell->vertex(0);
    const double order = corner[0] + corner[1] + corner[2];
    if (order < found[0])
      found = {order,
               corner[0],
               corner[1],
               corner[2],
               std::cbrt(cell->measure()),
               conductivity[index] / mesh.cell_tissue(index)};
  });
  const double lowest = dealii::Utilities::MPI::min(found[0], mesh.communicator());
  if (found[0] > lowest || lowest == 1e300) std::fill(found.begin(), found.end(), -1e300);
  CellOfHole cell;
  if (lowest == 1e300) return cell;
  MPI_Allreduce(MPI_IN_PLACE, found.data(), 6, MPI_DOUBLE, MPI_MAX, mesh.communicator());
  cell.corner = Point(found[1], found[2], found[3]);
  cell.size = found[4];
  cell.conductivity = found[5];
  return cell;
}

double average(const Hole& hole, const Vector& pressure, MPI_Comm comm) {
  double sum = 0;
  for (std::size_t i = 0; i < hole.share.size(); ++i)
    sum += hole.share[i] * pressure.local_element(static_cast<unsigned int>(i));
  return dealii::Utilities::MPI::sum(sum, comm);
}

/// How the holes of one needle share its rate: found by a quasi-Newton method (Broyden 1965) that asks for
/// one pressure at all of them.
class Manifold {
 public:
  Manifold(const std::vector<Hole>& holes, double total)
      : holes_(holes),
        total_(total),
        rate_(holes.size(), total / static_cast<double>(holes.size())),
        response_(size(), size()) {
    // At first as in unbounded tissue: to its own rate by 1/(4 pi K r), to another's by 1/(4 pi K distance).
    for (unsigned int i = 0; i < size(); ++i)
      for (unsigned int j = 0; j < size(); ++j) {
        const double k = std::sqrt(holes[i].conductivity * holes[j].conductivity);
        response_(i, j) =
            i == j ? holes[i].resistance : 1. / (4. * pi * k * holes[i].centre.distance(holes[j].centre));
      }
  }

  const std::vector<double>& rate() const { return rate_; }  ///< m^3/s, by hole
  double pressure() const { return highest_; }               ///< Pa, of the holes that give

  /// Takes the flow at these rates in; returns by how much of the whole a rate is to change.
  double settle(const Vector& flow_pressure, MPI_Comm comm) {
    std::vector<double> pressure;
    highest_ = -1e300;
    for (std::size_t h = 0; h < holes_.size(); ++h) {
      pressure.push_back(average(holes_[h], flow_pressure, comm) +
                         holes_[h].unresolved_resistance * rate_[h]);
      if (rate_[h] > 0) highest_ = std::max(highest_, pressure[h]);
    }
    learn(pressure);
    pressure_ = pressure;
    step_ = rates_of_one_pressure();
    double largest = 0;
    for (unsigned int h = 0; h < size(); ++h) {
      step_[h] -= rate_[h];
      largest = std::max(largest, std::abs(step_[h]) / total_);
    }
    return largest;
  }

  void change() {
    for (unsigned int h = 0; h < size(); ++h) rate_[h] += step_[h];
  }

 private:
  unsigned int size() const { return static_cast<unsigned int>(holes_.size()); }

  /// The response that explains what the last change of the rates did to the pressures.
  void learn(const std::vector<double>& pressure) {
    double length = 0;
    for (const double s : step_) length += s * s;
    if (length == 0) return;
    for (unsigned int i = 0; i < size(); ++i) {
      double left = pressure[i] - pressure_[i];
      for (unsigned int j = 0; j < size(); ++j) left -= response_(i, j) * step_[j];
      for (unsigned int j = 0; j < size(); ++j) response_(i, j) += left * step_[j] / length;
    }
  }

  /// No hole draws fluid.
  std::vector<double> rates_of_one_pressure() const {
    const unsigned int n = size();
    if (n == 1) return {total_};
    // Unknown: the changes of the rates, and the common pressure.
    dealii::FullMatrix<double> matrix(n + 1, n + 1);
    dealii::Vector<double> right(n + 1), change(n + 1);
    const double unit = holes_[0].resistance;  // so that all entries are of one size
    for (unsigned int i = 0; i < n; ++i) {
      for (unsigned int j = 0; j < n; ++j) matrix(i, j) = response_(i, j) / unit;
      matrix(i, n) = -1;
      matrix(n, i) = 1;
      right(i) = -pressure_[i] / unit;
    }
    matrix.gauss_jordan();
    matrix.vmult(change, right);
    std::vector<double> next;
    double sum = 0;
    for (unsigned int i = 0; i < n; ++i) {
      next.push_back(std::max(0., rate_[i] + change(i)));
      sum += next.back();
    }
    for (double& q : next) q *= total_ / sum;
    return next;
  }

  const std::vector<Hole>& holes_;
  double total_;
  std::vector<double> rate_, pressure_, step_;
  dealii::FullMatrix<double> response_;  // Pa per m^3/s
  double highest_ = 0;
};

}  // namespace

Hole make_hole(const TissueMesh& mesh, const std::vector<double>& cell_conductivity, const Ball& ball,
               const std::string& what) {
  const CellOfHole cell = cell_of(mesh, cell_conductivity, ball.centre);
  const ShapeShare share = shape_share(mesh, ball);
  const double whole = Shape(ball).volume();
  if (cell.size == 0 || std::abs(share.volume / whole - 1) > 0.1)
    throw InputError(what + ": a hole of the needle lies outside the meshed region");
  Hole hole;
  hole.centre = ball.centre;
  hole.conductivity = cell.conductivity;
  hole.share = share.node;
  hole.resistance = 1. / (4. * pi * cell.conductivity * ball.radius);
  const double resolved = patch_average(Point(ball.centre - cell.corner), cell.size, ball.radius);
  hole.unresolved_resistance = hole.resistance - resolved / cell.conductivity;
  return hole;
}

InfusionState solve_infusion(FlowSolver& flow, const std::vector<NeedleFlow>& needles) {
  const MPI_Comm comm = flow.problem().mesh->communicator();
  const std::size_t n = flow.problem().mesh->graph().n_owned;
  InfusionState state;
  std::vector<Manifold> manifolds;
  for (const NeedleFlow& needle : needles) manifolds.emplace_back(*needle.holes, needle.rate);
  int newton_steps = 0, linear_iterations = 0;
  for (int repeat = 0;; ++repeat) {
    std::vector<double> source(n, 0.);
    for (std::size_t k = 0; k < needles.size(); ++k)
      for (std::size_t h = 0; h < needles[k].holes->size(); ++h)
        for (std::size_t i = 0; i < n; ++i)
          source[i] += manifolds[k].rate()[h] * (*needles[k].holes)[h].share[i];
    state.flow = flow.solve(source);
    newton_steps = state.flow.newton_steps += newton_steps;
    linear_iterations = state.flow.linear_iterations += linear_iterations;

    state.manifold_error = 0;
    for (Manifold& manifold : manifolds)
      state.manifold_error = std::max(state.manifold_error, manifold.settle(state.flow.pressure, comm));
    if (state.manifold_error <= manifold_tolerance) {
      for (const Manifold& manifold : manifolds) {
        state.hole_rate.push_back(manifold.rate());
        state.needle_pressure.push_back(manifold.pressure());
      }
      return state;
    }
    if (repeat == max_manifold_repeats)
      throw ComputationError("pressure: the flow through the holes of a needle did not settle (" +
                             scientific(state.manifold_error) + " of its rate still changes)");
    for (Manifold& manifold : manifolds) manifold.change();
  }
}

double infusion_pressure(const TissueCoefficients& tissue, const Collapse& collapse, double rate,
                         double radius) {
  const double floor = collapse.on ? collapse.floor : 1.;
  const double loss = floor * tissue.vessel_filtration;
  const double per_length = loss > 0 ? std::sqrt(loss / tissue.hydraulic_conductivity) : 0.;
  return rate / (4. * pi * tissue.hydraulic_conductivity * radius * (1. + radius * per_length));
}

}  // namespace intratumor
