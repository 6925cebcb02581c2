#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// What a region is.
enum class RegionClass {
  tissue,
  outside,  ///< air, table: nothing crosses its surface, the skin
  vessel,   ///< lumen of a large vessel: its wall may let fluid and drug pass, from and to plasma
  cavity    ///< gut, bladder, airway: what enters is lost to the tissue, as leak
};

/// The wall between tissue and the lumen of a vessel or cavity: per area
///   fluid into the tissue = conductance (pressure - p),
///   drug into the lumen   = P (B(Pe) c - B(-Pe) c_lumen), Pe = fluid (1 - reflection)/P.
/// An open surface has infinite conductance and permeability.
struct WallCoefficients {
  double pressure = 0;      ///< [p_lumen] Pa
  double conductance = 0;   ///< m/(Pa s)
  double permeability = 0;  ///< [P] m/s
  double reflection = 1;    ///< of the drug by the wall, 0 to 1
  bool passes_fluid() const { return conductance > 0; }
  bool passes_drug() const { return permeability > 0 || (conductance > 0 && reflection < 1); }
};

/// One tissue and one drug in SI units: every coefficient that the equations of flow and transport need.
/// Symbols in brackets are those of the model's equations (1) and (2).
struct TissueCoefficients {
  std::string tissue;                      ///< name of the tissue, for messages
  double hydraulic_conductivity = 0;       ///< [K] m^2/(Pa s)
  double vessel_filtration = 0;            ///< [LS = Lp S/V] 1/(Pa s)
  double effective_vascular_pressure = 0;  ///< [pe = pv - sigma (piv - pii)] Pa
  double vascular_pressure = 0;            ///< [pv] Pa; vessels collapse above it
  double lymph_filtration = 0;             ///< [LL] 1/(Pa s)
  double lymph_pressure = 0;               ///< [pl] Pa
  double fluid_fraction = 0;               ///< [phi_f] interstitial fluid per tissue volume
  double accessible_fraction = 0;          ///< [phi_a] of it, what this drug can enter; at most phi_f
  double diffusivity = 0;                  ///< [D] m^2/s in the accessible fluid
  double permeability_surface = 0;         ///< [PS] 1/s, the limit by blood flow already applied
  double solvent_drag_reflection = 0;      ///< [sf]
  double degradation = 0;                  ///< [kdeg] 1/s
  double uptake = 0;                       ///< 1/s: into cells, from where none comes back
  double target_sites = 0;                 ///< [Bmax] mol per m^3 of tissue that the drug's target can hold
  double matrix_sites = 0;                 ///< the same of the matrix
  RegionClass region_class = RegionClass::tissue;
  WallCoefficients wall;        ///< of a vessel or cavity; then everything else but the name is 0
  double opening_pressure = 0;  ///< [p_open] Pa of excess at which tissue tears; 0: not known

  /// [k_esc] 1/s: rate at which free drug leaves at rest, to blood, by degradation and into cells.
  double escape() const { return permeability_surface / accessible_fraction + degradation + uptake; }
};

/// Reversible binding to sites: with b bound per tissue volume and c free in the interstitial fluid,
///   db/dt = association c (Bmax - b) - dissociation b - loss b.
struct BindingKinetics {
  double association = 0;   ///< [kon] m^3/(mol s); 0: the drug does not bind
  double dissociation = 0;  ///< [koff] 1/s
  double loss = 0;          ///< 1/s of what is bound: internalisation by a target, turnover of the matrix
};

/// What a drug binds to; how many sites there are is the tissue's.
struct DrugBinding {
  BindingKinetics target;  ///< internalised with it
  BindingKinetics matrix;  ///< degraded with it
};

/// Pharmacokinetic compartments of one drug in one patient; SI units.
struct BodyCoefficients {
  double plasma_volume = 0;  ///< [V1] m^3
  double clearance = 0;      ///< [CL] m^3/s
  struct Peripheral {
    double volume = 0;         ///< m^3
    double exchange_flow = 0;  ///< [Q] m^3/s
  };
  std::vector<Peripheral> peripherals;  ///< none, one or two
  int lymph_stages = 1;                 ///< [n] transit compartments between tissue lymph and plasma
  double lymph_rate = 0;                ///< 1/s per stage; the mean delay is n / rate
  std::string scaled_from;  ///< species whose values these are, when it is not the patient's; or empty
};

}  // namespace intratumor
