#pragma once

namespace intratumor {

/// Chooses step sizes from a fixed ladder (powers of sqrt 2 seconds), so that factorisations are kept and
/// every number of ranks takes the same steps; only steps that land on an event leave the ladder.
class StepLadder {
 public:
  /// `tolerance` of the error estimate, in its unit (mol).
  StepLadder(double tolerance, double first_step);

  /// The next step when `remaining` seconds are left to the next event.
  double propose(double remaining) const;
  /// Judges an attempted step and sets the next rung: the largest below 0.8 dt (tolerance/error)^(1/3), at
  /// most two up. The estimate is rounded to three digits first. Returns whether the step is accepted.
  bool judge(double dt, double error);
  /// Something begins that changes within `duration`: start with a fraction of it.
  void restart(double duration);

  int rejected() const { return rejected_; }

 private:
  double tolerance_;
  int rung_;
  int rejected_ = 0;
};

}  // namespace intratumor
