// V1: an isolated tumour sphere; V2: one in tissue with lymphatics; both against the exact solution.
#include <cmath>

#include "harness.h"

namespace intratumor::verification {
namespace {

constexpr double R = 5e-3, rim_speed = 3.174245e-8;
const double lambda_t =
    std::sqrt(baxter_jain_tumour().hydraulic_conductivity / baxter_jain_tumour().vessel_filtration);
const double lambda_n =
    std::sqrt(baxter_jain_host().hydraulic_conductivity /
              (baxter_jain_host().vessel_filtration + baxter_jain_host().lymph_filtration));
constexpr double p_ss = 138.0414, A = -1.471283, B = 5.504525;

double exact_pressure(double r) {
  // sinh(r/l)/sinh(R/l) without overflow.
  if (r <= R)
    return 1533.203 + A / r * std::exp((r - R) / lambda_t) * (1 - std::exp(-2 * r / lambda_t)) /
                          (1 - std::exp(-2 * R / lambda_t));
  return p_ss + B * std::exp(-(r - R) / lambda_n) / r;
}

/// Fluid that the tumour's vessels filter; all of it crosses the rim.
double tumour_filtration(const Problem& p) {
  double sum = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    sum += p.mesh->exchange_volume(0, i) * filtration_rate(p.tissues[0], p.flow.pressure.local_element(i));
  return dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
}

/// p(R) = 0 (Baxter & Jain 1989): p = pe (1 - (R/r) sinh(r/l)/sinh(R/l)), v(R) = (K pe/R)(x coth x - 1) with
/// x = R/l.
TEST(Flow, V1IsolatedSphere) {
  const TissueCoefficients tumour = baxter_jain_tumour();
  const double pe = tumour.effective_vascular_pressure;
  for (const double radius : {2e-3, 5e-3, 10e-3}) {
    const double r_in = 0.1 * radius;
    std::vector<double> inward = {radius};
    for (double h = 0.02e-3; inward.back() - h > r_in; h *= 1.15) inward.push_back(inward.back() - h);
    inward.back() = r_in;
    Problem p;
    p.mesh = std::make_unique<TissueMesh>(sector_mesh({inward.rbegin(), inward.rend()}, 12), 1, one_region(),
                                          false);
    p.tissues = {tumour};
    p.far_field.kind = FarField::Kind::value;
    p.solve();
    double worst = 0;
    for (int i = 0; i < p.mesh->graph().n_owned; ++i) {
      const double r = p.mesh->node_positions()[i].norm();
      const double exact =
          pe * (1 - radius / r * std::exp((r - radius) / lambda_t) * (1 - std::exp(-2 * r / lambda_t)) /
                        (1 - std::exp(-2 * radius / lambda_t)));
      worst = std::max(worst, std::abs(p.flow.pressure.local_element(i) - exact));
    }
    worst = dealii::Utilities::MPI::max(worst, MPI_COMM_WORLD);
    const double x = radius / lambda_t;
    const double speed = tumour.hydraulic_conductivity * pe / radius * (x / std::tanh(x) - 1);
    const double angle = 3 * p.mesh->region_volume(0) / (std::pow(radius, 3) - std::pow(r_in, 3));
    char name[96];
    std::snprintf(name, sizeof name, "R = %.0f mm: largest pressure error over pe", 1e3 * radius);
    check("V1", name, worst, 0, worst / pe, 5e-3);
    std::snprintf(name, sizeof name, "R = %.0f mm: speed through the surface, m/s", 1e3 * radius);
    check_relative("V1", name, p.flow.total_outflow / (angle * radius * radius), speed, 1e-2);
    std::snprintf(name, sizeof name, "R = %.0f mm: efflux = filtered", 1e3 * radius);
    check_relative("V1", name, p.flow.total_outflow, p.flow.total_filtration, 1e-10);
  }
}

TEST(Flow, V2FittedMesh) {
  // Layers graded towards the rim: lambda/12 there.
  std::vector<double> radii;
  const double r_in = 2e-3, finest = 0.02e-3;
  std::vector<double> inward = {R}, outward = {R};
  for (double h = finest; inward.back() - h > r_in; h *= 1.15) inward.push_back(inward.back() - h);
  inward.back() = r_in;
  for (double h = finest; outward.back() + h < 12e-3; h *= 1.15) outward.push_back(outward.back() + h);
  radii.assign(inward.rbegin(), inward.rend());
  radii.insert(radii.end(), outward.begin() + 1, outward.end());

  Problem p;
  p.mesh = std::make_unique<TissueMesh>(
      sector_mesh(radii, 12), 2,
      [](const TissueMesh::Cell& cell, std::vector<double>& f) {
        double r = 0;
        for (const unsigned int v : cell->vertex_indices()) r += cell->vertex(v).norm() / 8;
        f[0] = r < R ? 1 : 0;
        f[1] = 1 - f[0];
      },
      false);
  p.tissues = {baxter_jain_tumour(), baxter_jain_host()};
  p.solve();
  double worst = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    worst = std::max(worst, std::abs(p.flow.pressure.local_element(i) -
                                     exact_pressure(p.mesh->node_positions()[i].norm())));
  worst = dealii::Utilities::MPI::max(worst, MPI_COMM_WORLD);
  check("V2", "fitted mesh: largest pressure error over pe", worst, 0, worst / 1533.203, 5e-3);
  const double volume = R * R * R - r_in * r_in * r_in;
  const double angle = 3 * p.mesh->region_volume(0) / volume;
  check_relative("V2", "fitted mesh: rim speed, m/s", tumour_filtration(p) / (angle * R * R), rim_speed,
                 1e-2);
  check("V2", "fitted mesh: filtered = lymph + outflow", p.flow.total_filtration,
        p.flow.total_lymph + p.flow.total_outflow, p.flow.closure, 1e-10);
}

TEST(Flow, V2Octree) {
  struct Level {
    unsigned int cells;
    int levels;
    double target;
  };
  const Level table[] = {{10, 2, 0.30}, {10, 3, 0.10}, {15, 3, 0.05}};
  for (const Level& level : table) {
    const double h = 10e-3 / level.cells / std::pow(2, level.levels);
    if (h < 0.1e-3 && !full()) continue;
    Problem p;
    p.mesh = std::make_unique<TissueMesh>(octant_mesh(10e-3, level.cells, level.levels,
                                                      [](const dealii::Point<3>& x, double size) {
                                                        return std::abs(x.norm() - R) < 0.8e-3 + size;
                                                      }),
                                          2, ball_fractions(R));
    p.tissues = {baxter_jain_tumour(), baxter_jain_host()};
    p.solve();
    const double pi = std::acos(-1.);
    char name[96];
    std::snprintf(name, sizeof name, "octree, h = %.3f mm: rim speed, m/s", 1e3 * h);
    check_relative("V2", name, tumour_filtration(p) / (pi * R * R / 2), rim_speed, level.target);
    std::snprintf(name, sizeof name, "octree, h = %.3f mm: filtered = lymph + outflow", 1e3 * h);
    check("V2", name, p.flow.total_filtration, p.flow.total_lymph + p.flow.total_outflow, p.flow.closure,
          1e-10);
  }
}

}  // namespace
}  // namespace intratumor::verification
