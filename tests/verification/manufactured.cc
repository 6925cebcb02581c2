// V15: manufactured pressure and concentration on meshes with hanging nodes, limiter off and on.
//   p = p0 (1 + sin(a x) sin(a y) sin(a z)),            K = K0 (1 + sin(2 a x)/2),              a = pi/L
//   c = c0 exp(-k t) (1 + cos(w t) m_1/2 + sin(w t) m_2/2),   m_n = cos(n a x) cos(n a y) cos(n a z)
// p exceeds p0 inside, so fluid leaves through every face; the normal derivative of c vanishes there. With
// w > 0 the extrema of c wander and others arise inside.
#include <deal.II/fe/fe_values.h>

#include <cmath>

#include "harness.h"
#include "tetrahedra.h"

namespace intratumor::verification {
namespace {

const double L = 10e-3, a = std::acos(-1.) / L, p0 = 1000, K0 = 3e-14, T = 2e4, c0 = 1;

double pressure(const Point& x) {
  return p0 * (1 + std::sin(a * x[0]) * std::sin(a * x[1]) * std::sin(a * x[2]));
}
double conductivity(const Point& x) {
  return K0 * (1 + 0.5 * std::sin(2 * a * x[0]));
}
/// [m_n]
double mode(int n, const Point& x) {
  return std::cos(n * a * x[0]) * std::cos(n * a * x[1]) * std::cos(n * a * x[2]);
}

/// c = sum of weight(n, t) m_n.
struct Exact {
  double decay = 1 / T;  ///< [k] 1/s
  double wander = 0;     ///< [w] 1/s
  double diffusivity = 1e-10;
  double weight(int n, double t) const {
    const double g = n == 0 ? 1 : 0.5 * (n == 1 ? std::cos(wander * t) : std::sin(wander * t));
    return c0 * std::exp(-decay * t) * g;
  }
  double weight_rate(int n, double t) const {
    const double g = n == 0 ? 0 : 0.5 * wander * (n == 1 ? -std::sin(wander * t) : std::cos(wander * t));
    return c0 * std::exp(-decay * t) * g - decay * weight(n, t);
  }
  double operator()(const Point& x, double t) const {
    return weight(0, t) + weight(1, t) * mode(1, x) + weight(2, t) * mode(2, x);
  }
};

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

/// div(v m - phi D grad m) + losses of m: what holds m_n in place.
double steady_source(int n, double diffusivity, const Point& x) {
  const TissueCoefficients t = tissue();
  const double phi = t.accessible_fraction, m = mode(n, x), p = pressure(x);
  dealii::Tensor<1, 3> gradient;
  for (int d = 0; d < 3; ++d) {
    gradient[d] = -n * a;
    for (int e = 0; e < 3; ++e) gradient[d] *= e == d ? std::sin(n * a * x[e]) : std::cos(n * a * x[e]);
  }
  const double laplacian = -3 * n * n * a * a * m;
  const dealii::Tensor<1, 3> velocity = -conductivity(x) * pressure_gradient(x);
  const double loss = blood_exchange(t, filtration_rate(t, p)).out + lymph_rate(t, p) + phi * t.degradation;
  return -divergence(x) * m + velocity * gradient - phi * diffusivity * laplacian + loss * m;
}

std::vector<double> load(const TissueMesh& mesh, const std::function<double(const Point&)>& f) {
  Vector v = mesh.make_vector();
  mesh.assemble(
      [&](const TissueMesh::Cell&, int, const dealii::FEValues<3>& fe, dealii::Vector<double>& local) {
        for (const unsigned int q : fe.quadrature_point_indices())
          for (unsigned int i = 0; i < fe.dofs_per_cell; ++i)
            local(i) += f(fe.quadrature_point(q)) * fe.shape_value(i, q) * fe.JxW(q);
        return true;
      },
      v);
  return {v.begin(), v.begin() + mesh.graph().n_owned};
}

/// Locally refined in the middle: hanging nodes on every side of it.
std::unique_ptr<AnyTriangulation> boxes(unsigned int n) {
  return box_mesh({}, {L, L, L}, {n, n, n}, 1, [](const Point& x, double) {
    return x.distance(Point(0.4 * L, 0.5 * L, 0.5 * L)) < 0.3 * L;
  });
}

Problem problem_on(std::unique_ptr<AnyTriangulation> mesh, bool are_boxes, const Exact& c = {}) {
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(std::move(mesh), 1, one_region(), are_boxes);
  p.tissues = {tissue()};
  p.tissues[0].diffusivity = c.diffusivity;
  p.body.plasma_volume = 1e30;  // plasma holds next to nothing
  p.far_field.kind = FarField::Kind::function;
  p.far_field.function = pressure;
  p.source = load(*p.mesh, fluid_source);
  p.mesh->for_each_cell(
      [&](const TissueMesh::Cell& cell, int) { p.conductivity.push_back(conductivity(cell->center())); });
  p.solve();
  return p;
}

Problem make_problem(unsigned int n, const Exact& c = {}) {
  return problem_on(boxes(n), true, c);
}

/// Volume-weighted mean of |error|^power over all nodes, to the power 1/power.
double norm(const Problem& p, int power, const std::function<double(int)>& error) {
  double sum = 0, volume = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i) {
    if (!p.mesh->graph().is_unknown[i]) continue;
    sum += p.mesh->node_volume(0, i) * std::pow(std::abs(error(i)), power);
    volume += p.mesh->node_volume(0, i);
  }
  return std::pow(
      dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD) / dealii::Utilities::MPI::sum(volume, MPI_COMM_WORLD),
      1. / power);
}

