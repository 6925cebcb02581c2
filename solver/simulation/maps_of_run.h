#pragma once

#include <functional>
#include <string>
#include <vector>

#include "exposure/exposure.h"
#include "images/label_image.h"
#include "mesh/octree.h"

namespace intratumor {

/// Writes `maps/NAME.nii.gz` in `folder` for every name in `which` (auc, cmax) and, with them,
/// `maps/roi.nii.gz`: images on the grid of the segmentation's file, of which `image` may be a crop. Value of
/// the field at the voxel's centre, float32, 0 outside the meshed box and where there is no tissue; roi is 1
/// inside it, in tissue.
///   auc   integral of the interstitial concentration over the run, mol s/m^3
///   cmax  largest interstitial concentration, mol/m^3
/// `in_tissue`: of a voxel of the image, negative below a crop; null: everywhere. Nothing is written when
/// `which` is empty. Collective; throws ComputationError on all ranks when a file cannot be written.
void write_maps(const std::vector<std::string>& which, const std::string& folder, const Octree& octree,
                const LabelImage& image, const NodalExposure& exposure,
                const std::function<bool(int i, int j, int k)>& in_tissue = nullptr);

/// Writes `maps/regions.nii.gz` beside those: of every voxel round the meshed box 1 + region_of(i, j, k), 0
/// elsewhere; uint8, or float32 for more than 255 regions. i, j, k as above. Collective, throws as above.
void write_region_map(const std::string& folder, const Octree& octree, const LabelImage& image,
                      std::size_t regions, const std::function<int(int i, int j, int k)>& region_of);

}  // namespace intratumor
