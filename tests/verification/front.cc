// V9: the front of a radial infusion, over decades of the diffusivity, and what the limiter's threshold in
// the step control does to it.
#include <cmath>

#include "exposure/exposure.h"
#include "harness.h"
#include "mesh/shape_share.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, hour = 3600, Q = 1e-9 / 60, phi = 0.2, a = 0.3588 * mm, h = 0.25 * mm;
const double pi = std::acos(-1.);

struct Front {
  double radius90, radius50, radius10;  ///< of balls with the volumes above 0.9, 0.5, 0.1 c_inj, m
  double distributed;                   ///< volume above 0.5 c_inj over the volume given
  double width;                         ///< radius10 - radius90
  double refused, proposed, highest;
  Advance advance;
};

struct Infused {
  double D;  ///< m^2/s
  double tolerance = 3e-4;
  double most_refused = StepControl().most_refused;
  double rate = Q;  ///< m^3/s
  double loss = 0;  ///< 1/s
  int levels = 3;   ///< cells of 2 mm halved so often
};

/// One hour of infusion into an octant, in the program's steps.
Front infuse(const Infused& of) {
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(
      octant_mesh(12 * mm, 6, of.levels,
                  [](const Point& x, double size) { return x.norm() < 5.2 * mm + size; }),
      1, one_region(), true);
  TissueCoefficients t;
  t.hydraulic_conductivity = 1e-13;
  t.fluid_fraction = t.accessible_fraction = phi;
  t.diffusivity = of.D;
  t.degradation = of.loss;
  p.tissues = {t};
  p.body.plasma_volume = 1;
  p.far_field.kind = FarField::Kind::value;
  p.source = shape_share(*p.mesh, p.tissues, Ball{Point(), a}).node;
  for (double& s : p.source) s *= of.rate / 8;
  p.solve();
  p.start(1, 0);
  StepLadder ladder(of.tolerance * of.rate / 8 * hour, 40.);
  ladder.restart(hour);
  StepControl control;
  control.dose = of.rate / 8 * hour;
  control.most_refused = of.most_refused;
  control.sources.node[0] = control.sources.node[1] = control.sources.node[2] = &p.source;
  Front f{};
  f.advance = advance(p, ladder, 0, hour, control, [&](double, double, const StepResult& step) {
    f.refused += step.limiter.refused;
    f.proposed += step.limiter.proposed;
  });
  const Vector& c = p.stepper->concentration();
  const VolumeDistribution above(RegionSamples(*p.mesh, 0, nullptr),
                                 {c.begin(), c.begin() + p.mesh->graph().n_owned});
  const auto radius = [&](double level) {
    return std::cbrt(6 / pi * above.volume() * above.share_at_least(level));
  };
  f.radius90 = radius(0.9);
  f.radius50 = radius(0.5);
  f.radius10 = radius(0.1);
  f.width = f.radius10 - f.radius90;
  f.distributed = above.volume() * above.share_at_least(0.5) / (of.rate / 8 * hour);
  f.highest = above.maximum();
  return f;
}

/// Radii of c = 0.9, 0.5, 0.1 c_inj by one-dimensional finite volumes (6000 cells), m; fluid enters at r = a.
struct Reference {
  double D, radius90, radius50, radius10;
};

TEST(Front, V9RadialInfusion) {
  for (const Reference& e : {Reference{1e-11, 3.92271 * mm, 4.14426 * mm, 4.37251 * mm},
                             {1e-10, 3.39151 * mm, 4.05972 * mm, 4.79693 * mm},
                             {1e-9, 1.78267 * mm, 3.29111 * mm, 5.62026 * mm}}) {
    const Front f = infuse({e.D});
    char at[40];
    std::snprintf(at, sizeof at, "D = %.0e m^2/s, h = 0.25 mm: ", e.D);
    const std::string where = at;
    check_relative("V9", where + "V_d over V_i", f.distributed,
                   4 * pi / 3 * std::pow(e.radius50, 3) / (Q * hour), 2e-2);
    check("V9", where + "radius of c = 0.5, mm", f.radius50 / mm, e.radius50 / mm,
          std::abs(f.radius50 - e.radius50) / h, 1);
    check_relative("V9", where + "width from 0.9 to 0.1, mm", f.width / mm, (e.radius10 - e.radius90) / mm,
                   2e-1);
    check("V9", where + "highest c over c_inj", f.highest, 1, f.highest - 1, 1e-6);
    report("V9", where + "steps", f.advance.steps);
    report("V9", where + "refused share", f.refused / f.proposed);
  }
}