/// Equal steps until `until`; returns the share of the antidiffusion that the limiter refused.
double run(Problem& p, int steps, const Exact& c = {}, double until = T, bool limited = false) {
  StepperOptions options;
  options.limited = limited;
  options.stage_tolerance = 1e-12;
  options.reference_concentration = c0;
  p.stepper = std::make_unique<Stepper>(*p.op, options);
  p.stepper->set_state(p.field([&](const Point& x) { return c(x, 0); }),
                       std::vector<double>(p.op->accounts.size(), 0.));
  const double phi = p.tissues[0].accessible_fraction, dt = until / steps;
  std::vector<std::vector<double>> steady, stored;
  for (int n = 0; n < 3; ++n) {
    steady.push_back(load(*p.mesh, [&](const Point& x) { return steady_source(n, c.diffusivity, x); }));
    stored.push_back(load(*p.mesh, [&](const Point& x) { return phi * mode(n, x); }));
  }
  std::vector<double> at[3];
  double refused = 0, proposed = 0;
  for (int step = 0; step < steps; ++step) {
    const double stage[3] = {0, tr_bdf2_gamma, 1};
    StepSources sources;
    for (int k = 0; k < 3; ++k) {
      const double t = (step + stage[k]) * dt;
      at[k].assign(steady[0].size(), 0.);
      for (int n = 0; n < 3; ++n)
        for (std::size_t i = 0; i < at[k].size(); ++i)
          at[k][i] += c.weight(n, t) * steady[n][i] + c.weight_rate(n, t) * stored[n][i];
      sources.node[k] = &at[k];
    }
    const StepResult& result = p.stepper->attempt(dt, sources);
    refused += result.limiter.refused;
    proposed += result.limiter.proposed;
    p.stepper->accept();
  }
  return refused / proposed;
}

double error_at_end(const Problem& p, int power, const Exact& c, double until = T) {
  return norm(p, power, [&](int i) {
    return p.stepper->concentration().local_element(i) - c(p.mesh->node_positions()[i], until);
  });
}

