#include "mesh/voxel_samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <numeric>

#include "mesh/octree.h"

namespace intratumor {
namespace {

/// A file of 24 x 22 x 26 voxels and the canonical image of it: `axis` and `flipped` as LabelImage has them.
/// A ball of label 2 in label 1, its box cut by the edge of the image.
LabelImage whole_file(const std::array<int, 3>& axis, const std::array<bool, 3>& flipped, double turn) {
  LabelImage image;
  image.path = "made up";
  image.file_axis = axis;
  image.file_flipped = flipped;
  image.file_grid.dim = {3, 24, 22, 26, 1, 1, 1, 1};
  for (int a = 0; a < 3; ++a) image.size[a] = image.file_size(a);
  image.spacing = {0.7e-3, 0.9e-3, 1.3e-3};
  image.origin = {-12e-3, 30e-3, 5e-3};
  const double c = std::cos(turn), s = std::sin(turn);
  image.axes = {{{c, -s, 0}, {s, c, 0}, {0, 0, 1}}};
  for (int k = 0; k < image.size[2]; ++k)
    for (int j = 0; j < image.size[1]; ++j)
      for (int i = 0; i < image.size[0]; ++i)
        image.labels.push_back(std::hypot((i - 8.2) * 0.7, (j - 10.5) * 0.9, (k - 14) * 1.3) < 4 ? 2 : 1);
  return image;
}

/// A crop that holds the ball but not all of the meshed box.
LabelImage crop_of(const LabelImage& image) {
  const VoxelBox ball = voxel_box(image, {2});
  VoxelBox box;
  for (int a = 0; a < 3; ++a) {
    box.first[a] = ball.first[a] - 1;
    box.last[a] = ball.last[a] + 1;
  }
  return cropped(image, box);
}

Octree mesh_of(const LabelImage& image) {
  OctreeRequest request;
  request.image = &image;
  request.values = {{1}, {2}};
  request.background = 0;
  request.target = 1;
  request.margin = 4e-3;
  request.h_min = 1e-3;
  return make_octree(request, MPI_COMM_WORLD);
}

/// Values at owned nodes, nonsense at hanging ones.
std::vector<double> nodal(const TissueMesh& mesh, const std::function<double(const Point&)>& f) {
  std::vector<double> values;
  for (int i = 0; i < mesh.graph().n_owned; ++i)
    values.push_back(mesh.graph().is_unknown[i] ? f(mesh.node_positions()[i]) : 1e30);
  return values;
}

/// World position of a voxel of the file, through whole numbers of the whole image only.
Vector3 world_of_file_voxel(const LabelImage& whole, std::uint64_t voxel) {
  const auto nx = std::uint64_t(whole.file_grid.size(0)), ny = std::uint64_t(whole.file_grid.size(1));
  const std::array<std::uint64_t, 3> in_file = {voxel % nx, voxel / nx % ny, voxel / (nx * ny)};
  Vector3 index;
  for (int a = 0; a < 3; ++a) {
    const auto along = static_cast<double>(in_file[whole.file_axis[a]]);
    index[a] = whole.file_flipped[a] ? whole.size[a] - 1 - along : along;
  }
  return whole.world(index);
}

/// Every orientation of the file, upright and turned: a field that is linear in the world.
TEST(VoxelSamples, LinearFieldIsExactInEveryOrientation) {
  const auto linear = [](const Vector3& w) { return 30 + 200 * w[0] - 150 * w[1] + 90 * w[2]; };
  double worst = 0;
  std::array<int, 3> axis = {0, 1, 2};
  do {
    for (int flips = 0; flips < 8; ++flips) {
      const LabelImage whole =
          whole_file(axis, {(flips & 1) != 0, (flips & 2) != 0, (flips & 4) != 0}, 0.1 * flips);
      const LabelImage image = crop_of(whole);
      const Octree octree = mesh_of(image);
      const auto field = nodal(*octree.mesh, [&](const Point& p) { return linear(world_point(image, p)); });
      const VoxelSamples samples = sample_at_voxels(*octree.mesh, octree.box, image, {&field});
      ASSERT_EQ(samples.values.size(), 1u);
      ASSERT_EQ(samples.values[0].size(), samples.voxel.size());
      for (std::size_t k = 0; k < samples.voxel.size(); ++k) {
        const double exact = linear(world_of_file_voxel(whole, samples.voxel[k]));
        worst = std::max(worst, std::abs(samples.values[0][k] / exact - 1));
      }
    }
  } while (std::next_permutation(axis.begin(), axis.end()));
  std::printf("  largest relative error %.1e\n", worst);
  EXPECT_LE(worst, std::numeric_limits<float>::epsilon() / 2 + 1e-12);
}

/// x y z in the mesh's axes is what Q1 elements hold exactly, across hanging nodes too.
TEST(VoxelSamples, TrilinearFieldIsExact) {
  const LabelImage whole = whole_file({2, 0, 1}, {true, false, true}, 0.3);
  const LabelImage image = crop_of(whole);
  const Octree octree = mesh_of(image);
  int hanging = 0;
  for (const char unknown : octree.mesh->graph().is_unknown) hanging += unknown ? 0 : 1;
  EXPECT_GT(dealii::Utilities::MPI::sum(hanging, MPI_COMM_WORLD), 0);
  const auto f = [](const Point& p) { return (2 + 100 * p[0]) * (3 + 100 * p[1]) * (4 - 100 * p[2]); };
  const auto field = nodal(*octree.mesh, f);
  const VoxelSamples samples = sample_at_voxels(*octree.mesh, octree.box, image, {&field});
  for (std::size_t k = 0; k < samples.voxel.size(); ++k) {
    const double exact = f(mesh_point(image, world_of_file_voxel(whole, samples.voxel[k])));
    EXPECT_NEAR(samples.values[0][k], exact, 1e-7 * exact);
  }
}

/// Brute force over the whole file says which voxels the box holds; every one comes once.
void expect_voxels_of_box(const LabelImage& whole, const LabelImage& image, const Octree& octree) {
  const VoxelSamples samples = sample_at_voxels(*octree.mesh, octree.box, image, {});
  std::vector<int> times(whole.file_grid.voxels(), 0);
  for (const std::uint64_t voxel : samples.voxel) ++times.at(voxel);
  EXPECT_TRUE(std::is_sorted(samples.voxel.begin(), samples.voxel.end()));
  MPI_Allreduce(MPI_IN_PLACE, times.data(), static_cast<int>(times.size()), MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  std::size_t inside = 0;
  for (std::uint64_t voxel = 0; voxel < times.size(); ++voxel) {
    const Point p = mesh_point(image, world_of_file_voxel(whole, voxel));
    bool in_box = true;
    for (int a = 0; a < 3; ++a)
      in_box = in_box && p[a] > octree.box.lower[a] - 1e-12 && p[a] < octree.box.upper[a] + 1e-12;
    inside += in_box ? 1 : 0;
    EXPECT_EQ(times[voxel], in_box ? 1 : 0) << p;
  }
  EXPECT_GT(inside, 0u);
  EXPECT_LT(inside, times.size());
}

TEST(VoxelSamples, EveryVoxelOfTheBoxComesOnce) {
  const LabelImage whole = whole_file({1, 2, 0}, {false, true, true}, 0.2);
  const LabelImage image = crop_of(whole);
  expect_voxels_of_box(whole, image, mesh_of(image));
}

/// Voxel centres on cells' faces and on the faces of the box.
TEST(VoxelSamples, VoxelCentresOnFacesComeOnce) {
  LabelImage whole = whole_file({0, 1, 2}, {true, false, false}, 0);
  whole.spacing = {1. / 1024, 1. / 1024, 1. / 1024};
  whole.labels.assign(whole.labels.size(), 1);
  for (int k = 10; k < 16; ++k)
    for (int j = 10; j < 12; ++j)
      for (int i = 10; i < 14; ++i)
        whole.labels[(static_cast<std::size_t>(k) * whole.size[1] + j) * whole.size[0] + i] = 2;
  OctreeRequest request;
  request.image = &whole;
  request.values = {{1}, {2}};
  request.background = 0;
  request.target = 1;
  request.margin = 2.5 / 1024;
  request.h_min = 0.5 / 1024;
  request.h_max = 1. / 1024;
  const Octree octree = make_octree(request, MPI_COMM_WORLD);
  // The box's faces and every second plane of cells go through centres, in numbers without round-off.
  EXPECT_EQ(octree.box.lower[0], 7.5 / 1024);
  EXPECT_EQ(octree.box.upper[2], 18.5 / 1024);
  expect_voxels_of_box(whole, whole, octree);
  const VoxelSamples samples = sample_at_voxels(*octree.mesh, octree.box, whole, {});
  EXPECT_EQ(dealii::Utilities::MPI::sum(samples.voxel.size(), MPI_COMM_WORLD), 10u * 8u * 12u);
}

}  // namespace
}  // namespace intratumor
