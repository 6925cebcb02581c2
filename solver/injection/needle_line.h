#pragma once

#include <array>
#include <string>

#include "quantities/yaml_reader.h"

namespace intratumor {

/// A needle as drawn in 3D Slicer: the first point of the line is where it enters, the second is its tip, as
/// the needle advances. m, RAS.
struct NeedleLine {
  std::array<double, 3> entry{}, tip{};
};

/// Reads a file of 3D Slicer's Markups (.mrk.json) that holds one line of two points. The file says whether
/// they are LPS (its default) or RAS. Throws InputError at `node`, the case's key that names the file.
/// Source: Slicer's markups-schema-v1.0.3.json and vtkMRMLMarkupsJsonStorageNode.
NeedleLine read_needle_line(const std::string& path, const YamlNode& node);

}  // namespace intratumor
