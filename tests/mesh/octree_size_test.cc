// The size of a mesh that is only counted equals that of the mesh that is built.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "mesh/octree.h"

namespace intratumor {
namespace {

/// Two balls of label 2 in an image without label, the voxels twice as high as wide.
LabelImage two_balls() {
  LabelImage image;
  image.path = "balls";
  image.size = {30, 26, 14};
  image.spacing = {0.7e-3, 0.7e-3, 1.4e-3};
  image.axes = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  image.labels.assign(30 * 26 * 14, 0);
  for (int k = 0; k < 14; ++k)
    for (int j = 0; j < 26; ++j)
      for (int i = 0; i < 30; ++i) {
        const double y = (j - 12.5) * 0.7, z = (k - 6.5) * 1.4;
        const double r1 = std::hypot((i - 8) * 0.7, y, z), r2 = std::hypot((i - 22) * 0.7, y, z);
        if (r1 < 4 || r2 < 2.5) image.labels[(k * 26 + j) * 30 + i] = 2;
      }
  return image;
}

using Part = OctreeRequest::Reach::Part;

OctreeRequest request_for(const LabelImage& image, double h_min) {
  OctreeRequest request;
  request.image = &image;
  request.values = {{0}, {2}};
  request.background = 0;
  request.target = 1;
  request.margin = 6e-3;
  request.h_min = h_min;
  return request;
}

TEST(OctreeSize, IsThatOfTheMesh) {
  const LabelImage image = two_balls();
  for (const double h_min : {1e-3, 0.7e-3, 0.5e-3, 0.3e-3}) {
    for (const bool fine : {false, true}) {
      OctreeRequest request = request_for(image, h_min);
      // One at the rim of the box, one within; no cell touches them within round-off.
      if (fine)
        request.fine = {{Ball{Point(-2e-3, 9e-3, 8e-3), 1.37e-3}, 0.},
                        {Ball{Point(11e-3, 9e-3, 9e-3), 2.03e-3}, 0.},
                        {Ball{Point(6.3e-3, 8.1e-3, 9e-3), 3.01e-3}, h_min, 1, Part::surface},
                        {Ball{Point(7.7e-3, 4.1e-3, 9e-3), 2.51e-3}, 0.37e-3, 1, Part::border},
                        {Ball{Point(11e-3, 9e-3, 9e-3), 0.31e-3}, 0., 2}};
      const Octree octree = make_octree(request, MPI_COMM_WORLD);
      const OctreeSize size = octree_size(request, octree_tables(request));
      std::printf("  h_min %.1f mm: %llu cells, %llu nodes\n", 1e3 * h_min,
                  static_cast<unsigned long long>(size.cells), static_cast<unsigned long long>(size.nodes));
      EXPECT_TRUE(size.complete);
      EXPECT_EQ(size.cells, octree.mesh->triangulation().n_global_active_cells());
      EXPECT_EQ(size.nodes, octree.mesh->dofs().n_dofs());
    }
  }
}

TEST(OctreeSize, GivesUpWhereThereAreTooMany) {
  const LabelImage image = two_balls();
  const OctreeRequest request = request_for(image, 0.3e-3);
  const OctreeSize all = octree_size(request, octree_tables(request));
  EXPECT_TRUE(octree_size(request, octree_tables(request), all.cells).complete);
  EXPECT_FALSE(octree_size(request, octree_tables(request), all.cells / 4).complete);
}

}  // namespace
}  // namespace intratumor
