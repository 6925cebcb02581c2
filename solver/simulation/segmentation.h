#pragma once

#include "simulation/setup.h"

namespace intratumor {

/// Reads the segmentation and gives every voxel its region: fills in the setup's image (cropped to what the
/// meshed box can hold), regions, values, target, background and facts. Says what overlaps, how many pieces
/// the target has, which regions are small, and where the target meets the image's edge. InputError when
/// labels of the case and of the file do not match.
void read_segmentation(const Case& c, Setup& setup, Reporter& reporter);

}  // namespace intratumor
