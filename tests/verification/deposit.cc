// V7: a spherical deposit with diffusion and loss; V16: deposit, flow, exchange and body together.
#include <cmath>

#include "exposure/exposure.h"
#include "harness.h"
#include "mesh/shape_share.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, hour = 3600;

/// Puts an amount into the ball round the origin, as the program's deposits do.
void give_deposit(Problem& p, double radius, double amount) {
  std::vector<double> nodes = shape_share(*p.mesh, p.tissues, Ball{Point(), radius}).node;
  for (double& x : nodes) x *= amount;
  p.stepper->give_to_tissue(nodes);
}

/// Value of a nodal field at a node on the x axis.
double on_axis(const Problem& p, const std::vector<double>& field, double x) {
  double value = -1e300;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    if (p.mesh->node_positions()[i].distance(Point(x, 0, 0)) < 1e-9) value = field[i];
  return dealii::Utilities::MPI::max(value, MPI_COMM_WORLD);
}

double mass_in_ball(const Problem& p, double radius) {
  const ShapeShare share = shape_share(*p.mesh, p.tissues, Ball{Point(), radius});
  double sum = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    sum += share.node[i] * p.stepper->concentration().local_element(i);
  return dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD) * share.accessible_volume;
}

/// c/c0 of a deposit of radius a after t, without loss.
double exact_profile(double r, double t, double a, double D) {
  const double s = std::sqrt(D * t), root_pi = std::sqrt(std::acos(-1.));
  if (r < 1e-9) return std::erf(a / (2 * s)) - a / (s * root_pi) * std::exp(-a * a / (4 * s * s));
  return 0.5 * (std::erf((a - r) / (2 * s)) + std::erf((a + r) / (2 * s))) -
         s / (r * root_pi) *
             (std::exp(-(a - r) * (a - r) / (4 * s * s)) - std::exp(-(a + r) * (a + r) / (4 * s * s)));
}

TEST(Deposit, V7DiffusionAndLoss) {
  const double a = 3 * mm, D = 1.4e-11, k = 3e-5;
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(
      octant_mesh(12 * mm, 12, 2, [](const Point& x, double size) { return x.norm() < 6.5 * mm + size; }), 1,
      one_region(), true);
  TissueCoefficients t;
  t.hydraulic_conductivity = 1e-14;
  t.fluid_fraction = t.accessible_fraction = 0.24;
  t.diffusivity = D;
  t.degradation = k;
  p.tissues = {t};
  p.body.plasma_volume = 1;
  p.far_field.kind = FarField::Kind::sealed;
  p.solve(true);
  StepperOptions options;
  options.reference_concentration = 1;
  options.stage_tolerance = 1e-6;
  p.stepper = std::make_unique<Stepper>(*p.op, options);
  const double amount = 0.24 * 4 * std::acos(-1.) / 3 * a * a * a / 8;  // c0 = 1 in the octant
  give_deposit(p, a, amount);
  NodalExposure exposure(*p.mesh, {0.1});
  Vector before = p.stepper->concentration();
  int steps = 0;
  double lowest = 0;
  const auto each = [&](double, double dt, const StepResult& step) {
    exposure.add(dt, before, p.stepper->concentration(), step.node_mean);
    before = p.stepper->concentration();
    before.update_ghost_values();
    for (int i = 0; i < p.mesh->graph().n_owned; ++i)
      lowest = std::min(lowest, p.stepper->concentration().local_element(i));
    ++steps;
  };
  const double tolerance = 1e-5;  // the mesh is what is tested
  double now = 0;
  for (const double hours : {6., 24.}) {
    advance(p, now, hours * hour, amount, tolerance, 10., each);
    now = hours * hour;
    for (const double radius : {3., 4., 5.}) {
      double exact = 0;
      constexpr int n = 4000;
      for (int i = 0; i < n; ++i) {
        const double r = (i + 0.5) / n * radius * mm;
        exact += exact_profile(r, now, a, D) * std::exp(-k * now) * r * r * radius * mm / n;
      }
      exact *= 0.24 * 4 * std::acos(-1.) / 8;
      char name[80];
      std::snprintf(name, sizeof name, "amount within %.0f mm after %.0f h over the dose", radius, hours);
      check_relative("V7", name, mass_in_ball(p, radius * mm) / amount, exact / amount, 1e-2);
    }
  }
  advance(p, now, 20 / k, amount, tolerance, 60., each);
  const double radii[] = {0, 1, 3, 4, 5};
  const double expected[] = {31108.147, 30223.814, 12874.637, 2233.851, 413.430};
  for (int i = 0; i < 5; ++i) {
    char name[80];
    std::snprintf(name, sizeof name, "AUC at %.0f mm over c0, h = 0.25 mm, s", radii[i]);
    check_relative("V7", name, on_axis(p, exposure.auc(), radii[i] * mm), expected[i],
                   radii[i] > 4.5 ? 2e-2 : 1e-2);
  }
  check_relative("V7", "time above 0.1 c0 at 0 mm, s", on_axis(p, exposure.time_above(0), 0), 69302, 1e-2);
  check("V7", "lowest concentration over c0", lowest, 0, -lowest, 1e-12);
  report("V7", "steps", steps);
}

