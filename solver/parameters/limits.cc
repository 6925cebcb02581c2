#include "parameters/limits.h"

namespace intratumor {

namespace {

/// The dotted parts of a path, one after another.
class Parts {
 public:
  explicit Parts(const std::string& path) : path_(path) {}
  bool end() const { return at_ > path_.size(); }
  std::string next() {
    const std::size_t dot = std::min(path_.find('.', at_), path_.size());
    std::string part = path_.substr(at_, dot - at_);
    at_ = dot + 1;
    return part;
  }

 private:
  const std::string& path_;
  std::size_t at_ = 0;
};

bool fits(const std::string& key, const std::string& path) {
  Parts of_key(key), of_path(path);
  while (!of_key.end() && !of_path.end()) {
    const std::string part = of_key.next();
    if (of_path.next() != part && part != "*") return false;
  }
  return of_key.end() && of_path.end();
}

}  // namespace

const std::vector<const Limit*>& all_limits() {
  static const std::vector<const Limit*> all = {&limits::volume,
                                                &limits::rate,
                                                &limits::over,
                                                &limits::mass,
                                                &limits::amount,
                                                &limits::mass_concentration,
                                                &limits::concentration,
                                                &limits::coordinate,
                                                &limits::needle_diameter,
                                                &limits::hole_diameter,
                                                &limits::hole_distance,
                                                &limits::schedule,
                                                &limits::margin,
                                                &limits::voxel,
                                                &limits::deposit_aspect,
                                                &limits::deposit_length,
                                                &limits::deposit_ratio,
                                                &limits::far_pressure,
                                                &limits::collapse_floor,
                                                &limits::collapse_width,
                                                &limits::until,
                                                &limits::checkpoint,
                                                &limits::cell,
                                                &limits::tolerance,
                                                &limits::coverage_tolerance,
                                                &limits::threshold_multiple,
                                                &limits::shell,
                                                &limits::human_weight,
                                                &limits::mouse_weight,
                                                &limits::conductivity,
                                                &limits::surface_per_volume,
                                                &limits::vessel_conductivity,
                                                &limits::reflection,
                                                &limits::vascular_pressure,
                                                &limits::plasma_oncotic,
                                                &limits::interstitial_oncotic,
                                                &limits::effective_pressure,
                                                &limits::lymph_filtration,
                                                &limits::lymph_pressure,
                                                &limits::fluid_fraction,
                                                &limits::perfusion,
                                                &limits::youngs_modulus,
                                                &limits::opening_pressure,
                                                &limits::molar_mass,
                                                &limits::radius,
                                                &limits::permeability,
                                                &limits::permeability_in,
                                                &limits::exchange_in,
                                                &limits::diffusivity,
                                                &limits::diffusivity_in,
                                                &limits::drag_reflection,
                                                &limits::drag_reflection_in,
                                                &limits::accessible_ratio,
                                                &limits::accessible_in,
                                                &limits::degradation,
                                                &limits::activity,
                                                &limits::particles_per_pfu,
                                                &limits::intravenous_duration,
                                                &limits::dissociation_constant,
                                                &limits::target_concentration,
                                                &limits::target_concentration_in,
                                                &limits::association,
                                                &limits::internalisation,
                                                &limits::uptake,
                                                &limits::matrix_concentration,
                                                &limits::matrix_concentration_in,
                                                &limits::matrix_dissociation_constant,
                                                &limits::matrix_association,
                                                &limits::matrix_turnover,
                                                &limits::reference_weight,
                                                &limits::clearance,
                                                &limits::exchange_flow,
                                                &limits::plasma_volume,
                                                &limits::peripheral_volume,
                                                &limits::weight_exponent,
                                                &limits::lymph_delay};
  return all;
}

const Limit* limit_of(const std::string& path) {
  for (const Limit* limit : all_limits())
    if (fits(limit->key, path)) return limit;
  return nullptr;
}

}  // namespace intratumor
