#pragma once

#include "commands/sweep_options.h"
#include "study/plan.h"
#include "study/study_file.h"

namespace intratumor {

/// The study's cases in this machine's processes. Returns the exit status: 0 all done, 1 some failed, 3
/// interrupted (what is done stays, --resume goes on).
int run_sweep(const SweepOptions& options, const Study& study, Plan plan);

/// One case of the study, on all ranks of MPI.
int run_one_case(const SweepOptions& options, const Study& study, Plan plan);

/// Submits the study's cases as a job array of Slurm, or writes its scripts.
int submit_study(const SweepOptions& options, const Study& study, Plan plan);

/// Writes the results of what is done so far.
int gather_results(const SweepOptions& options, const Study& study, Plan plan);

/// Prints where the study stands.
int print_status(const SweepOptions& options, const Study& study, Plan plan);

}  // namespace intratumor
