#pragma once

#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "flow/hole.h"
#include "output/reporter.h"
#include "quantities/stopwatch.h"
#include "simulation/setup.h"
#include "transport/bound_drug.h"
#include "transport/tissue_operator.h"

namespace intratumor {

/// One state of flow and its operator of transport.
struct TransportState {
  std::vector<char> infusing;  ///< which of the setup's infusions run
  InfusionState infusion;
  TissueOperator op;
  std::vector<double> drug;  ///< mol/s that the needles bring to each owned node; empty: none
};

/// What flows on one mesh have in common, whatever the needles.
struct FlowGround {
  FlowProblem problem;
  CellCoefficients cells;
  Accounts accounts;
  Binding binding;
  std::unique_ptr<FlowSolver> solver;          ///< null where it is not needed, or not yet
  std::shared_ptr<TransportState> background;  ///< without needles; null until it is asked for
};

/// The states of flow that a schedule passes through: the background, and one for every set of needles that
/// infuse at a time. Each with its operator of transport. Computed when first met; the last two are kept, so
/// that doses which repeat find theirs.
class FlowStates {
 public:
  using State = TransportState;

  /// All references must outlive this. `overlap` gives the volumes of regions, for the walls of those without
  /// tissue; null where there are none. `ground`: of the same mesh, tissues, drug, patient and boundaries;
  /// null: it is made.
  FlowStates(const Case& c, const Setup& setup, const TissueMesh& mesh, Reporter& reporter, Stopwatch& phases,
             const RegionOverlap& overlap = nullptr, std::shared_ptr<FlowGround> ground = nullptr);

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

  /// Which states are kept, and the extremes; and back, when no state has been met yet: those that were kept
  /// are computed again.
  nlohmann::ordered_json memory() const;
  void recall(const nlohmann::ordered_json& memory);

  const Setup& setup() const { return setup_; }
  const TissueMesh& mesh() const { return mesh_; }
  const Accounts& accounts() const { return ground_->accounts; }
  const Binding& binding() const { return ground_->binding; }
  const std::vector<Wall>& walls() const { return ground_->problem.walls; }
  const std::shared_ptr<FlowGround>& ground() const { return ground_; }

 private:
  std::shared_ptr<State> state_of(const std::vector<char>& infusing);
  std::shared_ptr<State> compute(const std::vector<char>& infusing);
  void note(const State& state);

  const Setup& setup_;
  const TissueMesh& mesh_;
  Reporter& reporter_;
  Stopwatch& phases_;
  std::shared_ptr<FlowGround> ground_;
  std::vector<std::vector<Hole>> holes_;  // by infusion
  std::list<std::shared_ptr<State>> kept_;
  Extremes extremes_;
};

}  // namespace intratumor
