#include "commands/value_origin.h"

#include <stdexcept>

#include "parameters/library.h"
#include "parameters/tissue.h"

namespace intratumor {

namespace {

std::string joined(const ValueOrigin::Path& path) {
  std::string text;
  for (const std::string& part : path) text += (text.empty() ? "" : ".") + part;
  return text;
}

/// Constant access: YAML::Node's own operator[] would add what is missing.
YAML::Node child(const YAML::Node& node, const std::string& part) {
  if (node.IsMap()) return node[part];
  if (node.IsSequence()) {
    std::size_t index = node.size();
    try {
      index = std::stoul(part);
    } catch (const std::logic_error&) {
    }
    if (index < node.size()) return node[index];
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

bool has(const YAML::Node& node, const char* key) {
  return child(node, key).IsDefined();
}

ValueOrigin::Path below(ValueOrigin::Path path, const std::string& key) {
  path.push_back(key);
  return path;
}

}  // namespace

ValueOrigin::ValueOrigin(const Case& c, const std::vector<std::string>& overrides)
    : file_(YamlNode::load(c.path, overrides)), root_(file_.raw()) {
  for (const std::string& text : overrides) overrides_.push_back(text.substr(0, text.find('=')));
  const YAML::Node scheme = child(root_, "scheme");
  // A resolved scheme lists needles first.
  for (const char* kind : {"needle", "intravenous"}) {
    if (scheme.IsMap()) add_entries(scheme, {"scheme"}, kind);
    for (std::size_t i = 0; scheme.IsSequence() && i < scheme.size(); ++i)
      add_entries(scheme[i], {"scheme", std::to_string(i)}, kind);
  }
}

void ValueOrigin::add_entries(const YAML::Node& node, const Path& at, const char* kind) {
  if (!node.IsMap() || !has(node, kind)) return;
  Entry entry{at, std::nullopt};
  if (!has(node, "use")) {
    entries_.push_back(entry);
    return;
  }
  YamlNode here = file_;
  for (const std::string& part : at)
    here = here.is_sequence() ? here.items()[std::stoul(part)] : here.required(part);
  entry.pattern = read_scheme_pattern(here.required("use"), ParameterLibrary::find());
  entries_.insert(entries_.end(), entry.pattern->tips.size(), entry);
}

std::string ValueOrigin::of(const Path& resolved) const {
  if (resolved.size() < 3 || resolved[0] != "scheme") return of_case(resolved);
  const std::size_t index = std::stoul(resolved[1]);
  if (index >= entries_.size()) return "default";
  const Entry& entry = entries_[index];
  const Path rest(resolved.begin() + 2, resolved.end());
  if (entry.pattern && rest[0] != "needle") return of_pattern(entry, rest);
  Path path = entry.at;
  path.insert(path.end(), rest.begin(), rest.end());
  return of_case(path);
}

/// A value that a named scheme made from its file and from what the case gives beside the name.
std::string ValueOrigin::of_pattern(const Entry& entry, const Path& rest) const {
  const SchemePattern& pattern = *entry.pattern;
  const std::string file = ParameterLibrary::label("schemes", pattern.name);
  YAML::Node node(root_);
  for (const std::string& part : entry.at) node.reset(child(node, part));
  const auto first_given = [&](const std::vector<const char*>& keys, const std::string& otherwise) {
    for (const char* key : keys)
      if (has(node, key)) return given(below(entry.at, key));
    return otherwise;
  };
  const std::string& key = rest[0];
  if (key == "tip") return file;
  if (key == "volume" && !pattern.volume_rule.empty() &&
      !(has(node, "concentration") && (has(node, "dose") || has(node, "dose_per_weight"))))
    return first_given({"volume"}, file);
  if (key == "volume" || key == "concentration")
    return first_given({key.c_str(), "dose", "dose_per_weight"}, "case");
  if (key == "over") return first_given({"over", "rate"}, file);
  if (key == "mode") return first_given({"mode"}, pattern.mode ? file : "default");
  if (key == "at")
    return first_given({"at"}, pattern.together || pattern.tips.size() == 1 ? "default" : file);
  return first_given({key.c_str()}, "default");
}

std::string ValueOrigin::of_case(const Path& path) const {
  YAML::Node node(root_);
  std::string base;  // the file that a name stands for
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (node.IsScalar()) return path[i] == "name" ? given(path) : file_of(path, i, node.Scalar());
    if (has(node, "like")) base = file_of(path, i, child(node, "like").Scalar());
    if (i == 1 && path[0] == "drug" && has(node, "class") && path[i] != "name")
      base = ParameterLibrary::label("drug_classes", child(node, "class").Scalar());
    const YAML::Node next = child(node, path[i]);
    if (!next.IsDefined()) return node.IsSequence() ? given(path) : missing(path, i, base);
    node.reset(next);
  }
  return given(path);
}

/// The case or its change on the command line.
std::string ValueOrigin::given(const Path& path) const {
  const std::string text = joined(path) + ".";
  for (const std::string& change : overrides_)
    if (text.rfind(change + ".", 0) == 0 || (change + ".").rfind(text, 0) == 0) return "--set";
  return "case";
}

/// A name that stands for a file of params/, `depth` parts into the path; any other word is the case's.
std::string ValueOrigin::file_of(const Path& path, std::size_t depth, const std::string& name) const {
  const char* kind = nullptr;
  if (path[0] == "tissues" && is_lumen_name(name)) return given(path);
  if (depth == 2 && path[0] == "tissues") kind = "tissues";
  if (depth == 1 && path[0] == "drug") kind = "drugs";
  if (depth > 1 && path[0] == "scheme" && path[depth - 1] == "needle") kind = "needles";
  return kind == nullptr ? given(path) : ParameterLibrary::label(kind, name);
}

std::string ValueOrigin::missing(const Path& path, std::size_t depth, const std::string& base) const {
  if (!base.empty()) return base;
  // A region's own name is that of its tissue unless the case says otherwise.
  if (path[0] == "tissues" && path.size() > 1 && depth <= 1 && !is_lumen_name(path[1]))
    return ParameterLibrary::label("tissues", path[1]);
  // Of volume, concentration and dose the case gives two; the duration may follow from a rate.
  const std::string& last = path.back();
  if (path[0] == "scheme" && depth == 2 && last != "mode" && last != "at") {
    Path sibling = path;
    sibling.back() = last == "over" ? "rate" : last == "tip" || last == "entry" ? "needle_line" : "dose";
    return given(sibling);
  }
  return "default";
}

}  // namespace intratumor
