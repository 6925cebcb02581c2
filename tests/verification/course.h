#pragma once

#include <memory>

#include "simulation/time_loop.h"

namespace intratumor::verification {

/// A problem for the program's own time loop on any mesh, without an image: fill in `c.until`, tissues, body,
/// injections and mesh, then run. Collapse is off, the time tolerance that of `standard`.
struct Course {
  Case c;
  Setup setup;
  std::unique_ptr<TissueMesh> mesh;

  Reporter silent;
  Stopwatch phases;
  std::unique_ptr<FlowStates> flow;
  std::unique_ptr<TimeLoop> loop;

  Course();
  void run();
  double tumour_auc() const;  ///< of the mean of phi_a c over the target, mol s/m^3
  /// Of the target, where c has been at or above `level` (mol/m^3), m^3.
  double reached_volume(double level) const;
};

}  // namespace intratumor::verification
