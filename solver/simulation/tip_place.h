#pragma once

#include "simulation/setup.h"

namespace intratumor {

/// Region of the voxel that holds a point; the background outside the image.
int region_at(const Setup& setup, const Vector3& world);

/// A point (m, RAS) in the space that the case names, in mm.
std::string readable_point(const Case& c, const Vector3& p);

/// The tip of entry `entry` must lie in the region of interest, or InputError, which names what is likely
/// wrong: LPS taken for RAS, entry and tip exchanged.
void check_tip(const Case& c, const Setup& setup, const MeshBox& box, std::size_t entry, const Vector3& tip);

/// "with the signs of x and y turned it would lie in the target: ...": how a tip that is no good was probably
/// written: in the other space, with a sign or the order of the axes turned, as a voxel's place; empty when
/// nothing of that puts it in the target, nor the other space in `box` (if given), or when it is no point.
std::string likely_flip(const Case& c, const Setup& setup, const NeedleInjection& needle, const Vector3& tip,
                        const MeshBox* box);

/// Warns of a tip that does not lie in the target.
void warn_of_tip(const Case& c, const Setup& setup, std::size_t entry, const Vector3& tip,
                 Reporter& reporter);

}  // namespace intratumor
