#pragma once

#include "commands/sweep_options.h"
#include "study/plan.h"
#include "study/study_file.h"

namespace intratumor {

/// The study's cases in this machine's processes. Returns the exit status: 0 all done, 1 some failed, 3
/// interrupted (what is done stays, --resume goes on).
int run_sweep(const SweepOptions& options, const Study& study, Plan plan);

/// The cases that the options name: one on all ranks of MPI; or several, one after the other on one rank,
/// which share what they have in common. Returns 3 when they were interrupted.
int run_cases(const SweepOptions& options, const Study& study, Plan plan);

/// Submits the study's cases as a job array of Slurm, or writes its scripts.
int submit_study(const SweepOptions& options, const Study& study, Plan plan);

/// Writes the results of what is done so far.
int gather_results(const SweepOptions& options, const Study& study, Plan plan);

/// Prints where the study stands.
int print_status(const SweepOptions& options, const Study& study, Plan plan);

}  // namespace intratumor
