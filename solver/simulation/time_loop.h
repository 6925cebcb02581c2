#pragma once

#include <map>
#include <optional>
#include <vector>

#include "exposure/exposure.h"
#include "mesh/ball_share.h"
#include "output/field_writer.h"
#include "output/reporter.h"
#include "output/table.h"
#include "simulation/setup.h"
#include "transport/step_ladder.h"
#include "transport/stepper.h"

namespace intratumor {

/// Where the dose is, as fractions of all that the schedule gives; the names are keys of summary.json's
/// `ledger`.
struct Ledger {
  double free_tumour = 0, free_elsewhere = 0, degraded = 0, plasma = 0, peripherals = 0, lymph_chain = 0,
         eliminated = 0, outflow = 0;
  double given = 0;          ///< so far
  double closure_error = 0;  ///< |given - sum of the terms|
  /// All promised terms in their order; those that this version does not model are 0.
  std::vector<std::pair<std::string, double>> terms() const;
};

/// Follows the drug from the first dose to the end: events, steps, accounts, exposure, series.
class TimeLoop {
 public:
  struct Inputs {
    const Case* c;
    const Setup* setup;
    const TissueMesh* mesh;
    const TissueOperator* op;
    std::vector<BallShare> shares;  ///< one per deposit
    Reporter* reporter;
    FieldWriter* fields;        ///< null: none
    const Vector* pressure;     ///< for the fields
    bool stop_at_coarse_cells;  ///< end the run when a front of drug reaches cells coarser than the finest
  };
  explicit TimeLoop(Inputs inputs);

  /// Returns false when drug reached coarse cells and the run must be repeated with a larger reach.
  /// Throws ComputationError when a solver fails or the ledger does not close.
  bool run();

  const NodalExposure& exposure() const { return exposure_; }
  const Table& series() const { return series_; }
  const Ledger& ledger() const { return ledger_; }
  const Stepper& stepper() const { return stepper_; }

  struct Counts {
    int steps = 0, rejected = 0;
    long low_iterations = 0, stage_iterations = 0;
    double refused = 0, proposed = 0;  ///< by the limiter, mol, over all steps
    double largest_refused_share = 0;  ///< of one step, over the drug in the mesh
    double linear_residual = 0;        ///< largest, relative to c_ref
    double temporal_error = 0;         ///< sum of the estimates over the dose
    double lowest_concentration = 0;   ///< mol/m^3
    double largest_closure_error = 0;
    double reached_coarse_cells = -1;  ///< s, when a front of drug first stood in coarser cells; -1: never
  };
  const Counts& counts() const { return counts_; }

  struct Plasma {
    double auc = 0, auc_24h = 0, auc_7d = 0;  ///< mol s/m^3
    double cmax = 0, tmax = 0;                ///< mol/m^3, s
  };
  const Plasma& plasma() const { return plasma_; }
  /// Largest mean of phi_a c over the tumour, mol/m^3.
  double tumour_cmax() const { return tumour_cmax_; }
  /// From the end of the last injection until the amount in the tumour has halved; absent if it never does.
  std::optional<double> retention_half_life() const { return half_life_; }

 private:
  struct Segment {
    double from, to;
    std::vector<double> node;     ///< mol/s
    std::vector<double> account;  ///< mol/s
    bool constant_zero;
    double shortest_start;  ///< duration of what begins at `from`; infinite when nothing does
  };
  std::vector<double> event_times() const;
  Segment make_segment(double from, double to) const;
  double give_at_once(double t);
  void record(double t, double given);
  void write_fields(double t);
  bool reached_coarse_cells() const;
  double amount_in_region(int region) const;

  Inputs in_;
  Stepper stepper_;
  NodalExposure exposure_;
  Table series_;
  Ledger ledger_;
  Counts counts_;
  Plasma plasma_;
  double dose_;
  double tumour_cmax_ = 0;
  double last_injection_end_ = 0;
  double tumour_amount_ = 0, retained_at_end_ = -1;
  std::optional<double> half_life_;
  std::vector<std::array<int, 8>> coarse_cells_;  ///< local indices of their nodes
};

}  // namespace intratumor
