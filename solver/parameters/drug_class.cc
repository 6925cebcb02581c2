#include "parameters/drug_class.h"

#include <cmath>
#include <sstream>

#include "parameters/drug_reader.h"
#include "parameters/limits.h"

namespace intratumor {

Parameter DrugClass::radius(double molar_mass) const {
  // kDa is kg/mol.
  const double factor = std::pow(molar_mass, radius_exponent.value);
  Parameter result = radius_coefficient;
  result.value *= factor;
  result.low *= factor;
  result.high *= factor;
  std::ostringstream text;
  text << radius_coefficient.value * 1e9 << " nm (molar mass / kDa)^" << radius_exponent.value << ", class "
       << name << ": " << radius_coefficient.source;
  result.source = text.str();
  result.basis = "computed";
  result.set_by = "size";
  return result;
}

DrugClass read_drug_class(const YamlNode& node, const ParameterLibrary& library) {
  const YamlNode file = library.load("drug_classes", node);
  DrugClass result;
  result.name = node.text();
  const std::string set_by = ParameterLibrary::label("drug_classes", result.name);
  file.has("description");
  result.flow_limited = file.required("flow_limited").boolean();
  if (const auto radius = map_at(file, "radius", false)) {
    overlay_parameter(*radius, "coefficient", Dimension::length, limits::radius.possible, set_by, true,
                      result.radius_coefficient);
    overlay_parameter(*radius, "exponent", Dimension::dimensionless, {0, 1}, set_by, true,
                      result.radius_exponent);
    radius->done();
  }
  overlay_parameter(file, "degradation", Dimension::rate_constant, limits::degradation.possible, set_by, true,
                    result.degradation);
  const YamlNode lymph = *map_at(file, "lymph", true);
  read_lymph(lymph, set_by, true, result.lymph_delay, result.lymph_stages);
  read_by_class(file, "permeability", "vessels", Dimension::permeability, limits::permeability.possible,
                set_by, false, library, result.permeability);
  read_by_class(file, "solvent_drag_reflection", "vessels", Dimension::dimensionless,
                limits::drag_reflection.possible, set_by, false, library, result.solvent_drag_reflection);
  read_by_class(file, "diffusivity", "matrices", Dimension::diffusivity, limits::diffusivity.possible, set_by,
                false, library, result.diffusivity);
  read_by_class(file, "accessible_ratio", "matrices", Dimension::dimensionless,
                limits::accessible_ratio.possible, set_by, false, library, result.accessible_ratio);
  file.done();
  return result;
}

}  // namespace intratumor
