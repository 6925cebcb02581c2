#include "study/leaves.h"

#include <yaml-cpp/yaml.h>

namespace intratumor {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t most_told = 5;

void flatten(const YAML::Node& node, const std::string& path, Json& leaves) {
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (node.IsMap()) {
    for (const auto& entry : node) flatten(entry.second, below(entry.first.Scalar()), leaves);
  } else if (node.IsSequence()) {
    for (std::size_t i = 0; i < node.size(); ++i) flatten(node[i], below(std::to_string(i)), leaves);
  } else {
    leaves[path] = node.IsScalar() ? node.Scalar() : "";
  }
}

}  // namespace

Json leaves_of(const std::string& text) {
  Json leaves = Json::object();
  flatten(YAML::Load(text), "", leaves);
  return leaves;
}

std::vector<std::string> differing_leaves(const std::string& what, const Json& before, const Json& now) {
  std::vector<std::string> list;
  const std::string begin = what.empty() ? "" : what + " ";
  const auto text = [](const Json& leaves, const std::string& key) {
    return leaves.contains(key) ? "'" + leaves[key].get<std::string>() + "'" : std::string("nothing");
  };
  for (const auto& [key, value] : before.items())
    if (!now.contains(key) || now[key] != value)
      list.push_back(begin + key + " was " + text(before, key) + ", is " + text(now, key));
  for (const auto& [key, value] : now.items())
    if (!before.contains(key)) list.push_back(begin + key + " is new, " + text(now, key));
  if (list.size() > most_told) {
    list[most_told - 1] = "and " + std::to_string(list.size() - most_told + 1) + " more values" +
                          (what.empty() ? "" : " of the " + what.substr(0, what.find(':')));
    list.resize(most_told);
  }
  return list;
}

}  // namespace intratumor
