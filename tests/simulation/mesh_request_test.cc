// Where cells smaller than h_min are asked for, and how small.
#include "simulation/mesh_request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace intratumor {
namespace {

constexpr double mm = 1e-3;
const double pi = std::acos(-1.);

/// A target of 20 mm round the middle of an image of 50 mm.
intratumor::Setup ball_setup() {
  Setup setup;
  LabelImage& image = setup.image;
  image.path = "ball";
  image.size = {50, 50, 25};
  image.spacing = {1 * mm, 1 * mm, 2 * mm};
  image.axes = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  image.labels.assign(50 * 50 * 25, 0);
  std::size_t target = 0;
  for (int k = 0; k < 25; ++k)
    for (int j = 0; j < 50; ++j)
      for (int i = 0; i < 50; ++i)
        if (std::hypot(i - 24.5, j - 24.5, 2 * k - 24.) < 20) {
          image.labels[(k * 50 + j) * 50 + i] = 1;
          ++target;
        }
  setup.regions = {"tissue", "tumour"};
  setup.values = {{0}, {1}};
  setup.target = 1;
  setup.segmentation.region_voxels = {image.labels.size() - target, target};
  setup.segmentation.spacing = image.spacing;
  TissueCoefficients tissue;
  tissue.diffusivity = 1e-11;
  tissue.accessible_fraction = 0.2;
  tissue.fluid_fraction = 0.25;
  tissue.permeability_surface = 0.2 * 1e-4;  // sqrt(D/k_esc) = 0.316 mm
  setup.tissues = {tissue, tissue};
  return setup;
}

Case case_of(double h_min, double coverage_tolerance) {
  Case c;
  c.until = 1e6;
  c.numerics.h_min = h_min;
  c.numerics.coverage_tolerance = coverage_tolerance;
  c.geometry.margin = 5 * mm;
  return c;
}

Deposit deposit(const intratumor::Setup& setup, const Shape& shape) {
  return {0, shape, 1e-6, 1, 0, {0}, edge_in_target(setup, shape)};
}

TEST(MeshRequest, EdgesAreExpectedToShiftTheCoverageByTheirAreaInTheTarget) {
  const auto setup = ball_setup();
  const double volume = static_cast<double>(setup.segmentation.region_voxels[1]) * 2e-9;
  const Point middle(25 * mm, 25 * mm, 25 * mm);
  const double l = std::sqrt(1e-11 / 1e-4);
  const auto expected = [&](double area, double h) { return 2. / 3 * h * h / (h + 2 * l) * area / volume; };
  for (const double h : {1 * mm, 0.5 * mm, 0.25 * mm}) {
    const auto error = [&](const Shape& shape) {
      return edge_cells(case_of(h, 1), setup, {deposit(setup, shape)}).error;
    };
    const double r = 9 * mm;
    const double ball = error(Ball{middle, r}) / expected(4 * pi * r * r, h);
    const dealii::Tensor<1, 3> along({6 * mm, 0, 0});
    const double rod = error(Shape::rod(Point(middle - along), Point(middle + along), 4 * mm)) /
                       expected(2 * pi * 4 * mm * (12 + 2 * 4) * mm, h);
    // Half of a ball at the target's edge, but for the curvature of that: a cap of 20 mm holds 41% of it.
    const double half =
        error(Ball{Point(45 * mm, 25 * mm, 25 * mm), r}) / expected(4 * pi * r * r * (1 - 9. / 40) / 2, h);
    std::printf("  h %.2f mm: ball %.3f, rod %.3f, at the edge %.3f of its area\n", 1e3 * h, ball, rod, half);
    EXPECT_NEAR(ball, 1, 0.04);
    EXPECT_NEAR(rod, 1, 0.18);  // along an axis 1.27 cubes are cut, not 1.5
    EXPECT_NEAR(half, 1, 0.06);
  }
}

TEST(MeshRequest, EdgesAreHalvedWhereTheToleranceAsksForIt) {
  const auto setup = ball_setup();
  const std::vector<Deposit> deposits = {deposit(setup, Ball{Point(25 * mm, 25 * mm, 25 * mm), 9 * mm})};
  const EdgeCells cells = edge_cells(case_of(1 * mm, 1), setup, deposits);
  std::printf("  cells of 1 mm: %.2g%%, halved %.2g%%\n", 100 * cells.error, 100 * cells.error_halved);
  EXPECT_NEAR(cells.error_halved, edge_cells(case_of(0.5 * mm, 1), setup, deposits).error, 1e-12);
  for (const bool halved : {false, true}) {
    const Case c = case_of(1 * mm, cells.error * (halved ? 0.99 : 1.01));
    EXPECT_EQ(edge_cells(c, setup, deposits).halved, halved);
    auto placed = setup;
    placed.deposits = deposits;
    const OctreeRequest request = mesh_request(c, placed, 1);
    EXPECT_EQ(mesh_box(request).levels, 3);
    // Besides the deposit itself and the target's border within it.
    EXPECT_EQ(request.fine.size(), halved ? 3u : 2u);
    EXPECT_EQ(smaller_cells_text(c, placed).size(), halved ? 2u : 1u);
  }
}

TEST(MeshRequest, CellsAtTheBorderAreHalvedWhereDrugThatCrossesItLeavesWithinThem) {
  auto setup = ball_setup();
  setup.deposits = {deposit(setup, Ball{Point(45 * mm, 25 * mm, 25 * mm), 5 * mm})};
  const double l = std::sqrt(1e-11 / 1e-4);
  const auto parts = [&](const Case& c) {
    const OctreeRequest request = mesh_request(c, setup, 1);
    return std::count_if(request.fine.begin(), request.fine.end(), [&](const OctreeRequest::Reach& reach) {
      return reach.part == OctreeRequest::Reach::Part::border && reach.grow == 2 * l && reach.below == 1;
    });
  };
  // The edges' own cells are left to a tolerance that they never exceed.
  constexpr double no_edges = 0.99;
  EXPECT_EQ(parts(case_of(2.02 * l, no_edges)), 1);
  EXPECT_EQ(parts(case_of(1.98 * l, no_edges)), 0);
  EXPECT_EQ(parts(case_of(2.02 * l, 1)), 0);
  EXPECT_EQ(smaller_cells_text(case_of(2.02 * l, no_edges), setup).size(), 1u);
  setup.deposits.clear();
  EXPECT_TRUE(smaller_cells_text(case_of(2.02 * l, no_edges), setup).empty());
}

TEST(MeshRequest, CellsRoundAHoleResolveHowFarItsDrugGets) {
  Infusion infusion;
  for (const double radius : {3 * mm, 2.5 * mm, 0.7 * mm, 0.1 * mm}) {
    infusion.drug_radius = radius;
    const HoleCells cells = hole_cells(case_of(1 * mm, 1), infusion);
    std::printf("  drug within %.1f mm: cells of %.3f mm\n", 1e3 * radius, 1e3 * cells.h);
    EXPECT_EQ(cells.resolved, radius > 0.3 * mm);
    EXPECT_TRUE(2.5 * cells.h <= radius || cells.halvings == most_halvings);
    EXPECT_TRUE(cells.halvings == 0 || 5 * cells.h > radius);
  }
}

}  // namespace
}  // namespace intratumor
