// Binding: V11 the front of a drug that binds fast and for good, V12 retardation; and sites that stay full,
// never over-full, at any step.
#include <algorithm>
#include <cmath>

#include "bound.h"
#include "exposure/exposure.h"
#include "harness.h"
#include "mesh/shape_share.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, hour = 3600;
const double pi = std::acos(-1.);

BodyCoefficients large_body() {
  BodyCoefficients body;
  body.plasma_volume = 1e3;
  body.lymph_rate = 1 / hour;
  return body;
}

TissueCoefficients still_tissue(double phi, double diffusivity) {
  TissueCoefficients t;
  t.hydraulic_conductivity = 1e-13;
  t.fluid_fraction = t.accessible_fraction = phi;
  t.diffusivity = diffusivity;
  return t;
}

/// Well mixed: c + b in a closed volume by the exact solution of its Riccati equation, per accessible volume.
/// db/dt = k (B - b)(T - b) - r b with T the whole amount.
double bound_exactly(double k, double sites, double r, double total, double t) {
  const double s = sites + total + r / k, root = std::sqrt(s * s - 4 * sites * total);
  const double low = (s - root) / 2, high = (s + root) / 2, e = std::exp(-k * root * t);
  return low * high * (1 - e) / (high - low * e);
}

/// Steps from a tenth of the binding's own time to ten thousand times it, reversible and for good.
TEST(Binding, SitesAreNeverOverfullAtAnyStep) {
  const double phi = 0.24, c0 = 5e-2, sites = 2e-3;  // mol/m^3: of fluid; of tissue
  for (const double dissociation : {0., 1e-4, 1.}) {
    for (const double times : {0.1, 1., 10., 100., 1e4}) {
      TissueCoefficients t = still_tissue(phi, 1e-11);
      t.target_sites = sites;
      DrugBinding binding;
      binding.target = {100., dissociation, 0.};
      Problem p = still_cube(2 * mm, 4, t, large_body(), binding);
      p.start(c0, 0);
      p.stepper->set_state(p.field([&](auto&) { return c0; }),
                           std::vector<double>(p.op->accounts.size(), 0.));
      const double before = everything(p), rate = binding.target.association * c0 + dissociation;
      const double dt = times / rate;
      double worst = 0, closure = 0, below = 0, far = 0;
      for (int step = 1; step <= 5; ++step) {
        p.stepper->attempt(dt, {});
        p.stepper->accept();
        worst = std::max(worst, out_of_bounds(p));
        closure = std::max(closure, std::abs(everything(p) / before - 1));
        below = std::max(below, -lowest(p) / c0);
        const double b = all_bound(p) / (phi * std::pow(2 * mm, 3));
        far = std::max(far, std::abs(b - bound_exactly(binding.target.association, sites / phi, dissociation,
                                                       c0, step * dt)) /
                                (sites / phi));
      }
      char name[120];
      std::snprintf(name, sizeof name,
                    "well mixed, dissociation %.0e 1/s, step %g of 1/(kon c + koff): ", dissociation, times);
      const std::string where = name;
      check("binding", where + "occupancy beyond 0 or 1", worst, 0, worst, 1e-14);
      check("binding", where + "ledger", closure, 0, closure, 1e-13);
      check("binding", where + "lowest concentration over c0", below, 0, below, 1e-12);
      if (times < 0.2 || times > 50)
        check("binding", where + "occupancy against the exact solution", far, 0, far, 2e-2);
      else
        report("binding", where + "occupancy's distance from the exact solution", far);
    }
  }
}

/// The error in time falls with the square of the step.
TEST(Binding, SecondOrderInTime) {
  const double phi = 0.24, c0 = 5e-2, sites = 2e-2, off = 1e-2, end = 0.4;  // s: binding's own time is 0.2
  TissueCoefficients t = still_tissue(phi, 1e-11);
  t.target_sites = sites;
  DrugBinding binding;
  binding.target = {100., off, 0.};
  double error[3];
  for (int level = 0; level < 3; ++level) {
    Problem p = still_cube(1 * mm, 1, t, large_body(), binding);
    p.start(c0, 0);
    p.stepper->set_state(p.field([&](auto&) { return c0; }), std::vector<double>(p.op->accounts.size(), 0.));
    const int steps = 8 << level;
    for (int step = 0; step < steps; ++step) {
      p.stepper->attempt(end / steps, {});
      p.stepper->accept();
    }
    error[level] = std::abs(all_bound(p) / (phi * 1e-9) - bound_exactly(100., sites / phi, off, c0, end));
  }
  for (int level = 0; level < 2; ++level)
    check_order("binding",
                "well mixed: order in time, " + std::to_string(8 << level) + " steps and twice as many",
                std::log2(error[level] / error[level + 1]), 2, 0.1);
}

