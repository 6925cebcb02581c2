#pragma once

#include <cstdint>
#include <vector>

#include "images/label_image.h"

namespace intratumor {

/// Places and lengths that follow from the shape of one region of an image, in world coordinates (m, RAS).
/// All throw InputError when no voxel has one of the values.

/// The ellipsoid with the region's volume centre and second moments.
struct RegionShape {
  Vector3 centroid{};
  Matrix3 axes{};       ///< columns: unit vectors, longest first; the largest component of each is positive
  Vector3 half_axes{};  ///< m, descending
};
RegionShape region_shape(const LabelImage& image, const std::vector<std::uint16_t>& values);

/// Largest distance between two points of the region (corners of voxels), m.
double longest_dimension(const LabelImage& image, const std::vector<std::uint16_t>& values);

/// The stretch of a straight line that holds a point and lies in the region; both ends are the point when it
/// lies outside. `direction` is a unit vector and points from `first` to `last`.
struct Chord {
  Vector3 first{}, last{};
};
Chord chord_through(const LabelImage& image, const std::vector<std::uint16_t>& values, const Vector3& point,
                    const Vector3& direction);

/// `count` points that are spread evenly through the region: its voxels are divided among `count` centres so
/// that the mean squared distance to them is least (Lloyd 1982, from a spiral in the region's principal
/// axes); each point is the centroid of a part, or the part's voxel nearest to it where the centroid lies
/// outside the region. So every point lies in the region. At most 1000 points, and no more than the region
/// has voxels: InputError.
std::vector<Vector3> spread_points(const LabelImage& image, const std::vector<std::uint16_t>& values,
                                   int count);
constexpr int most_spread_points = 1000;

}  // namespace intratumor
