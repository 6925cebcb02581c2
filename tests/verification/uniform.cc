// V19: c = const stays so when plasma, what is infused and what flows in have it too.
#include <cmath>

#include "harness.h"
#include "mesh/shape_share.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, c = 0.7;

/// A tumour of 3 mm that cuts cells, off centre in host tissue, hanging nodes across both; pressure falls
/// from one side of the box to the other and a needle infuses. Solutes pass the vessels with the water (sf =
/// 0) and nothing decays, so whatever fluid comes and goes has the same c.
Problem flowing_tissue() {
  Problem p;
  const Point centre(0.7 * mm, -0.3 * mm, 0.2 * mm);
  p.mesh = std::make_unique<TissueMesh>(
      box_mesh({-6 * mm, -6 * mm, -6 * mm}, {6 * mm, 6 * mm, 6 * mm}, {6, 6, 6}, 2,
               [&](const Point& x, double size) {
                 return std::abs(x.distance(centre) - 3 * mm) < 0.6 * size && x[0] < 2 * mm;
               }),
      2,
      [centre](const TissueMesh::Cell& cell, std::vector<double>& fraction) {
        constexpr int n = 8;
        int inside = 0;
        for (int s = 0; s < n * n * n; ++s) {
          Point x = cell->vertex(0);
          const int step[3] = {s % n, s / n % n, s / (n * n)};
          for (int a = 0; a < 3; ++a) x[a] += (step[a] + 0.5) / n * (cell->vertex(7)[a] - cell->vertex(0)[a]);
          inside += x.distance(centre) < 3 * mm ? 1 : 0;
        }
        fraction[0] = static_cast<double>(inside) / (n * n * n);
        fraction[1] = 1 - fraction[0];
      },
      true);
  p.tissues = {baxter_jain_tumour(), baxter_jain_host()};
  p.tissues[0].permeability_surface = 6e-5;
  p.tissues[1].permeability_surface = 1.4e-6;
  p.body.plasma_volume = 1e9;  // m^3: what tissue takes and gives back does not change its concentration
  p.far_field.kind = FarField::Kind::function;
  p.far_field.function = [](const Point& x) { return 500 + 4e4 * x[0] + 1e4 * x[1]; };
  p.source = shape_share(*p.mesh, p.tissues, Ball{Point(-1 * mm, 0.4 * mm, 0.1 * mm), 0.4 * mm}).node;
  for (double& s : p.source) s *= 3e-9 / 60;
  p.solve();
  return p;
}

TEST(Uniform, V19StaysUniform) {
  Problem p = flowing_tissue();
  const int n = p.mesh->graph().n_owned;
  std::vector<double> source = p.source;  // c times all fluid that enters
  double inflow = 0, outflow = 0, hanging = 0;
  for (int i = 0; i < n; ++i) {
    source[i] *= c;
    // The outflow's account takes f = 1 times what leaves; what enters is empty unless it is given here.
    if (p.flow.outflow[i] < 0) source[i] -= c * p.flow.outflow[i];
    (p.flow.outflow[i] < 0 ? inflow : outflow) += std::abs(p.flow.outflow[i]);
    hanging += p.mesh->graph().is_unknown[i] ? 0 : 1;
  }
  inflow = dealii::Utilities::MPI::sum(inflow, MPI_COMM_WORLD);
  outflow = dealii::Utilities::MPI::sum(outflow, MPI_COMM_WORLD);
  hanging = dealii::Utilities::MPI::sum(hanging, MPI_COMM_WORLD);
  EXPECT_GT(inflow, 0.1 * outflow);
  EXPECT_GT(hanging, 100);

  for (const bool limited : {true, false}) {
    for (const double dt : {10., 1000., 1e5}) {
      StepperOptions options;
      options.limited = limited;
      options.reference_concentration = c;
      options.stage_tolerance = 1e-13;
      Stepper stepper(*p.op, options);
      std::vector<double> amounts(p.op->accounts.size(), 0.);
      amounts[p.op->accounts.plasma] = c * p.body.plasma_volume;
      stepper.set_state(p.field([](const Point&) { return c; }), amounts);
      StepSources sources;
      sources.node[0] = sources.node[1] = sources.node[2] = &source;
      for (int step = 0; step < 5; ++step) {
        stepper.attempt(dt, sources);
        stepper.accept();
      }
      double worst = 0, courant = 0;
      for (int i = 0; i < n; ++i) {
        if (!p.mesh->graph().is_unknown[i]) continue;
        worst = std::max(worst, std::abs(stepper.concentration().local_element(i) / c - 1));
        courant = std::max(courant, dt * p.op->viscosity[i] / p.op->lumped[i]);
      }
      worst = dealii::Utilities::MPI::max(worst, MPI_COMM_WORLD);
      courant = dealii::Utilities::MPI::max(courant, MPI_COMM_WORLD);
      char name[120];
      std::snprintf(name, sizeof name, "uniform c, limiter %s, Courant number up to %.2g: largest change",
                    limited ? "on" : "off", courant);
      // All that changes c is what the solvers of pressure and transport leave.
      check("V19", name, worst, 0, worst, 1e-10);
    }
  }
}

}  // namespace
}  // namespace intratumor::verification