/// A deposit in a flow on hanging nodes, with a target and a matrix, at steps of 0.01 to 100 times a cell's
/// convection and 1 to 1e4 times the binding's own time.
TEST(Binding, BoundsAndLedgerInAFlow) {
  for (const double dt : {1., 100., 1e4}) {
    Problem p;
    p.mesh = std::make_unique<TissueMesh>(
        octant_mesh(8 * mm, 4, 2, [](const Point& x, double size) { return x.norm() < 4 * mm + size; }), 2,
        ball_fractions(5 * mm));
    TissueCoefficients tumour = baxter_jain_tumour(), host = baxter_jain_host();
    tumour.permeability_surface = 6e-5;
    host.permeability_surface = 1.4e-6;
    tumour.target_sites = 1e-4;
    tumour.matrix_sites = 2e-2;
    host.matrix_sites = 1e-2;
    tumour.uptake = host.uptake = 1e-5;
    p.tissues = {tumour, host};
    p.binding.target = {100., 1e-4, 2e-5};
    p.binding.matrix = {10., 1e-3, 1e-6};
    p.body.plasma_volume = 4e-3;
    p.body.clearance = 1e-7;
    p.body.lymph_rate = 1 / hour;
    p.solve();
    const double c0 = 5e-2;
    p.start(c0, 0);
    p.stepper->set_state(p.field([&](const Point& x) { return x.norm() < 3 * mm ? c0 : 0.; }),
                         std::vector<double>(p.op->accounts.size(), 0.));
    const double before = everything(p);
    double worst = 0, closure = 0, below = 0, newton = 0;
    for (int step = 0; step < 10; ++step) {
      newton = std::max<double>(newton, p.stepper->attempt(dt, {}).newton_iterations);
      p.stepper->accept();
      worst = std::max(worst, out_of_bounds(p));
      closure = std::max(closure, std::abs(everything(p) / before - 1));
      below = std::max(below, -lowest(p) / c0);
    }
    char name[80];
    std::snprintf(name, sizeof name, "deposit in a flow, steps of %g s: ", dt);
    const std::string where = name;
    check("binding", where + "occupancy beyond 0 or 1", worst, 0, worst, 1e-14);
    check("binding", where + "ledger", closure, 0, closure, 1e-12);
    check("binding", where + "lowest concentration over c0", below, 0, below, 1e-12);
    report("binding", where + "bound over the dose", all_bound(p) / before);
    report("binding", where + "Newton iterations in a step, at most", newton);
  }
}

