#include "exposure/exposure.h"

#include <deal.II/grid/grid_generator.h>
#include <gtest/gtest.h>

#include <cmath>

namespace intratumor {
namespace {

TEST(TimeAbove, FollowsTheStraightLine) {
  EXPECT_EQ(time_above_line(2, 3, 1, 10), 10);
  EXPECT_EQ(time_above_line(0, 0.5, 1, 10), 0);
  EXPECT_DOUBLE_EQ(time_above_line(0, 4, 1, 10), 7.5);
  EXPECT_DOUBLE_EQ(time_above_line(4, 0, 1, 10), 7.5);
  EXPECT_EQ(time_above_line(1, 1, 1, 10), 10);
}

/// Unit cube, the half x < 0.5 + 1/40 is the region: one layer of cells is cut.
struct Cube {
  TissueMesh mesh;
  RegionSamples::Overlap overlap = [](const Point& a, const Point& b) {
    return std::max(0., std::min(b[0], limit) - a[0]) * (b[1] - a[1]) * (b[2] - a[2]);
  };
  static constexpr double limit = 0.525;

  static std::unique_ptr<Triangulation> make() {
    auto t = std::make_unique<Triangulation>(MPI_COMM_WORLD);
    dealii::GridGenerator::subdivided_hyper_cube(*t, 10, 0, 1);
    return t;
  }
  Cube()
      : mesh(
            make(), 2,
            [](const TissueMesh::Cell& cell, std::vector<double>& f) {
              const double a = cell->vertex(0)[0], b = cell->vertex(7)[0];
              f[0] = std::min(1., std::max(0., (limit - a) / (b - a)));
              f[1] = 1 - f[0];
            },
            true) {}
  RegionSamples samples() const { return {mesh, 0, overlap}; }
  std::vector<double> field(double (*f)(const Point&)) const {
    std::vector<double> values;
    for (const Point& p : mesh.node_positions()) values.push_back(f(p));
    return values;
  }
};

TEST(VolumeDistribution, OfALinearFieldIsExactWithinASubcell) {
  const Cube cube;
  const VolumeDistribution d(cube.samples(), cube.field([](const Point& p) { return p[0]; }));
  EXPECT_NEAR(d.volume(), 0.525, 1e-12);
  // x is uniform on [0, 0.525]: share at or above x is 1 - x/0.525.
  for (const double x : {0.1, 0.25, 0.5})
    EXPECT_NEAR(d.share_at_least(x), 1 - x / 0.525, 0.05 / 2 / 0.525 + 1e-9);
  EXPECT_NEAR(d.value_reached_by(0.5), 0.2625, 0.025 + 1e-9);
  EXPECT_NEAR(d.value_reached_by(0.95), 0.05 * 0.525, 0.025 + 1e-9);
  EXPECT_NEAR(d.mean(), 0.2625, 2e-3);
  EXPECT_EQ(d.share_at_least(-1), 1);
  EXPECT_EQ(d.share_at_least(2), 0);
}

TEST(VolumeDistribution, OfAConstantHasOneValue) {
  const Cube cube;
  const VolumeDistribution d(cube.samples(), cube.field([](const Point&) { return 3.; }));
  for (const double share : {0.02, 0.5, 0.95, 1.}) EXPECT_NEAR(d.value_reached_by(share), 3, 1e-12);
}

TEST(NodalExposure, AccumulatesMeansPeaksAndTimes) {
  const Cube cube;
  NodalExposure exposure(cube.mesh, {1.});
  Vector a = cube.mesh.make_vector(), b = cube.mesh.make_vector();
  a = 0.;
  b = 4.;
  const std::vector<double> mean(cube.mesh.graph().n_owned, 2.);
  exposure.add(10, a, b, mean);
  exposure.add(5, b, a, mean);
  if (cube.mesh.graph().n_owned > 0) {
    EXPECT_DOUBLE_EQ(exposure.auc()[0], 30);
    EXPECT_DOUBLE_EQ(exposure.cmax()[0], 4);
    EXPECT_DOUBLE_EQ(exposure.time_above(0)[0], 7.5 + 3.75);
  }
}

}  // namespace
}  // namespace intratumor
