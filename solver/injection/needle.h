#pragma once

#include <string>
#include <vector>

#include "parameters/library.h"
#include "parameters/parameter.h"

namespace intratumor {

/// A needle as its file or the case says it.
struct Needle {
  std::string name;
  Parameter outer_diameter;  ///< m
  /// Hole positions from the tip back along the shaft, m, ascending; an end hole is 0.
  std::vector<double> hole_distances;
  Parameter hole_diameter;  ///< m, of holes in the side; unset when there are none
};

/// Reads a needle: a name in params/needles, `{like: NAME, key: value, ...}`, or a map with everything. Keys:
///
///     name, outer_diameter, holes: [distance, ...] | {distances: [...], source, basis},
///     hole_diameter (of holes in the side, at a distance of more than 0; needed with them)
///
/// `inner_diameter` is carried by files for the resistance of needles, which is not modelled yet. Throws
/// InputError.
Needle read_needle(const YamlNode& node, const ParameterLibrary& library);

/// One line of flow-style YAML that read_needle reads back to an equal needle.
std::string to_yaml(const Needle& needle);

}  // namespace intratumor
