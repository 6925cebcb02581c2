// V15 without sources: a smooth bump carried through a refined part of the mesh by uniform flow, limiter off
// and on. Nothing feeds its maximum, which the limiter may not let grow.
//   c = (s0/s)^3 exp(-|x - x0 - v t/phi|^2/(2 s^2) - k t),   s^2 = s0^2 + 2 D t
#include <cmath>

#include "harness.h"

namespace intratumor::verification {
namespace {

constexpr double L = 10e-3, width = 0.08 * L, D = 1e-12, phi = 0.24, speed = 1e-7;  // of the bump, m/s
constexpr double way = 0.3 * L, until = way / speed;

double bump(const Point& x, double t, double decay) {
  const double s2 = width * width + 2 * D * t;
  const Point centre(0.35 * L + speed * t, 0, 0);
  return std::pow(width * width / s2, 1.5) * std::exp(-(x - centre).norm_square() / (2 * s2) - decay * t);
}

/// A quarter of the bump: y = 0 and z = 0 are planes of symmetry. Cells of L/n, half of that on its way.
Problem make_problem(unsigned int n, double decay) {
  Problem p;
  const unsigned int across = 2 * n / 5;
  p.mesh = std::make_unique<TissueMesh>(box_mesh({}, {L, 0.4 * L, 0.4 * L}, {n, across, across}, 1,
                                                 [](const Point& x, double) {
                                                   return std::hypot(x[1], x[2]) < 0.2 * L &&
                                                          std::abs(x[0] - 0.55 * L) < 0.3 * L;
                                                 }),
                                        1, one_region(), true);
  TissueCoefficients t;
  t.hydraulic_conductivity = 3e-14;
  t.fluid_fraction = t.accessible_fraction = phi;
  t.diffusivity = D;
  t.degradation = decay;
  p.tissues = {t};
  p.body.plasma_volume = 1;
  p.far_field.kind = FarField::Kind::function;
  const double slope = speed * phi / t.hydraulic_conductivity;
  p.far_field.function = [slope](const Point& x) { return -slope * x[0]; };
  p.solve();
  return p;
}

struct Outcome {
  double error, highest, refused;
};

/// Steps of Courant number 0.5; mean of |error| over that of c.
Outcome carry(Problem& p, double decay, bool limited) {
  StepperOptions options;
  options.limited = limited;
  options.stage_tolerance = 1e-10;
  options.reference_concentration = 1;
  p.stepper = std::make_unique<Stepper>(*p.op, options);
  p.stepper->set_state(p.field([&](const Point& x) { return bump(x, 0, decay); }),
                       std::vector<double>(p.op->accounts.size(), 0.));
  const int steps = static_cast<int>(std::lround(way / (0.5 * p.mesh->smallest_cell())));
  double refused = 0, proposed = 0;
  for (int step = 0; step < steps; ++step) {
    const StepResult& result = p.stepper->attempt(until / steps, {});
    refused += result.limiter.refused;
    proposed += result.limiter.proposed;
    p.stepper->accept();
  }
  double sums[2] = {0, 0}, highest = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i) {
    const double exact = bump(p.mesh->node_positions()[i], until, decay);
    const double c = p.stepper->concentration().local_element(i);
    if (!p.mesh->graph().is_unknown[i]) continue;
    sums[0] += p.mesh->node_volume(0, i) * std::abs(c - exact);
    sums[1] += p.mesh->node_volume(0, i) * exact;
    highest = std::max(highest, c);
  }
  for (double& sum : sums) sum = dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
  highest = dealii::Utilities::MPI::max(highest, MPI_COMM_WORLD);
  return {sums[0] / sums[1], highest / bump(Point(0.35 * L + way, 0, 0), until, decay), refused / proposed};
}

TEST(Convected, V15Bump) {
  for (const double decay : {0., 1 / until}) {
    double last[2] = {0, 0};
    for (const unsigned int n :
         full() ? std::vector<unsigned int>{20, 40, 80} : std::vector<unsigned int>{15, 30}) {
      Problem p = make_problem(n, decay);
      Outcome outcome[2] = {};
      for (const int limited : {0, 1}) {
        outcome[limited] = carry(p, decay, limited == 1);
        char text[80];
        std::snprintf(text, sizeof text,
                      "bump, %s, h = %.3g mm, limiter %s: ", decay > 0 ? "decay" : "no decay",
                      1e3 * p.mesh->smallest_cell(), limited == 1 ? "on" : "off");
        const std::string at = text;
        report("V15", at + "relative L1 error of c", outcome[limited].error);
        report("V15", at + "highest c over the exact one", outcome[limited].highest);
        if (last[limited] > 0) {
          const double order = std::log2(last[limited] / outcome[limited].error);
          if (limited == 1 && decay == 0)
            check("V15", at + "order of c in L1", order, 2, std::max(0., 2 - order), 0.3);
          else
            report("V15", at + "order of c in L1", order);
        }
        if (limited == 1) {
          report("V15", at + "share of antidiffusion refused", outcome[1].refused);
          const double ratio = outcome[1].error / outcome[0].error;
          if (decay > 0)
            check("V15", at + "error over that without the limiter", ratio, 1, ratio, 10);
          else
            report("V15", at + "error over that without the limiter", ratio);
        }
        last[limited] = outcome[limited].error;
      }
    }
  }
}

}  // namespace
}  // namespace intratumor::verification