/// A linear retardation R and a loss of the free drug, in 60 steps that end at an hour, where a split step is
/// far off: what is kept must follow two exponentials, from free drug on, whose binding the first step does
/// not resolve, and from bound drug on, from where what is lost must too.
TEST(Binding, V12KeptAmountUnderRetardation) {
  for (const double R : {10., 100., 1000.}) {
    for (const bool free : {true, false}) {
      const double phi = 0.24, off = 1e-3, loss = 1e-4, c0 = 1e-6;
      TissueCoefficients t = still_tissue(phi, 1e-11);
      t.target_sites = 10.;  // far more than drug
      t.degradation = loss;
      const double on = off * (R - 1) * phi / t.target_sites;
      DrugBinding binding;
      binding.target = {on, off, 0.};
      Problem p = still_cube(1 * mm, 2, t, large_body(), binding);
      p.start(c0, 0);
      p.stepper->set_state(p.field([&](auto&) { return c0; }),
                           std::vector<double>(p.op->accounts.size(), 0.));
      if (!free) {
        std::vector<double> b = p.op->lumped;
        for (double& amount : b) amount *= (R - 1) * c0;
        p.stepper->set_bound(0, b);
      }
      const double before = everything(p);
      // c' = -(a + loss) c + off b, b' = a c - off b, per accessible volume: c = c0 (1 - q) exp(-slow t) +
      // c0 q exp(-fast t), its derivative at 0 being -leaves c0; all drug changes by -loss c.
      const double a = off * (R - 1), s = a + loss + off, root = std::sqrt(s * s - 4 * loss * off);
      const double fast = (s + root) / 2, slow = 2 * loss * off / (s + root);
      const double leaves = free ? a + loss : loss, q = (leaves - slow) / (fast - slow);
      const double first = 600, last = hour, growth = std::pow(last / first, 1. / 59);
      double time = 0, dt = first, worst = 0, worst_lost = 0;
      for (int step = 0; step < 60; ++step, dt *= growth) {
        p.stepper->attempt(dt, {});
        p.stepper->accept();
        time += dt;
        const double lost =
            -loss * ((1 - q) * std::expm1(-slow * time) / slow + q * std::expm1(-fast * time) / fast) /
            (free ? 1 : R);
        const double kept = (p.total_content() + all_bound(p)) / before;
        worst = std::max(worst, std::abs(kept / (1 - lost) - 1));
        worst_lost = std::max(worst_lost, std::abs((1 - kept) / lost - 1));
      }
      char name[120];
      std::snprintf(name, sizeof name,
                    "R = %g, from %s drug, steps of 10 min to 1 h: relative error of what is ", R,
                    free ? "free" : "bound");
      const std::string where = name;
      check("V12", where + "kept", worst, 0, worst, 2e-2);
      if (free)
        report("V12", where + "lost, at most", worst_lost);
      else
        check("V12", where + "lost", worst_lost, 0, worst_lost, 2e-2);
    }
  }
}

/// Radial infusion of a drug that binds and unbinds fast: its front is a shock at
/// (3 Q t/(4 pi (phi + B/(Kd + c0))))^(1/3).
TEST(Binding, V12RadialShock) {
  const double phi = 0.24, sites = 5e-4, c0 = 1e-3, Q = 1e-9 / 60;
  for (const double Kd : {1e-6, 1e-4}) {
    for (const double h : {0.25 * mm, 0.125 * mm}) {
      if (h < 0.2 * mm && !full()) continue;
      Problem p;
      p.mesh = std::make_unique<TissueMesh>(
          octant_mesh(8 * mm, 4, h < 0.2 * mm ? 4 : 3,
                      [](const Point& x, double size) { return x.norm() < 3.3 * mm + size; }),
          1, one_region(), true);
      TissueCoefficients t = still_tissue(phi, 1e-12);
      t.target_sites = sites;
      p.tissues = {t};
      p.binding.target = {1e5, 1e5 * Kd, 0.};
      p.body = large_body();
      p.far_field.kind = FarField::Kind::value;
      p.source = shape_share(*p.mesh, p.tissues, Ball{Point(), 0.3588 * mm}).node;
      for (double& s : p.source) s *= Q / 8;
      p.solve();
      p.start(c0, 0);
      std::vector<double> drug = p.source;
      for (double& s : drug) s *= c0;
      StepLadder ladder(3e-4 * c0 * Q / 8 * hour, 40.);
      ladder.restart(hour);
      StepControl control;
      control.dose = c0 * Q / 8 * hour;
      control.sources.node[0] = control.sources.node[1] = control.sources.node[2] = &drug;
      double worst = 0, newton = 0;
      const Advance a = advance(p, ladder, 0, hour, control, [&](double, double, const StepResult& step) {
        worst = std::max(worst, out_of_bounds(p));
        newton += step.newton_iterations;
      });
      // The front of what moves, free and bound: within a cell the free drug's comes later by as much as the
      // cell's sites take.
      const Vector& c = p.stepper->concentration();
      std::vector<double> free(c.begin(), c.begin() + p.mesh->graph().n_owned), all = free;
      for (std::size_t i = 0; i < all.size(); ++i) {
        const double held = phi * free[i] + p.stepper->bound().amounts(0)[i] * phi / p.op->lumped[i];
        all[i] = held / (phi * c0 + sites * c0 / (Kd + c0));
      }
      const auto radius_of = [&](const std::vector<double>& field, double level) {
        const VolumeDistribution above(RegionSamples(*p.mesh, 0, nullptr), field);
        return std::cbrt(6 / pi * above.volume() * above.share_at_least(level));
      };
      const double radius = radius_of(all, 0.5);
      const double highest =
          dealii::Utilities::MPI::max(*std::max_element(free.begin(), free.end()), MPI_COMM_WORLD);
      const double expected = std::cbrt(3 * Q * hour / (4 * pi * (phi + sites / (Kd + c0))));
      char name[100];
      std::snprintf(name, sizeof name, "radial shock, Kd = %.0e mol/m^3, h = %.3f mm: ", Kd, h / mm);
      const std::string where = name;
      check_relative("V12", where + "radius, mm", radius / mm, expected / mm, 1e-2);
      report("V12", where + "the free drug's front behind it, over h",
             (radius - radius_of(free, 0.5 * c0)) / h);
      check("V12", where + "occupancy beyond 0 or 1", worst, 0, worst, 1e-14);
      check("V12", where + "highest c over c0", highest / c0, 1, highest / c0 - 1, 1e-3);
      check("V12", where + "ledger", everything(p) / control.dose, 1,
            std::abs(everything(p) / control.dose - 1), 1e-10);
      report("V12", where + "steps", a.steps);
      report("V12", where + "Newton iterations a system", newton / (3 * a.steps));
    }
  }
}

