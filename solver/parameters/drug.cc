#include "parameters/drug.h"

#include <algorithm>
#include <sstream>

#include "parameters/drug_reader.h"
#include "parameters/limits.h"
#include "parameters/size_scaling.h"

namespace intratumor {

namespace {

const double default_infusion = 3600;  // s

std::string last_part(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

/// A value that follows from the size; published values lie within `factor` of it.
Parameter scaled(double value, Dimension dimension, double factor, double radius, const std::string& what) {
  Parameter result;
  result.value = value;
  result.dimension = dimension;
  result.low = value / factor;
  result.high = value * factor;
  std::ostringstream text;
  text << "size scaling of Schmidt & Wittrup 2009, radius " << radius * 1e9 << " nm, " << what;
  result.source = text.str();
  result.basis = "computed";
  result.set_by = "size";
  return result;
}

/// `own` goes before what is there.
void put_over(const std::map<std::string, Parameter>& own, std::map<std::string, Parameter>& values) {
  for (const auto& [name, value] : own) values[name] = value;
}

/// Every value by class from the drug's radius, but for those that the drug's own class knows better.
void scale_by_size(const ParameterLibrary& library, const DrugClass* kind, Drug& drug) {
  const double radius = drug.hydrodynamic_radius.value;
  drug.permeability.clear();
  drug.solvent_drag_reflection.clear();
  drug.diffusivity.clear();
  drug.accessible_ratio.clear();
  for (const std::string& name : library.names("vessels")) {
    const VesselClass vessels = read_vessel_class(name, library);
    const std::string what = "vessel class " + name;
    drug.permeability[name] =
        scaled(scaled_permeability(radius, vessels), Dimension::permeability, 3, radius, what);
    const Parameter reflection = scaled_reflection(radius, vessels);
    Parameter& entry = drug.solvent_drag_reflection[name];
    entry = scaled(reflection.value, Dimension::dimensionless, 1, radius, what);
    entry.low = reflection.low;
    entry.high = reflection.high;
  }
  for (const std::string& name : library.names("matrices")) {
    const MatrixClass matrix = read_matrix_class(name, library);
    const std::string what = "matrix class " + name;
    drug.diffusivity[name] =
        scaled(scaled_diffusivity(radius, matrix), Dimension::diffusivity, 2, radius, what);
    Parameter& ratio = drug.accessible_ratio[name];
    ratio = scaled(scaled_accessible_ratio(radius, matrix), Dimension::dimensionless, 1.5, radius, what);
    ratio.high = std::min(1.0, ratio.high);
  }
  if (kind == nullptr) return;
  put_over(kind->permeability, drug.permeability);
  put_over(kind->solvent_drag_reflection, drug.solvent_drag_reflection);
  put_over(kind->diffusivity, drug.diffusivity);
  put_over(kind->accessible_ratio, drug.accessible_ratio);
}

/// The radius that a molar mass makes: by the drug's class, or the rule for proteins.
Parameter radius_from_mass(const DrugClass* kind, double molar_mass) {
  if (kind != nullptr && kind->radius_follows()) return kind->radius(molar_mass);
  const double radius = hydrodynamic_radius(molar_mass);
  Parameter result = scaled(radius, Dimension::length, 1.2, radius, "");
  result.source = "0.912 nm (molar mass / kDa)^0.333, as in Schmidt & Wittrup 2009";
  return result;
}

void read_size(const YamlNode& node, const std::string& set_by, const ParameterLibrary& library,
               const DrugClass* kind, Drug& drug) {
  const auto size = node.optional("size");
  if (size && size->is_map()) {
    // The range of a radius that was there before does not belong to another molecule.
    drug.hydrodynamic_radius = Parameter();
    overlay_parameter(*size, "hydrodynamic_radius", Dimension::length, limits::radius.possible, set_by, true,
                      drug.hydrodynamic_radius);
    drug.radius_from_mass = false;
    size->done();
  } else if (size || kind != nullptr) {
    drug.radius_from_mass = true;
  }
  const bool changed = size || node.has("molar_mass");
  if (drug.radius_from_mass && changed) {
    if (!drug.molar_mass.given()) node.required("molar_mass");
    drug.hydrodynamic_radius = radius_from_mass(kind, drug.molar_mass.value);
  }
  if (size || (drug.radius_from_mass && changed)) scale_by_size(library, kind, drug);
}

void read_overrides(const YamlNode& node, const std::string& set_by, Drug& drug) {
  const auto map = map_at(node, "in", false);
  if (!map) return;
  for (const std::string& region : map->keys()) {
    const YamlNode values = *map_at(*map, region, true);
    DrugInTissue& in = drug.in[region];
    in.where = values.where();
    if (values.keys().empty())
      values.fail("is empty; give it a value, as {permeability: 1e-8 m/s}, or remove it");
    if (values.has("permeability") && values.has("permeability_surface"))
      values.required("permeability_surface").fail("give either permeability_surface or permeability");
    if (values.has("permeability")) in.permeability_surface = Parameter();
    if (values.has("permeability_surface")) in.permeability = Parameter();
    overlay_parameter(values, "permeability", Dimension::permeability, limits::permeability_in.possible,
                      set_by, false, in.permeability);
    overlay_parameter(values, "permeability_surface", Dimension::rate_constant, limits::exchange_in.possible,
                      set_by, false, in.permeability_surface);
    overlay_parameter(values, "solvent_drag_reflection", Dimension::dimensionless,
                      limits::drag_reflection_in.possible, set_by, false, in.solvent_drag_reflection);
    overlay_parameter(values, "diffusivity", Dimension::diffusivity, limits::diffusivity_in.possible, set_by,
                      false, in.diffusivity);
    overlay_parameter(values, "accessible_fraction", Dimension::dimensionless, limits::accessible_in.possible,
                      set_by, false, in.accessible_fraction);
    overlay_parameter(values, "target_concentration", Dimension::molar_concentration,
                      limits::target_concentration_in.possible, set_by, false, in.target_concentration);
    overlay_parameter(values, "matrix_concentration", Dimension::molar_concentration,
                      limits::matrix_concentration_in.possible, set_by, false, in.matrix_concentration);
    values.done();
  }
  map->done();
}

/// Refuses keys that a drug does not have before any is read, so that a misspelt one is not reported as
/// missing.
void check_keys(const YamlNode& node, const std::string& set_by) {
  for (const char* key :
       {"name", "class", "molar_mass", "size", "activity", "particles_per_pfu", "flow_limited",
        "permeability", "solvent_drag_reflection", "diffusivity", "accessible_ratio", "degradation",
        "pharmacokinetics", "intravenous_duration", "dissociation_constant", "binding", "in",
        set_by == "case" ? "like" : "description"})
    node.has(key);
  node.done();
}

void check_size(const YamlNode& node) {
  const auto size = node.optional("size");
  if (size && !size->is_map() && !(size->is_scalar() && size->text() == "molar_mass"))
    size->fail("must be {hydrodynamic_radius: LENGTH}, or molar_mass to derive the radius from it");
}

/// The size of a particle does not follow from its mass, whatever the mass is.
void require_size(const YamlNode& node, const DrugClass* kind) {
  if (kind == nullptr || kind->radius_follows()) return;
  const auto size = node.optional("size");
  if (size && size->is_map()) return;
  (size ? *size : node)
      .fail("the size of a " + kind->name +
            " does not follow from its mass; give size: {hydrodynamic_radius: 50 nm}");
}

/// What converts units of activity into mass and particles.
void read_conversions(const YamlNode& node, const std::string& set_by, Drug& drug) {
  overlay_parameter(node, "activity", Dimension::specific_activity, limits::activity.possible, set_by, false,
                    drug.activity);
  overlay_parameter(node, "particles_per_pfu", Dimension::dimensionless, limits::particles_per_pfu.possible,
                    set_by, false, drug.particles_per_pfu);
}

/// What `node` says, over what `drug` holds; `complete`: it holds nothing yet.
Drug overlay(const YamlNode& node, Drug drug, bool complete, const std::string& set_by,
             const ParameterLibrary& library) {
  check_keys(node, set_by);
  if (const auto name = node.optional("name")) drug.name = name->text();
  std::optional<DrugClass> known;
  if (const auto name = node.optional("class")) {
    if (!complete) name->fail("has no effect beside like, whose file gives every value");
    known = read_drug_class(*name, library);
  }
  const DrugClass* kind = known ? &*known : nullptr;
  check_size(node);
  require_size(node, kind);
  const auto size = node.optional("size");
  overlay_parameter(node, "molar_mass", Dimension::molar_mass, limits::molar_mass.possible, set_by,
                    complete && !(size && size->is_map()), drug.molar_mass);
  read_conversions(node, set_by, drug);
  read_size(node, set_by, library, kind, drug);
  if (complete && kind == nullptr)
    drug.flow_limited = node.required("flow_limited").boolean();
  else if (const auto flow = node.optional("flow_limited"))
    drug.flow_limited = flow->boolean();
  else if (kind != nullptr)
    drug.flow_limited = kind->flow_limited;

  const auto by_class = [&](const char* key, const char* of, Dimension dimension, const Range& limits,
                            std::map<std::string, Parameter>& values) {
    read_by_class(node, key, of, dimension, limits, set_by, values.empty(), library, values);
  };
  by_class("permeability", "vessels", Dimension::permeability, limits::permeability.possible,
           drug.permeability);
  by_class("solvent_drag_reflection", "vessels", Dimension::dimensionless, limits::drag_reflection.possible,
           drug.solvent_drag_reflection);
  by_class("diffusivity", "matrices", Dimension::diffusivity, limits::diffusivity.possible, drug.diffusivity);
  by_class("accessible_ratio", "matrices", Dimension::dimensionless, limits::accessible_ratio.possible,
           drug.accessible_ratio);
  if (kind != nullptr) drug.degradation = kind->degradation;
  overlay_parameter(node, "degradation", Dimension::rate_constant, limits::degradation.possible, set_by,
                    complete, drug.degradation);
  read_pharmacokinetics(node, set_by, complete, kind, drug);
  overlay_parameter(node, "intravenous_duration", Dimension::time, limits::intravenous_duration.possible,
                    set_by, false, drug.intravenous_duration);
  if (!drug.intravenous_duration.given())
    drug.intravenous_duration =
        default_parameter(default_infusion, Dimension::time, "usual infusion of 60 min");
  overlay_parameter(node, "dissociation_constant", Dimension::molar_concentration,
                    limits::dissociation_constant.possible, set_by, false, drug.dissociation_constant);
  read_overrides(node, set_by, drug);
  read_binding(node, set_by, library, drug);
  return drug;
}

Drug of_file(const YamlNode& file, const std::string& name, const ParameterLibrary& library) {
  if (!file.is_map()) file.fail("must be a map of a drug's values");
  Drug drug;
  drug.name = name;
  return overlay(file, drug, true, ParameterLibrary::label("drugs", name), library);
}

}  // namespace

void read_by_class(const YamlNode& node, const std::string& key, const std::string& kind, Dimension dimension,
                   const Range& limits, const std::string& set_by, bool needed,
                   const ParameterLibrary& library, std::map<std::string, Parameter>& values) {
  const auto map = map_at(node, key, needed);
  if (!map) return;
  for (const std::string& name : library.names(kind)) {
    Parameter value = values.count(name) != 0 ? values[name] : Parameter();
    overlay_parameter(*map, name, dimension, limits, set_by, false, value);
    if (value.given()) values[name] = value;
  }
  map->done();
}

Drug read_drug(const std::string& name, const ParameterLibrary& library) {
  return of_file(library.load("drugs", name), name, library);
}

Drug read_drug(const YamlNode& node, const ParameterLibrary& library) {
  if (node.is_scalar()) return of_file(library.load("drugs", node), node.text(), library);
  if (!node.is_map()) node.fail("must be the name of a drug, {like: NAME, key: value}, or all its values");
  if (const auto like = node.optional("like")) {
    const Drug base = of_file(library.load("drugs", *like), like->text(), library);
    return overlay(node, base, false, "case", library);
  }
  Drug drug;
  drug.name = last_part(node.path());
  return overlay(node, drug, true, "case", library);
}

void check_overrides(const Drug& drug, const std::vector<std::string>& regions_and_tissues) {
  for (const auto& [name, in] : drug.in) {
    const auto values = in.values();
    const bool from_case =
        std::any_of(values.begin(), values.end(), [](const Parameter* p) { return p->from_case(); });
    const bool known =
        std::find(regions_and_tissues.begin(), regions_and_tissues.end(), name) != regions_and_tissues.end();
    if (known || !from_case) continue;
    std::string message = in.where + ": '" + name + "' is neither a region nor a tissue of this case";
    const std::string nearest = nearest_name(name, regions_and_tissues);
    if (!nearest.empty()) message += "; did you mean " + nearest + "?";
    throw InputError(message);
  }
}

}  // namespace intratumor
