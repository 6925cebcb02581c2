#pragma once

#include "simulation/setup.h"

namespace intratumor {

/// Reads the segmentation and gives every voxel its region; the image is cropped to what the meshed box can
/// hold. Says what overlaps, how many pieces
/// the target has, which regions are small, and where the target meets the image's edge. InputError when
/// labels of the case and of the file do not match.
SegmentedImage read_segmentation(const Case& c, Reporter& reporter);

}  // namespace intratumor
