#pragma once

namespace intratumor {

/// Chooses step sizes from a fixed ladder (powers of sqrt 2 seconds), so that factorisations are kept and
/// every number of ranks takes the same steps; only steps that land on an event leave the ladder.
class StepLadder {
 public:
  /// `tolerance` of the error estimate, in its unit; a step is at most `most_up` rungs above the last.
  StepLadder(double tolerance, double first_step, int most_up = 2);

  /// The next step when `remaining` seconds are left to the next event.
  double propose(double remaining) const;
  /// Judges an attempted step and sets the next rung: the largest below 0.8 dt (tolerance/error)^(1/3) and
  /// 0.8 dt limit/refused, within what it may rise. Both figures are rounded to three digits first. Returns
  /// whether the step is accepted. `refused`: what the limiter refused over its limit; a step above 1 is
  /// repeated with smaller ones as long as that makes less be refused (flat states refuse the same share at
  /// any step).
  /// A step of dt that could not be computed: a quarter of it is tried next. ComputationError below the
  /// smallest step.
  void reject(double dt);
  bool judge(double dt, double error, double refused = 0);
  /// Something begins that changes within `duration`: start with a fraction of it.
  void restart(double duration);

  int rejected() const { return rejected_; }

  /// What changes from step to step.
  struct State {
    int rung = 0;
    int rejected = 0;
    double refused_before = 0;
  };
  State state() const { return {rung_, rejected_, refused_before_}; }
  void restore(const State& state) {
    rung_ = state.rung;
    rejected_ = state.rejected;
    refused_before_ = state.refused_before;
  }

 private:
  double tolerance_;
  int most_up_;
  int rung_;
  int rejected_ = 0;
  double refused_before_ = 0;  // by the last attempt from the same state; 0: there was none
};

}  // namespace intratumor
