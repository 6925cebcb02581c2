#include <algorithm>

#include "quantities/yaml_file.h"
#include "quantities/yaml_overrides.h"
#include "quantities/yaml_reader.h"
#include "study/plan.h"
#include "study/quantity_text.h"

namespace intratumor {

namespace {

using Vector3 = std::array<double, 3>;

std::size_t depth_of(const std::string& path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
}

[[noreturn]] void fail(const Factor& factor, const std::string& message) {
  throw InputError(factor.where + ": " + message);
}

double length_of(const Factor& factor, const YAML::Node& node, const std::string& what) {
  if (node.IsScalar()) {
    try {
      return parse_quantity(node.Scalar(), Dimension::length);
    } catch (const std::invalid_argument& error) {
      fail(factor, what + ": " + error.what());
    }
  }
  fail(factor, what + " must be three lengths for a shift to be added, as [12.5 mm, -40 mm, 118 mm]");
}

/// `point` of the base, or 0, moved; as YAML.
std::string moved(const Factor& factor, const YAML::Node& point, const Vector3& shift,
                  const std::string& what) {
  const bool given = point.IsDefined() && !point.IsNull();
  if (given && (!point.IsSequence() || point.size() != 3))
    fail(factor, what + " must be three lengths for a shift to be added, as [12.5 mm, -40 mm, 118 mm]");
  std::string text;
  for (std::size_t d = 0; d < 3; ++d)
    text += (d == 0 ? "[" : ", ") +
            quantity_text((given ? length_of(factor, point[d], what) : 0) + shift[d], "m");
  return text + "]";
}

/// The node at a path without *; undefined when the base does not have it.
YAML::Node node_at(const YAML::Node& root, const std::string& path) {
  YAML::Node node = root;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t dot = std::min(path.find('.', start), path.size());
    const std::string part = path.substr(start, dot - start);
    YAML::Node next(YAML::NodeType::Undefined);
    if (node.IsMap())
      next = node[part];
    else if (node.IsSequence() && part.find_first_not_of("0123456789") == std::string::npos &&
             std::stoul(part) < node.size())
      next = node[std::stoul(part)];
    if (!next.IsDefined()) return next;
    node.reset(next);
    start = dot + 1;
  }
  return node;
}

/// One --set for every needle that the factor's path means: the tip of one that is written out, the offset of
/// a pattern of them.
std::vector<std::string> shifted_tips(const Factor& factor, const YAML::Node& root, const Vector3& shift) {
  const std::string entries = factor.path.substr(0, factor.path.size() - std::string(".tip").size());
  const bool all = entries.find('*') != std::string::npos;
  // The last part of a path may not be a * on a map: a part behind it lets it stand.
  std::vector<std::string> texts;
  for (const std::string& tip_path : expand_path(root, factor.path, factor.path)) {
    const std::string path = tip_path.substr(0, tip_path.size() - std::string(".tip").size());
    const YAML::Node entry = node_at(root, path);
    if (!entry.IsDefined() || !entry.IsMap()) fail(factor, "the base case has no needle at " + path);
    if (entry["intravenous"]) {
      if (!all) fail(factor, path + " is an intravenous dose, which has no needle to shift");
      continue;
    }
    if (entry["needle_line"])
      fail(factor, path + " takes its tip from needle_line; give tip and entry in the base case to shift it");
    if (entry["use"]) {
      texts.push_back(path + ".offset=" + moved(factor, entry["offset"], shift, path + ".offset"));
      continue;
    }
    const YAML::Node tip = entry["tip"];
    if (!tip) fail(factor, path + " has no tip to shift in the base case");
    if (tip.IsSequence())
      texts.push_back(path + ".tip=" + moved(factor, tip, shift, path + ".tip"));
    else
      texts.push_back(path + ".tip.offset=" +
                      moved(factor, tip.IsMap() ? tip["offset"] : YAML::Node(), shift, path + ".tip.offset"));
  }
  if (texts.empty()) fail(factor, "no needle of the base case is at " + factor.path);
  return texts;
}

/// A bare name of a scheme changes the pattern and keeps the base's amounts.
std::string change_of(const Factor& factor, const std::string& value, const YAML::Node& root) {
  if (factor.path != "scheme" || !YAML::Load(value).IsScalar()) return factor.path + "=" + value;
  if (!root["scheme"] || !root["scheme"].IsMap())
    fail(factor, "the name '" + value +
                     "' takes its needle and amounts from the base case, whose scheme must then be a named "
                     "one, as scheme: {use: central_bolus, needle: 22G_end_hole, volume: 1 mL, ...}");
  return "scheme.use=" + value;
}

}  // namespace

std::vector<std::pair<std::string, std::size_t>> case_changes(const Study& study,
                                                              const std::string& base_text,
                                                              const std::vector<std::string>& values) {
  bool has_aliases = false;
  YAML::Node root = parse_document(base_text, study.base, has_aliases);
  if (has_aliases)
    throw InputError(study.base + ": uses aliases (*name), whose parts are shared; a study cannot vary them");
  // What holds others comes before what is in it, and positions come last: they are relative.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < study.factors.size(); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool a_shifts = study.factors[a].kind == Factor::Kind::shift;
    const bool b_shifts = study.factors[b].kind == Factor::Kind::shift;
    if (a_shifts != b_shifts) return b_shifts;
    return depth_of(study.factors[a].path) < depth_of(study.factors[b].path);
  });
  std::vector<std::pair<std::string, std::size_t>> changes;
  for (const std::size_t i : order) {
    const Factor& factor = study.factors[i];
    std::vector<std::string> texts;
    if (factor.kind == Factor::Kind::shift) {
      const YAML::Node shift = YAML::Load(values[i]);
      texts =
          shifted_tips(factor, root, {shift[0].as<double>(), shift[1].as<double>(), shift[2].as<double>()});
    } else {
      texts = {change_of(factor, values[i], root)};
    }
    for (const std::string& text : texts) {
      try {
        apply_overrides(root, {text});
      } catch (const InputError& error) {
        const std::string head = "--set " + text + ": ", message = error.what();
        fail(factor, message.compare(0, head.size(), head) == 0 ? message.substr(head.size()) : message);
      }
      changes.emplace_back(text, i);
    }
  }
  return changes;
}

}  // namespace intratumor
