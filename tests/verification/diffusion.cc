// V8: diffusion and loss in an absorbing sphere, forward and by the transposed system; V10: jumps of
// phi_a D, two-region sphere and half spaces.
#include <algorithm>
#include <array>
#include <cmath>

#include "exposure/exposure.h"
#include "harness.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, hour = 3600;
const double pi = std::acos(-1.);

TissueCoefficients diffusing(double phi, double D, double k) {
  TissueCoefficients t;
  t.hydraulic_conductivity = 1e-14;
  t.fluid_fraction = t.accessible_fraction = phi;
  t.diffusivity = D;
  t.degradation = k;
  return t;
}

TissueMesh::FractionFunction layers_within(double radius) {
  return [radius](const TissueMesh::Cell& cell, std::vector<double>& f) {
    double r = 0;
    for (const unsigned int v : cell->vertex_indices()) r += cell->vertex(v).norm() / 8;
    f[0] = r < radius ? 1 : 0;
    if (f.size() > 1) f[1] = 1 - f[0];
  };
}

/// An amount spread evenly over the nodes of one layer of a sector.
std::vector<double> on_layer(const Problem& p, double radius, double amount) {
  std::vector<double> nodes(p.mesh->graph().n_owned, 0.);
  double total = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    if (std::abs(p.mesh->node_positions()[i].norm() - radius) < 1e-9) total += nodes[i] = p.op->lumped[i];
  total = dealii::Utilities::MPI::sum(total, MPI_COMM_WORLD);
  for (double& x : nodes) x *= amount / total;
  return nodes;
}

double layer_mean(const Problem& p, const std::vector<double>& field, double radius) {
  const std::vector<double> weight = on_layer(p, radius, 1);
  double sum = 0;
  for (std::size_t i = 0; i < weight.size(); ++i) sum += weight[i] * field[i];
  return dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
}

void start(Problem& p, bool limited, double reference) {
  StepperOptions options;
  options.limited = limited;
  options.stage_tolerance = limited ? 1e-8 : 1e-13;
  options.reference_concentration = reference;
  p.stepper = std::make_unique<Stepper>(*p.op, options);
}

/// Unlimited steps that grow by sqrt 2: the time integral of a linear decay does not depend on the steps, so
/// what is left is the error in space.
void run_out(Problem& p, double first, double until, NodalExposure* exposure = nullptr) {
  Vector before = p.stepper->concentration();
  double t = 0;
  for (double dt = first; t < until; t += dt, dt *= std::sqrt(2.)) {
    const StepResult& step = p.stepper->attempt(dt, {});
    p.stepper->accept();
    if (exposure != nullptr) exposure->add(dt, before, p.stepper->concentration(), step.node_mean);
    before = p.stepper->concentration();
    before.update_ghost_values();
  }
}

constexpr double R = 10 * mm, D = 1.4e-11, r_in = 0.3 * mm;

/// Cells of equal sides, `ratio` of the radius: on stretched ones Q1's diffusion has positive off-diagonal
/// entries, which the scheme answers with artificial diffusion.
std::unique_ptr<TissueMesh> narrow_sector(const std::vector<double>& through, int regions, double interface,
                                          double ratio) {
  return std::make_unique<TissueMesh>(
      sector_mesh(layers(r_in, through, [ratio](double r) { return ratio * r; }), 2, 2 * ratio), regions,
      layers_within(interface), false);
}

/// Narrow sector of a ball of 10 mm whose surface takes up every drug that reaches it, by a sink much faster
/// than diffusion feeds it; it is booked to the outflow.
Problem absorbing_sphere(double k, double ratio) {
  Problem p;
  p.mesh = narrow_sector({2 * mm, 5 * mm, 8 * mm, 9.5 * mm, R}, 1, 1, ratio);
  p.tissues = {diffusing(0.24, D, k)};
  p.body.plasma_volume = 1;
  p.solve(true);
  for (auto& exit : p.op->exits) {
    if (exit.account != p.op->accounts.outflow) continue;
    for (int i = 0; i < p.mesh->graph().n_owned; ++i)
      if (p.mesh->on_boundary()[i]) p.op->loss[i] += exit.rate[i] = 0.1 * p.op->lumped[i];
  }
  return p;
}

