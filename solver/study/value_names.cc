#include "study/value_names.h"

#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include "study/quantity_text.h"

namespace intratumor {

namespace {

/// Of maps in a list, the entries of each that not all have: "line, over: 2 min"; empty where one is no map.
std::vector<std::string> what_differs(const std::vector<std::string>& values) {
  std::vector<std::vector<std::pair<std::string, std::string>>> maps;
  std::map<std::pair<std::string, std::string>, std::size_t> holders;
  for (const std::string& value : values) {
    const YAML::Node node = YAML::Load(value);
    if (!node.IsMap()) return std::vector<std::string>(values.size());
    maps.emplace_back();
    for (const auto& entry : node) {
      YAML::Emitter text;
      text << YAML::Flow << entry.second;
      maps.back().emplace_back(entry.first.Scalar(), text.c_str());
      ++holders[maps.back().back()];
    }
  }
  std::vector<std::string> texts;
  for (const auto& map : maps) {
    texts.emplace_back();
    for (const auto& entry : map) {
      if (holders[entry] == maps.size()) continue;
      const auto& [key, value] = entry;
      texts.back() += (texts.back().empty() ? "" : ", ") + (key == "use" ? value : key + ": " + value);
    }
  }
  return texts;
}

/// The image or mesh that a value of `geometry` or of its file names; empty when it names none.
std::string image_of(const Factor& factor, const std::string& text) {
  YAML::Node node = YAML::Load(text);
  if (factor.path == "geometry" && node.IsMap())
    node.reset(node["mesh"].IsDefined() ? node["mesh"] : node["segmentation"]);
  else if (factor.path != "geometry.segmentation" && factor.path != "geometry.mesh")
    return "";
  return node.IsDefined() && node.IsScalar() ? node.Scalar() : "";
}

std::string last_parts(const std::string& path, int count) {
  std::filesystem::path rest = path, last;
  for (; count > 0 && rest.has_relative_path(); --count, rest = rest.parent_path())
    last = last.empty() ? rest.filename() : rest.filename() / last;
  return last.string();
}

/// Of each path as few last parts as no other one has, by path.
std::map<std::string, std::string> short_paths(const std::set<std::string>& paths) {
  constexpr int most_parts = 8;
  std::map<std::string, std::string> names;
  for (int parts = 1; parts < most_parts && names.size() < paths.size(); ++parts) {
    std::map<std::string, int> holders;
    for (const std::string& path : paths) ++holders[last_parts(path, parts)];
    for (const std::string& path : paths) {
      const std::string name = last_parts(path, parts);
      if (holders[name] == 1) names.emplace(path, name);  // keeps a shorter one
    }
  }
  for (const std::string& path : paths) names.emplace(path, path);
  return names;
}

}  // namespace

std::string four_digits(double number, const std::string& unit) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.4g", number);
  return digits + (unit.empty() ? "" : " " + unit);
}

std::vector<std::string> value_names(const Factor& factor) {
  if (factor.kind != Factor::Kind::values) return {};
  if (!factor.names.empty()) return factor.names;
  std::vector<std::string> images;
  for (const std::string& text : factor.values) images.push_back(image_of(factor, text));
  std::set<std::string> paths(images.begin(), images.end());
  paths.erase("");
  const std::map<std::string, std::string> short_of = short_paths(paths);
  const std::vector<std::string> differs = what_differs(factor.values);
  constexpr std::size_t longest = 60;
  std::vector<std::string> names;
  for (std::size_t v = 0; v < factor.values.size(); ++v) {
    const std::string& text = factor.values[v];
    const auto quantity = written_quantity(text);
    if (quantity) {
      names.push_back(four_digits(quantity->number, quantity->unit));
    } else if (!images[v].empty()) {
      names.push_back(short_of.at(images[v]));
    } else if (text.size() <= longest) {
      names.push_back(text);
    } else {
      const std::string shown = differs[v].empty() ? text : differs[v];
      names.push_back("#" + std::to_string(v) + " " +
                      (shown.size() > longest ? shown.substr(0, longest) + "..." : shown));
    }
  }
  return names;
}

}  // namespace intratumor
