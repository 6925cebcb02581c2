#include <cmath>
#include <set>

#include "injection/case_warnings.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

constexpr double far_factor = 3;

/// How far a value may be from a published range before it is warned of: by a factor, or, where a factor
/// means little because values may be negative or have an end, by the range's width.
Range widened(const Parameter& p) {
  if (p.dimension == Dimension::pressure || p.dimension == Dimension::dimensionless) {
    const double width = p.high - p.low;
    return {p.low - width, p.high + width};
  }
  return {p.low > 0 ? p.low / far_factor : p.low * far_factor, p.high * far_factor};
}

class Warnings {
 public:
  /// `key` names a limit; `path` where the value stands.
  void check(const Limit& limit, const std::string& path, double value) {
    if (inside(value, limit.usual)) return;
    // Parts of a named scheme say the same.
    if (!said_.insert(std::string(limit.key) + exact_text(value)).second) return;
    list_.push_back(path + ": " + readable_text(value, limit.dimension) + " is unusual; expected " +
                    describe(limit.usual, limit.dimension) + " (" + limit.why + "): is the unit right?");
  }

  void check(const std::string& path, const Parameter& p) {
    if (!p.from_case()) return;
    if (!p.has_range()) {
      if (const Limit* limit = limit_of(path)) check(*limit, path, p.value);
      return;
    }
    if (inside(p.value, widened(p))) return;
    list_.push_back(path + ": " + readable_text(p.value, p.dimension) +
                    " is far outside the range of published values, " +
                    describe(Range{p.low, p.high}, p.dimension) + ": is the unit right?");
  }

  void check(const std::string& prefix, const std::vector<NamedParameter>& parameters) {
    for (const NamedParameter& named : parameters) check(prefix + "." + named.key, *named.parameter);
  }

  void shell_beyond(double shell, double margin) {
    list_.push_back("exposure.shell: " + readable_text(shell, Dimension::length) +
                    " round the target is more than geometry.margin, " +
                    readable_text(margin, Dimension::length) + ": off_target holds what is meshed of it");
  }

  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
  std::set<std::string> said_;
};

void check_amount(Warnings& warnings, const Case& c, const std::string& path, double amount) {
  if (c.drug.molar_mass.given())
    warnings.check(limits::mass, path, amount * c.drug.molar_mass.value);
  else
    warnings.check(limits::amount, path, amount);
}

void check_scheme(Warnings& warnings, const Case& c) {
  for (std::size_t k = 0; k < c.needles.size(); ++k) {
    const NeedleInjection& needle = c.needles[k];
    const std::string entry = "scheme." + std::to_string(k);
    warnings.check(limits::volume, entry + ".volume", needle.volume);
    warnings.check(limits::over, entry + ".over", needle.duration);
    if (needle.duration > 0) warnings.check(limits::rate, entry + ".rate", needle.volume / needle.duration);
    if (c.drug.molar_mass.given())
      warnings.check(limits::mass_concentration, entry + ".concentration",
                     needle.concentration * c.drug.molar_mass.value);
    else
      warnings.check(limits::concentration, entry + ".concentration", needle.concentration);
    check_amount(warnings, c, entry + ".dose", needle.amount);
    warnings.check(entry + ".needle.outer_diameter", needle.outer_diameter);
    warnings.check(entry + ".needle.hole_diameter", needle.hole_diameter);
    for (const double distance : needle.hole_distances)
      warnings.check(limits::hole_distance, entry + ".needle.holes", distance);
  }
  for (const IntravenousDose& dose : c.intravenous) {
    check_amount(warnings, c, "scheme: intravenous.dose", dose.amount);
    warnings.check(limits::over, "scheme: intravenous.over", dose.duration);
  }
}

}  // namespace

std::vector<std::string> implausible_values(const Case& c) {
  Warnings warnings;
  warnings.check(limits::margin, "geometry.margin", c.geometry.margin);
  if (c.geometry.mesh && c.geometry.mesh->voxel > 0)
    warnings.check(limits::voxel, "geometry.voxel", c.geometry.mesh->voxel);
  for (std::size_t r = 0; r < c.regions.size(); ++r)
    warnings.check("tissues." + c.regions[r], parameters(c.tissues[r]));
  warnings.check("drug", parameters(c.drug));
  const bool mouse = c.patient.species == "mouse";
  warnings.check(mouse ? limits::mouse_weight : limits::human_weight, "patient.body_weight",
                 c.patient.body_weight.value);
  check_scheme(warnings, c);
  if (c.far_field.kind == FarFieldInput::Kind::value)
    warnings.check(limits::far_pressure, "flow.far_field", c.far_field.pressure);
  if (c.collapse.on) {
    warnings.check(limits::collapse_floor, "flow.collapse.floor", c.collapse.floor);
    warnings.check(limits::collapse_width, "flow.collapse.width", c.collapse.width);
  }
  warnings.check(limits::until, "run.until", c.until);
  warnings.check(limits::shell, "exposure.shell", c.shell);
  if (c.shell > c.geometry.margin) warnings.shell_beyond(c.shell, c.geometry.margin);
  if (c.checkpoint_interval > 0) warnings.check(limits::checkpoint, "run.checkpoint", c.checkpoint_interval);
  warnings.check(limits::cell, "numerics.h_min", c.numerics.h_min);
  warnings.check(limits::tolerance, "numerics.time_tolerance", c.numerics.time_tolerance);
  warnings.check(limits::coverage_tolerance, "numerics.coverage_tolerance", c.numerics.coverage_tolerance);
  return warnings.take();
}

}  // namespace intratumor
