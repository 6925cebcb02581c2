#include <cmath>

#include "images/nrrd_header.h"
#include "images/text_header.h"
#include "quantities/error.h"

namespace intratumor {
namespace {

const std::string prefix = "Segment";

/// N of a key SegmentN_..., -1 for other keys.
long segment_number(const std::string& key) {
  const std::size_t end = key.find('_');
  constexpr std::size_t most_digits = 6;
  if (key.compare(0, prefix.size(), prefix) != 0 || end == std::string::npos || end <= prefix.size() ||
      end > prefix.size() + most_digits)
    return -1;
  const std::string digits = key.substr(prefix.size(), end - prefix.size());
  return digits.find_first_not_of("0123456789") == std::string::npos ? std::stol(digits) : -1;
}

}  // namespace

std::vector<NamedLabel> segments_of(const std::map<std::string, std::string>& keys, int layers,
                                    const std::string& path) {
  for (const char* key : {"Segmentation_SourceRepresentation", "Segmentation_MasterRepresentation"}) {
    const auto found = keys.find(key);
    if (found != keys.end() && found->second.find("Fractional") != std::string::npos)
      throw InputError(path + ": the segmentation holds fractions of voxels (" + excerpt(found->second) +
                       "), not labels; save it from 3D Slicer as a binary labelmap");
  }
  if (keys.count("Segmentation_Extent") > 0)
    throw InputError(path +
                     ": the segmentation comes from an old 3D Slicer, which placed segments another way; "
                     "open it in a newer one and save it again");

  std::map<long, std::map<std::string, std::string>> described;  // by number, then by the key's ending
  for (const auto& [key, value] : keys) {
    const long number = segment_number(key);
    if (number >= 0) described[number][key.substr(key.find('_') + 1)] = value;
  }
  std::vector<NamedLabel> segments;
  for (auto& [number, segment] : described) {
    const auto whole = [&, n = number](const char* name, double otherwise, double most) {
      if (segment.count(name) == 0) return otherwise;
      const auto value = number_of(trimmed(segment[name]));
      if (!value || !(*value >= 0 && *value <= most) || *value != std::floor(*value))
        corrupt_header(path, prefix + std::to_string(n) + "_" + name + " '" + excerpt(segment[name]) +
                                 "' is no whole number from 0 to " + std::to_string(long(most)));
      return *value;
    };
    if (segment.count("Name") + segment.count("ID") + segment.count("LabelValue") == 0) continue;
    NamedLabel result;
    result.name = segment.count("Name") > 0 ? segment["Name"] : segment["ID"];
    result.stored.value = static_cast<std::uint16_t>(whole("LabelValue", 1, 65535));
    result.stored.layer = static_cast<int>(whole("Layer", layers > 1 ? double(number) : 0, 1e6));
    if (result.stored.layer >= layers)
      corrupt_header(path, prefix + std::to_string(number) + " is said to be in layer " +
                               std::to_string(result.stored.layer) + ", and there are " +
                               std::to_string(layers));
    segments.push_back(result);
  }
  return segments;
}

}  // namespace intratumor
