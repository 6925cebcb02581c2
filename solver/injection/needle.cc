#include "injection/needle.h"

#include <algorithm>

#include "injection/case_reading.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

std::vector<double> read_holes(const YamlNode& node) {
  YamlNode list = node;
  if (node.is_map()) {
    list = node.required("distances");
    node.has("source");
    node.has("basis");
    node.done();
  }
  std::vector<double> distances;
  for (const YamlNode& item : list.items()) {
    distances.push_back(item.quantity(Dimension::length, limits::hole_distance.possible));
    if (distances.size() > 1 && distances.back() <= distances[distances.size() - 2])
      item.fail("distances of holes from the tip must ascend");
  }
  if (distances.empty()) list.fail("a needle needs a hole: [0 mm] is an end hole");
  return distances;
}

/// What `node` says, over what `needle` holds; `complete`: it holds nothing yet.
Needle overlay(const YamlNode& node, Needle needle, bool complete, const std::string& set_by) {
  if (set_by == "case") {
    check_keys(node, {"like", "name", "outer_diameter", "holes", "hole_diameter"},
               {{"inner_diameter", "the resistance of needles is not available yet; remove it"}});
  } else {
    check_keys(node, {"description", "name", "outer_diameter", "inner_diameter", "holes", "hole_diameter"},
               {});
    if (const auto inner = node.optional("inner_diameter"))
      read_parameter(*inner, Dimension::length, limits::needle_diameter.possible, set_by);
  }
  if (const auto name = node.optional("name")) needle.name = name->text();
  overlay_parameter(node, "outer_diameter", Dimension::length, limits::needle_diameter.possible, set_by,
                    complete, needle.outer_diameter);
  const auto holes = complete ? node.required("holes") : node.optional("holes");
  if (holes) needle.hole_distances = read_holes(*holes);
  const bool at_side = needle.hole_distances.back() > 0;
  if (!at_side && node.has("hole_diameter"))
    node.required("hole_diameter").fail("has no effect: every hole is at the tip");
  if (!at_side) needle.hole_diameter = Parameter();
  if (at_side) {
    overlay_parameter(node, "hole_diameter", Dimension::length, limits::hole_diameter.possible, set_by,
                      !needle.hole_diameter.given(), needle.hole_diameter);
    if (needle.hole_diameter.value > needle.outer_diameter.value)
      node.fail("a hole in the side cannot be wider than the needle");
  }
  return needle;
}

Needle of_file(const YamlNode& name, const ParameterLibrary& library) {
  const YamlNode file = library.load("needles", name);
  Needle needle;
  needle.name = name.text();
  return overlay(file, needle, true, ParameterLibrary::label("needles", needle.name));
}

}  // namespace

Needle read_needle(const YamlNode& node, const ParameterLibrary& library) {
  if (node.is_scalar()) return of_file(node, library);
  if (!node.is_map()) node.fail("must be the name of a needle, as 22G_end_hole, or {like: NAME, key: value}");
  if (const auto like = node.optional("like")) return overlay(node, of_file(*like, library), false, "case");
  Needle needle;
  needle.name = "needle";
  return overlay(node, needle, true, "case");
}

std::string to_yaml(const Needle& needle) {
  std::string text = "{name: " + quoted(needle.name) + ", outer_diameter: " + to_yaml(needle.outer_diameter);
  text += ", holes: " + quantities_text(needle.hole_distances, Dimension::length);
  if (needle.hole_diameter.given()) text += ", hole_diameter: " + to_yaml(needle.hole_diameter);
  return text + "}";
}

}  // namespace intratumor
