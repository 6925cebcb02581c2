// Binding: V11 the front of a drug that binds fast and for good, V12 retardation, V17 a whole case with a
// target; and sites that stay full, never over-full, at any step.
#include <algorithm>
#include <cmath>

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

double all_bound(const Problem& p) {
  double sum = 0;
  for (int kind = 0; kind < p.stepper->bound().kinds(); ++kind)
    for (const double b : p.stepper->bound().amounts(kind)) sum += b;
  return dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
}

double everything(const Problem& p) {
  double sum = p.total_content() + all_bound(p);
  for (const double a : p.stepper->amounts()) sum += a;
  return sum;
}

/// Largest occupancy of any node's sites beyond 1 or below 0.
double out_of_bounds(const Problem& p) {
  double worst = 0;
  for (int kind = 0; kind < p.stepper->bound().kinds(); ++kind) {
    const std::vector<double>& sites = p.stepper->bound().binding().kinds[kind].sites;
    const std::vector<double>& b = p.stepper->bound().amounts(kind);
    for (std::size_t i = 0; i < b.size(); ++i)
      if (sites[i] > 0) worst = std::max({worst, b[i] / sites[i] - 1, -b[i] / sites[i]});
  }
  return dealii::Utilities::MPI::max(worst, MPI_COMM_WORLD);
}

double lowest(const Problem& p) {
  double least = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    least = std::min(least, p.stepper->concentration().local_element(i));
  return dealii::Utilities::MPI::min(least, MPI_COMM_WORLD);
}

/// Well mixed: c + b in a closed volume by the exact solution of its Riccati equation, per accessible volume.
/// db/dt = k (B - b)(T - b) - r b with T the whole amount.
double bound_exactly(double k, double sites, double r, double total, double t) {
  const double s = sites + total + r / k, root = std::sqrt(s * s - 4 * sites * total);
  const double low = (s - root) / 2, high = (s + root) / 2, e = std::exp(-k * root * t);
  return low * high * (1 - e) / (high - low * e);
}

