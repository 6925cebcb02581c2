#include "transport/step_ladder.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr double smallest_step = 1e-6;  // s

double step_of(int rung) {
  return std::exp2(rung / 2.);
}

int rung_below(double dt) {
  return static_cast<int>(std::floor(2. * std::log2(dt) + 1e-9));
}

double three_digits(double x) {
  if (!(x > 0)) return 0;
  const double unit = std::pow(10., std::floor(std::log10(x)) - 2);
  return std::round(x / unit) * unit;
}

}  // namespace

StepLadder::StepLadder(double tolerance, double first_step)
    : tolerance_(tolerance), rung_(rung_below(first_step)) {}

double StepLadder::propose(double remaining) const {
  const double dt = step_of(rung_);
  if (remaining <= dt * (1. + 1e-6)) return remaining;
  // Two equal steps rather than a last one of arbitrary smallness.
  return remaining < 2. * dt ? remaining / 2. : dt;
}

bool StepLadder::judge(double dt, double error) {
  if (!std::isfinite(error)) throw ComputationError("time stepping: the error estimate is not a number");
  const double e = three_digits(error);
  const double factor = e > 0 ? 0.8 * std::cbrt(tolerance_ / e) : 1e3;
  const int wanted = rung_below(dt * std::min(factor, 1e3));
  if (!(e <= tolerance_)) {
    ++rejected_;
    rung_ = std::min(wanted, rung_below(dt) - 1);
    if (step_of(rung_) < smallest_step)
      throw ComputationError("time stepping: the step size fell below " + scientific(smallest_step) +
                             " s; the error estimate does not decrease");
    return false;
  }
  rung_ = std::min(wanted, std::max(rung_, rung_below(dt)) + 2);
  return true;
}

void StepLadder::restart(double duration) {
  rung_ = std::min(rung_, rung_below(duration / 4.));
}

}  // namespace intratumor
