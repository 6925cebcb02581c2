#pragma once

#include <cmath>

namespace intratumor {

/// TR-BDF2 with both stages on one matrix (Bank et al., IEEE Trans CAD 1985;4:436; Hosea & Shampine, Appl
/// Numer Math 1996;20:21): a trapezoidal stage to t + gamma dt, then
///   c2 = bdf_a c1 - bdf_b c^n + (gamma/2) dt F(c2);
/// the mean over the step that moves the state is (c^n + c1) mean_outer + c2 gamma/2.
const double tr_bdf2_gamma = 2. - std::sqrt(2.);
const double bdf_a = 1. / (tr_bdf2_gamma * (2. - tr_bdf2_gamma));
const double bdf_b = (1. - tr_bdf2_gamma) * (1. - tr_bdf2_gamma) / (tr_bdf2_gamma * (2. - tr_bdf2_gamma));
const double mean_outer = 1. / (2. * (2. - tr_bdf2_gamma));
/// Leading error: error_constant dt^3 c'''.
const double error_constant =
    (-3. * tr_bdf2_gamma * tr_bdf2_gamma + 4. * tr_bdf2_gamma - 2.) / (12. * (2. - tr_bdf2_gamma));

/// Of the limiter, in a step and in a projection.
constexpr int limiter_passes = 3;

}  // namespace intratumor