/// A bar whose end is held at c0 by blood that it exchanges fast with; beyond, sites that bind for good.
TEST(Binding, V11StefanFront) {
  const double phi = 0.24, D = 1.4e-11, day = 24 * hour, c0 = 1e-3;
  struct Expected {
    double stefan, lambda;
  };
  for (const Expected& e : {Expected{0.1, 0.220016}, {0.5, 0.464786}, {1, 0.620063}, {5, 1.059687}}) {
    const double s = 2 * e.lambda * std::sqrt(D * day), h = s / 24;
    const double length = 2 * s + 2 * h;
    Problem p;
    const auto cells = static_cast<unsigned int>(std::lround(length / h));
    p.mesh = std::make_unique<TissueMesh>(
        box_mesh({-2 * h, 0, 0}, {length - 2 * h, 2 * h, 2 * h}, {cells, 2, 2}, 0,
                 [](auto&, double) { return false; }),
        2,
        [](const TissueMesh::Cell& cell, std::vector<double>& fraction) {
          fraction[0] = cell->center()[0] < 0 ? 1 : 0;
          fraction[1] = 1 - fraction[0];
        },
        true);
    TissueCoefficients end = still_tissue(phi, D), bar = still_tissue(phi, D);
    end.permeability_surface = 30;
    bar.target_sites = phi * c0 / e.stefan;
    p.tissues = {end, bar};
    p.binding.target = {1e6, 0., 0.};
    p.body = large_body();
    p.far_field.kind = FarField::Kind::sealed;
    p.solve(true);
    p.start(c0, 1);
    std::vector<double> amounts(p.op->accounts.size(), 0.);
    amounts[p.op->accounts.plasma] = c0 * p.body.plasma_volume;
    p.stepper->set_state(p.field([&](const Point& x) { return x[0] < 1e-9 ? c0 : 0.; }), amounts);
    const double held = p.bound(1, &TissueCoefficients::target_sites);
    StepLadder ladder(3e-4 * bar.target_sites * s * 4 * h * h, 40.);
    StepControl control;
    control.dose = bar.target_sites * s * 4 * h * h;
    double worst = 0;
    const Advance a = advance(p, ladder, 0, day, control, [&](double, double, const StepResult&) {
      worst = std::max(worst, out_of_bounds(p));
    });
    const double bound = p.bound(1, &TissueCoefficients::target_sites) - held;
    char name[80];
    std::snprintf(name, sizeof name, "binding front, Stefan number %g, h = s/24: ", e.stefan);
    const std::string where = name;
    const double front = bound / (bar.target_sites * 4 * h * h);
    check("V11", where + "front after a day, mm", front / mm, s / mm, std::abs(front - s) / h, 2);
    check("V11", where + "occupancy beyond 0 or 1", worst, 0, worst, 1e-14);
    check_relative("V11", where + "front over the exact one", front / s, 1, 5e-3);
    report("V11", where + "steps", a.steps);
  }
}

}  // namespace
}  // namespace intratumor::verification