TEST(Deposit, V16TumourInTissueWithBody) {
  // Octant: body and dose are an eighth of the whole. The host that plasma feeds and lymph drains is 40 mm in
  // radius in the reference; a cube of 32 mm has its volume within 2%.
  for (const double h : {0.5 * mm, 0.25 * mm}) {
    if (h < 0.4 * mm && !full()) continue;
    const int levels = h < 0.4 * mm ? 4 : 3;
    Problem p;
    p.mesh = std::make_unique<TissueMesh>(octant_mesh(32 * mm, 8, levels,
                                                      [](const Point& x, double size) {
                                                        const double r = x.norm();
                                                        return r < 7 * mm + size ||
                                                               std::abs(r - 10 * mm) < 1.5 * mm + size;
                                                      }),
                                          2, ball_fractions(10 * mm));
    TissueCoefficients tumour = antibody_in(baxter_jain_tumour(), 6e-5, 0.9);
    p.tissues = {tumour, antibody_in(baxter_jain_host(), 1.4e-6, 0.95)};
    p.body = ipilimumab(1. / 8);
    p.solve();
    const double dose = 1. / 8;
    StepperOptions options;
    options.reference_concentration = dose / (0.24 * 4 * std::acos(-1.) / 3 * std::pow(5 * mm, 3) / 8);
    options.stage_tolerance = 3e-5;
    p.stepper = std::make_unique<Stepper>(*p.op, options);
    give_deposit(p, 5 * mm, dose);
    double auc = 0, lowest = 0, refused = 0, proposed = 0;
    int steps = 0;
    const auto each = [&](double, double dt, const StepResult& step) {
      double mean = 0;
      for (int i = 0; i < p.mesh->graph().n_owned; ++i) {
        mean += p.mesh->node_volume(0, i) * 0.24 * step.node_mean[i];
        lowest =
            std::min(lowest, p.stepper->concentration().local_element(i) / options.reference_concentration);
      }
      auc += dt * dealii::Utilities::MPI::sum(mean, MPI_COMM_WORLD) / dose;
      refused += step.limiter.refused;
      proposed += step.limiter.proposed;
      ++steps;
    };
    struct Expected {
      double hours, tumour;
    };
    double now = 0;
    char name[120];
    for (const Expected& e : {Expected{1. / 6, 0.860710}, {1, 0.406623}, {6, 0.004724}, {24, 0.000172}}) {
      advance(p, now, e.hours * hour, dose, 3e-4, 10., each);
      now = e.hours * hour;
      std::snprintf(name, sizeof name, "h = %.2f mm: tumour's share of the dose after %.3g h", h / mm,
                    e.hours);
      if (e.hours < 2)
        check_absolute("V16", name, p.content(0) / dose, e.tumour, 5e-3);
      else if (e.hours < 10)
        check_relative("V16", name, p.content(0) / dose, e.tumour, 5e-2);
      else
        report("V16", name, p.content(0) / dose);
    }
    const auto& amounts = p.stepper->amounts();
    std::snprintf(name, sizeof name, "h = %.2f mm: plasma's share after 24 h", h / mm);
    check_absolute("V16", name, amounts[p.op->accounts.plasma] / dose, 0.756754, 5e-3);
    std::snprintf(name, sizeof name, "h = %.2f mm: lymph chain's share after 24 h", h / mm);
    check_absolute("V16", name, amounts[p.op->accounts.lymph[0]] / dose, 0.001868, 5e-3);
    advance(p, now, 5000 * hour, dose, 3e-4, 600., each);
    std::snprintf(name, sizeof name, "h = %.2f mm: AUC of the tumour's amount over the dose, s", h / mm);
    check_relative("V16", name, auc, 4223.723, 5e-3);
    double total = p.total_content();
    for (const double m : amounts) total += m;
    std::snprintf(name, sizeof name, "h = %.2f mm: ledger", h / mm);
    check("V16", name, total / dose, 1, std::abs(total / dose - 1), 1e-10);
    std::snprintf(name, sizeof name, "h = %.2f mm: lowest concentration over c0", h / mm);
    check("V16", name, lowest, 0, -lowest, 1e-12);
    std::snprintf(name, sizeof name, "h = %.2f mm: unknowns", h / mm);
    report("V16", name, static_cast<double>(p.mesh->dofs().n_dofs()));
    std::snprintf(name, sizeof name, "h = %.2f mm: steps", h / mm);
    report("V16", name, steps);
    std::snprintf(name, sizeof name, "h = %.2f mm: share of antidiffusion refused", h / mm);
    report("V16", name, refused / proposed);
  }
}

