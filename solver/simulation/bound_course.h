#pragma once

#include <vector>

#include "simulation/setup.h"
#include "transport/stepper.h"

namespace intratumor {

/// What the target holds besides free drug, followed step by step: amounts, their time integral, and how full
/// the drug's receptors are. Integrals use the means that feed the accounts.
class BoundCourse {
 public:
  /// Sites count as occupied from this share on; ten times Kd fills 0.91 of them.
  static constexpr double occupied = 0.9;

  BoundCourse(const Setup& setup, const TissueMesh& mesh, const Binding& binding,
              const TissueOperator& operation);

  /// A step of `dt` that was attempted and is about to be accepted. Collective.
  void add(double dt, const Stepper& stepper, const StepResult& step);

  /// In the target, mol.
  double bound() const { return numbers_.bound; }
  double anchored() const { return numbers_.anchored; }
  double internalised() const { return numbers_.internalised; }
  double held() const { return bound() + anchored() + internalised(); }
  /// Time integral of what it holds, mol s.
  double auc() const { return numbers_.auc; }

  bool has_target() const { return target_sites_ > 0; }
  double occupancy() const { return has_target() ? numbers_.bound / target_sites_ : 0.; }  ///< mean share
  double highest_occupancy() const { return numbers_.highest; }
  double mean_occupancy(double duration) const {  ///< over the whole run of this duration, s
    return has_target() && duration > 0 ? numbers_.occupancy_time / duration : 0.;
  }
  double time_occupied() const { return numbers_.time_occupied; }  ///< s with the mean at `occupied` or more
  /// Occupancy of the receptors at every owned node, 0 where there are none: now, its peak, and the time (s)
  /// that it has been at `occupied` or more.
  std::vector<double> occupancy_now(const Stepper& stepper) const;
  const std::vector<double>& peak() const { return peak_; }
  const std::vector<double>& time() const { return time_; }

  struct Numbers {
    double bound = 0, anchored = 0, internalised = 0, auc = 0;
    double highest = 0, occupancy_time = 0, time_occupied = 0;
  };
  const Numbers& numbers() const { return numbers_; }
  Numbers& numbers() { return numbers_; }
  void restore(std::vector<double> peak, std::vector<double> time) {
    peak_ = std::move(peak);
    time_ = std::move(time);
  }

 private:
  struct Kind {
    std::vector<double> in_target;  ///< of a node's sites
    double loss;
    bool is_target;
  };
  std::vector<Kind> kinds_;
  std::vector<double> uptake_;  ///< m^3/s at owned nodes: of the target
  std::vector<double> sites_;   ///< of the receptors, mol at owned nodes; empty: none
  double target_sites_ = 0;     ///< of the receptors in the target, mol
  MPI_Comm comm_;
  Numbers numbers_;
  std::vector<double> peak_, time_;
};

}  // namespace intratumor
