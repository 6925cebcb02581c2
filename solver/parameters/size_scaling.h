#pragma once

#include <string>
#include <vector>

#include "parameters/library.h"
#include "parameters/parameter.h"

namespace intratumor {

/// How permeability, diffusivity and accessible volume follow from the size of a molecule: pores in the
/// vessel wall and in the matrix (Schmidt & Wittrup, Mol Cancer Ther 2009;8:2861,
/// doi:10.1158/1535-7163.MCT-09-0195). Radii in m.

/// Radius from molar mass [kg/mol]: 0.912 nm (M / kDa)^0.333.
double hydrodynamic_radius(double molar_mass);

/// In water at 37 C: 3e-10 m^2/s nm / R.
double free_diffusivity(double radius);

/// Hindrance of diffusion in a pore, by lambda = radius of the solute / radius of the pore: Renkin's
/// polynomial below 0.6, (1 - lambda)^2 / k1 with Paine and Scherr's k1 (Biophys J 1975;15:1087) to 0.9, 0
/// beyond. The factor (1 - lambda)^2 above 0.6 stands in the published code of the fit; with the partition it
/// counts twice there, so the function drops at 0.6 from 0.094 to 0.014. The fit's pore areas belong to it.
double pore_hindrance(double lambda);

/// Share of a pore that a solute can enter: (1 - lambda)^2, 0 beyond 0.9.
double pore_partition(double lambda);

/// Molar mass [kg/mol] of a protein of this radius: hydrodynamic_radius backwards.
double molar_mass_of_protein(double radius);

/// Share of what the glomerulus filters with the water, by molar mass [kg/mol]:
/// exp(1 - 8.7/(1 + exp(0.028 (72.3 - M/kDa)))) (Li & Shah, J Pharmacokinet Pharmacodyn 2019, PMC6531344,
/// equation 8 with the sign of the exponent by which large molecules stay, as in implementations of that
/// model).
double glomerular_sieving(double molar_mass);

/// What the kidneys of a human of 70 kg filter, m^3/s: 7.2 L/h times the sieving. Nothing else is in it: what
/// FcRn protects (antibodies) or cells take up clears at a rate of its own.
double renal_clearance(double molar_mass);
constexpr double standard_weight = 70;  // kg

/// Plasma clearance over plasma volume in mice, 1/s, of molecules of 1 to 4.5 nm: 7.494 - 3.069 R + 0.3872
/// R^2 - 0.01415 R^3 per hour, R in nm (cal_kcl.m of yliu0921/MRD-Tracer-Uptake-PK-Model).
double mouse_elimination(double radius);
constexpr double smallest_mouse_radius = 1e-9, largest_mouse_radius = 4.5e-9;  // m

/// A class of vessels: params/vessels.
struct VesselClass {
  struct Pore {
    Parameter radius;           ///< m
    Parameter area_per_length;  ///< pore area per wall area and wall thickness, 1/m
  };
  struct Reflection {
    double radius;    ///< of the solute, m
    Parameter value;  ///< solvent-drag reflection
  };
  std::string name;
  std::vector<Pore> pores;
  std::vector<Reflection> reflection;  ///< by ascending radius
};

/// A class of matrix: params/matrices. Without pores it is free fluid.
struct MatrixClass {
  struct Pore {
    Parameter radius;  ///< m
    Parameter share;   ///< of the fluid
  };
  std::string name;
  std::vector<Pore> pores;
  Parameter diffusivity_factor;
};

/// Reads params/vessels/NAME.yaml or params/matrices/NAME.yaml. InputError.
VesselClass read_vessel_class(const std::string& name, const ParameterLibrary& library);
MatrixClass read_matrix_class(const std::string& name, const ParameterLibrary& library);

/// [P] m/s: free diffusivity times the sum over pores of hindrance, partition and area per length.
double scaled_permeability(double radius, const VesselClass& vessels);
/// [sf] linear in the radius between the class's points, constant beyond them. The range is interpolated too.
Parameter scaled_reflection(double radius, const VesselClass& vessels);
/// [D] m^2/s: the class's factor times free diffusivity times the sum over pores of share and hindrance.
double scaled_diffusivity(double radius, const MatrixClass& matrix);
/// phi_a / phi_f: sum over pores of share and partition.
double scaled_accessible_ratio(double radius, const MatrixClass& matrix);

}  // namespace intratumor