/// Share of a dose at r that leaves through R. The inner end of the mesh is closed: with `inner` -> 0,
/// R sinh(r/ell)/(r sinh(R/ell)). Divided by exp(R/ell), which would overflow.
double exit_share(double r, double ell, double inner) {
  const auto u = [&](double x) {
    const double y = (x - inner) / ell, scale = std::exp((x - R) / ell);
    return scale * ((1 - std::exp(-2 * y)) + inner / ell * (1 + std::exp(-2 * y)));
  };
  return R / r * u(r) / u(R);
}

TEST(Diffusion, V8ExitFromAbsorbingSphere) {
  const double k = 3e-5, ell = std::sqrt(D / k);
  EXPECT_NEAR(exit_share(2 * mm, ell, 1e-9) / 4.0906e-5, 1, 2e-5);
  EXPECT_NEAR(exit_share(9.5 * mm, ell, 1e-9) / 0.506297, 1, 2e-6);
  for (const double r0 : full() ? std::vector<double>{2, 5, 8, 9.5} : std::vector<double>{5, 9.5}) {
    Problem p = absorbing_sphere(k, full() ? 0.012 : 0.016);
    const std::vector<double> deposit = on_layer(p, r0 * mm, 1);
    start(p, false, 1 / p.mesh->region_volume(0));
    p.stepper->give_to_tissue(deposit);
    run_out(p, 1, 30 / k);
    const double exact = exit_share(r0 * mm, ell, r_in);
    char name[80];
    std::snprintf(name, sizeof name, "share that leaves, from %.3g mm", r0);
    check_relative("V8", name, p.stepper->amounts()[p.op->accounts.outflow], exact, 1e-2);
    std::snprintf(name, sizeof name, "AUC of the amount over a dose at %.3g mm, s", r0);
    check_relative("V8", name, p.stepper->amounts()[p.op->accounts.degraded] / k, (1 - exact) / k, 1e-2);

    // As the program would: limited, with error control.
    start(p, true, 1 / p.mesh->region_volume(0));
    p.stepper->give_to_tissue(deposit);
    const Advance a = advance(p, 0, 20 / k, 1., 3e-4, 1.);
    std::snprintf(name, sizeof name, "limited, error control: AUC over a dose at %.3g mm, s", r0);
    check_relative("V8", name, p.stepper->amounts()[p.op->accounts.degraded] / k, (1 - exact) / k, 1e-2);
    std::snprintf(name, sizeof name, "limited, error control: steps, %.3g mm", r0);
    report("V8", name, a.steps);
  }
}

/// The transposed stationary system gives the AUC of a deposit anywhere: it must be the very number that
/// stepping the deposit until it has gone adds up.
TEST(Diffusion, V8ForwardAndAdjoint) {
  const double k = 3e-5;
  Problem p = absorbing_sphere(k, 0.012);
  const Graph& graph = p.mesh->graph();
  LinearSolver solver(*p.mesh, LinearSolver::Kind::nonsymmetric, "adjoint");
  const LinearSolver::Values to = solver.values();
  for_each_edge(graph, [&](int e, int i, int j) {
    to.owned[graph.edge_entry[e]] = p.op->transposed[e] / p.op->lumped[i];
    to.owned[graph.edge_mirror[e]] = p.op->galerkin[e] / p.op->lumped[j];
  });
  solver.values_changed();
  Vector right = p.mesh->make_vector(), value = p.mesh->make_vector();
  for (int i = 0; i < graph.n_owned; ++i) {
    to.owned[graph.owned_diagonal[i]] = (p.op->diagonal[i] + p.op->loss[i]) / p.op->lumped[i];
    for (const auto& exit : p.op->exits)
      if (exit.account == p.op->accounts.degraded) right.local_element(i) = exit.rate[i] / p.op->lumped[i];
  }
  solver.solve(value, right, 1e-13, 0.);
  for (const double r0 : {5., 9.5}) {
    const std::vector<double> deposit = on_layer(p, r0 * mm, 1);
    start(p, false, 1 / p.mesh->region_volume(0));
    p.stepper->give_to_tissue(deposit);
    run_out(p, 1, 40 / k);
    double adjoint = 0;
    for (int i = 0; i < graph.n_owned; ++i) adjoint += deposit[i] * value.local_element(i);
    adjoint = dealii::Utilities::MPI::sum(adjoint, MPI_COMM_WORLD);
    char name[80];
    std::snprintf(name, sizeof name, "degraded share from %.3g mm: steps against the transposed system", r0);
    check_relative("V8", name, p.stepper->amounts()[p.op->accounts.degraded], adjoint, 1e-8);
  }
}

