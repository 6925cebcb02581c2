#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "images/label_image.h"
#include "mesh/octree.h"
#include "mesh/tissue_mesh.h"

namespace intratumor {

/// Fields at the centres of the voxels of an image file.
struct VoxelSamples {
  std::vector<std::uint64_t> voxel;        ///< positions in the file's order of voxels, ascending
  std::vector<std::vector<float>> values;  ///< of each field, one per voxel
};

/// Values of finite-element fields at the centre of every voxel of the image's file that lies in this rank's
/// cells of an octree over `box`; `image` may be a crop of the file. Every voxel whose centre lies in the box
/// belongs to exactly one cell of one rank: cells are half-open boxes, closed at the upper faces of the whole
/// box. `fields` are values at owned nodes, those of hanging nodes are not looked at. `wanted`: of a voxel of
/// the image, negative below a crop; null: all. Collective.
VoxelSamples sample_at_voxels(const TissueMesh& mesh, const MeshBox& box, const LabelImage& image,
                              const std::vector<const std::vector<double>*>& fields,
                              const std::function<bool(int i, int j, int k)>& wanted = nullptr);

}  // namespace intratumor
