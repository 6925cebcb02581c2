#pragma once

#include <mpi.h>

#include <functional>
#include <string>
#include <vector>

namespace intratumor {

/// How one case ended.
struct CaseEnd {
  std::size_t number = 0;
  bool good = false;
  bool interrupted = false;  ///< its process was told to end and has left a checkpoint
  double seconds = 0;
  std::string reason;  ///< of a process that ended in the middle of it; empty when the case itself told why
};

/// Computes cases in processes that live long: starting a program that links deal.II takes a second, forking
/// one that is loaded takes none. Each has an MPI of its own with one rank and ends with its parent, however
/// that ends. One that ends in the middle of a case is replaced.
class SweepWorkers {
 public:
  struct Work {
    /// In a worker: computes one case and returns its exit status, or ends the process.
    std::function<int(std::size_t number, MPI_Comm comm)> compute;
    /// In a worker, before anything else, and when no more cases come, before its MPI ends.
    std::function<void()> at_start, at_end;
    /// Cases of one group share what one process keeps: they go to one worker while there are others for the
    /// rest.
    std::function<int(std::size_t number)> group;
    /// In the parent, after a case. False: no more cases are begun.
    std::function<bool(const CaseEnd&)> on_end;
    /// In the parent, about once a second, with the number of cases at work.
    std::function<void(int running)> on_tick;
  };

  /// `jobs` at a time, in this order. True when all were computed, false when a signal (SIGINT, SIGTERM,
  /// SIGHUP, SIGUSR1) or on_end stopped it: workers are then told to end what they are at. Nothing of MPI may
  /// have been used by this process. ComputationError when there can be no process.
  static bool run(const std::vector<std::size_t>& cases, int jobs, const Work& work);
};

}  // namespace intratumor
