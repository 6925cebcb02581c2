#pragma once

#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "flow/hole.h"
#include "output/reporter.h"
#include "quantities/stopwatch.h"
#include "simulation/setup.h"
#include "transport/tissue_operator.h"

namespace intratumor {

/// The states of flow that a schedule passes through: the background, and one for every set of needles that
/// infuse at a time. Each with its operator of transport. Computed when first met; the last two are kept, so
/// that doses which repeat find theirs.
class FlowStates {
 public:
  /// All references must outlive this. `overlap` gives the volumes of regions, for the walls of those without
  /// tissue; null where there are none.
  FlowStates(const Case& c, const Setup& setup, const TissueMesh& mesh, Reporter& reporter, Stopwatch& phases,
             const RegionOverlap& overlap = nullptr);

  struct State {
    std::vector<char> infusing;  ///< which of the setup's infusions run
    int number = 0;              ///< in the order of computing
    InfusionState infusion;
    TissueOperator op;
    std::vector<double> drug;  ///< mol/s that the needles bring to each owned node; empty: none
  };
  /// Collective. What `infusing` does not name does not infuse: nothing named is the background. The
  /// reference holds until the second call after this one.
  const State& at(std::vector<char> infusing);

  /// Over all states met.
  struct Extremes {
    double max_pressure = -1e300;  ///< Pa
    double needle_pressure = 0;    ///< Pa, largest at a hole; 0 when no needle infuses
    double closure = 0;            ///< relative
    double least_open = 1;
    double manifold_error = 0;
    int states = 0, newton_steps = 0, linear_iterations = 0;
  };
  const Extremes& extremes() const { return extremes_; }

  /// Which states are kept, and the extremes; and back, when nothing has been computed yet: the states that
  /// were kept are computed again in their order, since each starts from the pressure of the one before.
  nlohmann::ordered_json memory() const;
  void recall(const nlohmann::ordered_json& memory);

  const Setup& setup() const { return setup_; }
  const TissueMesh& mesh() const { return mesh_; }
  const Accounts& accounts() const { return accounts_; }
  const std::vector<Wall>& walls() const { return walls_; }

 private:
  std::unique_ptr<State> compute(const std::vector<char>& infusing);

  const Setup& setup_;
  const TissueMesh& mesh_;
  Reporter& reporter_;
  Stopwatch& phases_;
  std::unique_ptr<FlowSolver> solver_;
  CellCoefficients cells_;
  std::vector<Wall> walls_;
  Accounts accounts_;
  std::vector<std::vector<Hole>> holes_;  // by infusion
  std::list<std::unique_ptr<State>> kept_;
  Extremes extremes_;
};

}  // namespace intratumor
