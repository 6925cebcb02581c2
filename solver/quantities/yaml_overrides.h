#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <utility>
#include <vector>

namespace intratumor {

/// One --set: the dotted path that it changes and the text as the user gave it, fit for a
/// message.
struct Override {
  std::string path;
  std::string text;
};

/// Applies texts `path=value` to a tree, in their order; the value is YAML. A path goes into lists by index
/// (`scheme.0.volume`) and cannot lengthen them; maps that are missing on the way are created; a name below
/// which a key is set (`drug: NAME` with drug.degradation) becomes {like: NAME, ...}, that of a tip {at:
/// NAME, ...}, that of the scheme {use: NAME, ...}; setting `over` removes `rate` beside it and the other way
/// round, so with `dose` and `dose_per_weight`. `*` is every entry of a list (`scheme.*.rate`); a map in its
/// place, as a scheme that is one named pattern, is its own only entry. Throws InputError that begins with
/// "--set".
std::vector<Override> apply_overrides(YAML::Node& root, const std::vector<std::string>& texts);

/// The paths without * that a path means in a tree; `text` is what messages call it.
std::vector<std::string> expand_path(const YAML::Node& root, const std::string& path,
                                     const std::string& text);

}  // namespace intratumor
