// V3 at the needle: the pressure that a hole needs, from cells that do not resolve it; two holes of one
// needle in unlike tissues, which stand at one pressure.
#include <cmath>

#include "flow/hole.h"
#include "infusion.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, radius = needle_radius;
const double pi = std::acos(-1.);

FlowProblem problem_of(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                       const std::function<double(const Point&)>& at_faces) {
  FlowProblem problem;
  problem.mesh = &mesh;
  problem.tissues = tissues;
  problem.far_field.kind = FarField::Kind::function;
  problem.far_field.function = at_faces;
  problem.collapse.on = false;
  problem.cell_conductivity = cell_conductivity(mesh, tissues);
  return problem;
}

/// Cells of h within `reach` of any of `places`, in a box of 40 mm.
std::unique_ptr<TissueMesh> mesh_round(const std::vector<Point>& places, double h, double reach, int regions,
                                       const TissueMesh::FractionFunction& fractions) {
  const int levels = static_cast<int>(std::lround(std::log2(4 * mm / h)));
  const double side = 20 * mm;
  return std::make_unique<TissueMesh>(
      box_mesh({-side, -side, -side}, {side, side, side}, {10, 10, 10}, levels,
               [&places, reach](const Point& x, double size) {
                 for (const Point& place : places)
                   if (x.distance(place) < reach + 2 * size) return true;
                 return false;
               }),
      regions, fractions, true);
}

/// A ball that releases Q evenly, without and with a leak to vessels: the pressure on its surface, wherever
/// it lies in a cell.
TEST(Needle, V3PressureAtTheNeedle) {
  const double Q = microlitre_per_minute, K = 1.275e-13;
  for (const double leak : {0., 1e-8})
    for (const double h : {0.5 * mm, 0.25 * mm}) {
      const double lambda = leak > 0 ? std::sqrt(K / leak) : 1e30;
      const auto exact = [&](double r) { return ball_pressure(Q, K, lambda, radius, r); };
      for (const double place : {0., 0.2, 0.5}) {
        const Point centre(place * h, 0.7 * place * h, place * h);
        const auto mesh = mesh_round({centre}, h, 4 * h, 1, one_region());
        FlowSolver flow(problem_of(*mesh, {percolated(K, leak)},
                                   [&](const Point& at) { return exact(at.distance(centre)); }));
        const std::vector<Hole> holes = {
            make_hole(*mesh, flow.problem().cell_conductivity, Ball{centre, radius}, "needle")};
        const InfusionState state = solve_infusion(flow, {{&holes, Q}});
        char name[120];
        std::snprintf(name, sizeof name, "needle's pressure, %s, h = %.2f mm, %.1f h beside a node, Pa",
                      leak > 0 ? "leak" : "no leak", h / mm, place);
        check_relative("V3", name, state.needle_pressure[0], exact(radius), 5e-2);
      }
    }
}

/// Two holes on either side of the plane x = 0 between tissues of K1 and K2, each d from it: with images
/// (strength (K1 - K2)/(K1 + K2), and 2 K/(K1 + K2) of what crosses), p1 = q1/(4 pi K1) (1/a + b/(2 d)) +
/// q2/(2 pi (K1 + K2) 2 d), p2 likewise with -b; p1 = p2 and q1 + q2 = Q.
TEST(Needle, V3TwoHolesInUnlikeTissues) {
  const double Q = microlitre_per_minute, K1 = 4e-13, K2 = 1e-13, d = 3 * mm;
  const double b = (K1 - K2) / (K1 + K2), across = 1 / (2 * pi * (K1 + K2) * 2 * d);
  const double own1 = (1 / radius + b / (2 * d)) / (4 * pi * K1),
               own2 = (1 / radius - b / (2 * d)) / (4 * pi * K2);
  const double q1 = Q * (own2 - across) / (own1 + own2 - 2 * across), q2 = Q - q1;
  const Point one(-d, 0, 0), two(d, 0, 0);
  const auto exact = [&](const Point& x) {
    if (x[0] < 0)
      return q1 / (4 * pi * K1) * (1 / x.distance(one) + b / x.distance(two)) +
             q2 / (2 * pi * (K1 + K2)) / x.distance(two);
    return q2 / (4 * pi * K2) * (1 / x.distance(two) - b / x.distance(one)) +
           q1 / (2 * pi * (K1 + K2)) / x.distance(one);
  };
  for (const double h : {0.5 * mm, 0.25 * mm}) {
    if (h < 0.4 * mm && !full()) continue;
    const auto mesh =
        mesh_round({one, two}, h, 3 * mm, 2, [](const TissueMesh::Cell& cell, std::vector<double>& f) {
          f[0] = cell->center()[0] < 0 ? 1 : 0;
          f[1] = 1 - f[0];
        });
    FlowSolver flow(problem_of(*mesh, {percolated(K1, 0), percolated(K2, 0)}, exact));
    std::vector<Hole> holes;
    for (const Point& centre : {one, two})
      holes.push_back(make_hole(*mesh, flow.problem().cell_conductivity, Ball{centre, radius}, "needle"));
    const InfusionState state = solve_infusion(flow, {{&holes, Q}});
    char name[120];
    std::snprintf(name, sizeof name, "two holes, K of 4 to 1, h = %.2f mm: share of the first", h / mm);
    check_relative("V3", name, state.hole_rate[0][0] / Q, q1 / Q, 2e-2);
    std::snprintf(name, sizeof name, "two holes, K of 4 to 1, h = %.2f mm: pressure, Pa", h / mm);
    check_relative("V3", name, state.needle_pressure[0], q1 * own1 + q2 * across, 5e-2);
    check("V3", "two holes: rates add up", state.hole_rate[0][0] + state.hole_rate[0][1], Q,
          std::abs(state.hole_rate[0][0] + state.hole_rate[0][1] - Q) / Q, 1e-12);
    check("V3", "two holes: what their shares would still change", state.manifold_error, 0,
          state.manifold_error, 1e-6);
    report("V3", "two holes: Newton steps", state.flow.newton_steps);
  }
}

}  // namespace
}  // namespace intratumor::verification
