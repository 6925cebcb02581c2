#include "commands/same_run.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "study/leaves.h"

namespace intratumor {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

/// Names and what is said about values; and paths of files, whose contents count.
bool decides_nothing(const std::string& path) {
  static const std::set<std::string> values = {"title", "run.checkpoint", "geometry.segmentation",
                                               "geometry.mesh", "deposit.mask"};
  static const std::set<std::string> remarks = {"set_by", "source", "basis", "range"};
  if (values.count(path) > 0) return true;
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '.');)
    if (remarks.count(part) > 0) return true;
  return false;
}

Json deciding_leaves(const std::string& yaml) {
  Json kept = Json::object();
  const Json leaves = leaves_of(yaml);
  for (const auto& [path, value] : leaves.items())
    if (!decides_nothing(path)) kept[path] = value;
  return kept;
}

/// Contents only; the case's own file is known by its values, and what --set says by theirs.
Json contents_of_files(const Json& inputs) {
  Json files = Json::object();
  for (const auto& [name, input] : inputs.items())
    if (name != "case" && input.is_object() && input.contains("sha256")) files[name] = input["sha256"];
  return files;
}

}  // namespace

Json parameters_of_run(const Case& c, const Json& inputs) {
  return {{"case", deciding_leaves(resolved_yaml(c))}, {"files", contents_of_files(inputs)}};
}

Json parameters_of_result(const std::string& folder) {
  std::ifstream summary_file(fs::path(folder) / "summary.json");
  const Json summary = Json::parse(summary_file, nullptr, false);
  std::ifstream case_file(fs::path(folder) / "case.resolved.yaml");
  const std::string yaml{std::istreambuf_iterator<char>(case_file), std::istreambuf_iterator<char>()};
  if (!summary.is_object() || !summary.contains("inputs") || yaml.empty()) return nullptr;
  return {{"case", deciding_leaves(yaml)}, {"files", contents_of_files(summary["inputs"])}};
}

std::vector<std::string> changed_parameters(const Json& before, const Json& now) {
  std::vector<std::string> list = differing_leaves("", before.at("case"), now.at("case"));
  if (before.contains("program") && before["program"] != now.at("program"))
    list.push_back("the program was version " + before["program"].get<std::string>() + ", is " +
                   now["program"].get<std::string>());
  for (const auto& [name, sum] : now.at("files").items())
    if (before.at("files").contains(name) && before["files"][name] != sum)
      list.push_back("the file of " + name + " has another content");
  return list;
}

}  // namespace intratumor
