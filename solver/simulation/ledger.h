#pragma once

#include <string>
#include <utility>
#include <vector>

#include "simulation/setup.h"
#include "transport/stepper.h"

namespace intratumor {

/// Where the dose is, as fractions of all that the schedule gives; the names are keys of summary.json's
/// `ledger`.
struct Ledger {
  double free_tumour = 0, free_elsewhere = 0;
  double bound = 0, anchored = 0;  ///< to the drug's target, to the matrix
  double internalised = 0, degraded = 0, plasma = 0, peripherals = 0, lymph_chain = 0, eliminated = 0,
         outflow = 0, leak = 0;
  double given = 0;          ///< so far
  double closure_error = 0;  ///< |given - sum of the terms|
  /// All promised terms in their order; those that this version does not model are 0.
  std::vector<std::pair<std::string, double>> terms() const;
};

/// Sums every term from fields and accounts, none by difference. `given`: mol so far. Collective.
Ledger make_ledger(const Setup& setup, const TissueMesh& mesh, const Accounts& accounts,
                   const Stepper& stepper, double given);

/// Throws ComputationError, naming the terms, when the ledger is open by more than 1e-8 of the dose.
void check_closed(const Ledger& ledger, double t);

}  // namespace intratumor
