#pragma once

#include <mpi.h>

#include <functional>
#include <string>
#include <vector>

namespace intratumor {

/// A result that is known beforehand: `error` computes how far the program is from it, the same on every
/// rank, and may throw.
struct SelfCheck {
  const char* name;
  double limit;
  std::function<double()> error;
};

/// Exact solutions and identities of the library, without files. Their errors are relative.
std::vector<SelfCheck> exact_checks(MPI_Comm comm);

/// The parameter files that are installed, and a tiny case from its image to its ledger; `folder` is for its
/// files, of this rank alone.
std::vector<SelfCheck> case_checks(MPI_Comm comm, const std::string& folder);

}  // namespace intratumor
