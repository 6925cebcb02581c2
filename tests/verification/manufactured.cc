// V15: manufactured pressure and concentration on meshes with hanging nodes, limiter off.
//   p = p0 (1 + sin(a x) sin(a y) sin(a z)),            K = K0 (1 + sin(2 a x)/2),              a = pi/L
//   c = c0 exp(-t/T) (1 + cos(a x) cos(a y) cos(a z)/2)
// p exceeds p0 inside, so fluid leaves through every face; the normal derivative of c vanishes there.
#include <deal.II/fe/fe_values.h>

#include <cmath>

#include "harness.h"

namespace intratumor::verification {
namespace {

const double L = 10e-3, a = std::acos(-1.) / L, p0 = 1000, K0 = 3e-14, T = 2e4, c0 = 1;

double pressure(const Point& x) {
  return p0 * (1 + std::sin(a * x[0]) * std::sin(a * x[1]) * std::sin(a * x[2]));
}
double conductivity(const Point& x) {
  return K0 * (1 + 0.5 * std::sin(2 * a * x[0]));
}
double profile(const Point& x) {
  return c0 * (1 + 0.5 * std::cos(a * x[0]) * std::cos(a * x[1]) * std::cos(a * x[2]));
}

TissueCoefficients tissue() {
  TissueCoefficients t;
  t.hydraulic_conductivity = K0;
  t.vessel_filtration = 2e-8;
  t.effective_vascular_pressure = 1500;
  t.lymph_filtration = 1e-8;
  t.lymph_pressure = 100;
  t.fluid_fraction = t.accessible_fraction = 0.24;
  t.diffusivity = 1e-10;  // cell Peclet numbers below 2 on every mesh: one regime of the mass matrix
  t.permeability_surface = 2e-5;
  t.solvent_drag_reflection = 0.5;
  t.degradation = 1e-5;
  return t;
}

dealii::Tensor<1, 3> pressure_gradient(const Point& x) {
  dealii::Tensor<1, 3> g;
  for (int d = 0; d < 3; ++d) {
    g[d] = p0 * a;
    for (int e = 0; e < 3; ++e) g[d] *= e == d ? std::cos(a * x[e]) : std::sin(a * x[e]);
  }
  return g;
}
/// div(K grad p)
double divergence(const Point& x) {
  const double laplacian = -3 * a * a * (pressure(x) - p0);
  return conductivity(x) * laplacian + K0 * a * std::cos(2 * a * x[0]) * pressure_gradient(x)[0];
}

double fluid_source(const Point& x) {
  const TissueCoefficients t = tissue();
  return -divergence(x) - filtration_rate(t, pressure(x)) + lymph_rate(t, pressure(x));
}

/// Source of drug at t = 0; all of it decays with exp(-t/T).
double drug_source(const Point& x) {
  const TissueCoefficients t = tissue();
  const double c = profile(x), phi = t.accessible_fraction;
  dealii::Tensor<1, 3> gradient;
  for (int d = 0; d < 3; ++d) {
    gradient[d] = -0.5 * c0 * a;
    for (int e = 0; e < 3; ++e) gradient[d] *= e == d ? std::sin(a * x[e]) : std::cos(a * x[e]);
  }
  const double laplacian = -3 * a * a * (c - c0);
  const dealii::Tensor<1, 3> velocity = -conductivity(x) * pressure_gradient(x);
  const double p = pressure(x);
  const double loss = blood_exchange(t, filtration_rate(t, p)).out + lymph_rate(t, p) + phi * t.degradation;
  return -phi * c / T - divergence(x) * c + velocity * gradient - phi * t.diffusivity * laplacian + loss * c;
}

std::vector<double> load(const TissueMesh& mesh, double (*f)(const Point&)) {
  Vector v = mesh.make_vector();
  mesh.assemble(
      [&](const TissueMesh::Cell&, int, const dealii::FEValues<3>& fe, dealii::Vector<double>& local) {
        for (const unsigned int q : fe.quadrature_point_indices())
          for (unsigned int i = 0; i < 8; ++i)
            local(i) += f(fe.quadrature_point(q)) * fe.shape_value(i, q) * fe.JxW(q);
        return true;
      },
      v);
  return {v.begin(), v.begin() + mesh.graph().n_owned};
}

/// Locally refined in the middle: hanging nodes on every side of it.
Problem make_problem(unsigned int n) {
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(
      box_mesh({}, {L, L, L}, {n, n, n}, 1,
               [](const Point& x, double) { return x.distance(Point(0.4 * L, 0.5 * L, 0.5 * L)) < 0.3 * L; }),
      1, one_region(), true);
  p.tissues = {tissue()};
  p.body.plasma_volume = 1e30;  // plasma holds next to nothing
  p.far_field.kind = FarField::Kind::function;
  p.far_field.function = pressure;
  p.source = load(*p.mesh, fluid_source);
  p.mesh->for_each_cell(
      [&](const TissueMesh::Cell& cell, int) { p.conductivity.push_back(conductivity(cell->center())); });
  p.solve();
  return p;
}

/// Root of the volume-weighted mean square of a nodal error.
double norm(const Problem& p, const std::function<double(int)>& error) {
  double sum = 0, volume = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i) {
    if (!p.mesh->graph().is_unknown[i]) continue;
    sum += p.mesh->node_volume(0, i) * std::pow(error(i), 2);
    volume += p.mesh->node_volume(0, i);
  }
  return std::sqrt(dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD) /
                   dealii::Utilities::MPI::sum(volume, MPI_COMM_WORLD));
}

