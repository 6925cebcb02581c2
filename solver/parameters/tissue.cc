#include "parameters/tissue.h"

#include "parameters/limits.h"

namespace intratumor {

namespace {

/// When a value must be there, and when it has no effect.
enum class Need { always, wall, starling, effective, flow, defaulted, optional };

/// One number of a tissue: where it stands in a file and what it may be.
struct Entry {
  std::string group;  ///< vessel, lymph, or none
  std::string key;
  Limit limit;
  Need need;
  Parameter Tissue::*direct;
  Parameter VesselBed::*wall;  ///< used when set

  template <class AnyTissue>
  auto& of(AnyTissue& tissue) const {
    return wall != nullptr ? tissue.vessel.*wall : tissue.*direct;
  }
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> list = {
      {"", "hydraulic_conductivity", limits::conductivity, Need::always, &Tissue::hydraulic_conductivity,
       nullptr},
      {"vessel", "surface_per_volume", limits::surface_per_volume, Need::wall, nullptr,
       &VesselBed::surface_per_volume},
      {"vessel", "hydraulic_conductivity", limits::vessel_conductivity, Need::wall, nullptr,
       &VesselBed::hydraulic_conductivity},
      {"vessel", "reflection", limits::reflection, Need::starling, nullptr, &VesselBed::reflection},
      {"vessel", "vascular_pressure", limits::vascular_pressure, Need::starling, nullptr,
       &VesselBed::vascular_pressure},
      {"vessel", "plasma_oncotic_pressure", limits::plasma_oncotic, Need::starling, nullptr,
       &VesselBed::plasma_oncotic_pressure},
      {"vessel", "interstitial_oncotic_pressure", limits::interstitial_oncotic, Need::starling, nullptr,
       &VesselBed::interstitial_oncotic_pressure},
      {"vessel", "effective_pressure", limits::effective_pressure, Need::effective, nullptr,
       &VesselBed::effective_pressure},
      {"lymph", "filtration", limits::lymph_filtration, Need::always, &Tissue::lymph_filtration, nullptr},
      {"lymph", "pressure", limits::lymph_pressure, Need::defaulted, &Tissue::lymph_pressure, nullptr},
      {"", "fluid_fraction", limits::fluid_fraction, Need::always, &Tissue::fluid_fraction, nullptr},
      {"", "perfusion", limits::perfusion, Need::flow, &Tissue::perfusion, nullptr},
      {"", "youngs_modulus", limits::youngs_modulus, Need::optional, &Tissue::youngs_modulus, nullptr},
      {"", "opening_pressure", limits::opening_pressure, Need::optional, &Tissue::opening_pressure, nullptr},
  };
  return list;
}

bool of_vessels(const Entry& entry) {
  return entry.group == "vessel" || entry.need == Need::flow;
}

std::string last_part(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

/// Reads vessel.class, and drops what the change leaves without meaning.
void read_vessel_class_name(const std::optional<YamlNode>& vessel, const ParameterLibrary& library,
                            bool complete, Tissue& tissue) {
  if (!vessel) return;
  std::vector<std::string> classes = library.names("vessels");
  classes.push_back("none");
  if (complete)
    tissue.vessel.vessel_class = vessel->required("class").one_of(classes);
  else if (const auto name = vessel->optional("class"))
    tissue.vessel.vessel_class = name->one_of(classes);

  if (!tissue.vessel.exist())
    for (const Entry& entry : entries())
      if (of_vessels(entry)) entry.of(tissue) = Parameter();

  // Either an effective pressure or the four pressures of Starling's law: what is given drops the other.
  const bool effective = vessel->has("effective_pressure");
  for (const Entry& entry : entries()) {
    if (entry.need != Need::starling) continue;
    if (const auto other = vessel->optional(entry.key)) {
      if (effective) other->fail("has no effect beside effective_pressure");
      tissue.vessel.effective_pressure = Parameter();
    }
    if (effective) entry.of(tissue) = Parameter();
  }
}

/// A modulus that a case gives stands in for the threshold of the file; beside a threshold it has no effect.
void settle_opening(const YamlNode& node, Tissue& tissue) {
  const auto modulus = node.optional("youngs_modulus");
  if (!modulus || !tissue.youngs_modulus.from_case()) return;
  if (node.has("opening_pressure")) modulus->fail("has no effect beside opening_pressure");
  tissue.opening_pressure = Parameter();
}

/// Refuses keys that a tissue does not have before any is read, so that a misspelt one is not reported as
/// missing.
void check_keys(const YamlNode& node, const std::optional<YamlNode>& vessel,
                const std::optional<YamlNode>& lymph, const std::string& set_by) {
  for (const char* key : {"name", "vessel", "lymph", "matrix", set_by == "case" ? "like" : "description"})
    node.has(key);
  if (vessel) vessel->has("class");
  for (const Entry& entry : entries()) {
    if (entry.group.empty()) node.has(entry.key);
    if (entry.group == "vessel" && vessel) vessel->has(entry.key);
    if (entry.group == "lymph" && lymph) lymph->has(entry.key);
  }
  node.done();
  if (vessel) vessel->done();
  if (lymph) lymph->done();
}

/// What `node` says, over what `tissue` holds; `complete`: it holds nothing yet.
Tissue overlay(const YamlNode& node, Tissue tissue, bool complete, const std::string& set_by,
               const ParameterLibrary& library) {
  check_keys(node, map_at(node, "vessel", false), map_at(node, "lymph", false), set_by);
  if (const auto name = node.optional("name")) tissue.name = name->text();
  const std::optional<YamlNode> vessel = map_at(node, "vessel", complete);
  const std::optional<YamlNode> lymph = map_at(node, "lymph", complete);
  read_vessel_class_name(vessel, library, complete, tissue);

  for (const Entry& entry : entries()) {
    const std::optional<YamlNode> group =
        entry.group.empty() ? node : (entry.group == "vessel" ? vessel : lymph);
    if (!group) continue;
    if (of_vessels(entry) && !tissue.vessel.exist()) {
      if (const auto useless = group->optional(entry.key))
        useless->fail("has no effect: the tissue has no vessels (vessel.class is none)");
      continue;
    }
    Parameter& parameter = entry.of(tissue);
    const bool needed = entry.need == Need::always || entry.need == Need::wall ||
                        (entry.need == Need::starling && !group->has("effective_pressure") &&
                         !tissue.vessel.effective_pressure.given());
    overlay_parameter(*group, entry.key, entry.limit.dimension, entry.limit.possible, set_by, needed,
                      parameter);
    if (entry.need == Need::defaulted && !parameter.given())
      parameter = default_parameter(0, entry.limit.dimension, "atmospheric");
  }

  settle_opening(node, tissue);

  const std::vector<std::string> matrices = library.names("matrices");
  if (complete)
    tissue.matrix = node.required("matrix").one_of(matrices);
  else if (const auto matrix = node.optional("matrix"))
    tissue.matrix = matrix->one_of(matrices);
  return tissue;
}

Tissue of_file(const YamlNode& file, const std::string& name, const ParameterLibrary& library) {
  if (!file.is_map()) file.fail("must be a map of a tissue's values");
  Tissue tissue;
  tissue.name = name;
  return overlay(file, tissue, true, ParameterLibrary::label("tissues", name), library);
}

}  // namespace

Tissue read_tissue(const std::string& name, const ParameterLibrary& library) {
  return of_file(library.load("tissues", name), name, library);
}

Tissue read_tissue(const YamlNode& node, const ParameterLibrary& library) {
  const std::string region = last_part(node.path());
  if (node.is_scalar() && is_lumen_name(node.text())) return read_lumen(node, node.text());
  if (node.is_map() && !node.has("like") && (node.has("class") || is_lumen_name(region)))
    return read_lumen(node, region);
  if (node.is_scalar()) return of_file(library.load("tissues", node), node.text(), library);
  if (!node.is_map()) node.fail("must be the name of a tissue, {like: NAME, key: value}, or all its values");
  if (const auto like = node.optional("like")) {
    const Tissue base = of_file(library.load("tissues", *like), like->text(), library);
    return overlay(node, base, false, "case", library);
  }
  Tissue tissue;
  tissue.name = region;
  // --set made this map to reach a key below a region that the case leaves to the file of its name.
  if (node.created() && library.has("tissues", tissue.name))
    return overlay(node, read_tissue(tissue.name, library), false, "case", library);
  return overlay(node, tissue, true, "case", library);
}

std::string to_yaml(const Tissue& tissue) {
  if (tissue.region_class != RegionClass::tissue) return lumen_yaml(tissue);
  std::string groups[2] = {"class: " + quoted(tissue.vessel.vessel_class), ""};
  std::string text = "{name: " + quoted(tissue.name);
  for (const Entry& entry : entries()) {
    const Parameter& parameter = entry.of(tissue);
    if (!parameter.given()) continue;
    const std::string item = entry.key + ": " + to_yaml(parameter);
    if (entry.group.empty()) {
      text += ", " + item;
    } else {
      std::string& group = groups[entry.group == "lymph"];
      group += (group.empty() ? "" : ", ") + item;
    }
  }
  return text + ", vessel: {" + groups[0] + "}, lymph: {" + groups[1] +
         "}, matrix: " + quoted(tissue.matrix) + "}";
}

bool operator==(const Tissue& a, const Tissue& b) {
  return to_yaml(a) == to_yaml(b);
}

std::vector<NamedParameter> parameters(const Tissue& tissue) {
  std::vector<NamedParameter> result;
  if (tissue.wall.pressure.given()) result.push_back({"pressure", &tissue.wall.pressure});
  if (tissue.wall.conductance.given()) result.push_back({"wall_conductance", &tissue.wall.conductance});
  for (const Entry& entry : entries()) {
    const Parameter& parameter = entry.of(tissue);
    if (parameter.given())
      result.push_back({(entry.group.empty() ? "" : entry.group + ".") + entry.key, &parameter});
  }
  return result;
}

}  // namespace intratumor
