#pragma once

#include <limits>
#include <string>
#include <vector>

#include "quantities/units.h"
#include "quantities/yaml_reader.h"

// Every limit of a quantity in a case, in one place; docs/limits.md is held against this table by a test.

namespace intratumor {

/// What a quantity of a case can be. Outside `possible` it is refused where it is read; outside `usual` it is
/// warned of (case_warnings), unless a parameter file gives it a range of its own. SI units.
struct Limit {
  const char* key;  ///< dotted path in a case; * stands for any one name
  Dimension dimension;
  Range possible;
  Range usual;
  const char* why;  ///< what the usual range rests on
};

namespace limits {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double year = 3.1557e7;  // s
inline constexpr double mmHg = 133.322387415;
inline constexpr Range any = {-infinity, infinity};

// The scheme.
inline constexpr Limit volume = {
    "scheme.*.volume", Dimension::volume, {0, 5e-4, true}, {1e-12, 2e-5}, "one syringe holds 20 mL"};
inline constexpr Limit rate = {
    "scheme.*.rate", Dimension::volume_rate, {0, 1e-4, true}, {1e-14, 1e-6}, "60 mL/min by hand at most"};
inline constexpr Limit over = {
    "scheme.*.over", Dimension::time, {0, 10 * year}, {0, 30 * 86400.}, "pumps hold for weeks"};
inline constexpr Limit mass = {"scheme.*.dose (by mass)",
                               Dimension::mass,
                               {0, 0.1, true},
                               {0, 0.02},
                               "25 mL of ethanol, the largest amounts injected"};
inline constexpr Limit amount = {"scheme.*.dose",
                                 Dimension::amount,
                                 {0, 10, true},
                                 {0, 0.5},
                                 "25 mL of ethanol, the largest amounts injected"};
inline constexpr Limit mass_concentration = {"scheme.*.concentration (by mass)",
                                             Dimension::mass_concentration,
                                             {0, 2000, true},
                                             {0, 1000},
                                             "pure ethanol has 790 mg/mL"};
inline constexpr Limit concentration = {"scheme.*.concentration",
                                        Dimension::molar_concentration,
                                        {0, 2e5, true},
                                        {0, 2e4},
                                        "pure ethanol has 17 mol/L"};
inline constexpr Limit coordinate = {
    "scheme.*.tip", Dimension::length, {-5, 5}, any, "places of a scanner's room"};
inline constexpr Limit needle_diameter = {
    "scheme.*.needle.outer_diameter", Dimension::length, {5e-5, 5e-3}, {2e-4, 2.2e-3}, "33 to 14 gauge"};
inline constexpr Limit hole_diameter = {"scheme.*.needle.hole_diameter",
                                        Dimension::length,
                                        {1e-5, 5e-3},
                                        {5e-5, 1.6e-3},
                                        "within a needle's wall"};
inline constexpr Limit hole_distance = {
    "scheme.*.needle.holes", Dimension::length, {0, 0.1}, {0, 0.05}, "multi-hole needles feed up to 50 mm"};
inline constexpr Limit schedule = {
    "scheme.*.at", Dimension::time, {0, 10 * year}, any, "the run's end rules"};

// The place.
inline constexpr Limit margin = {"geometry.margin",
                                 Dimension::length,
                                 {1e-3, 0.2},
                                 {3e-3, 0.06},
                                 "layers of pressure are about 1 mm wide, bodies end"};
inline constexpr Limit voxel = {
    "geometry.voxel", Dimension::length, {1e-6, 1e-2}, {1e-5, 2e-3}, "a 64th of a tumour is usual"};
inline constexpr Limit deposit_aspect = {
    "deposit.aspect", Dimension::dimensionless, {0.2, 10}, any, "longer ones are lines"};
inline constexpr Limit deposit_length = {
    "deposit.length", Dimension::length, {0, 0.2, true}, any, "must lie in the region of interest"};
inline constexpr Limit deposit_ratio = {"deposit.volume_ratio",
                                        Dimension::dimensionless,
                                        {1, 20},
                                        any,
                                        "20, or 1 over the fluid fraction if larger"};

// The flow.
inline constexpr Limit far_pressure = {"flow.far_field",
                                       Dimension::pressure,
                                       {-2e4, 1e5},
                                       {-20 * mmHg, 40 * mmHg},
                                       "pressures of resting tissue"};
inline constexpr Limit collapse_floor = {
    "flow.collapse.floor", Dimension::dimensionless, {0, 1}, {0, 0.3}, "0 to 0.1 is published"};
inline constexpr Limit collapse_width = {"flow.collapse.width",
                                         Dimension::pressure,
                                         {0, 1e5, true},
                                         {1 * mmHg, 30 * mmHg},
                                         "5 to 15 mmHg is published"};

// The run.
inline constexpr Limit until = {
    "run.until", Dimension::time, {0, 10 * year, true}, {1, 2 * year}, "tumours change within months"};
inline constexpr Limit checkpoint = {"run.checkpoint",
                                     Dimension::time,
                                     {0.1, year},
                                     {10, 86400},
                                     "each takes seconds; a job's limit is hours"};
inline constexpr Limit cell = {"numerics.h_min",
                               Dimension::length,
                               {2e-5, 1e-2},
                               {1e-4, 2e-3},
                               "finer ones take billions, coarser ones lose the deposit"};
inline constexpr Limit tolerance = {"numerics.time_tolerance",
                                    Dimension::dimensionless,
                                    {1e-8, 1e-1},
                                    {1e-6, 3e-3},
                                    "1e-3 is coarse already, below 1e-6 space decides"};
inline constexpr Limit coverage_tolerance = {"numerics.coverage_tolerance",
                                             Dimension::dimensionless,
                                             {1e-4, 1},
                                             {2e-3, 1},
                                             "finer edges take more cells than the rest"};
inline constexpr Limit threshold_multiple = {
    "exposure.thresholds.*", Dimension::dimensionless, {0, 1e9, true}, any, "multiples of c_inj or Kd"};

inline constexpr Limit shell = {
    "exposure.shell", Dimension::length, {1e-4, 0.1}, {1e-3, 0.03}, "margins of ablation are 5 to 10 mm"};

// Patients.
inline constexpr Limit human_weight = {"patient.body_weight (human)",
                                       Dimension::body_mass,
                                       {0.3, 700},
                                       {2, 250},
                                       "a newborn to the heaviest patients"};
inline constexpr Limit mouse_weight = {
    "patient.body_weight (mouse)", Dimension::body_mass, {1e-3, 0.2}, {0.01, 0.08}, "young to obese mice"};

// Tissues.
inline constexpr Limit conductivity = {"tissues.*.hydraulic_conductivity",
                                       Dimension::hydraulic_conductivity,
                                       {0, 1e-6, true},
                                       {1e-17, 1e-10},
                                       "cartilage to loose tissue that holds fluid"};
inline constexpr Limit surface_per_volume = {"tissues.*.vessel.surface_per_volume",
                                             Dimension::area_per_volume,
                                             {0, 1e6},
                                             {0, 1e5},
                                             "the densest capillary beds"};
inline constexpr Limit vessel_conductivity = {"tissues.*.vessel.hydraulic_conductivity",
                                              Dimension::vessel_conductivity,
                                              {0, 1e-6},
                                              {0, 1e-8},
                                              "fenestrated glomeruli"};
inline constexpr Limit reflection = {
    "tissues.*.vessel.reflection", Dimension::dimensionless, {0, 1}, any, "by definition"};
inline constexpr Limit vascular_pressure = {"tissues.*.vessel.vascular_pressure",
                                            Dimension::pressure,
                                            {0, 3e4},
                                            {0, 100 * mmHg},
                                            "arteries, above any capillary"};
inline constexpr Limit plasma_oncotic = {"tissues.*.vessel.plasma_oncotic_pressure",
                                         Dimension::pressure,
                                         {0, 1e4},
                                         {0, 40 * mmHg},
                                         "plasma has 20 to 28 mmHg"};
inline constexpr Limit interstitial_oncotic = {"tissues.*.vessel.interstitial_oncotic_pressure",
                                               Dimension::pressure,
                                               {0, 1e4},
                                               {0, 40 * mmHg},
                                               "as much as plasma"};
inline constexpr Limit effective_pressure = {"tissues.*.vessel.effective_pressure",
                                             Dimension::pressure,
                                             {-1e4, 3e4},
                                             {-30 * mmHg, 60 * mmHg},
                                             "vascular less oncotic pressures"};
inline constexpr Limit lymph_filtration = {"tissues.*.lymph.filtration",
                                           Dimension::filtration,
                                           {0, 1e-2},
                                           {0, 1e-4},
                                           "a thousand times that of muscle"};
inline constexpr Limit lymph_pressure = {"tissues.*.lymph.pressure",
                                         Dimension::pressure,
                                         {-1e4, 1e4},
                                         {-15 * mmHg, 20 * mmHg},
                                         "pressures of resting tissue"};
inline constexpr Limit fluid_fraction = {"tissues.*.fluid_fraction",
                                         Dimension::dimensionless,
                                         {0, 1, true},
                                         {0.02, 0.9},
                                         "dense tissue to nearly free fluid"};
inline constexpr Limit perfusion = {
    "tissues.*.perfusion", Dimension::perfusion, {0, 1}, {0, 0.1}, "kidney cortex has 0.07 1/s"};
inline constexpr Limit youngs_modulus = {
    "tissues.*.youngs_modulus", Dimension::pressure, {0, 1e9, true}, {50, 1e7}, "brain to tendon"};
inline constexpr Limit opening_pressure = {"tissues.*.opening_pressure",
                                           Dimension::pressure,
                                           {0, 1e6, true},
                                           {100, 2e5},
                                           "ten times what is measured either way"};

// Drugs.
inline constexpr Limit molar_mass = {
    "drug.molar_mass", Dimension::molar_mass, {0, 1e7, true}, {0.015, 1e6}, "small molecules to viruses"};
inline constexpr Limit radius = {"drug.size.hydrodynamic_radius",
                                 Dimension::length,
                                 {0, 1e-6, true},
                                 {1e-10, 3e-7},
                                 "small molecules to viruses"};
inline constexpr Limit permeability = {
    "drug.permeability.*", Dimension::permeability, {0, 1e-2}, {0, 1e-4}, "gases cross walls so fast"};
inline constexpr Limit permeability_in = {
    "drug.in.*.permeability", Dimension::permeability, {0, 1e-2}, {0, 1e-4}, "gases cross walls so fast"};
inline constexpr Limit exchange_in = {"drug.in.*.permeability_surface",
                                      Dimension::rate_constant,
                                      {0, 1e3},
                                      {0, 1},
                                      "blood flow ends it earlier"};
inline constexpr Limit diffusivity = {"drug.diffusivity.*",
                                      Dimension::diffusivity,
                                      {0, 1e-7},
                                      {0, 3e-9},
                                      "water itself has 3e-9 m^2/s at 37 C"};
inline constexpr Limit diffusivity_in = {"drug.in.*.diffusivity",
                                         Dimension::diffusivity,
                                         {0, 1e-7},
                                         {0, 3e-9},
                                         "water itself has 3e-9 m^2/s at 37 C"};
inline constexpr Limit drag_reflection = {
    "drug.solvent_drag_reflection.*", Dimension::dimensionless, {0, 1}, any, "by definition"};
inline constexpr Limit drag_reflection_in = {
    "drug.in.*.solvent_drag_reflection", Dimension::dimensionless, {0, 1}, any, "by definition"};
inline constexpr Limit accessible_ratio = {
    "drug.accessible_ratio.*", Dimension::dimensionless, {0, 1}, any, "by definition"};
inline constexpr Limit accessible_in = {
    "drug.in.*.accessible_fraction", Dimension::dimensionless, {0, 1}, any, "at most the fluid fraction"};
inline constexpr Limit degradation = {"drug.degradation",
                                      Dimension::rate_constant,
                                      {0, 1e3},
                                      {0, 0.1},
                                      "half-life of 7 s, faster than an injection"};
inline constexpr Limit activity = {
    "drug.activity", Dimension::specific_activity, {0, 1e18, true}, any, "a drug's own"};
inline constexpr Limit particles_per_pfu = {
    "drug.particles_per_pfu", Dimension::dimensionless, {1, 1e7}, {1, 1e5}, "10 to 1000 in usual stocks"};
inline constexpr Limit intravenous_duration = {
    "drug.intravenous_duration", Dimension::time, {0, 3.2e7}, {0, 30 * 86400.}, "pumps hold for weeks"};
inline constexpr Limit dissociation_constant = {"drug.dissociation_constant",
                                                Dimension::molar_concentration,
                                                {0, 1e5, true},
                                                {1e-12, 10},
                                                "1 fM to 10 mM"};
inline constexpr Limit target_concentration = {"drug.binding.target_concentration.*",
                                               Dimension::molar_concentration,
                                               {0, 300},
                                               {0, 0.1},
                                               "1e7 sites on each of 1e9 cells/mL are 17 uM"};
inline constexpr Limit target_concentration_in = {"drug.in.*.target_concentration",
                                                  Dimension::molar_concentration,
                                                  {0, 300},
                                                  {0, 0.1},
                                                  "1e7 sites on each of 1e9 cells/mL are 17 uM"};
inline constexpr Limit association = {"drug.binding.association",
                                      Dimension::association_rate,
                                      {0, 1e7, true},
                                      {0.1, 1e5},
                                      "diffusion lets no more than 1e9 to 1e10 1/(M s) meet"};
inline constexpr Limit internalisation = {"drug.binding.internalisation",
                                          Dimension::rate_constant,
                                          {0, 1e3},
                                          {0, 0.01},
                                          "the fastest receptors take minutes"};
inline constexpr Limit uptake = {
    "drug.binding.uptake", Dimension::rate_constant, {0, 1e3}, {0, 0.1}, "half-life of 7 s"};
inline constexpr Limit matrix_concentration = {"drug.binding.matrix.concentration.*",
                                               Dimension::molar_concentration,
                                               {0, 300},
                                               {0, 1},
                                               "collagen has 10 to 60 uM"};
inline constexpr Limit matrix_concentration_in = {"drug.in.*.matrix_concentration",
                                                  Dimension::molar_concentration,
                                                  {0, 300},
                                                  {0, 1},
                                                  "collagen has 10 to 60 uM"};
inline constexpr Limit matrix_dissociation_constant = {"drug.binding.matrix.dissociation_constant",
                                                       Dimension::molar_concentration,
                                                       {0, 1e5, true},
                                                       {1e-12, 10},
                                                       "1 fM to 10 mM"};
inline constexpr Limit matrix_association = {"drug.binding.matrix.association",
                                             Dimension::association_rate,
                                             {0, 1e7, true},
                                             {0.1, 1e5},
                                             "diffusion lets no more than 1e9 to 1e10 1/(M s) meet"};
inline constexpr Limit matrix_turnover = {"drug.binding.matrix.turnover",
                                          Dimension::rate_constant,
                                          {0, 1e3},
                                          {0, 0.01},
                                          "matrix lasts for hours at least"};

// What the body does with drugs.
inline constexpr Limit reference_weight = {"drug.pharmacokinetics.*.reference_weight",
                                           Dimension::body_mass,
                                           {1e-3, 700},
                                           {0.01, 250},
                                           "mice to the heaviest patients"};
inline constexpr Limit clearance = {"drug.pharmacokinetics.*.clearance",
                                    Dimension::volume_rate,
                                    {0, 1},
                                    {0, 2e-4},
                                    "twice what the heart pumps"};
inline constexpr Limit exchange_flow = {"drug.pharmacokinetics.*.peripherals.*.exchange_flow",
                                        Dimension::volume_rate,
                                        {0, 1},
                                        {0, 2e-4},
                                        "twice what the heart pumps"};
inline constexpr Limit plasma_volume = {"drug.pharmacokinetics.*.plasma_volume",
                                        Dimension::volume,
                                        {0, 100, true},
                                        {1e-7, 2},
                                        "a mouse's plasma is 1 mL; drugs that hide in tissue"};
inline constexpr Limit peripheral_volume = {"drug.pharmacokinetics.*.peripherals.*.volume",
                                            Dimension::volume,
                                            {0, 100, true},
                                            {1e-7, 5},
                                            "drugs that hide in tissue"};
inline constexpr Limit weight_exponent = {"drug.pharmacokinetics.*.weight_exponents.*",
                                          Dimension::dimensionless,
                                          {-2, 2},
                                          {-0.5, 1.5},
                                          "0.75 and 1 by allometry"};
inline constexpr Limit lymph_delay = {"drug.pharmacokinetics.*.lymph.delay",
                                      Dimension::time,
                                      {0, 3.2e7, true},
                                      {0, 14 * 86400.},
                                      "lymph takes hours to days"};

}  // namespace limits

/// All of the above, in their order.
const std::vector<const Limit*>& all_limits();

/// The entry whose key is `path`, * taken for any name; nullptr where there is none.
const Limit* limit_of(const std::string& path);

}  // namespace intratumor
