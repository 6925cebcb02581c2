#include "parameters/size_scaling.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace intratumor {

namespace {

const double nanometre = 1e-9;
const double largest_lambda = 0.9;

/// Paine & Scherr 1975: drag on a sphere in a pore, at lambda = 0.60, 0.62, ... 0.90.
const std::array<double, 16> drag = {11.14580,  12.87453,  14.98751,  17.59862, 20.86550, 25.01092,
                                     30.35733,  37.38467,  46.83132,  59.87967, 78.51925, 106.31670,
                                     150.22684, 225.51931, 372.41035, 737.25652};

/// Between the table's entries by its logarithm.
double paine_scherr_drag(double lambda) {
  const double position = std::clamp((lambda - 0.6) / 0.02, 0.0, double(drag.size() - 1));
  const std::size_t i = std::min(std::size_t(position), drag.size() - 2);
  const double t = position - double(i);
  return std::exp((1 - t) * std::log(drag[i]) + t * std::log(drag[i + 1]));
}

const Range positive_length = {0, 1e-3, true};
const Range share_limits = {0, 1};

}  // namespace

double hydrodynamic_radius(double molar_mass) {
  return 0.912 * nanometre * std::pow(molar_mass, 0.333);  // kDa is kg/mol
}

double molar_mass_of_protein(double radius) {
  return std::pow(radius / (0.912 * nanometre), 1 / 0.333);
}

double glomerular_sieving(double molar_mass) {
  return std::exp(1 - 8.7 / (1 + std::exp(0.028 * (72.3 - molar_mass))));
}

double renal_clearance(double molar_mass) {
  constexpr double filtration = 7.2e-3 / 3600;  // m^3/s
  return filtration * glomerular_sieving(molar_mass);
}

double mouse_elimination(double radius) {
  constexpr double hour = 3600;
  const double r = radius / nanometre;
  return (7.494 - 3.069 * r + 0.3872 * r * r - 0.01415 * r * r * r) / hour;
}

double free_diffusivity(double radius) {
  return 3e-10 * nanometre / radius;
}

double pore_hindrance(double lambda) {
  if (lambda > largest_lambda) return 0;
  if (lambda >= 0.6) return (1 - lambda) * (1 - lambda) / paine_scherr_drag(lambda);
  const double l3 = lambda * lambda * lambda;
  const double l5 = l3 * lambda * lambda;
  return (1 - 2.105 * lambda + 2.0865 * l3 - 1.7068 * l5 + 0.72603 * l5 * lambda) / (1 - 0.75857 * l5);
}

double pore_partition(double lambda) {
  return lambda > largest_lambda ? 0 : (1 - lambda) * (1 - lambda);
}

VesselClass read_vessel_class(const std::string& name, const ParameterLibrary& library) {
  const YamlNode file = library.load("vessels", name);
  const std::string set_by = ParameterLibrary::label("vessels", name);
  VesselClass result;
  result.name = name;
  file.has("description");
  for (const YamlNode& item : file.required("pores").items()) {
    VesselClass::Pore pore;
    overlay_parameter(item, "radius", Dimension::length, positive_length, set_by, true, pore.radius);
    overlay_parameter(item, "area_per_length", Dimension::area_per_volume, {0, 1e9}, set_by, true,
                      pore.area_per_length);
    item.done();
    result.pores.push_back(pore);
  }
  const YamlNode points = file.required("solvent_drag_reflection");
  for (const YamlNode& item : points.items()) {
    VesselClass::Reflection point;
    point.radius = item.required("at").quantity(Dimension::length, positive_length);
    if (!result.reflection.empty() && point.radius <= result.reflection.back().radius)
      item.fail("radii must ascend");
    point.value = read_parameter(item, Dimension::dimensionless, share_limits, set_by);
    result.reflection.push_back(point);
  }
  if (result.reflection.empty()) points.fail("needs at least one point");
  file.done();
  return result;
}

MatrixClass read_matrix_class(const std::string& name, const ParameterLibrary& library) {
  const YamlNode file = library.load("matrices", name);
  const std::string set_by = ParameterLibrary::label("matrices", name);
  MatrixClass result;
  result.name = name;
  file.has("description");
  double total = 0;
  const YamlNode pores = file.required("pores");
  for (const YamlNode& item : pores.items()) {
    MatrixClass::Pore pore;
    overlay_parameter(item, "radius", Dimension::length, positive_length, set_by, true, pore.radius);
    overlay_parameter(item, "share", Dimension::dimensionless, share_limits, set_by, true, pore.share);
    item.done();
    total += pore.share.value;
    result.pores.push_back(pore);
  }
  if (total > 1 + 1e-12) pores.fail("the shares sum to more than 1");
  overlay_parameter(file, "diffusivity_factor", Dimension::dimensionless, {0, 1, true}, set_by, true,
                    result.diffusivity_factor);
  file.done();
  return result;
}

double scaled_permeability(double radius, const VesselClass& vessels) {
  double sum = 0;  // 1/m
  for (const VesselClass::Pore& pore : vessels.pores) {
    const double lambda = radius / pore.radius.value;
    sum += pore_hindrance(lambda) * pore_partition(lambda) * pore.area_per_length.value;
  }
  return free_diffusivity(radius) * sum;
}

Parameter scaled_reflection(double radius, const VesselClass& vessels) {
  const auto& points = vessels.reflection;
  if (radius <= points.front().radius) return points.front().value;
  if (radius >= points.back().radius) return points.back().value;
  const auto above =
      std::find_if(points.begin(), points.end(), [&](const auto& point) { return point.radius >= radius; });
  const auto below = above - 1;
  const double t = (radius - below->radius) / (above->radius - below->radius);
  Parameter result = below->value;
  result.value += t * (above->value.value - result.value);
  result.low += t * (above->value.low - result.low);
  result.high += t * (above->value.high - result.high);
  return result;
}

double scaled_diffusivity(double radius, const MatrixClass& matrix) {
  double sum = matrix.pores.empty() ? 1 : 0;
  for (const MatrixClass::Pore& pore : matrix.pores)
    sum += pore.share.value * pore_hindrance(radius / pore.radius.value);
  return matrix.diffusivity_factor.value * free_diffusivity(radius) * sum;
}

double scaled_accessible_ratio(double radius, const MatrixClass& matrix) {
  double sum = matrix.pores.empty() ? 1 : 0;
  for (const MatrixClass::Pore& pore : matrix.pores)
    sum += pore.share.value * pore_partition(radius / pore.radius.value);
  return sum;
}

}  // namespace intratumor
