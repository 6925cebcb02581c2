#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

namespace intratumor {

/// A text file's content; InputError when it is missing, no regular file, not readable, above 1 MB, or not
/// text.
std::string read_text_file(const std::string& path);

/// Walks a tree as its readers would, aliases followed: InputError that begins with `origin` for a map key
/// given twice, keys that are not plain text, and a tree that is too deep or, by aliases that multiply or
/// contain themselves, too large.
void check_tree(const YAML::Node& root, const std::string& origin);

/// The one YAML document in `text`, checked: InputError "origin:line:column: ..." for a syntax error, no
/// document or several, and what check_tree refuses. `has_aliases` tells whether parts of the tree are
/// shared.
YAML::Node parse_document(const std::string& text, const std::string& origin, bool& has_aliases);

}  // namespace intratumor