Problem bound_cube(const TissueCoefficients& t, const DrugBinding& binding, double side, unsigned int cells) {
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(
      box_mesh({}, {side, side, side}, {cells, cells, cells}, 0, [](auto&, double) { return false; }), 1,
      one_region(), true);
  p.tissues = {t};
  p.binding = binding;
  p.body = large_body();
  p.far_field.kind = FarField::Kind::sealed;
  p.solve(true);
  return p;
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
      Problem p = bound_cube(t, binding, 2 * mm, 4);
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
    Problem p = bound_cube(t, binding, 1 * mm, 1);
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

/// A linear retardation R and a loss of the free drug: what is kept must follow two exponentials in 60 steps
/// that end at an hour, where a split step is far off.
TEST(Binding, V12KeptAmountUnderRetardation) {
  for (const double R : {10., 100., 1000.}) {
    const double phi = 0.24, off = 1e-3, loss = 1e-4, c0 = 1e-6;
    TissueCoefficients t = still_tissue(phi, 1e-11);
    t.target_sites = 10.;  // far more than drug
    t.degradation = loss;
    const double on = off * (R - 1) * phi / t.target_sites;
    DrugBinding binding;
    binding.target = {on, off, 0.};
    Problem p = bound_cube(t, binding, 1 * mm, 2);
    p.start(c0, 0);
    p.stepper->set_state(p.field([&](auto&) { return c0; }), std::vector<double>(p.op->accounts.size(), 0.));
    const double before = everything(p);
    // c' = -(a + loss) c + off b, b' = a c - off b, per accessible volume.
    const double a = off * (R - 1), s = a + loss + off, root = std::sqrt(s * s - 4 * loss * off);
    const double fast = (s + root) / 2, slow = 2 * loss * off / (s + root);
    const double first = 600, last = hour, growth = std::pow(last / first, 1. / 59);
    double time = 0, dt = first, worst = 0, worst_lost = 0;
    for (int step = 0; step < 60; ++step, dt *= growth) {
      p.stepper->attempt(dt, {});
      p.stepper->accept();
      time += dt;
      // c + b = A exp(-slow t) + (1 - A) exp(-fast t), its derivative at 0 being -loss.
      const double share = (fast - loss) / (fast - slow);
      const double exact = share * std::exp(-slow * time) + (1 - share) * std::exp(-fast * time);
      const double kept = (p.total_content() + all_bound(p)) / before;
      worst = std::max(worst, std::abs(kept / exact - 1));
      worst_lost = std::max(worst_lost, std::abs((1 - kept) / (1 - exact) - 1));
    }
    char name[100];
    std::snprintf(name, sizeof name, "R = %g, steps of 10 min to 1 h: kept amount, relative error", R);
    check("V12", name, worst, 0, worst, 2e-2);
    std::snprintf(name, sizeof name, "R = %g, steps of 10 min to 1 h: lost amount, relative error", R);
    check("V12", name, worst_lost, 0, worst_lost, 2e-2);
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

/// V16's tumour and host with a target in the tumour: 1 mg of an antibody, by one-dimensional finite volumes.
TEST(Binding, V17TumourWithATarget) {
  // Sites fill far down the slope of the deposit's edge: cells of h there, twice that around.
  for (const double h : {0.25 * mm, 0.125 * mm}) {
    if (h < 0.2 * mm && !full()) continue;
    Problem p;
    const auto refine = [h](const Point& x, double size) {
      const double r = x.norm();
      const bool near = r < 7 * mm + size || std::abs(r - 10 * mm) < 1.5 * mm + size;
      return std::abs(r - 5 * mm) < 0.7 * mm + size || (near && size > 2.5 * h);
    };
    p.mesh = std::make_unique<TissueMesh>(octant_mesh(32 * mm, 8, h < 0.2 * mm ? 5 : 4, refine), 2,
                                          ball_fractions(10 * mm));
    TissueCoefficients tumour = baxter_jain_tumour(), host = baxter_jain_host();
    tumour.permeability_surface = 6e-5;
    tumour.solvent_drag_reflection = 0.9;
    tumour.target_sites = 1e-4;
    host.permeability_surface = 1.4e-6;
    host.solvent_drag_reflection = 0.95;
    p.tissues = {tumour, host};
    p.binding.target = {100., 1e-4, 1.93e-5};
    p.body.plasma_volume = 4.15e-3 / 8;
    p.body.clearance = 0.0150e-3 / hour / 8;
    p.body.peripherals = {{3.11e-3 / 8, 0.0411e-3 / hour / 8}};
    p.body.lymph_stages = 1;
    p.body.lymph_rate = 1 / (6 * hour);
    p.solve();
    const double dose = 6.6667e-9 / 8, radius = 5 * mm;
    p.start(dose / (0.24 * 4 * pi / 3 * std::pow(radius, 3) / 8), 0);
    std::vector<double> nodes = shape_share(*p.mesh, p.tissues, Ball{Point(), radius}).node;
    for (double& x : nodes) x *= dose;
    p.stepper->give_to_tissue(nodes);
    double worst = 0, below = 0, newton = 0;
    int steps = 0;
    const auto each = [&](double, double, const StepResult& step) {
      worst = std::max(worst, out_of_bounds(p));
      below = std::max(below, -lowest(p));
      newton += step.newton_iterations;
      ++steps;
    };
    struct Expected {
      double hours, free, bound, internalised, plasma, occupancy, occupied;
    };
    double now = 0;
    for (const Expected& e : {Expected{1. / 6, 0.85246, 0.00939, 0.00010, 0.13788, 0.1495, 0.1470},
                              {1, 0.40076, 0.01168, 0.00072, 0.58218, 0.1859, 0.1820},
                              {6, 0.00352, 0.01421, 0.00547, 0.91381, 0.2262, 0.2013},
                              {24, 2e-5, 0.00576, 0.01721, 0.73898, 0.0918, 0},
                              {72, 1e-5, 0.00179, 0.02712, 0.50030, 0.0284, 0},
                              {168, 0, 0.00110, 0.03606, 0.34941, 0.0175, 0}}) {
      advance(p, now, e.hours * hour, dose, 3e-4, 10., each);
      now = e.hours * hour;
      const std::vector<double>& sites = p.stepper->bound().binding().kinds[0].sites;
      std::vector<double> occupancy = p.stepper->bound().amounts(0);
      double all_sites = 0;
      for (std::size_t i = 0; i < occupancy.size(); ++i) {
        occupancy[i] = sites[i] > 0 ? occupancy[i] / sites[i] : 0.;
        all_sites += sites[i];
      }
      all_sites = dealii::Utilities::MPI::sum(all_sites, MPI_COMM_WORLD);
      const VolumeDistribution occupied(RegionSamples(*p.mesh, 0, nullptr), occupancy);
      const auto& amounts = p.stepper->amounts();
      char name[80];
      std::snprintf(name, sizeof name, "h = %.3f mm, after %.3g h: ", h / mm, e.hours);
      const std::string where = name;
      check_absolute("V17", where + "free in the tumour, share of dose", p.content(0) / dose, e.free, 5e-3);
      check_absolute("V17", where + "bound, share of dose", all_bound(p) / dose, e.bound, 1e-3);
      check_absolute("V17", where + "internalised, share of dose",
                     amounts[p.op->accounts.internalised] / dose, e.internalised, 1e-3);
      check_absolute("V17", where + "plasma, share of dose", amounts[p.op->accounts.plasma] / dose, e.plasma,
                     5e-3);
      check_absolute("V17", where + "mean occupancy", all_bound(p) / all_sites, e.occupancy,
                     h < 0.2 * mm ? 1e-2 : 1.2e-2);
      check_absolute("V17", where + "share of the tumour with occupancy above 0.9",
                     occupied.share_at_least(0.9), e.occupied, 1e-2);
      check_absolute("V17", where + "ledger", everything(p) / dose, 1., 1e-10);
    }
    char name[80];
    std::snprintf(name, sizeof name, "h = %.3f mm: ", h / mm);
    const std::string where = name;
    check("V17", where + "occupancy beyond 0 or 1", worst, 0, worst, 1e-14);
    check("V17", where + "lowest concentration over c0", below / 0.0530516, 0, below / 0.0530516, 1e-12);
    report("V17", where + "steps", steps);
    report("V17", where + "Newton iterations a system", newton / (3. * steps));
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
