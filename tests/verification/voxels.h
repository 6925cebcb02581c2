#pragma once

#include <functional>

#include "harness.h"
#include "mesh/octree.h"

namespace intratumor::verification {

/// A cube of voxels round the origin, labelled by a function of the voxel's centre (mesh coordinates, m), as
/// a segmentation would be, and an octree of cubes over all of it. Region r has the label r.
struct Voxels {
  double half = 0;     ///< m, half the cube's edge
  double spacing = 0;  ///< m, of a voxel
  std::function<int(const Point&)> label;
  std::vector<char> has_tissue;  ///< of each region
  int background = 0;            ///< what lies beyond the cube
  double h_min = 0, h_max = 0;   ///< m
  double fine = 0;               ///< m: h_min within this distance of `centre`
  Point centre;
};

/// The mesh of the voxels, moved into the problem, with its tissues and walls; `octree` keeps the tables. The
/// mesh's origin is the cube's middle less `half` in each direction.
Octree mesh_voxels(const Voxels& voxels, Problem& p);

/// The problem's walls, once its tissues are set; `octree` as mesh_voxels gave it.
void add_walls(const Octree& octree, const Voxels& voxels, Problem& p);

}  // namespace intratumor::verification
