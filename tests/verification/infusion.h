#pragma once

#include <cmath>

#include "harness.h"

namespace intratumor::verification {

constexpr double microlitre_per_minute = 1e-9 / 60;  // m^3/s
constexpr double needle_radius = 0.3588e-3;          // m, of 22 gauge

/// Tissue through whose pores fluid flows, and vessels take it up by `leak` (LS, 1/(Pa s)).
inline TissueCoefficients percolated(double K, double leak) {
  TissueCoefficients t;
  t.hydraulic_conductivity = K;
  t.vessel_filtration = leak;
  t.fluid_fraction = t.accessible_fraction = 0.2;
  t.diffusivity = 1e-10;
  return t;
}

/// Pressure of a ball of radius a that releases Q uniformly, at r >= a: that of a point, but that a leak
/// weakens less what starts farther out. lambda: sqrt(K/leak), above 1 m for none.
inline double ball_pressure(double Q, double K, double lambda, double a, double r) {
  const double x = a / lambda;
  const double spread = lambda > 1 ? 1. : 3 * (x * std::cosh(x) - std::sinh(x)) / (x * x * x);
  return Q * spread * std::exp(-r / lambda) / (4 * std::acos(-1.) * K * r);
}

}  // namespace intratumor::verification
