#pragma once

#include <string>
#include <vector>

#include "quantities/yaml_reader.h"
#include "study/study_file.h"

namespace intratumor {

/// The parts of read_study. All throw InputError with the position.

/// One entry of `vary`.
Factor read_factor(const YamlNode& node, const std::string& path);

/// `design`; without one, all lists are crossed.
std::vector<DesignBlock> read_design(const std::optional<YamlNode>& node, const YamlNode& root,
                                     const std::vector<Factor>& factors);

/// A node's content as YAML in one line.
std::string flow_text(const YAML::Node& node);

/// Refuses keys that are not among `known`, before anything else is said of the map.
void check_study_keys(const YamlNode& map, const std::vector<std::string>& known);

}  // namespace intratumor
