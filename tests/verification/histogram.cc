// V18: the concentration-volume histogram of a spherical deposit that diffuses.
#include <cmath>

#include "exposure/exposure.h"
#include "harness.h"
#include "mesh/shape_share.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, hour = 3600, a = 3 * mm, R = 10 * mm, D = 1.4e-11;

/// c/c0 of a deposit of radius a after t.
double exact_profile(double r, double t) {
  const double s = std::sqrt(D * t), root_pi = std::sqrt(std::acos(-1.));
  return 0.5 * (std::erf((a - r) / (2 * s)) + std::erf((a + r) / (2 * s))) -
         s / (r * root_pi) *
             (std::exp(-(a - r) * (a - r) / (4 * s * s)) - std::exp(-(a + r) * (a + r) / (4 * s * s)));
}

/// Share of the tumour's volume above a level: the profile falls with r.
double exact_share(double level, double t) {
  double low = 1e-6 * mm, high = R;
  for (int k = 0; k < 100; ++k) {
    const double middle = (low + high) / 2;
    (exact_profile(middle, t) >= level ? low : high) = middle;
  }
  return std::pow(low / R, 3);
}

TEST(Histogram, V18SphericalDeposit) {
  // At 0.25 mm the edge after 1 h, sqrt(D t) = 0.22 mm, is narrower than a cell.
  const bool fine = full();
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(octant_mesh(12 * mm, 12, fine ? 3 : 2,
                                                    [fine](const Point& x, double size) {
                                                      return x.norm() <
                                                             (size > 0.4 * mm || !fine ? 7 : 5) * mm + size;
                                                    }),
                                        2, ball_fractions(R));
  TissueCoefficients t;
  t.hydraulic_conductivity = 1e-14;
  t.fluid_fraction = t.accessible_fraction = 0.24;
  t.diffusivity = D;
  p.tissues = {t, t};
  p.body.plasma_volume = 1;
  p.solve(true);
  StepperOptions options;
  options.reference_concentration = 1;
  options.stage_tolerance = 1e-6;
  p.stepper = std::make_unique<Stepper>(*p.op, options);
  const double amount = 0.24 * 4 * std::acos(-1.) / 3 * a * a * a / 8;  // c0 = 1 in the octant
  std::vector<double> nodes = shape_share(*p.mesh, p.tissues, Ball{Point(), a}).node;
  for (double& x : nodes) x *= amount;
  p.stepper->give_to_tissue(nodes);
  double now = 0;
  char name[80];
  for (const double hours : {1., 6., 24.}) {
    advance(p, now, hours * hour, amount, 1e-5, 10.);
    now = hours * hour;
    const Vector& c = p.stepper->concentration();
    const VolumeDistribution histogram(RegionSamples(*p.mesh, 0, nullptr),
                                       {c.begin(), c.begin() + p.mesh->graph().n_owned});
    for (const double level : {0.5, 0.1, 0.01}) {
      std::snprintf(name, sizeof name, "share of the tumour above %.2g c0 after %.0f h", level, hours);
      check_relative("V18", name, histogram.share_at_least(level), exact_share(level, now),
                     fine || hours > 2 ? 2e-2 : 6e-2);
    }
    std::snprintf(name, sizeof name, "D5 over c0 after %.0f h", hours);
    const double expected = exact_profile(R * std::cbrt(0.05), now);
    // After 1 h this is the foot of the edge, 1% of c0, where c falls by half every 0.1 mm.
    if (hours > 2)
      check_relative("V18", name, histogram.value_reached_by(0.05), expected, 2e-2);
    else
      report("V18", std::string(name) + ", error over c0", histogram.value_reached_by(0.05) - expected);
  }
}

}  // namespace
}  // namespace intratumor::verification
