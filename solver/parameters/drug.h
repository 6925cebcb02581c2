#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "parameters/coefficients.h"
#include "parameters/library.h"
#include "parameters/parameter.h"
#include "parameters/patient.h"
#include "parameters/tissue.h"

namespace intratumor {

/// Values of a drug in one region or tissue, in place of those of its vessel and matrix class. Unset ones are
/// not given(). At most one of permeability and permeability_surface.
struct DrugInTissue {
  Parameter permeability;             ///< [P] m/s
  Parameter permeability_surface;     ///< [PS] 1/s, before the limit by blood flow
  Parameter solvent_drag_reflection;  ///< [sf] 0 to 1
  Parameter diffusivity;              ///< [D] m^2/s in the accessible fluid
  Parameter accessible_fraction;      ///< [phi_a] of tissue volume
  Parameter target_concentration;     ///< mol of sites per m^3 of tissue
  Parameter matrix_concentration;     ///< the same of the matrix
  std::string where;                  ///< position in the file, for messages

  std::array<const Parameter*, 7> values() const {
    return {&permeability,        &permeability_surface, &solvent_drag_reflection, &diffusivity,
            &accessible_fraction, &target_concentration, &matrix_concentration};
  }
};

/// Compartments of one species at the reference weight; SI units.
struct Pharmacokinetics {
  struct Peripheral {
    Parameter volume;         ///< m^3
    Parameter exchange_flow;  ///< [Q] m^3/s
  };
  /// Each value is scaled by (body weight / reference weight)^exponent.
  struct WeightExponents {
    Parameter clearance;          ///< 0.75 unless the file gives another
    Parameter plasma_volume;      ///< 1
    Parameter peripheral_volume;  ///< 1
    Parameter exchange_flow;      ///< 0.75
    Parameter lymph_delay;        ///< 0
  };
  Parameter reference_weight;           ///< kg
  Parameter clearance;                  ///< [CL] m^3/s
  Parameter plasma_volume;              ///< [V1] m^3
  std::vector<Peripheral> peripherals;  ///< none, one or two
  WeightExponents weight_exponents;
  Parameter lymph_delay;  ///< mean transit from tissue lymph to plasma, s
  int lymph_stages = 1;
};

/// What a drug binds to. Sites are per tissue volume by matrix class, none in the classes left out;
/// association is per interstitial fluid. Numbers of a target are complete, and so are those of the matrix,
/// when there are any.
struct DrugBindingParameters {
  std::string target;                                     ///< its name; may be empty
  std::map<std::string, Parameter> target_concentration;  ///< [Bmax] mol/m^3 by matrix class
  Parameter association;                                  ///< [kon] m^3/(mol s); unset: no target
  Parameter internalisation;                              ///< 1/s of what is bound to the target
  Parameter uptake;  ///< 1/s of free drug per accessible fluid, into cells of every tissue for good
  std::map<std::string, Parameter> matrix_concentration;  ///< mol/m^3 by matrix class
  Parameter matrix_dissociation_constant;                 ///< mol/m^3
  Parameter matrix_association;                           ///< m^3/(mol s); unset: the matrix binds none
  Parameter matrix_turnover;                              ///< 1/s of what the matrix holds, degraded with it
};

/// One drug as its file or the case says it; SI units. Values by class are complete: those that follow from
/// the size are filled in when it is read, with the scaling as their source.
struct Drug {
  std::string name;
  Parameter molar_mass;           ///< kg/mol; unset when only the size is known
  Parameter hydrodynamic_radius;  ///< m; set when the drug gives a size
  bool radius_from_mass = false;  ///< the radius follows from the molar mass
  Parameter activity;             ///< IU/kg; unset: doses in IU have no meaning
  Parameter particles_per_pfu;    ///< physical particles per plaque-forming unit; unset: no doses in PFU
  bool flow_limited = false;      ///< exchange with blood limited by blood flow (small molecules)
  std::map<std::string, Parameter> permeability;             ///< [P] m/s by vessel class
  std::map<std::string, Parameter> solvent_drag_reflection;  ///< [sf] by vessel class
  std::map<std::string, Parameter> diffusivity;              ///< [D] m^2/s by matrix class
  std::map<std::string, Parameter> accessible_ratio;         ///< phi_a / phi_f by matrix class
  Parameter degradation;                                     ///< [kdeg] 1/s
  std::map<std::string, Pharmacokinetics> pharmacokinetics;  ///< by species
  Parameter intravenous_duration;   ///< usual duration of an infusion, s; 60 min when the file gives none
  Parameter dissociation_constant;  ///< [Kd] mol/m^3, of the target and of thresholds; may be unset
  DrugBindingParameters binding;
  std::map<std::string, DrugInTissue> in;  ///< by name of region or tissue
};

/// Equal in all that the model uses.
bool operator==(const Drug& a, const Drug& b);

/// Reads a drug: a name in params/drugs, a map `{like: NAME, key: value, ...}`, or a map with everything.
/// Keys:
///
///     name, class, molar_mass, size: molar_mass | {hydrodynamic_radius}, flow_limited,
///     activity (IU per mass), particles_per_pfu,
///     permeability: {CLASS: m/s}, solvent_drag_reflection: {CLASS: 1},       by vessel class
///     diffusivity: {CLASS: m^2/s}, accessible_ratio: {CLASS: 1},             by matrix class
///     degradation, intravenous_duration, dissociation_constant,
///     binding: none | {target, target_concentration: {CLASS: mol/m^3}, association, internalisation, uptake,
///       matrix: {concentration: {CLASS: mol/m^3}, dissociation_constant, association, turnover}},
///     pharmacokinetics: {SPECIES: {reference_weight, clearance (or renal), plasma_volume, peripherals:
///     [{volume, exchange_flow}],
///       weight_exponents: {clearance, plasma_volume, peripheral_volume, exchange_flow, lymph_delay},
///       lymph: {delay, stages}}},
///     in: {REGION or TISSUE: {permeability | permeability_surface, solvent_drag_reflection, diffusivity,
///       accessible_fraction, target_concentration, matrix_concentration}}
///
/// A class value stands where it is given; otherwise it follows from the size given beside it, then from the
/// file named by `like`. A drug that names its `class` (params/drug_classes) needs molar_mass or size, and
/// pharmacokinetics with reference_weight, clearance and plasma_volume; the class gives the rest, and the
/// size where the mass decides it. `clearance: renal` is what the kidney filters of a molecule of this size.
/// `binding: none` takes away what `like` gives. Throws InputError.
Drug read_drug(const YamlNode& node, const ParameterLibrary& library);

/// A drug of params/drugs.
Drug read_drug(const std::string& name, const ParameterLibrary& library);

/// One line of flow-style YAML that read_drug reads back to an equal drug.
std::string to_yaml(const Drug& drug);

/// Every number that is set, with its key.
std::vector<NamedParameter> parameters(const Drug& drug);

/// Refuses `drug.in` entries of a case that name neither a region nor a tissue of it. InputError with the
/// nearest.
void check_overrides(const Drug& drug, const std::vector<std::string>& regions_and_tissues);

/// What `drug.in` gives for the region, else for the tissue; nullptr for nothing.
const Parameter* override_of(const Drug& drug, const std::string& region, const std::string& tissue,
                             Parameter DrugInTissue::*member);

/// Concentration of the sites in a region: an override, or the value of its matrix class; nullptr for none.
const Parameter* target_sites(const Drug& drug, const Tissue& tissue, const std::string& region);
const Parameter* matrix_sites(const Drug& drug, const Tissue& tissue, const std::string& region);

/// Refuses binding that a case sets where nothing binds: without sites in any region. `regions` are the
/// case's names for the tissues. InputError.
void check_binding(const Drug& drug, const std::vector<Tissue>& tissues,
                   const std::vector<std::string>& regions);

/// Kinetics of what a drug binds to, in SI units; how many sites there are is each tissue's.
DrugBinding drug_binding(const Drug& drug);

/// Coefficients of equations (1) and (2) for a drug in a tissue; `region` is the case's name for it, and what
/// `drug.in` gives for the region goes before what it gives for the tissue. InputError when the drug has no
/// value for a class, when the accessible fraction exceeds the fluid fraction, when a flow-limited drug meets
/// a tissue without perfusion, or when a case sets an exchange value for a tissue without vessels.
TissueCoefficients coefficients(const Tissue& tissue, const Drug& drug, const std::string& region);

/// The same of a region without tissue: its wall. The drug passes no vessel's wall and enters a cavity freely
/// unless `drug.in` gives a permeability; fluid carries it into a cavity, and through a vessel's wall by 1 -
/// solvent_drag_reflection, 1 unless given. InputError for values without effect.
TissueCoefficients lumen_coefficients(const Tissue& lumen, const Drug& drug, const std::string& region);

/// PS limited by blood flow, Fb (1 - exp(-PS/Fb)) (Renkin 1959, Crone 1963); 0 without flow. All 1/s.
double flow_limited_exchange(double permeability_surface, double perfusion);

/// Compartments of a drug in a patient: each value times (body weight / reference weight)^exponent. A species
/// for which the drug gives none is scaled from the other by that one's exponents. InputError when it gives
/// none at all.
BodyCoefficients body_coefficients(const Drug& drug, const Patient& patient);

}  // namespace intratumor
