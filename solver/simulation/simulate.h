#pragma once

#include <mpi.h>

#include <string>

#include "injection/case.h"
#include "output/reporter.h"
#include "simulation/checkpoints.h"
#include "simulation/result.h"

namespace intratumor {

struct Reuse;

/// Runs one case from its image to its metrics: mesh, flow, transport and body. Fields at the times of the
/// case and maps go into `folder` (fields.h5, fields.xdmf, maps/); empty: none. Throws InputError (the case
/// does not fit its image), ComputationError or Interrupted. `reuse`: what earlier cases left and this one
/// leaves. `checkpoints`: where the run begins, and what keeps it; null: at the beginning, and nothing does.
Result simulate(const Case& c, MPI_Comm comm, Reporter& reporter, const std::string& folder,
                Reuse* reuse = nullptr, Checkpoints* checkpoints = nullptr);

}  // namespace intratumor
