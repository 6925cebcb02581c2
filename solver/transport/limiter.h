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

/// Adds antidiffusive fluxes to nodal values as far as no node leaves its bounds: Zalesak's factors, several
/// passes, each over what the last one refused (Kuzmin, J Comput Phys 2009;228:2517). Holds its work space.
class Limiter {
 public:
  explicit Limiter(const TissueMesh& mesh);

  /// `flux`: by edge (i, j) of the graph, amount into i from j. `low`, `high`: bounds, and `values` at owned
  /// nodes (arrays may be longer). No passes: everything is added. `refused_at`, if given, grows at owned
  /// nodes by the size of what their edges were refused. Collective.
  LimiterWork add(const std::vector<double>& lumped, const std::vector<double>& flux,
                  const std::vector<double>& low, const std::vector<double>& high, int passes,
                  std::vector<double>& values, std::vector<double>* refused_at = nullptr);

 private:
  struct Edge {
    int from, to;
    double flux;
  };
  void set_factors(const std::vector<double>& lumped, const std::vector<double>& low,
                   const std::vector<double>& high, const std::vector<double>& values);
  double sum_over_edges(double owned, double shared) const;

  const TissueMesh& mesh_;
  Vector gain_, give_;            // factors R+ and R-
  std::vector<double> in_, out_;  // what edges bring and take, then what they brought
  std::vector<Edge> left_;        // edges with something refused
};

}  // namespace intratumor
