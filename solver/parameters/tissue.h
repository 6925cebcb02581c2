#pragma once

#include <string>
#include <vector>

#include "parameters/coefficients.h"
#include "parameters/library.h"
#include "parameters/parameter.h"

namespace intratumor {

/// The vessels of a tissue. With class `none` every number is unset and 0.
struct VesselBed {
  std::string vessel_class = "none";        ///< name in params/vessels, or none
  Parameter surface_per_volume;             ///< [S/V] 1/m
  Parameter hydraulic_conductivity;         ///< [Lp] m/(Pa s)
  Parameter reflection;                     ///< [sigma] of plasma protein, 0 to 1
  Parameter vascular_pressure;              ///< [pv] Pa
  Parameter plasma_oncotic_pressure;        ///< [piv] Pa
  Parameter interstitial_oncotic_pressure;  ///< [pii] Pa
  /// [pe] Pa, in place of the four above where only it is known (brain); then pv = pe.
  Parameter effective_pressure;

  bool exist() const { return vessel_class != "none"; }
};

/// The surface of a region without tissue: a vessel's or a cavity's. SI units.
struct LumenWall {
  Parameter pressure;     ///< Pa in the lumen
  Parameter conductance;  ///< m/(Pa s); unset: sealed for a vessel, open for a cavity
};

/// One tissue as its file or the case says it; SI units. Or a region without tissue: then all but its name,
/// class and wall are unset.
struct Tissue {
  std::string name;
  RegionClass region_class = RegionClass::tissue;
  LumenWall wall;                    ///< of a vessel or cavity
  Parameter hydraulic_conductivity;  ///< [K] m^2/(Pa s)
  VesselBed vessel;
  Parameter lymph_filtration;  ///< [LL] 1/(Pa s); key lymph.filtration
  Parameter lymph_pressure;    ///< [pl] Pa; key lymph.pressure
  Parameter fluid_fraction;    ///< [phi_f] interstitial fluid per tissue volume
  Parameter perfusion;         ///< [Fb] blood flow per tissue volume, 1/s; needed by flow-limited drugs only
  std::string matrix = "tumour";  ///< name in params/matrices
  Parameter youngs_modulus;       ///< [E] Pa; may be unset
  /// [p_open] Pa of excess over the local pressure before the injection; may be unset, then 5E/6.
  Parameter opening_pressure;
};

/// Equal in all that the model uses.
bool operator==(const Tissue& a, const Tissue& b);

/// The classes of regions without tissue, as a case names them: outside, vessel, cavity, airway (a cavity).
const std::vector<std::string>& lumen_names();
bool is_lumen_name(const std::string& name);

/// A region without tissue of one of these names, with the defaults of its class.
Tissue lumen(const std::string& name);

/// Reads a region without tissue: one of the names, or
///
///     {class: vessel | cavity | outside, pressure, wall_conductance}
///
/// A vessel's wall is sealed unless it has a conductance, which needs the pressure inside; a cavity is open
/// and at 0 Pa unless the case says otherwise. What crosses the wall of the drug is the drug's:
/// drug.in.REGION. `name`: the class where the map gives none. InputError.
Tissue read_lumen(const YamlNode& node, const std::string& name);

/// Reads a tissue: a name in params/tissues, a map `{like: NAME, key: value, ...}` that changes some of its
/// values, or a map with all of them. Keys:
///
///     name, hydraulic_conductivity,
///     vessel: {class, surface_per_volume, hydraulic_conductivity, reflection, vascular_pressure,
///              plasma_oncotic_pressure, interstitial_oncotic_pressure | effective_pressure},
///     lymph: {filtration, pressure}, fluid_fraction, perfusion, matrix,
///     youngs_modulus, opening_pressure
///
/// or a region without tissue (read_lumen), where the node or a key `class` names its class, or, with neither
/// `like` nor `class`, the last part of the node's path.
/// youngs_modulus in a case replaces an opening_pressure that a file gives. Keys that --set puts below a
/// region without tissue change the file of its name. A map without `name` and `like` takes the last part of
/// its path as name. Values that a tissue cannot have, misspelt keys and names, and keys without effect
/// (vessel values with class none) throw InputError.
Tissue read_tissue(const YamlNode& node, const ParameterLibrary& library);

/// A tissue of params/tissues.
Tissue read_tissue(const std::string& name, const ParameterLibrary& library);

/// One line of flow-style YAML that read_tissue reads back to an equal tissue.
std::string to_yaml(const Tissue& tissue);
/// The same of a region without tissue.
std::string lumen_yaml(const Tissue& lumen);

/// Excess pressure at which the tissue tears, Pa: opening_pressure where it is given, else 5E/6 (2.5 shear
/// moduli, the limit of a cavity in a neo-Hookean solid: Gent & Lindley, Proc R Soc A 1959;249:195) within
/// 0.5 to 50 kPa; 0 when neither is known.
double opening_pressure(const Tissue& tissue);

/// Every number that is set, with its key.
std::vector<NamedParameter> parameters(const Tissue& tissue);

}  // namespace intratumor
