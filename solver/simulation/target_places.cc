#include "simulation/target_places.h"

#include <cmath>

namespace intratumor {

namespace {

Vector3 unit(const Vector3& v) {
  const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  if (length == 0) return {};
  return {v[0] / length, v[1] / length, v[2] / length};
}

Vector3 between(const Vector3& from, const Vector3& to) {
  return {to[0] - from[0], to[1] - from[1], to[2] - from[2]};
}

}  // namespace

const Vector3& TargetPlaces::deepest() {
  if (!found_.deepest) found_.deepest = deepest_point(image_, values_).position;
  return *found_.deepest;
}

/// Of the line through the deepest point that a needle on a track follows.
Vector3 TargetPlaces::track_direction(const NeedleInjection& needle) {
  if (needle.direction) return unit(*needle.direction);
  if (needle.entry) return unit(between(*needle.entry, deepest()));
  if (!found_.longest_axis) {
    const Matrix3 axes = region_shape(image_, values_).axes;
    found_.longest_axis = unit({axes[0][0], axes[1][0], axes[2][0]});
  }
  return *found_.longest_axis;
}

Vector3 TargetPlaces::tip(const NeedleInjection& needle) {
  using Anchor = TipPosition::Anchor;
  const TipPosition& tip = needle.tip;
  Vector3 at{};
  if (tip.anchor == Anchor::centroid) {
    if (!found_.centroid) found_.centroid = centroid(image_, values_);
    at = *found_.centroid;
  }
  if (tip.anchor == Anchor::deepest) at = deepest();
  if (tip.anchor == Anchor::part) {
    std::vector<Vector3>& parts = found_.parts[tip.parts];
    if (parts.empty()) parts = spread_points(image_, values_, tip.parts);
    at = parts[tip.part - 1];
  }
  if (tip.anchor == Anchor::track) {
    const Chord chord = chord_through(image_, values_, deepest(), track_direction(needle));
    for (int a = 0; a < 3; ++a) at[a] = chord.first[a] + tip.track * (chord.last[a] - chord.first[a]);
  }
  for (int a = 0; a < 3; ++a) at[a] += tip.offset[a];
  return at;
}

Vector3 TargetPlaces::direction(const NeedleInjection& needle) {
  if (needle.tip.anchor == TipPosition::Anchor::track) return track_direction(needle);
  if (needle.direction) return unit(*needle.direction);
  if (needle.entry) return unit(between(*needle.entry, tip(needle)));
  return {};
}

}  // namespace intratumor