/// Errors of p and c on ever finer meshes: `problem(n)` has cells of size 1/n.
void orders_in_space(const std::string& cells, const std::vector<unsigned int>& sizes,
                     const std::function<Problem(unsigned int)>& problem) {
  double last_p = 0, last_c = 0;
  for (const unsigned int n : sizes) {
    Problem p = problem(n);
    run(p, static_cast<int>(n));
    const auto& positions = p.mesh->node_positions();
    const double error_p =
        norm(p, 2, [&](int i) { return p.flow.pressure.local_element(i) - pressure(positions[i]); }) / p0;
    const double error_c = error_at_end(p, 2, {}) / std::exp(-1.);
    const std::string at = cells + "n = " + std::to_string(n) + ": ";
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

TEST(Manufactured, V15Space) {
  orders_in_space("", full() ? std::vector<unsigned int>{8, 16, 32} : std::vector<unsigned int>{8, 16},
                  [](unsigned int n) { return make_problem(n); });
}

/// 24 n^3 of them, their vertices moved about.
TEST(Manufactured, V15Tetrahedra) {
  orders_in_space("tetrahedra, ",
                  full() ? std::vector<unsigned int>{6, 12, 24} : std::vector<unsigned int>{6, 12},
                  [](unsigned int n) {
                    return problem_on(tetrahedra_in_box({L, L, L}, n, 0.2), false);
                  });
}

TEST(Manufactured, V15Time) {
  Problem reference = make_problem(6);
  run(reference, 512);
  double last = 0;
  for (const int steps : {8, 16, 32}) {
    Problem p = make_problem(6);
    run(p, steps);
    const double error = norm(p, 2, [&](int i) {
      return p.stepper->concentration().local_element(i) -
             reference.stepper->concentration().local_element(i);
    });
    const std::string at = std::to_string(steps) + " steps: ";
    report("V15", at + "L2 error of c in time", error);
    if (last > 0) check_order("V15", at + "order in time", std::log2(last / error), 2, 0.1);
    last = error;
  }
}

/// Largest |v|/phi over the nodes, m/s.
double fastest(const Problem& p) {
  double speed = 0;
  for (const Point& x : p.mesh->node_positions())
    speed = std::max(speed, conductivity(x) * pressure_gradient(x).norm() / p.tissues[0].accessible_fraction);
  return dealii::Utilities::MPI::max(speed, MPI_COMM_WORLD);
}

/// Convection rules in every cell (D = 1e-12 m^2/s), steps of Courant number 0.5 by the fastest flow.
void limited_and_not(const std::string& cells, const std::vector<unsigned int>& sizes,
                     const std::function<Problem(unsigned int, const Exact&)>& problem) {
  const double until = 2 * T;
  for (const bool decays : {false, true}) {
    double last[2] = {0, 0};
    for (const unsigned int n : sizes) {
      Exact c;
      c.diffusivity = 1e-12;
      c.decay = decays ? 1 / T : 0;
      c.wander = decays ? 0 : std::acos(-1.) / 2 / until;
      Problem p = problem(n, c);
      const int steps = static_cast<int>(std::ceil(until * fastest(p) / (0.5 * p.mesh->smallest_cell())));
      const std::string at =
          cells + std::string(decays ? "decay" : "no decay") + ", n = " + std::to_string(n) + ": ";
      double error[2] = {0, 0}, refused = 0;
      for (const bool limited : {false, true}) {
        refused = run(p, steps, c, until, limited);
        error[limited ? 1 : 0] = error_at_end(p, 1, c, until) / c.weight(0, until);
        const std::string how = limited ? "limiter on" : "limiter off";
        report("V15", at + how + ", relative L1 error of c", error[limited ? 1 : 0]);
        if (last[limited ? 1 : 0] > 0) {
          const double order = std::log2(last[limited ? 1 : 0] / error[limited ? 1 : 0]);
          const std::string quantity = at + how + ", order of c in L1";
          if (limited && !decays)
            check("V15", quantity, order, 2, std::max(0., 2 - order), 0.3);
          else
            report("V15", quantity, order);
        }
        last[limited ? 1 : 0] = error[limited ? 1 : 0];
      }
      report("V15", at + "share of antidiffusion refused", refused);
      if (decays)
        check("V15", at + "error with the limiter over that without", error[1] / error[0], 1,
              error[1] / error[0], 10);
    }
  }
}

TEST(Manufactured, V15Limited) {
  limited_and_not("", full() ? std::vector<unsigned int>{8, 16, 32} : std::vector<unsigned int>{8, 16},
                  [](unsigned int n, const Exact& c) { return make_problem(n, c); });
}

/// Straight ones: where vertices are moved about, Galerkin itself is of a lower order (with 0.2 of their
/// distance 1.38 and 1.30 at n = 12 and 24, limiter off and on alike).
TEST(Manufactured, V15TetrahedraLimited) {
  limited_and_not("tetrahedra, ",
                  full() ? std::vector<unsigned int>{6, 12, 24} : std::vector<unsigned int>{6, 12},
                  [](unsigned int n, const Exact& c) {
                    return problem_on(tetrahedra_in_box({L, L, L}, n, 0), false, c);
                  });
}

}  // namespace
}  // namespace intratumor::verification