TEST(Diffusion, V8RetainedFraction) {
  Problem p = absorbing_sphere(0, 0.025);
  start(p, true, 1);
  p.stepper->set_state(p.field([](const Point& x) { return x.norm() < R * (1 - 1e-9) ? 1. : 0.; }),
                       std::vector<double>(p.op->accounts.size(), 0.));
  // Nodes on the surface start empty; of what a ball of uniform c would hold.
  const double volume = p.mesh->region_volume(0) * 0.24;
  double now = 0, last = 0;
  for (const double fo : {0.01, 0.05, 0.1, 0.3, 0.4}) {
    if (fo > 0.2 && !full()) break;
    const double until = fo * R * R / D;
    advance(p, now, until, volume, 3e-4, 10.);
    now = until;
    double exact = 0;
    for (int n = 1; n < 200; ++n) exact += 6 / (pi * pi * n * n) * std::exp(-n * n * pi * pi * fo);
    char name[80];
    if (fo < 0.35) {
      std::snprintf(name, sizeof name, "retained at D t/R^2 = %.2g from a uniform start", fo);
      check_relative("V8", name, p.total_content() / volume, exact, 1e-2);
    } else {
      check_relative("V8", "half-life of the slowest mode, h",
                     std::log(2.) * 0.1 * R * R / D / std::log(last / p.total_content()) / hour,
                     std::log(2.) * R * R / (pi * pi * D) / hour, 1e-2);
    }
    last = p.total_content();
  }
}

/// Steady field per mole released at r_in: A1 = (a e^(-r/l1) + b e^((r-R)/l1))/r inside R,
/// A2 = c e^(-(r-R)/l2)/r outside; the flux at r_in, the continuity of A and that of phi D A' give a, b, c.
struct TwoRegions {
  double phi1, D1, k1, phi2, D2, k2, R, r_in;
  double l1 = std::sqrt(D1 / k1), l2 = std::sqrt(D2 / k2), a = 0, b = 0, c = 0;

  void solve() {
    // c from continuity; then two equations for a and b.
    const double decay = std::exp(-R / l1), jump = phi2 * D2 / (phi1 * D1);
    // phi D (r A' ) at R: inside a decay (-1/l1 - 1/R) + b (1/l1 - 1/R), outside jump c (-1/l2 - 1/R).
    const double outside = -jump * (1 / l2 + 1 / R);
    const double ka = decay * (-1 / l1 - 1 / R - outside), kb = 1 / l1 - 1 / R - outside;
    // 4 pi phi1 D1 [a e^(-r/l1) (1 + r/l1) + b e^((r-R)/l1) (1 - r/l1)] = 1 at r_in.
    const double fa = 4 * pi * phi1 * D1 * std::exp(-r_in / l1) * (1 + r_in / l1);
    const double fb = 4 * pi * phi1 * D1 * std::exp((r_in - R) / l1) * (1 - r_in / l1);
    a = 1 / (fa - fb * ka / kb);
    b = -a * ka / kb;
    c = a * decay + b;
  }
  double operator()(double r) const {
    return r <= R ? (a * std::exp(-r / l1) + b * std::exp((r - R) / l1)) / r
                  : c * std::exp(-(r - R) / l2) / r;
  }
  double lost_outside() const { return 4 * pi * phi2 * k2 * c * l2 * (R + l2); }
};

