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

// Far from the origin of the image too, where a cell's volume is a difference of large products.
TEST(Octree, IsOfCubes) {
  const LabelImage image = ball_image();
  OctreeRequest request = request_for(image);
  request.h_min = 1e-3;
  Point corner;
  const MeshBox box = mesh_box(request);
  for (int a = 0; a < 3; ++a) corner[a] = box.upper[a] - 1e-3;
  request.fine.push_back({Ball{corner, 1e-5}, 0, 6});
  const Octree octree = make_octree(request, MPI_COMM_WORLD);
  EXPECT_LT(octree.mesh->smallest_cell(), 2e-5);
  EXPECT_TRUE(octree.mesh->of_cubes());
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

TEST(Octree, HalvedAtASurfaceWithinTheTarget) {
  const LabelImage image = ball_image();
  OctreeRequest request = request_for(image);
  request.values = {{1}, {2, 3}};
  // Half of the ball lies outside the target, a ball of 7 mm.
  const Ball ball{Point(23e-3, 16.2e-3, 17e-3), 4e-3};
  constexpr double h = 0.5e-3;
  request.fine = {{ball, h}, {ball, h, 1, OctreeRequest::Reach::Part::surface}};
  const Octree octree = make_octree(request, MPI_COMM_WORLD);
  const Octree tables = octree_tables(request);
  const dealii::Tensor<1, 3> far({6 * h, 6 * h, 6 * h});
  std::size_t halved = 0, of_h_min = 0, beyond = 0;
  octree.mesh->for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    const double size = cell->minimum_vertex_distance();
    const double off = std::abs(cell->center().distance(ball.centre) - ball.radius);
    const double in_target = octree.mesh->cell_fraction(index, 1);
    if (off < h && in_target > 0) {
      EXPECT_NEAR(size, h / 2, 1e-12);
      ++halved;
    } else if (off > 5 * h) {  // beyond the shell and what balance adds
      EXPECT_GT(size, 0.9 * h);
      ++of_h_min;
    } else if (off < h && tables.target_overlap(cell->center() - far, cell->center() + far) == 0) {
      EXPECT_GT(size, 0.9 * h);
      ++beyond;
    }
  });
  std::printf("  %zu cells halved, %zu of h_min and more, %zu of them at the surface\n", halved, of_h_min,
              beyond);
  EXPECT_GT(halved, 1000u);
  EXPECT_GT(of_h_min, 1000u);
  EXPECT_GT(beyond, 10u);
}

TEST(Octree, HalvedAtTheTargetsBorderWithinAShape) {
  const LabelImage image = ball_image();
  OctreeRequest request = request_for(image);
  request.values = {{1}, {2, 3}};
  const Ball ball{Point(23e-3, 16.2e-3, 17e-3), 4e-3};
  constexpr double h = 0.5e-3, grow = 1e-3;
  request.fine = {{ball, grow}, {ball, grow, 1, OctreeRequest::Reach::Part::border}};
  const Octree octree = make_octree(request, MPI_COMM_WORLD);
  std::size_t cut = 0, far_within = 0, cut_beyond = 0;
  octree.mesh->for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    const double size = cell->minimum_vertex_distance();
    const double in_target = octree.mesh->cell_fraction(index, 1);
    const double off = cell->center().distance(ball.centre) - ball.radius;
    const bool at_border = in_target > 1e-6 && in_target < 1 - 1e-6;
    const dealii::Tensor<1, 3> near({5 * h, 5 * h, 5 * h});
    const double volume = 1000 * h * h * h;
    if (off < grow && at_border) {
      EXPECT_NEAR(size, h / 2, 1e-12);
      ++cut;
    } else if (off > grow + 5 * h && at_border) {
      EXPECT_NEAR(size, h, 1e-12);
      ++cut_beyond;
    } else if (octree.target_overlap(cell->center() - near, cell->center() + near) > (1 - 1e-9) * volume) {
      EXPECT_GT(size, 0.9 * h);
      ++far_within;
    }
  });
  std::printf("  %zu cells at the border halved, %zu beyond the shape and %zu within the target are not\n",
              cut, cut_beyond, far_within);
  EXPECT_GT(cut, 300u);
  EXPECT_GT(cut_beyond, 300u);
  EXPECT_GT(far_within, 100u);
}

/// Boxes of many places and sizes: cut by a surface where points of a fine lattice lie on both sides of it.
TEST(Shape, MayCutMissesNoBoxThatTheSurfaceCrosses) {
  const dealii::Tensor<1, 3> axis({0.6, 0, 0.8});
  const Point centre(0.3, 0.2, -0.1);
  const auto bent = [](const Point& p) { return p.norm() < 1 && std::abs(p[2]) > 0.15; };
  const Shape shapes[] = {Ball{centre, 1.1}, Shape::ellipsoid(centre, axis, 1.4, 0.7),
                          Shape::rod(centre, Point(1, 1, 1), 0.4),
                          Shape::any(bent, Point(-1, -1, -1), Point(1, 1, 1), 0.3, 1)};
  for (const Shape& shape : shapes) {
    int crossed = 0, told = 0, boxes = 0;
    for (const double size : {0.23, 0.61, 1.7})
      for (double z = -2.1; z < 2; z += 0.41)
        for (double y = -2.2; y < 2; y += 0.37)
          for (double x = -2.3; x < 2; x += 0.43) {
            constexpr int n = 12;
            int inside = 0;
            for (int k = 0; k <= n; ++k)
              for (int j = 0; j <= n; ++j)
                for (int i = 0; i <= n; ++i)
                  inside +=
                      shape.contains(Point(x + i * size / n, y + j * size / n, z + k * size / n)) ? 1 : 0;
            const bool cut = inside > 0 && inside < (n + 1) * (n + 1) * (n + 1);
            const bool may = shape.may_cut(Point(x, y, z), Point(x + size, y + size, z + size));
            ++boxes;
            crossed += cut ? 1 : 0;
            told += may ? 1 : 0;
            if (shape.convex())
              EXPECT_TRUE(may || !cut) << x << ' ' << y << ' ' << z << ' ' << size;
            else
              EXPECT_LE(may, cut) << x << ' ' << y << ' ' << z << ' ' << size;
          }
    std::printf("  %d boxes: %d crossed, %d told\n", boxes, crossed, told);
    EXPECT_GT(crossed, 100);
    EXPECT_LT(told, 1.8 * crossed);
    EXPECT_GT(told, 0.95 * crossed);
  }
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
