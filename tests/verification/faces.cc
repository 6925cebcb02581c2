// V22: a boundary of its own for every face of the box.
#include <deal.II/grid/grid_generator.h>

#include <cmath>

#include "harness.h"
#include "quantities/error.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3;

Problem box(const dealii::types::boundary_id inlet, double pressure) {
  Problem p;
  auto mesh = std::make_unique<Triangulation>(MPI_COMM_WORLD);
  dealii::GridGenerator::subdivided_hyper_rectangle(*mesh, {16, 16, 16}, Point(),
                                                    Point(8 * mm, 8 * mm, 8 * mm), true);
  p.mesh = std::make_unique<TissueMesh>(std::move(mesh), 1, one_region(), true);
  TissueCoefficients t;
  t.hydraulic_conductivity = 1e-13;
  t.fluid_fraction = t.accessible_fraction = 0.2;
  t.diffusivity = 1e-11;
  p.tissues = {t};
  p.body.plasma_volume = 1;
  p.far_field.kind = FarField::Kind::sealed;
  p.faces[inlet].kind = p.faces[inlet ^ 1].kind = FarField::Kind::value;
  p.faces[inlet].value = pressure;
  return p;
}

TEST(Faces, V22DarcyBetweenTwoFaces) {
  const double pressure = 800, L = 8 * mm;
  for (const dealii::types::boundary_id inlet : {0, 3, 4}) {
    const unsigned int axis = inlet / 2;
    Problem p = box(inlet, pressure);
    p.solve();
    double worst = 0;
    for (int i = 0; i < p.mesh->graph().n_owned; ++i) {
      const double along = p.mesh->node_positions()[i][axis] / L;
      const double exact = pressure * (inlet % 2 == 0 ? 1 - along : along);
      worst = std::max(worst, std::abs(p.flow.pressure.local_element(i) - exact));
    }
    char name[100];
    std::snprintf(name, sizeof name, "between faces %d and %d: largest error of p over the difference", inlet,
                  inlet ^ 1);
    check("V22", name, worst / pressure, 0, worst / pressure, 1e-11);
    double through = 0;
    for (const int i : p.mesh->boundary_nodes().at(inlet ^ 1)) through += p.flow.outflow[i];
    check_relative("V22", "the same: flux, uL/min", through * 6e10, 1e-13 * pressure * L * 6e10, 1e-11);
    check("V22", "the same: fluid ledger", p.flow.closure, 0, p.flow.closure, 1e-11);

    // Uniform drug leaves with the fluid, until what comes in without drug arrives at the other side.
    p.start(1, 0);
    p.stepper->set_state(p.field([](const Point&) { return 1.; }),
                         std::vector<double>(p.op->accounts.size(), 0.));
    const double dose = p.total_content(), transit = 0.2 * L * L / (1e-13 * pressure), until = transit / 4;
    double closure = 0;
    advance(p, 0, until, dose, 1e-5, until / 40, [&](double, double, const StepResult&) {
      const double all = p.total_content() + p.stepper->amounts()[p.op->accounts.outflow];
      closure = std::max(closure, std::abs(all / dose - 1));
    });
    check_relative("V22", "the same: share of uniform drug in the outflow after a quarter of the transit",
                   p.stepper->amounts()[p.op->accounts.outflow] / dose, 0.25, 1e-6);
    check("V22", "the same: drug ledger", closure, 0, closure, 1e-12);
  }
}

TEST(Faces, WhatDoesNotDetermineThePressureIsRefused) {
  Problem p = box(0, 0);
  p.faces.clear();
  EXPECT_THROW(p.solve(), InputError);
  p.tissues[0].lymph_filtration = 1e-7;  // takes fluid up
  EXPECT_NO_THROW(p.solve());
}