void run(Problem& p, int steps) {
  StepperOptions options;
  options.limited = false;
  options.stage_tolerance = 1e-12;
  options.reference_concentration = c0;
  p.stepper = std::make_unique<Stepper>(*p.op, options);
  p.stepper->set_state(p.field(profile), std::vector<double>(p.op->accounts.size(), 0.));
  const std::vector<double> start = load(*p.mesh, drug_source);
  const double dt = T / steps;
  std::vector<double> at[3];
  for (int step = 0; step < steps; ++step) {
    const double stage[3] = {0, tr_bdf2_gamma, 1};
    StepSources sources;
    for (int k = 0; k < 3; ++k) {
      at[k] = start;
      for (double& s : at[k]) s *= std::exp(-(step + stage[k]) * dt / T);
      sources.node[k] = &at[k];
    }
    p.stepper->attempt(dt, sources);
    p.stepper->accept();
  }
}

TEST(Manufactured, V15Space) {
  double last_p = 0, last_c = 0;
  const std::vector<unsigned int> sizes =
      full() ? std::vector<unsigned int>{8, 16, 32} : std::vector<unsigned int>{8, 16};
  for (const unsigned int n : sizes) {
    Problem p = make_problem(n);
    run(p, static_cast<int>(n));
    const auto& positions = p.mesh->node_positions();
    const double error_p =
        norm(p, [&](int i) { return p.flow.pressure.local_element(i) - pressure(positions[i]); }) / p0;
    const double error_c = norm(p, [&](int i) {
      return p.stepper->concentration().local_element(i) / std::exp(-1.) - profile(positions[i]);
    });
    const std::string at = "n = " + std::to_string(n) + ": ";
    report("V15", at + "relative L2 error of p", error_p);
    report("V15", at + "relative L2 error of c", error_c);
    if (last_p > 0) {
      check_order("V15", at + "order of p in L2", std::log2(last_p / error_p), 2, 0.1);
      check_order("V15", at + "order of c in L2, dt with h", std::log2(last_c / error_c), 2, 0.1);
    }
    last_p = error_p;
    last_c = error_c;
  }
}

TEST(Manufactured, V15Time) {
  Problem reference = make_problem(6);
  run(reference, 512);
  double last = 0;
  for (const int steps : {8, 16, 32}) {
    Problem p = make_problem(6);
    run(p, steps);
    const double error = norm(p, [&](int i) {
      return p.stepper->concentration().local_element(i) -
             reference.stepper->concentration().local_element(i);
    });
    const std::string at = std::to_string(steps) + " steps: ";
    report("V15", at + "L2 error of c in time", error);
    if (last > 0) check_order("V15", at + "order in time", std::log2(last / error), 2, 0.1);
    last = error;
  }
}

}  // namespace
}  // namespace intratumor::verification
