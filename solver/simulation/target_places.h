#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "images/region_shape.h"
#include "injection/case.h"

namespace intratumor {

/// Of one target, what was asked for so far.
struct FoundPlaces {
  std::optional<Vector3> centroid, deepest, longest_axis;
  std::map<int, std::vector<Vector3>> parts;  ///< by their number
};

/// Where needles stand in a target: what a case says by the target's shape becomes points of the world (m,
/// RAS). Each place is found once.
class TargetPlaces {
 public:
  /// Of one region of an image that outlives this.
  TargetPlaces(const LabelImage& image, const std::vector<std::uint16_t>& values, FoundPlaces& found)
      : image_(image), values_(values), found_(found) {}

  /// InputError when the target has fewer voxels than parts.
  Vector3 tip(const NeedleInjection& needle);
  /// Unit vector along the shaft towards the tip; 0 when nothing says where the shaft lies.
  Vector3 direction(const NeedleInjection& needle);

 private:
  const Vector3& deepest();
  Vector3 track_direction(const NeedleInjection& needle);

  const LabelImage& image_;
  const std::vector<std::uint16_t>& values_;
  FoundPlaces& found_;
};

}  // namespace intratumor
