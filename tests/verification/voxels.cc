#include "voxels.h"

#include <cmath>

namespace intratumor::verification {

Octree mesh_voxels(const Voxels& voxels, Problem& p) {
  LabelImage image;
  const int n = static_cast<int>(std::lround(2 * voxels.half / voxels.spacing));
  image.size = {n, n, n};
  image.spacing = {voxels.spacing, voxels.spacing, voxels.spacing};
  image.axes = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  image.path = "voxels";
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) {
        const Point at((i + 0.5) * voxels.spacing, (j + 0.5) * voxels.spacing, (k + 0.5) * voxels.spacing);
        image.labels.push_back(static_cast<std::uint16_t>(voxels.label(at)));
      }
  OctreeRequest request;
  request.image = &image;
  const int regions = static_cast<int>(voxels.has_tissue.size());
  for (int r = 0; r < regions; ++r) request.values.push_back({static_cast<std::uint16_t>(r)});
  request.has_tissue = voxels.has_tissue;
  request.background = voxels.background;
  request.h_min = voxels.h_min;
  request.h_max = voxels.h_max;
  request.margin = 0;
  // The whole image is meshed: the region that spans it is the target.
  for (int r = 0; r < regions; ++r) {
    const VoxelBox box = voxel_box(image, request.values[static_cast<std::size_t>(r)]);
    bool spans = true;
    for (int a = 0; a < 3; ++a) spans = spans && box.first[a] == 0 && box.last[a] == n - 1;
    if (spans) request.target = r;
  }
  if (voxels.fine > 0) request.fine.push_back({Ball{voxels.centre, voxels.fine}, 0.});
  Octree octree = make_octree(request, MPI_COMM_WORLD);
  p.mesh = std::move(octree.mesh);
  return octree;
}

void add_walls(const Octree& octree, const Voxels& voxels, Problem& p) {
  p.walls = make_walls(
      *p.mesh, p.tissues, cell_conductivity(*p.mesh, p.tissues),
      cell_coefficients(*p.mesh, p.tissues).accessible_diffusion,
      [&octree](int region, const Point& lower, const Point& upper) {
        return octree.region_overlap(region, lower, upper);
      },
      std::max(voxels.spacing, voxels.h_min));
}

}  // namespace intratumor::verification