TEST(Diffusion, V10TwoRegionSphere) {
  TwoRegions exact{0.24, 1.4e-11, 3e-5, 0.20, 4e-11, 1e-5, 5 * mm, r_in};
  exact.solve();
  Problem p;
  p.mesh = narrow_sector({1 * mm, 3 * mm, 5 * mm, 7 * mm, 21 * mm}, 2, 5 * mm, 0.012);
  p.tissues = {diffusing(0.24, 1.4e-11, 3e-5), diffusing(0.20, 4e-11, 1e-5)};
  p.body.plasma_volume = 1;
  p.solve(true);
  const std::vector<double> deposit = on_layer(p, r_in, 1);
  double highest = 0;
  for (std::size_t i = 0; i < deposit.size(); ++i) highest = std::max(highest, deposit[i] / p.op->lumped[i]);
  start(p, false, dealii::Utilities::MPI::max(highest, MPI_COMM_WORLD));
  p.stepper->give_to_tissue(deposit);
  NodalExposure exposure(*p.mesh, {});
  run_out(p, 0.1, 30 / 1e-5, &exposure);
  // Per mole in the whole sphere: the sector's share of it by volume.
  const double R = 5 * mm;
  const double sphere = 4 * pi / 3 * (R * R * R - r_in * r_in * r_in) / p.mesh->region_volume(0);
  for (const double r : {1., 3., 5., 7.}) {
    char name[80];
    std::snprintf(name, sizeof name, "two regions: AUC over the dose at %.0f mm, s/m^3", r);
    check_relative("V10", name, layer_mean(p, exposure.auc(), r * mm) / sphere, exact(r * mm), 5e-3);
  }
  double outside = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    outside += p.mesh->node_volume(1, i) * 0.20 * 1e-5 * exposure.auc()[i];
  check_relative("V10", "two regions: share lost outside",
                 dealii::Utilities::MPI::sum(outside, MPI_COMM_WORLD), exact.lost_outside(), 5e-3);
  // The same formula for a point gives the published values.
  TwoRegions point{0.24, 1.4e-11, 3e-5, 0.20, 4e-11, 1e-5, 5 * mm, 1e-9};
  point.solve();
  EXPECT_NEAR(point(1 * mm) / 5.4790950e12, 1, 1e-6);
  EXPECT_NEAR(point(7 * mm) / 8.2400644e8, 1, 1e-6);
  EXPECT_NEAR(point.lost_outside() / 0.0055168, 1, 1e-5);
}

TEST(Diffusion, V10HalfSpaces) {
  const double phi_a = 0.24, D_a = 1.4e-11, phi_b = 0.20, D_b = 4e-11, h = 0.05 * mm;
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(
      box_mesh({-8 * mm, 0, 0}, {8 * mm, h, h}, {320, 1, 1}, 0, [](auto&, double) { return false; }), 2,
      [](const TissueMesh::Cell& cell, std::vector<double>& f) {
        f[0] = cell->center()[0] < 0 ? 1 : 0;
        f[1] = 1 - f[0];
      },
      true);
  p.tissues = {diffusing(phi_a, D_a, 0), diffusing(phi_b, D_b, 0)};
  p.body.plasma_volume = 1;
  p.solve(true);
  start(p, true, 1);
  p.stepper->set_state(p.field([&](const Point& x) {
    return std::abs(x[0]) < 1e-9 ? phi_a / (phi_a + phi_b) : x[0] < 0 ? 1. : 0.;
  }),
                       std::vector<double>(p.op->accounts.size(), 0.));
  const double expected = phi_a * std::sqrt(D_a) / (phi_a * std::sqrt(D_a) + phi_b * std::sqrt(D_b));
  const double dose = p.total_content();
  double now = 0;
  for (const double hours : {0.5, 2., 8.}) {
    advance(p, now, hours * hour, dose, 1e-5, 1.);
    now = hours * hour;
    double at = -1;
    for (int i = 0; i < p.mesh->graph().n_owned; ++i)
      if (std::abs(p.mesh->node_positions()[i][0]) < 1e-9)
        at = std::max(at, p.stepper->concentration().local_element(i));
    char name[80];
    std::snprintf(name, sizeof name, "half spaces: c at the interface after %.3g h", hours);
    check_relative("V10", name, dealii::Utilities::MPI::max(at, MPI_COMM_WORLD), expected, 5e-3);
  }
}

}  // namespace
}  // namespace intratumor::verification
