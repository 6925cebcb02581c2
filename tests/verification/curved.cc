// Positivity and the ledger at any step on meshes of neither boxes nor straight rows: a ball of curved,
// unstructured hexahedra, or of tetrahedra, whose inner vertices are moved about.
#include <deal.II/grid/grid_generator.h>
#include <deal.II/grid/grid_tools.h>

#include <cmath>

#include "harness.h"
#include "tetrahedra.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, radius = 8 * mm, rate = 1e-9 / 60;  // 1 uL/min

/// Tissue that takes drug up, with a needle's fluid at the node nearest to a point off the middle.
Problem problem_in(std::unique_ptr<AnyTriangulation> ball) {
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(std::move(ball), 1, one_region(), false);
  p.tissues = {baxter_jain_tumour()};
  p.tissues[0].permeability_surface = 6e-5;
  p.body.plasma_volume = 3e-3;
  p.far_field.kind = FarField::Kind::value;
  double nearest = 1e300;
  int hole = -1;
  const std::vector<Point>& positions = p.mesh->node_positions();
  for (std::size_t i = 0; i < positions.size(); ++i)
    if (const double d = positions[i].distance(Point(1 * mm, 0.5 * mm, 0)); d < nearest) {
      nearest = d;
      hole = static_cast<int>(i);
    }
  p.source.assign(positions.size(), 0.);
  if (nearest == dealii::Utilities::MPI::min(nearest, MPI_COMM_WORLD)) p.source[hole] = rate;
  p.solve();
  return p;
}

void steps_of_any_length(Problem p, const std::string& cells) {
  const int n = p.mesh->graph().n_owned;
  check("curved", cells + ": fluid that the balance lacks", p.flow.closure, 0, p.flow.closure, 1e-8);
  std::vector<double> source = p.source;  // at 1 mol/m^3
  for (const double dt : {1., 100., 1e4, 1e6}) {
    StepperOptions options;
    options.reference_concentration = 1;
    Stepper stepper(*p.op, options);
    // Two edges: a ball of drug, and a needle that goes on.
    stepper.set_state(
        p.field([](const Point& x) { return x.distance(Point(-3 * mm, 0, 2 * mm)) < 2 * mm ? 1. : 0.; }),
        std::vector<double>(p.op->accounts.size(), 0.));
    StepSources sources;
    sources.node[0] = sources.node[1] = sources.node[2] = &source;
    const auto drug = [&] {
      double sum = 0;
      for (int i = 0; i < n; ++i) sum += p.op->lumped[i] * stepper.concentration().local_element(i);
      sum = dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
      for (const double amount : stepper.amounts()) sum += amount;
      return sum;
    };
    const double before = drug();
    double lowest = 0, courant = 0, largest_gap = 0;
    for (int step = 1; step <= 10; ++step) {
      stepper.attempt(dt, sources);
      stepper.accept();
      const double expected = before + step * dt * rate;
      largest_gap = std::max(largest_gap, std::abs(drug() / expected - 1));
      for (int i = 0; i < n; ++i) lowest = std::min(lowest, stepper.concentration().local_element(i));
    }
    for (int i = 0; i < n; ++i) courant = std::max(courant, dt * p.op->viscosity[i] / p.op->lumped[i]);
    lowest = dealii::Utilities::MPI::min(lowest, MPI_COMM_WORLD);
    courant = dealii::Utilities::MPI::max(courant, MPI_COMM_WORLD);
    char name[120];
    std::snprintf(name, sizeof name, "%s, Courant number up to %.2g: lowest c over c_ref", cells.c_str(),
                  courant);
    check("curved", name, lowest, 0, -lowest, 1e-13);
    std::snprintf(name, sizeof name, "%s, Courant number up to %.2g: ledger", cells.c_str(), courant);
    check("curved", name, 1 + largest_gap, 1, largest_gap, 1e-11);
  }
}

TEST(Curved, HexahedraStayPositiveAndKeepTheirDrugAtAnyStep) {
  auto ball = std::make_unique<Triangulation>(MPI_COMM_WORLD);
  dealii::GridGenerator::hyper_ball_balanced(*ball, Point(), radius);
  ball->refine_global(3);
  dealii::GridTools::distort_random(0.25, *ball, true, 20261129);
  steps_of_any_length(problem_in(std::move(ball)), "unstructured ball");
}

TEST(Curved, TetrahedraStayPositiveAndKeepTheirDrugAtAnyStep) {
  steps_of_any_length(problem_in(tetrahedra_in_ball(radius, 2, 0.25)), "ball of tetrahedra");
}

}  // namespace
}  // namespace intratumor::verification
