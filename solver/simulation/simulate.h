#pragma once

#include <mpi.h>

#include <nlohmann/json.hpp>
#include <string>

#include "injection/case.h"
#include "output/reporter.h"
#include "output/table.h"

namespace intratumor {

/// What a run gives; complete on every rank.
struct Result {
  nlohmann::ordered_json summary;  ///< keys of summary.json
  Table series;                    ///< series.csv
  Table histogram;                 ///< exposure_volume.csv
};

struct Reuse;

/// Runs one case from its image to its metrics: mesh, flow, transport and body. Fields at the times of the
/// case and maps go into `folder` (fields.h5, fields.xdmf, maps/); empty: none. Throws InputError (the case
/// does not fit its image) or ComputationError. `reuse`: what earlier cases left and this one leaves.
Result simulate(const Case& c, MPI_Comm comm, Reporter& reporter, const std::string& folder,
                Reuse* reuse = nullptr);

}  // namespace intratumor
