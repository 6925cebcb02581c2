#include "mesh/octree.h"

#include <deal.II/grid/grid_generator.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mesh/shape_share.h"

namespace intratumor {
namespace {

/// An oblique, anisotropic image: a ball of label 2 with a core of label 3 in label 1.
LabelImage ball_image() {
  LabelImage image;
  image.path = "ball";
  image.size = {40, 36, 20};
  image.spacing = {0.8e-3, 0.9e-3, 1.7e-3};
  image.origin = {-12e-3, 30e-3, 5e-3};
  const double c = std::cos(0.3), s = std::sin(0.3);
  image.axes = {{{c, -s, 0}, {s, c, 0}, {0, 0, 1}}};
  image.labels.assign(40 * 36 * 20, 1);
  for (int k = 0; k < 20; ++k)
    for (int j = 0; j < 36; ++j)
      for (int i = 0; i < 40; ++i) {
        const double x = (i - 19.5) * 0.8, y = (j - 17.5) * 0.9, z = (k - 9.5) * 1.7;
        const double r = std::sqrt(x * x + y * y + z * z);
        if (r < 7) image.labels[(k * 36 + j) * 40 + i] = r < 3 ? 3 : 2;
      }
  return image;
}

OctreeRequest request_for(const LabelImage& image) {
  OctreeRequest request;
  request.image = &image;
  request.values = {{1}, {2}, {3}};
  request.background = 0;
  request.target = 1;
  request.margin = 5e-3;
  request.h_min = 0.5e-3;
  return request;
}

TEST(Octree, RegionVolumesEqualTheLabels) {
  const LabelImage image = ball_image();
  const Octree octree = make_octree(request_for(image), MPI_COMM_WORLD);
  const auto counts = count_labels(image);
  for (const int r : {1, 2}) {
    const double labels =
        static_cast<double>(counts.at(static_cast<std::uint16_t>(r + 1))) * image.voxel_volume();
    const double error = std::abs(octree.mesh->region_volume(r) / labels - 1);
    std::printf("  region %d: %.6f mL, relative error %.1e\n", r, 1e6 * labels, error);
    EXPECT_LE(error, 1e-9);
  }
  double box = 1;
  for (int a = 0; a < 3; ++a) box *= octree.box.upper[a] - octree.box.lower[a];
  double sum = 0;
  for (int r = 0; r < 3; ++r) sum += octree.mesh->region_volume(r);
  EXPECT_NEAR(sum / box, 1, 1e-12);
}

TEST(Octree, FineAtTheTargetsBoundaryAndInBalls) {
  const LabelImage image = ball_image();
  OctreeRequest request = request_for(image);
  request.fine = {{Ball{Point(30e-3, 16e-3, 17e-3), 1e-3}, 0.}};
  const Octree octree = make_octree(request, MPI_COMM_WORLD);
  octree.mesh->for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    const double h = cell->minimum_vertex_distance();
    const double fraction = octree.mesh->cell_fraction(index, 1);
    const bool cut = fraction > 1e-6 && fraction < 1 - 1e-6;
    if (cut || cell->center().distance(request.fine[0].shape.centre()) < 0.9e-3) {
      EXPECT_NEAR(h, 0.5e-3, 1e-12);
    }
    EXPECT_LE(h, 4e-3 + 1e-12);
  });
}

TEST(Octree, MeshAndWorldPointsAreInverse) {
  const LabelImage image = ball_image();
  const Vector3 world = {3e-3, 25e-3, 18e-3};
  const Vector3 back = world_point(image, mesh_point(image, world));
  for (int a = 0; a < 3; ++a) EXPECT_NEAR(back[a], world[a], 1e-15);
  // The lower corner of the first voxel is the origin of mesh coordinates.
  const Vector3 corner = image.world({-0.5, -0.5, -0.5});
  EXPECT_LE(mesh_point(image, corner).norm(), 1e-15);
}