/// From pure convection on: the sharp front ends at (a^3 + 3 Q t/(4 pi phi))^(1/3).
TEST(Front, V9PecletStudy) {
  const double sharp = std::cbrt(a * a * a + 3 * Q * hour / (4 * pi * phi));
  for (const double D : {1e-14, 1e-12, 1e-11, 1e-10, 1e-9}) {
    if (D > 2e-14 && !full()) break;
    const Front f = infuse({D});
    char at[40];
    std::snprintf(at, sizeof at, "Peclet study, D = %.0e m^2/s: ", D);
    const std::string where = at;
    if (D < 2e-12)
      check_relative("V9", where + "V_d over V_i", f.distributed,
                     4 * pi / 3 * std::pow(sharp, 3) / (Q * hour), 2e-2);
    else
      report("V9", where + "V_d over V_i", f.distributed);
    report("V9", where + "radius of c = 0.5, mm", f.radius50 / mm);
    report("V9", where + "width from 0.9 to 0.1 over h", f.width / h);
    report("V9", where + "refused share", f.refused / f.proposed);
    report("V9", where + "steps", f.advance.steps);
  }
}

/// Radius of c = `level` c_inj in a steady infusion of a drug that is lost, by one-dimensional finite
/// volumes: balance of each shell, fluid enters at r = a.
double steady_radius(const Infused& of, double level) {
  constexpr int n = 20000;
  constexpr double end = 12 * mm, dr = (end - a) / n;
  // Shells outwards and back (Thomas); the fluid between them carries the mean of both.
  std::vector<double> above(n), right(n);
  for (int i = 0; i < n; ++i) {
    const double inner = a + i * dr, outer = inner + dr;
    const double in = i > 0 ? 4 * pi * inner * inner * phi * of.D / dr : 0.;
    const double out = i + 1 < n ? 4 * pi * outer * outer * phi * of.D / dr : 0.;
    const double volume = 4 * pi / 3 * (std::pow(outer, 3) - std::pow(inner, 3));
    const double below = i > 0 ? -in - of.rate / 2 : 0.;
    double diagonal =
        in + out + phi * of.loss * volume + (i > 0 ? 0. : of.rate / 2) + (i + 1 < n ? 0. : of.rate / 2);
    right[i] = i > 0 ? 0. : of.rate;
    if (i > 0) {
      diagonal -= below * above[i - 1];
      right[i] -= below * right[i - 1];
    }
    above[i] = (-out + of.rate / 2) / diagonal;
    right[i] /= diagonal;
  }
  for (int i = n - 2; i >= 0; --i) right[i] -= above[i] * right[i + 1];
  int i = 0;
  while (i < n && right[i] >= level) ++i;
  return a + (i + 0.5 - (i > 0 ? (level - right[i]) / (right[i - 1] - right[i]) : 0.)) * dr;
}

/// A drug that is lost within a cell of the needle comes to rest in few steps, whatever their length: its
/// peak is not cut to what a long low-order step leaves.
TEST(Front, V9SteadyInfusionOfWhatIsLost) {
  Infused of{5e-10};
  of.rate = 0.5e-9 / 60;
  of.loss = 1e-2;
  const double expected = steady_radius(of, 0.1);
  for (const int levels : {2, 3}) {
    if (levels > 2 && !full()) break;
    of.levels = levels;
    for (const double tolerance : {3e-4, 3e-5}) {
      of.tolerance = tolerance;
      const Front f = infuse(of);
      char at[100];
      std::snprintf(at, sizeof at, "steady, lost within %.2g mm, h = %.2g mm, tolerance %.0e: ",
                    std::sqrt(of.D / of.loss) / mm, 2. / (1 << levels), tolerance);
      const std::string where = at;
      check_relative("V9", where + "radius of c = 0.1, mm", f.radius10 / mm, expected / mm, 2e-2);
      check("V9", where + "highest c over c_inj", f.highest, 1, f.highest - 1, 1e-6);
      check("V9", where + "steps, at most", f.advance.steps, 200, f.advance.steps, 200);
      report("V9", where + "refused share", f.refused / f.proposed);
    }
  }
}

/// Errors and steps against the share of the drug in the mesh that may be refused of a change in one step.
TEST(Front, V9RefusedThreshold) {
  if (!full()) return;
  const double sharp = std::cbrt(a * a * a + 3 * Q * hour / (4 * pi * phi));
  const Reference e{1e-11, 3.92271 * mm, 4.14426 * mm, 4.37251 * mm};
  for (const double tolerance : {1e-3, 3e-4}) {
    for (const double most : {1e300, 2e-1, 1e-1, 5e-2, 2e-2, 1e-2}) {
      const Front f = infuse({e.D, tolerance, most});
      char share[16], at[80];
      std::snprintf(share, sizeof share, "%.2g%%", 100 * most);
      std::snprintf(at, sizeof at, "tolerance %.0e, refused at most %s: ", tolerance,
                    most > 1 ? "anything" : share);
      const std::string where = at;
      report("V9", where + "V_d error",
             f.distributed / (4 * pi / 3 * std::pow(e.radius50, 3) / (Q * hour)) - 1);
      report("V9", where + "radius error over h", (f.radius50 - e.radius50) / h);
      report("V9", where + "width over the exact one", f.width / (e.radius10 - e.radius90));
      report("V9", where + "steps", f.advance.steps);
      report("V9", where + "steps halved", f.advance.refused);
      report("V9", where + "refused share of proposed", f.refused / f.proposed);
    }
  }
  report("V9", "radius of a sharp front, mm", sharp / mm);
}

}  // namespace
}  // namespace intratumor::verification
