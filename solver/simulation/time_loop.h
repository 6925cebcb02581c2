#pragma once

#include <array>
#include <optional>
#include <set>
#include <vector>

#include "exposure/exposure.h"
#include "mesh/shape_share.h"
#include "output/field_writer.h"
#include "output/reporter.h"
#include "output/table.h"
#include "simulation/bound_course.h"
#include "simulation/course_state.h"
#include "simulation/flow_states.h"
#include "simulation/ledger.h"
#include "simulation/schedule.h"
#include "transport/step_ladder.h"
#include "transport/stepper.h"

namespace intratumor {

class Checkpoints;

/// Follows the drug from the first dose to the end: events, flow, steps, accounts, exposure, series.
class TimeLoop {
 public:
  struct Inputs {
    const Case* c;
    const Setup* setup;
    const TissueMesh* mesh;
    FlowStates* flow;
    std::vector<ShapeShare> shares;  ///< one per deposit
    Reporter* reporter;
    FieldWriter* fields;        ///< null: none
    bool stop_at_coarse_cells;  ///< end the run when a front of drug reaches cells coarser than the finest
    Checkpoints* checkpoints = nullptr;  ///< null: none
  };
  /// `begin`: where an earlier course of the same inputs had come; null: at the first dose.
  explicit TimeLoop(Inputs inputs, const CourseState* begin = nullptr);

  /// Returns false when drug reached coarse cells and the run must be repeated with a larger reach.
  /// Throws ComputationError when a solver fails or the ledger does not close.
  bool run();

  /// All that the rest of the course depends on. At the end of a step.
  CourseState state() const;
  double time() const { return time_; }  ///< s, at the end of the last step

  const NodalExposure& exposure() const { return exposure_; }
  const BoundCourse& bound() const { return bound_; }
  const Table& series() const { return series_; }
  const Ledger& ledger() const { return ledger_; }
  const Stepper& stepper() const { return stepper_; }
  const Setup& setup() const { return *in_.setup; }
  const TissueMesh& mesh() const { return *in_.mesh; }

  struct Counts {
    int steps = 0, rejected = 0;
    long low_iterations = 0, stage_iterations = 0, newton_iterations = 0;
    double refused = 0, proposed = 0;  ///< by the limiter, mol, over all steps
    double largest_refused_share = 0;  ///< of one step, over the drug in the mesh
    double linear_residual = 0;        ///< largest, relative to c_ref
    double temporal_error = 0;         ///< sum of the relative estimates
    double lowest_concentration = 0;   ///< mol/m^3
    double largest_closure_error = 0;
    double reached_coarse_cells = -1;  ///< s, when a front of drug first stood in coarser cells; -1: never
  };
  const Counts& counts() const { return counts_; }

  struct Plasma {
    double auc = 0, auc_24h = 0, auc_7d = 0;  ///< mol s/m^3
    double cmax = 0, tmax = 0;                ///< mol/m^3, s
    std::optional<double> auc_inf;            ///< absent when nothing removes the drug
  };
  const Plasma& plasma() const { return plasma_; }

  /// Fluid over the whole run, m^3. Steady flow: what comes in goes out.
  struct Fluid {
    double injected = 0;
    double filtered = 0;  ///< out of vessels less into them
    double lymph = 0, outflow = 0;
    double through_walls = 0;  ///< out of large vessels
    double leak = 0;           ///< into cavities
  };
  const Fluid& fluid() const { return fluid_; }

  /// Largest mean of phi_a c over the tumour, mol/m^3.
  double tumour_cmax() const { return tumour_cmax_; }
  /// From the end of the last injection until the amount in the tumour has halved; absent if it never does.
  std::optional<double> retention_half_life() const { return half_life_; }

 private:
  void find_coarse_cells();
  const FlowStates::State& flow_of(const Segment& segment);
  std::vector<double> node_sources(const Segment& segment, const FlowStates::State& state) const;
  double give_at_once(double t);
  void begin_segment(const Segment& segment);
  void run_segment(const Segment& segment);
  void expect_in_tumour(const std::vector<double>& sources);
  double error_of(const StepResult& step) const;
  void judge_values();
  std::string where_is(double concentration) const;
  void follow_retention(double start, double t, double before);
  void record(double t);
  void write_fields(double t);
  bool reached_coarse_cells() const;
  bool is_field_time(double t) const;
  void restore(const CourseState& state);
  template <class Loop, class Visitor>
  static void visit_numbers(Loop& loop, const Visitor& visit);

  Inputs in_;
  std::vector<double> events_;  // their times, s
  std::size_t event_ = 0;       // that began the segment
  double time_ = 0;             // s
  bool resumed_ = false;        // in the middle of a segment
  const FlowStates::State* state_;
  Stepper stepper_;
  StepLadder ladder_;
  NodalExposure exposure_;
  BoundCourse bound_;
  Table series_;
  Ledger ledger_;
  Counts counts_;
  Plasma plasma_;
  Fluid fluid_;
  double given_ = 0;  // mol so far
  double dose_;
  double tumour_cmax_ = 0;
  std::vector<double> target_share_;  // of each owned node's volume
  double tumour_capacity_ = 0;        // m^3 in which drug can be
  double expected_in_tumour_ =
      0;  // mol of the needles' whole dose, by the share of it that enters the target
  double last_injection_end_ = 0;
  double tumour_amount_ = 0, retained_at_end_ = -1;  // mol of all that the tumour holds
  std::optional<double> half_life_;
  bool stopped_ = false;                          // drug reached coarse cells
  std::vector<std::array<int, 8>> coarse_cells_;  // local indices of their nodes
};

}  // namespace intratumor
