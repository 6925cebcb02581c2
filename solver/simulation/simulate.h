#pragma once

#include <mpi.h>

#include <string>

#include "injection/case.h"
#include "output/reporter.h"
#include "simulation/checkpoints.h"
#include "simulation/result.h"

namespace intratumor {

/// Runs one case from its image to its metrics: mesh, flow, transport and body. Fields at the times of the
/// case and maps go into `folder` (fields.h5, fields.xdmf, maps/); empty: none. `checkpoints`: where the run
/// begins and what keeps it; null: from the beginning, and none are kept. Throws InputError (the case does
/// not fit its image), ComputationError or Interrupted.
Result simulate(const Case& c, MPI_Comm comm, Reporter& reporter, const std::string& folder,
                Checkpoints* checkpoints = nullptr);

}  // namespace intratumor
