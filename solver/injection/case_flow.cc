#include <algorithm>

#include "injection/case_reading.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

bool is_word(const std::string& text) {
  return !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

FarFieldInput read_far_field(const YamlNode& node) {
  FarFieldInput far_field;
  const std::string text = node.is_scalar() ? node.text() : "";
  if (is_word(text) && text != "equilibrium" && text != "sealed") {
    const std::string nearest = nearest_name(text, {"equilibrium", "sealed"});
    node.fail("unknown '" + text + "'" + (nearest.empty() ? "" : "; did you mean " + nearest + "?") +
              " (equilibrium, sealed or a pressure, e.g. 0 Pa)");
  }
  if (text == "sealed") {
    far_field.kind = FarFieldInput::Kind::sealed;
  } else if (text != "equilibrium") {
    far_field.kind = FarFieldInput::Kind::value;
    far_field.pressure = node.quantity(Dimension::pressure, limits::far_pressure.possible);
  }
  return far_field;
}

/// One choice for all faces, or a map with one for each and `others` for the rest.
void read_faces(const YamlNode& node, Case& c) {
  if (!node.is_map()) {
    c.far_field = read_far_field(node);
    return;
  }
  std::vector<std::string> known(box_faces.begin(), box_faces.end());
  known.emplace_back("others");
  check_keys(node, known, {});
  for (const std::string& face : node.keys())
    (face == "others" ? c.far_field : c.faces[face]) = read_far_field(node.required(face));
  const auto others = node.optional("others");
  if (others && c.faces.size() == box_faces.size())
    others->fail("has no effect: every face has a choice of its own");
}

CollapseInput read_collapse(const YamlNode& node, bool vessels) {
  CollapseInput collapse;
  if (!node.is_map()) {
    if (!node.is_scalar() || node.text() != "none")
      node.fail("must be none or a map, as {floor: 0.05, width: 10 mmHg}");
    collapse.on = false;
    return collapse;
  }
  check_keys(node, {"floor", "width"}, {});
  if (!vessels) node.fail("has no effect: no tissue of this case has vessels; remove it, or say none");
  if (const auto floor = node.optional("floor"))
    collapse.floor = floor->number(limits::collapse_floor.possible);
  if (const auto width = node.optional("width"))
    collapse.width = width->quantity(Dimension::pressure, limits::collapse_width.possible);
  return collapse;
}

}  // namespace

void read_flow(const std::optional<YamlNode>& node, Case& c) {
  c.collapse.on =
      std::any_of(c.tissues.begin(), c.tissues.end(), [](const Tissue& t) { return t.vessel.exist(); });
  if (!node) return;
  check_keys(*node, {"far_field", "collapse"}, {});
  if (const auto far_field = node->optional("far_field")) read_faces(*far_field, c);
  if (const auto collapse = node->optional("collapse")) c.collapse = read_collapse(*collapse, c.collapse.on);
}

}  // namespace intratumor
