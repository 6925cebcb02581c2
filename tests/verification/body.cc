// V13: compartments alone; V14: a well-mixed tumour coupled both ways; the decaying field.
#include <cmath>

#include "harness.h"

namespace intratumor::verification {
namespace {

constexpr double hour = 3600;

TissueCoefficients inert() {
  TissueCoefficients t;
  t.hydraulic_conductivity = 1e-14;
  t.fluid_fraction = t.accessible_fraction = 0.24;
  t.diffusivity = 1.4e-11;
  return t;
}

TEST(Body, V13Compartments) {
  Problem p = still_cube(1e-3, 1, inert(), ipilimumab());
  p.stepper = std::make_unique<Stepper>(*p.op, StepperOptions{});
  std::vector<double> amounts(p.op->accounts.size(), 0.);
  amounts[p.op->accounts.plasma] = 1;
  p.stepper->set_state(p.field([](auto&) { return 0.; }), amounts);
  const double times[] = {1, 6, 24, 168, 504};
  // A exp(-alpha t) + B exp(-beta t) from the rate constants.
  const double k10 = 0.0150 / 4.15, k12 = 0.0411 / 4.15, k21 = 0.0411 / 3.11;
  const double s = k10 + k12 + k21, root = std::sqrt(s * s - 4 * k10 * k21);
  const double alpha = (s + root) / 2, beta = (s - root) / 2;
  const double a = (alpha - k21) / (alpha - beta), b = (k21 - beta) / (alpha - beta);
  double t = 0;
  for (const double end : times) {
    advance(p, t, end * hour, 1., 1e-8, 1.);
    t = end * hour;
    check_relative("V13", "plasma after " + std::to_string(static_cast<int>(end)) + " h, tolerance 1e-8",
                   p.stepper->amounts()[p.op->accounts.plasma],
                   a * std::exp(-alpha * end) + b * std::exp(-beta * end), 1e-6);
  }
}

TEST(Body, V14WellMixedTwoWay) {
  TissueCoefficients t = inert();
  t.permeability_surface = 6e-5;
  t.diffusivity = 1e-7;  // well mixed
  const double side = std::cbrt(4.18879e-6);
  for (const double tolerance : {3e-4, 1e-6}) {
    Problem p = still_cube(side, 2, t, ipilimumab());
    StepperOptions options;
    options.stage_tolerance = std::min(1e-4, 0.1 * tolerance);
    p.stepper = std::make_unique<Stepper>(*p.op, options);
    const double c0 = 1 / (4.18879e-6 * 0.24);
    p.stepper->set_state(p.field([&](auto&) { return c0; }), std::vector<double>(p.op->accounts.size(), 0.));
    struct Expected {
      double hours, tumour, plasma, peripheral;
    };
    const Expected table[] = {{1. / 6, 0.860710, 0.139129, 0.000118},
                              {1, 0.406624, 0.588809, 0.003341},
                              {6, 0.004740, 0.932890, 0.045274},
                              {24, 1.8613e-4, 0.759215, 0.168721},
                              {168, 8.8864e-5, 0.365843, 0.306938}};
    double now = 0;
    const std::string with = tolerance > 1e-5 ? ", standard" : ", tolerance 1e-6";
    for (const auto& e : table) {
      const Advance a = advance(p, now, e.hours * hour, 1., tolerance, 1.);
      now = e.hours * hour;
      const auto& amounts = p.stepper->amounts();
      const double target = tolerance > 1e-5 ? 2e-3 : 1e-5;
      char name[64];
      std::snprintf(name, sizeof name, " after %.3g h%s (share of dose)", e.hours, with.c_str());
      check_absolute("V14", std::string("tumour") + name, p.total_content(), e.tumour, target);
      check_absolute("V14", std::string("plasma") + name, amounts[p.op->accounts.plasma], e.plasma, target);
      check_absolute("V14", std::string("peripheral") + name, amounts[p.op->accounts.peripherals[0]],
                     e.peripheral, target);
      double total = p.total_content();
      for (const double m : amounts) total += m;
      check_absolute("V14", std::string("ledger") + name, total, 1., 1e-12);
      report("V14", std::string("steps since the last time") + name, a.steps);
    }
  }
}

/// A uniform field that decays must follow unlimited TR-BDF2 exactly while that is positive, and stay
/// non-negative with a closed ledger beyond.
TEST(Body, DecayingField) {
  for (const double k_dt : {0.1, 0.5, 1., 2., 2.3, 3., 10., 1000.}) {
    TissueCoefficients t = inert();
    t.degradation = 1e-3;
    Problem p = still_cube(4e-3, 4, t, ipilimumab());
    StepperOptions options;
    options.stage_tolerance = 1e-14;
    options.reference_concentration = 1;
    p.stepper = std::make_unique<Stepper>(*p.op, options);
    p.stepper->set_state(p.field([](auto&) { return 1.; }), std::vector<double>(p.op->accounts.size(), 0.));
    const double start = p.total_content(), dt = k_dt / t.degradation, g = tr_bdf2_gamma;
    const double c1 = (1 - g / 2 * k_dt) / (1 + g / 2 * k_dt);
    const double growth = (c1 / (g * (2 - g)) - (1 - g) * (1 - g) / (g * (2 - g))) / (1 + g / 2 * k_dt);
    double expected = 1, worst = 0, lowest = 1e300, closure = 0;
    for (int step = 0; step < 3; ++step) {
      p.stepper->attempt(dt, {});
      p.stepper->accept();
      expected *= growth;
      for (int i = 0; i < p.mesh->graph().n_owned; ++i) {
        const double c = p.stepper->concentration().local_element(i);
        worst = std::max(worst, std::abs(c - expected));
        lowest = std::min(lowest, c);
      }
      closure = std::max(
          closure,
          std::abs(p.total_content() + p.stepper->amounts()[p.op->accounts.degraded] - start) / start);
    }
    char name[64];
    std::snprintf(name, sizeof name, ", k dt = %g", k_dt);
    if (k_dt <= 2)
      check("decay", std::string("distance from TR-BDF2") + name, expected, expected, worst, 1e-12);
    check("decay", std::string("lowest concentration") + name, lowest, 0, std::max(0., -lowest), 1e-12);
    check("decay", std::string("ledger") + name, closure, 0, closure, 1e-14);
  }
}

}  // namespace
}  // namespace intratumor::verification
