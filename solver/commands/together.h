#pragma once

#include <mpi.h>

#include <functional>
#include <string>

namespace intratumor {

/// Exit status of what was interrupted and can go on.
constexpr int interrupted_status = 3;
/// Of what was interrupted and left nothing; the program's exit status is then 1.
constexpr int dropped_status = 4;

/// How a piece of work ended, the same on every rank.
struct Outcome {
  int status = 0;       ///< exit status: 0 done, 1 the computation failed, 2 bad input, 3 and 4 interrupted
  std::string message;  ///< of the lowest rank that failed; empty when none did
};

/// Exit status and message of the exception being handled.
Outcome outcome_of_exception();

/// Does `work` on every rank and agrees on how it ended, so that an error is told once and all ranks leave
/// together. When other ranks do not get there, because they wait for this one inside `work`, the rank that
/// failed tells its error itself after some seconds, does `before_abort` and ends them all: what the others
/// would clean up is left to it, since they may be killed before they can.
Outcome together(
    MPI_Comm comm, const std::function<void()>& work, const std::function<void()>& before_abort = [] {});

}  // namespace intratumor