/// Two blocks of tissue with air between them; only one reaches a face that is not sealed.
TEST(Faces, TissueThatNothingReachesStandsStill) {
  Problem p = box(0, 500);
  auto mesh = std::make_unique<Triangulation>(MPI_COMM_WORLD);
  dealii::GridGenerator::subdivided_hyper_rectangle(*mesh, {16, 8, 8}, Point(), Point(8 * mm, 4 * mm, 4 * mm),
                                                    true);
  p.mesh = std::make_unique<TissueMesh>(
      std::move(mesh), 2,
      [](const TissueMesh::Cell& cell, std::vector<double>& f) {
        f[1] = std::abs(cell->center()[0] - 4 * mm) < 1.1 * mm ? 1 : 0;
        f[0] = 1 - f[1];
      },
      true, std::vector<char>{1, 0});
  p.tissues.emplace_back();
  p.tissues[1].region_class = RegionClass::outside;
  p.faces.erase(1);
  p.solve();
  for (int i = 0; i < p.mesh->graph().n_owned; ++i) {
    const double x = p.mesh->node_positions()[i][0], value = p.flow.pressure.local_element(i);
    EXPECT_NEAR(value, x < 3.1 * mm ? 500. : 0., 1e-8) << x;
  }
  p.source.assign(p.mesh->graph().n_owned, 0.);
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    if (p.mesh->node_positions()[i].distance(Point(6 * mm, 2 * mm, 2 * mm)) < 0.1 * mm) p.source[i] = 1e-12;
  EXPECT_THROW(p.solve(), InputError);
}

/// Cells of which a millionth to all is tissue, beside each other: fluid and drug flow along them as if each
/// were alone.
TEST(Faces, V22Slivers) {
  Problem p = box(2, 800);
  const std::vector<double> shares = {1, 1, 0.3, 2e-6, 0, 1e-3, 1, 0.02, 1e-5, 0, 0, 5e-6, 1, 1, 1e-4, 0.5};
  auto mesh = std::make_unique<Triangulation>(MPI_COMM_WORLD);
  dealii::GridGenerator::subdivided_hyper_rectangle(*mesh, {16, 16, 16}, Point(),
                                                    Point(8 * mm, 8 * mm, 8 * mm), true);
  p.mesh = std::make_unique<TissueMesh>(
      std::move(mesh), 2,
      [&shares](const TissueMesh::Cell& cell, std::vector<double>& f) {
        f[0] = shares[static_cast<std::size_t>(cell->center()[0] / (0.5 * mm))];
        f[1] = 1 - f[0];
      },
      true, std::vector<char>{1, 0});
  p.tissues.emplace_back();
  p.tissues[1].region_class = RegionClass::outside;
  p.solve();
  double worst = 0, area = 0;
  for (const double share : shares) area += share / 16 * 64e-6;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    if (p.mesh->graph().is_unknown[i])
      worst = std::max(worst, std::abs(p.flow.pressure.local_element(i) / 800 - 1 +
                                       p.mesh->node_positions()[i][1] / (8 * mm)));
  check("V22", "slivers: largest error of p over the difference", worst, 0, worst, 1e-8);
  double through = 0;
  for (const int i : p.mesh->boundary_nodes().at(3)) through += p.flow.outflow[i];
  check_relative("V22", "the same: flux, uL/min", through * 6e10, 1e-13 * 800 / (8 * mm) * area * 6e10, 1e-9);
  p.start(1, 0);
  p.stepper->set_state(p.field([](const Point&) { return 1.; }),
                       std::vector<double>(p.op->accounts.size(), 0.));
  const double dose = p.total_content(), until = 0.05 * 0.2 * 64e-6 / (1e-13 * 800);
  double lowest = 0, closure = 0;
  advance(p, 0, until, dose, 1e-5, until / 40, [&](double, double, const StepResult&) {
    closure = std::max(
        closure, std::abs((p.total_content() + p.stepper->amounts()[p.op->accounts.outflow]) / dose - 1));
    for (int i = 0; i < p.mesh->graph().n_owned; ++i)
      lowest = std::min(lowest, p.stepper->concentration().local_element(i));
  });
  double uneven = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    if (p.mesh->graph().is_unknown[i] && p.mesh->node_positions()[i][1] > 4 * mm)
      uneven = std::max(uneven, std::abs(p.stepper->concentration().local_element(i) - 1));
  check("V22", "the same: unevenness of uniform drug ahead of what comes in", uneven, 0, uneven, 1e-6);
  check("V22", "the same: drug ledger", closure, 0, closure, 1e-12);
  check("V22", "the same: lowest concentration", lowest, 0, -lowest, 1e-12);
}

}  // namespace
}  // namespace intratumor::verification
