#include "quantities/yaml_overrides.h"

#include <algorithm>
#include <charconv>

#include "quantities/error.h"
#include "quantities/yaml_file.h"

namespace intratumor {

namespace {

constexpr std::size_t longest_path = 50;    // names
constexpr std::size_t longest_shown = 200;  // bytes

[[noreturn]] void refuse(const std::string& text, const std::string& message) {
  throw InputError("--set " + excerpt(text, longest_shown) + ": " + message);
}

std::vector<std::string> split_path(const std::string& path, const std::string& text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (start <= path.size()) {
    const std::size_t dot = std::min(path.find('.', start), path.size());
    parts.push_back(path.substr(start, dot - start));
    if (parts.back().empty())
      refuse(text, "empty name in the path '" + path + "'; write path=value, as in run.until=7 d");
    start = dot + 1;
  }
  if (parts.size() > longest_path)
    refuse(text, "no key lies " + std::to_string(parts.size()) + " names deep");
  return parts;
}

YAML::Node parse_value(const std::string& value, const std::string& text) {
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(value);
  } catch (const YAML::Exception& error) {
    refuse(text, "the value is not YAML: " + error.msg);
  }
  if (documents.empty() || documents[0].IsNull())
    refuse(text, "no value; write path=value, as in run.until=7 d");
  if (documents.size() > 1) refuse(text, "the value holds several YAML documents (---); expected one");
  check_tree(documents[0], "--set " + excerpt(text, longest_shown));
  return documents[0];
}

std::size_t list_index(const YAML::Node& list, const std::string& part, const std::string& at,
                       const std::string& text) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc() || end != part.data() + part.size() || index >= list.size())
    refuse(text, at + " is a list of " + std::to_string(list.size()) +
                     (list.size() == 1 ? " entry" : " entries") + ", counted from 0; it has no '" + part +
                     "'");
  return index;
}

std::string joined(const std::vector<std::string>& parts, std::size_t count) {
  std::string path;
  for (std::size_t i = 0; i < count; ++i) path += (i == 0 ? "" : ".") + parts[i];
  return path;
}

/// Keys of which a map holds one: setting it takes the other away.
constexpr std::pair<const char*, const char*> alternatives[] = {{"rate", "over"},
                                                                {"dose", "dose_per_weight"}};

/// What a name stands for once keys are set below it: a tip's is its place, a scheme's the pattern it uses,
/// any other one a parameter file's.
std::string key_of_name(const std::vector<std::string>& parts, std::size_t depth) {
  if (depth == 1 && parts[0] == "scheme") return "use";
  return depth > 0 && parts[depth - 1] == "tip" ? "at" : "like";
}

/// The node that `parts` name in `node`, or (for its last part) its place. YAML::Node assignment changes the
/// tree, so the walk recurses instead of reassigning.
void set_at(YAML::Node node, const std::vector<std::string>& parts, std::size_t depth,
            const YAML::Node& value, const std::string& text) {
  const std::string& part = parts[depth];
  const bool last = depth + 1 == parts.size();
  if (node.IsSequence()) {
    const std::size_t index = list_index(node, part, joined(parts, depth), text);
    if (last)
      node[index] = value;
    else
      set_at(node[index], parts, depth + 1, value, text);
    return;
  }
  if (node.IsScalar()) {
    // Every other reference to a scalar is gone once its parent holds the map: it becomes one in place.
    const std::string name = node.Scalar();
    node = YAML::Node(YAML::NodeType::Map);
    if (name != "none") node[key_of_name(parts, depth)] = name;  // what is left out has no name
  }
  if (last) {
    for (const auto& [one, other] : alternatives) {
      if (part == one) node.remove(other);
      if (part == other) node.remove(one);
    }
    node[part] = value;
    return;
  }
  if (!node[part].IsDefined() || node[part].IsNull()) node[part] = YAML::Node(YAML::NodeType::Map);
  set_at(node[part], parts, depth + 1, value, text);
}

/// The paths that `parts` from `depth` on mean below `node`: each * is every entry of the list there.
void expand(const YAML::Node& node, const std::vector<std::string>& parts, std::size_t depth,
            const std::string& so_far, const std::string& text, std::vector<std::string>& paths) {
  if (depth == parts.size()) {
    paths.push_back(so_far);
    return;
  }
  const auto go = [&](const YAML::Node& next, const std::string& part) {
    expand(next, parts, depth + 1, so_far + (so_far.empty() || part.empty() ? "" : ".") + part, text, paths);
  };
  if (parts[depth] != "*") {
    const bool leads_on = node.IsDefined() && node.IsMap() && node[parts[depth]].IsDefined();
    std::size_t index = 0;
    const char* const end = parts[depth].data() + parts[depth].size();
    if (leads_on)
      go(node[parts[depth]], parts[depth]);
    else if (node.IsDefined() && node.IsSequence() &&
             std::from_chars(parts[depth].data(), end, index).ptr == end && index < node.size())
      go(node[index], parts[depth]);
    else
      go(YAML::Node(YAML::NodeType::Undefined), parts[depth]);
  } else if (node.IsDefined() && node.IsSequence() && node.size() > 0) {
    for (std::size_t i = 0; i < node.size(); ++i) go(node[i], std::to_string(i));
  } else if (node.IsDefined() && node.IsMap() && depth > 0 && depth + 1 < parts.size()) {
    go(node, "");
  } else {
    refuse(text, "* stands for every entry of a list, as in scheme.*.rate=1 mL/min; " +
                     (so_far.empty() ? std::string("the file") : so_far) + " is no list with entries");
  }
}

}  // namespace

std::vector<std::string> expand_path(const YAML::Node& root, const std::string& path,
                                     const std::string& text) {
  std::vector<std::string> paths;
  expand(root, split_path(path, text), 0, "", text, paths);
  return paths;
}

std::vector<Override> apply_overrides(YAML::Node& root, const std::vector<std::string>& texts) {
  std::vector<Override> overrides;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) refuse(text, "must be path=value, as in run.until=7 d");
    const std::string path = text.substr(0, equals);
    for (const std::string& one : expand_path(root, path, text)) {
      set_at(root, split_path(one, text), 0, parse_value(text.substr(equals + 1), text), text);
      overrides.push_back({one, excerpt(text, longest_shown)});
    }
  }
  return overrides;
}

}  // namespace intratumor
