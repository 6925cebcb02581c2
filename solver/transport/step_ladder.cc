#include "transport/step_ladder.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr double smallest_step = 1e-6;  // s
constexpr double safety = 0.8;
constexpr double largest_factor = 1e3;
constexpr double least_gain = 0.8;  // a smaller step that has more than this refused does not help

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

StepLadder::StepLadder(double tolerance, double first_step, int most_up)
    : tolerance_(tolerance), most_up_(most_up), rung_(rung_below(first_step)) {}

double StepLadder::propose(double remaining) const {
  const double dt = step_of(rung_);
  if (remaining <= dt * (1. + 1e-6)) return remaining;
  // Two equal steps rather than a last one of arbitrary smallness.
  return remaining < 2. * dt ? remaining / 2. : dt;
}

bool StepLadder::judge(double dt, double error, double refused) {
  if (!std::isfinite(error)) throw ComputationError("time stepping: the error estimate is not a number");
  const double e = three_digits(error), r = three_digits(refused);
  const double by_error = e > 0 ? safety * std::cbrt(tolerance_ / e) : largest_factor;
  const double by_refusal = r > 0 ? safety / r : largest_factor;
  const bool smaller_helps = refused_before_ == 0 || r < least_gain * refused_before_;
  const bool too_much = r > 1 && smaller_helps;
  if (!(e <= tolerance_) || too_much) {
    ++rejected_;
    refused_before_ = too_much ? r : 0;
    const double factor = too_much ? std::min(by_error, std::max(by_refusal, 0.5)) : by_error;
    rung_ = std::min(rung_below(dt * factor), rung_below(dt) - 1);
    if (step_of(rung_) < smallest_step)
      throw ComputationError("time stepping: the step size fell below " + scientific(smallest_step) +
                             " s; the error estimate does not decrease");
    return false;
  }
  refused_before_ = 0;
  const double factor = std::min({by_error, smaller_helps ? by_refusal : largest_factor, largest_factor});
  rung_ = std::min(rung_below(dt * factor), std::max(rung_, rung_below(dt)) + most_up_);
  return true;
}

void StepLadder::reject(double dt) {
  ++rejected_;
  refused_before_ = 0;
  rung_ = rung_below(dt) - 4;
  if (step_of(rung_) < smallest_step)
    throw ComputationError("time stepping: the step size fell below " + scientific(smallest_step) +
                           " s; Newton's method for binding does not settle");
}

void StepLadder::restart(double duration) {
  rung_ = std::min(rung_, rung_below(duration / 4.));
}

}  // namespace intratumor
