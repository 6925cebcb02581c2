#include "commands/together.h"

#include <chrono>
#include <cstdio>
#include <new>
#include <thread>

#include "quantities/error.h"

namespace intratumor {

namespace {

using Clock = std::chrono::steady_clock;

/// A rank that failed waits so long for the others to fail too.
constexpr std::chrono::seconds patience{10};

/// Waits without using the processor; an impatient one gives up (false) in the end.
bool wait_for(MPI_Request& request, bool patient) {
  const Clock::time_point start = Clock::now();
  for (int done = 0;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done != 0) return true;
    if (!patient && Clock::now() - start > patience) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

Outcome outcome_of_exception() {
  try {
    throw;
  } catch (const InputError& error) {
    return {2, error.what()};
  } catch (const ComputationError& error) {
    return {1, error.what()};
  } catch (const Interrupted& interrupted) {
    return {interrupted.can_go_on ? interrupted_status : dropped_status, interrupted.what()};
  } catch (const std::bad_alloc&) {
    return {1, "out of memory: run it on more ranks of several machines, or with accuracy: coarse"};
  } catch (const std::exception& error) {
    return {1, error.what()};
  } catch (...) {
    return {1, "an error without a name"};
  }
}

Outcome together(MPI_Comm comm, const std::function<void()>& work,
                 const std::function<void()>& before_abort) {
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  Outcome own;
  try {
    work();
  } catch (...) {
    own = outcome_of_exception();
  }
  if (own.status != 0 && own.message.empty()) own.message = "an error without a message";

  // The lowest rank that failed, and the highest exit status.
  int mine[2] = {own.status == 0 ? size : rank, -own.status};
  int all[2] = {size, 0};
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(mine, all, 2, MPI_INT, MPI_MIN, comm, &request);
  if (!wait_for(request, own.status == 0)) {
    std::fprintf(stderr, "error: %s\n", own.message.c_str());
    std::fflush(stderr);
    before_abort();
    MPI_Abort(comm, own.status);
  }
  if (all[0] == size) return {};
  int length = static_cast<int>(own.message.size());
  MPI_Bcast(&length, 1, MPI_INT, all[0], comm);
  own.message.resize(static_cast<std::size_t>(length));
  MPI_Bcast(own.message.data(), length, MPI_CHAR, all[0], comm);
  return {-all[1], own.message};
}

}  // namespace intratumor
