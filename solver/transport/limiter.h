#pragma once

#include <vector>

#include "mesh/tissue_mesh.h"

namespace intratumor {

/// Amounts (mol) summed over all edges and ranks.
struct LimiterWork {
  double proposed = 0;  ///< size of the antidiffusive fluxes
  double refused = 0;   ///< what none of the passes let through
  /// Of that, at each node no more than the node's amount changes over the step: what smaller steps could win
  /// back. Where the field stands still (round a hole, flat at c_inj) the same is refused at any step.
  double refused_of_change = 0;
};

/// Adds the antidiffusive fluxes f_ij (amount into node i from its neighbour, antisymmetric; array in the
/// graph's order, changed here) to `values` as far as no node leaves the bounds: Zalesak's factors, three
/// passes, each over what the last one refused (Kuzmin, J Comput Phys 2009;228:2517). `low` and `high`:
/// bounds at owned nodes. `limited` false adds all of them.
LimiterWork add_limited(const TissueMesh& mesh, const std::vector<double>& lumped, std::vector<double>& flux,
                        const std::vector<double>& low, const std::vector<double>& high, int passes,
                        std::vector<double>& values);

}  // namespace intratumor
