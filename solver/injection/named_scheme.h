#pragma once

#include <optional>
#include <string>
#include <vector>

#include "injection/case.h"
#include "parameters/library.h"

namespace intratumor {

/// A pattern of injections that fits any target: params/schemes. It says where, in which order and how; how
/// much is the case's to say, but for a rule that makes the volume follow from the target's size.
///
///     description: ...
///     pattern: {place: deepest | centroid, or parts: N, or track: N; order: one_after_another | together;
///               source, basis}
///     mode: infusion | deposit        when the pattern needs one
///     rate: a parameter               when the case gives neither rate nor over
///     volume_by_longest_dimension: {rows: [{up_to: LENGTH, volume: VOLUME}, ..., {volume: VOLUME}], source,
///     basis}
struct SchemePattern {
  struct VolumeRow {
    double up_to = 0;   ///< longest dimension of the target, m; infinite in the last row
    double volume = 0;  ///< m^3
  };
  std::string name;
  std::vector<TipPosition> tips;  ///< in the order in which they are reached
  bool together = false;          ///< all at once, or one after another with one needle
  std::optional<InjectionMode> mode;
  Parameter rate;                      ///< m^3/s; unset: the case must give one
  std::vector<VolumeRow> volume_rule;  ///< ascending; empty: none

  /// Volume (m^3) for a target of this longest dimension; volume_rule is not empty.
  double volume(double longest_dimension) const;
};

/// Reads params/schemes/NAME.yaml for the name that stands in `name`. InputError.
SchemePattern read_scheme_pattern(const YamlNode& name, const ParameterLibrary& library);

/// Reads `{use: NAME, needle, direction | entry, volume, concentration, dose | dose_per_weight, rate | over,
/// mode, at, offset}` into needles of `c`: what is given is shared by the pattern's tips, and its rate is
/// that of all that flow at one time; `offset` moves every tip from its place. Reads the segmentation when
/// the volume follows from the target. InputError.
void read_named_scheme(const YamlNode& node, const ParameterLibrary& library, Case& c);

/// `scheme: NAME`: says which amounts are missing, or which name is meant.
[[noreturn]] void refuse_bare_name(const YamlNode& name, const ParameterLibrary& library);

}  // namespace intratumor
