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

/// One hour of infusion into an octant, in the program's steps.
Front infuse(double D, double tolerance = 3e-4, double most_refused = StepControl().most_refused) {
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(
      octant_mesh(12 * mm, 6, 3, [](const Point& x, double size) { return x.norm() < 5.2 * mm + size; }), 1,
      one_region(), true);
  TissueCoefficients t;
  t.hydraulic_conductivity = 1e-13;
  t.fluid_fraction = t.accessible_fraction = phi;
  t.diffusivity = D;
  p.tissues = {t};
  p.body.plasma_volume = 1;
  p.far_field.kind = FarField::Kind::value;
  p.source = shape_share(*p.mesh, p.tissues, Ball{Point(), a}).node;
  for (double& s : p.source) s *= Q / 8;
  p.solve();
  p.start(1, 0);
  StepLadder ladder(tolerance * Q / 8 * hour, 40.);
  ladder.restart(hour);
  StepControl control;
  control.dose = Q / 8 * hour;
  control.most_refused = most_refused;
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
  f.distributed = above.volume() * above.share_at_least(0.5) / (Q / 8 * hour);
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
    const Front f = infuse(e.D);
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
    const Front f = infuse(D);
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

/// Errors and steps against the share of the drug in the mesh that may be refused of a change in one step.
TEST(Front, V9RefusedThreshold) {
  if (!full()) return;
  const double sharp = std::cbrt(a * a * a + 3 * Q * hour / (4 * pi * phi));
  const Reference e{1e-11, 3.92271 * mm, 4.14426 * mm, 4.37251 * mm};
  for (const double tolerance : {1e-3, 3e-4}) {
    for (const double most : {1e300, 2e-1, 1e-1, 5e-2, 2e-2, 1e-2}) {
      const Front f = infuse(e.D, tolerance, most);
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