TEST(Octree, KnowsWhereInACutCellARegionLies) {
  // Half a cell of region 1 from x = 10.5 mm on, in cells of 1 mm that begin at whole millimetres.
  const auto half_space = [](const Point& lower, const Point& upper, std::vector<double>& f) {
    f[1] = std::clamp((upper[0] - 10.5e-3) / (upper[0] - lower[0]), 0., 1.);
    f[0] = 1 - f[1];
  };
  auto triangulation = std::make_unique<Triangulation>(MPI_COMM_WORLD);
  dealii::GridGenerator::subdivided_hyper_rectangle(*triangulation, {20, 4, 4}, Point(),
                                                    Point(20e-3, 4e-3, 4e-3));
  const TissueMesh mesh(std::move(triangulation), 2, half_space);
  EXPECT_NEAR(mesh.region_volume(1), 9.5e-3 * 16e-6, 1e-15);
  double exchange = 0;
  for (int i = 0; i < mesh.graph().n_owned; ++i) {
    const Point& at = mesh.node_positions()[i];
    const double all = mesh.node_volume(0, i) + mesh.node_volume(1, i);
    EXPECT_NEAR(mesh.exchange_volume(0, i) + mesh.exchange_volume(1, i), all, 1e-12 * all);
    exchange += mesh.exchange_volume(1, i);
    // The node at 10 mm is nearer to everything on its own side; the space of its shape function is not all
    // there.
    if (std::abs(at[0] - 10e-3) < 1e-9) {
      EXPECT_NEAR(mesh.exchange_volume(1, i) / all, 0, 1e-12);
      EXPECT_GT(mesh.node_volume(1, i) / all, 0.05);
      EXPECT_LT(mesh.node_volume(1, i) / all, 0.125);
    }
    if (std::abs(at[0] - 11e-3) < 1e-9) {
      EXPECT_NEAR(mesh.exchange_volume(1, i) / all, 1, 1e-12);
    }
  }
  EXPECT_NEAR(dealii::Utilities::MPI::sum(exchange, MPI_COMM_WORLD), mesh.region_volume(1), 1e-15);
}

TEST(ShapeShare, SumsToOneAndKnowsItsVolume) {
  const LabelImage image = ball_image();
  OctreeRequest request = request_for(image);
  const Ball ball = {Point(15.9e-3, 16.2e-3, 16.9e-3), 4.3e-3};
  request.fine = {{ball, 0.}};
  const Octree octree = make_octree(request, MPI_COMM_WORLD);
  std::vector<TissueCoefficients> tissues(3);
  tissues[0].accessible_fraction = 0.1;
  tissues[1].accessible_fraction = 0.24;
  tissues[2].accessible_fraction = 0.4;
  const ShapeShare share = shape_share(*octree.mesh, tissues, ball);
  const double exact = 4 * std::acos(-1.) / 3 * std::pow(ball.radius, 3);
  std::printf("  volume of the ball: relative error %.1e\n", std::abs(share.volume / exact - 1));
  EXPECT_NEAR(share.volume / exact, 1, 1e-3);
  EXPECT_NEAR(global_sum(share.node, MPI_COMM_WORLD), 1, 1e-12);
  EXPECT_NEAR(share.in_region[0] + share.in_region[1] + share.in_region[2], 1, 1e-12);
  // Uniform concentration: where only one region lies round a node inside the ball, share over lumped volume
  // is one over the accessible volume.
  for (int i = 0; i < octree.mesh->graph().n_owned; ++i) {
    double lumped = 0;
    for (int r = 0; r < 3; ++r) lumped += octree.mesh->node_volume(r, i) * tissues[r].accessible_fraction;
    if (octree.mesh->node_positions()[i].distance(ball.centre) < ball.radius - 1e-3 && lumped > 0) {
      EXPECT_NEAR(share.node[i] / lumped * share.accessible_volume, 1, 1e-9);
    }
  }
}

}  // namespace
}  // namespace intratumor
