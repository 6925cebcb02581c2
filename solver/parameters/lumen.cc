// Regions without tissue: air, the lumen of vessels and cavities.
#include <algorithm>
#include <limits>

#include "parameters/drug.h"
#include "parameters/tissue.h"

namespace intratumor {

namespace {

constexpr double open_surface = std::numeric_limits<double>::infinity();
constexpr Range possible_pressure = {-2e4, 1e5};   // Pa
constexpr Range possible_conductance = {0, 1e-3};  // m/(Pa s)

const char* class_name(RegionClass c) {
  if (c == RegionClass::outside) return "outside";
  return c == RegionClass::vessel ? "vessel" : "cavity";
}

RegionClass class_of(const std::string& name) {
  if (name == "outside") return RegionClass::outside;
  return name == "vessel" ? RegionClass::vessel : RegionClass::cavity;
}

}  // namespace

const std::vector<std::string>& lumen_names() {
  static const std::vector<std::string> names = {"outside", "vessel", "cavity", "airway"};
  return names;
}

bool is_lumen_name(const std::string& name) {
  return std::find(lumen_names().begin(), lumen_names().end(), name) != lumen_names().end();
}

Tissue lumen(const std::string& name) {
  Tissue lumen;
  lumen.region_class = class_of(name);
  lumen.name = class_name(lumen.region_class);
  if (lumen.region_class == RegionClass::cavity)
    lumen.wall.pressure = default_parameter(0, Dimension::pressure, "atmospheric");
  return lumen;
}

Tissue read_lumen(const YamlNode& node, const std::string& name) {
  if (!node.is_map()) return lumen(node.one_of(lumen_names()));
  const auto named = node.optional("class");
  Tissue result = lumen(named ? named->one_of(lumen_names()) : name);
  LumenWall& wall = result.wall;
  if (result.region_class == RegionClass::outside)
    for (const char* key : {"pressure", "wall_conductance"})
      node.refuse(
          key,
          "has no effect: what is outside has a sealed surface, the skin; class: cavity has an open one");
  overlay_parameter(node, "pressure", Dimension::pressure, possible_pressure, "case", false, wall.pressure);
  overlay_parameter(node, "wall_conductance", Dimension::vessel_conductivity, possible_conductance, "case",
                    false, wall.conductance);
  node.done();
  const bool cavity = result.region_class == RegionClass::cavity;
  const bool sealed = wall.conductance.given() ? wall.conductance.value == 0 : !cavity;
  if (sealed && wall.pressure.from_case())
    node.required("pressure")
        .fail("has no effect: no fluid passes the wall; give wall_conductance, as 1e-12 m/(Pa s)");
  if (sealed) wall.pressure = Parameter();
  if (!sealed && !wall.pressure.given())
    node.fail("the key 'pressure' is missing: in the vessel, as 90 mmHg in an artery");
  return result;
}

std::string lumen_yaml(const Tissue& lumen) {
  std::string text = "{class: " + std::string(class_name(lumen.region_class));
  if (lumen.wall.pressure.given()) text += ", pressure: " + to_yaml(lumen.wall.pressure);
  if (lumen.wall.conductance.given()) text += ", wall_conductance: " + to_yaml(lumen.wall.conductance);
  return text + "}";
}

TissueCoefficients lumen_coefficients(const Tissue& lumen, const Drug& drug, const std::string& region) {
  TissueCoefficients result;
  result.tissue = lumen.name;
  result.region_class = lumen.region_class;
  WallCoefficients& wall = result.wall;
  const bool cavity = lumen.region_class == RegionClass::cavity;
  wall.pressure = lumen.wall.pressure.value;
  wall.conductance =
      lumen.wall.conductance.given() ? lumen.wall.conductance.value : (cavity ? open_surface : 0);
  wall.permeability = cavity ? open_surface : 0;
  wall.reflection = cavity ? 0 : 1;
  auto own = drug.in.find(region);
  if (own == drug.in.end()) own = drug.in.find(lumen.name);
  if (own == drug.in.end()) return result;
  const DrugInTissue& in = own->second;
  const auto useless = [&](const Parameter& value, const std::string& why) {
    if (value.from_case()) throw InputError(value.where + ": has no effect: " + why);
  };
  const std::string no_tissue = region + " has no tissue";
  useless(in.diffusivity, no_tissue);
  useless(in.accessible_fraction, no_tissue);
  useless(in.target_concentration, no_tissue);
  useless(in.matrix_concentration, no_tissue);
  useless(in.permeability_surface, no_tissue + "; give permeability, in m/s");
  if (lumen.region_class == RegionClass::outside) {
    useless(in.permeability, "the surface of what is outside is sealed; class: cavity has an open one");
    useless(in.solvent_drag_reflection, "no fluid passes the surface of what is outside");
  }
  if (in.permeability.given()) wall.permeability = in.permeability.value;
  if (in.solvent_drag_reflection.given()) {
    if (!wall.passes_fluid())
      useless(in.solvent_drag_reflection,
              "no fluid passes the wall of " + region + "; give tissues." + region + ".wall_conductance");
    wall.reflection = in.solvent_drag_reflection.value;
  }
  return result;
}

}  // namespace intratumor
