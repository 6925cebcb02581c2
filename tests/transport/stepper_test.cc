#include "transport/stepper.h"

#include <deal.II/grid/grid_generator.h>
#include <gtest/gtest.h>

#include <cmath>

#include "quantities/error.h"

namespace intratumor {
namespace {

constexpr double side = 10e-3;  // m

std::unique_ptr<Triangulation> refined_cube() {
  auto t = std::make_unique<Triangulation>(MPI_COMM_WORLD);
  dealii::GridGenerator::subdivided_hyper_cube(*t, 6, 0, side);
  for (const auto& cell : t->active_cell_iterators())
    if (cell->is_locally_owned() && cell->center().norm() < 0.6 * side) cell->set_refine_flag();
  t->execute_coarsening_and_refinement();
  return t;
}

/// A cube of leaky tissue with hanging nodes, drained or filled through its boundary.
struct Cube {
  TissueMesh mesh{refined_cube(), 1,
                  [](const TissueMesh::Cell&, std::vector<double>& fraction) { fraction[0] = 1; }, true};
  Accounts accounts;

  Cube() {
    BodyCoefficients body;
    body.plasma_volume = 3e-3;
    body.clearance = 1e-7;
    body.peripherals = {{2e-3, 1e-7}};
    body.lymph_rate = 1e-4;
    accounts = make_accounts(body);
  }
  TissueOperator flow_towards(double pressure_across) const {
    TissueCoefficients t;
    t.hydraulic_conductivity = 3e-14;
    t.vessel_filtration = 2e-8;
    t.effective_vascular_pressure = 1500;
    t.lymph_filtration = 1e-8;
    t.fluid_fraction = t.accessible_fraction = 0.3;
    t.diffusivity = 5e-11;
    t.permeability_surface = 1e-4;
    t.solvent_drag_reflection = 0.5;
    FlowProblem problem;
    problem.mesh = &mesh;
    problem.tissues = {t};
    problem.collapse.on = false;
    problem.far_field.kind = FarField::Kind::function;
    problem.far_field.function = [&](const Point& x) { return 1000 + pressure_across * x[0] / side; };
    problem.cell_conductivity = cell_conductivity(mesh, problem.tissues);
    return make_operator(mesh, problem.tissues, cell_coefficients(mesh, problem.tissues),
                         problem.cell_conductivity, solve_flow(problem), problem.collapse, accounts);
  }
  Vector start() const {
    Vector c = mesh.make_vector();
    for (int i = 0; i < mesh.graph().n_owned; ++i)
      c.local_element(i) = std::exp(-mesh.node_positions()[i].norm_square() / (0.09 * side * side));
    return c;
  }
  double content(const TissueOperator& op, const Stepper& stepper) const {
    std::vector<double> amount(mesh.graph().n_owned, 0.);
    for (int i = 0; i < mesh.graph().n_owned; ++i)
      if (mesh.graph().is_unknown[i]) amount[i] = op.lumped[i] * stepper.concentration().local_element(i);
    double all = global_sum(amount, mesh.communicator());
    for (const double a : stepper.amounts()) all += a;
    return all;
  }
};

double largest_difference(const Stepper& a, const Stepper& b) {
  double largest = 0;
  for (unsigned int i = 0; i < a.concentration().locally_owned_size(); ++i)
    largest =
        std::max(largest, std::abs(a.concentration().local_element(i) - b.concentration().local_element(i)));
  return dealii::Utilities::MPI::max(largest, MPI_COMM_WORLD);
}

StepperOptions options() {
  StepperOptions o;
  o.reference_concentration = 1;
  return o;
}

TEST(Stepper, ASmoothFieldNeedsNoLowOrder) {
  const Cube cube;
  const TissueOperator op = cube.flow_towards(0);
  StepperOptions smooth = options(), unlimited = options();
  smooth.smooth = true;
  unlimited.limited = false;
  Stepper a(op, smooth), b(op, unlimited);
  Vector flat = cube.mesh.make_vector();
  for (int i = 0; i < cube.mesh.graph().n_owned; ++i)
    flat.local_element(i) = 1 + 0.3 * std::sin(300 * cube.mesh.node_positions()[i][0]);
  std::vector<double> amounts(cube.accounts.size(), 0.);
  amounts[cube.accounts.plasma] = 1e-3;
  for (Stepper* s : {&a, &b}) s->set_state(flat, amounts);
  const double given = cube.content(op, a);
  for (int k = 0; k < 4; ++k) {
    EXPECT_EQ(a.attempt(300, {}).low_iterations, 0);
    EXPECT_GT(b.attempt(300, {}).low_iterations, 0);
    a.accept();
    b.accept();
  }
  // What the stages' solves leave.
  EXPECT_LT(largest_difference(a, b), 1e-7);
  EXPECT_NEAR(cube.content(op, a) / given, 1, 1e-13);
}

TEST(Stepper, AFieldThatWouldGoNegativeGetsItsLowOrder) {
  const Cube cube;
  const TissueOperator op = cube.flow_towards(2000);
  StepperOptions smooth = options();
  smooth.smooth = true;
  Stepper a(op, smooth), b(op, options());
  Vector spike = cube.mesh.make_vector();
  for (int i = 0; i < cube.mesh.graph().n_owned; ++i)
    spike.local_element(i) = cube.mesh.node_positions()[i].norm() < 0.2 * side ? 1 : 0;
  for (Stepper* s : {&a, &b}) {
    s->set_state(spike, std::vector<double>(cube.accounts.size(), 0.));
    EXPECT_GT(s->attempt(300, {}).low_iterations, 0);
    s->accept();
  }
  EXPECT_LT(largest_difference(a, b), 1e-7);
  for (int i = 0; i < cube.mesh.graph().n_owned; ++i) EXPECT_GE(a.concentration().local_element(i), -1e-13);
}

TEST(Stepper, GoesOnWithAnotherOperator) {
  const Cube cube;
  const TissueOperator first = cube.flow_towards(2000), second = cube.flow_towards(-2000);
  Stepper stepper(first, options());
  stepper.set_state(cube.start(), std::vector<double>(cube.accounts.size(), 0.));
  const double given = cube.content(first, stepper);
  for (int k = 0; k < 3; ++k) {
    stepper.attempt(100, {});
    stepper.accept();
  }
  // A stepper that has known the second operator only, from the same state.
  Stepper fresh(second, options());
  fresh.set_state(stepper.concentration(), stepper.amounts());
  Stepper stays(first, options());
  stays.set_state(stepper.concentration(), stepper.amounts());
  stepper.set_operator(second);
  EXPECT_EQ(largest_difference(stepper, fresh), 0);
  for (Stepper* s : {&stepper, &fresh, &stays}) {
    s->attempt(100, {});
    s->accept();
  }
  EXPECT_LT(largest_difference(stepper, fresh), 1e-10);
  EXPECT_GT(largest_difference(stepper, stays), 1e-3);
  EXPECT_EQ(stepper.factorisations(), 2);
  EXPECT_NEAR(cube.content(second, stepper) / given, 1, 1e-13);
}

TEST(Stepper, RefusesTheOperatorOfAnotherMesh) {
  const Cube cube, other;
  const TissueOperator here = cube.flow_towards(0), there = other.flow_towards(0);
  Stepper stepper(here, options());
  EXPECT_THROW(stepper.set_operator(there), ComputationError);
}

}  // namespace
}  // namespace intratumor