/// Leaving one flux out of its account must show in the ledger.
TEST(Deposit, DroppedFluxIsCaught) {
  for (const bool drop : {false, true}) {
    Problem p;
    p.mesh = std::make_unique<TissueMesh>(
        box_mesh({}, {4 * mm, 4 * mm, 4 * mm}, {8, 8, 8}, 0, [](const Point&, double) { return false; }), 1,
        one_region(), true);
    TissueCoefficients t;
    t.hydraulic_conductivity = 3e-14;
    t.vessel_filtration = 4e-7;
    t.effective_vascular_pressure = 1500;
    t.fluid_fraction = t.accessible_fraction = 0.24;
    t.diffusivity = 1.4e-11;
    p.tissues = {t};
    p.body.plasma_volume = 4e-3;
    p.far_field.kind = FarField::Kind::value;  // p = 0: fluid leaves
    p.solve();
    StepperOptions options;
    options.reference_concentration = 1;
    options.drop_outflow = drop;
    p.stepper = std::make_unique<Stepper>(*p.op, options);
    p.stepper->set_state(p.field([](const Point&) { return 1.; }),
                         std::vector<double>(p.op->accounts.size(), 0.));
    const double start = p.total_content();
    for (int k = 0; k < 5; ++k) {
      p.stepper->attempt(600, {});
      p.stepper->accept();
    }
    double total = p.total_content();
    for (const double m : p.stepper->amounts()) total += m;
    const double closure = std::abs(total / start - 1);
    if (drop) {
      report("ledger", "outflow left out of its account: closure error", closure);
      EXPECT_GT(closure, 1e-8) << "the ledger missed a dropped flux";
    } else {
      check("ledger", "all fluxes booked: closure error", closure, 0, closure, 1e-12);
    }
  }
}

}  // namespace
}  // namespace intratumor::verification
