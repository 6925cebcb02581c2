#include "transport/limiter.h"

#include <algorithm>
#include <cmath>

namespace intratumor {

LimiterWork add_limited(const TissueMesh& mesh, const std::vector<double>& lumped, std::vector<double>& flux,
                        const std::vector<double>& low, const std::vector<double>& high, int passes,
                        std::vector<double>& values) {
  const Graph& graph = mesh.graph();
  const int n = graph.n_owned;
  LimiterWork work;
  for (const double f : flux) work.proposed += std::abs(f);
  if (passes == 0) {
    for (int i = 0; i < n; ++i) {
      double sum = 0;
      for (int k = graph.begin[i]; k < graph.begin[i + 1]; ++k) sum += flux[k];
      values[i] += sum / lumped[i];
    }
  } else {
    Vector gain = mesh.make_vector(), give = mesh.make_vector();  // factors R+ and R-
    for (int pass = 0; pass < passes; ++pass) {
      for (int i = 0; i < n; ++i) {
        double in = 0, out = 0;
        for (int k = graph.begin[i]; k < graph.begin[i + 1]; ++k) (flux[k] > 0 ? in : out) += flux[k];
        const double room = lumped[i] * std::max(0., high[i] - values[i]);
        const double stock = lumped[i] * std::min(0., low[i] - values[i]);
        gain.local_element(i) = in > room ? room / in : 1.;
        give.local_element(i) = out < stock ? stock / out : 1.;
      }
      gain.update_ghost_values();
      give.update_ghost_values();
      for (int i = 0; i < n; ++i) {
        double sum = 0;
        const double gain_i = gain.local_element(i), give_i = give.local_element(i);
        for (int k = graph.begin[i]; k < graph.begin[i + 1]; ++k) {
          const double f = flux[k];
          if (f == 0) continue;
          const int j = graph.column[k];
          const double factor =
              f > 0 ? std::min(gain_i, give.local_element(j)) : std::min(give_i, gain.local_element(j));
          sum += factor * f;
          flux[k] = (1. - factor) * f;
        }
        values[i] += sum / lumped[i];
      }
    }
    for (const double f : flux) work.refused += std::abs(f);
  }
  // Every edge was counted from both its ends.
  double sums[2] = {work.proposed / 2, work.refused / 2};
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, mesh.communicator());
  work.proposed = sums[0];
  work.refused = sums[1];
  return work;
}

}  // namespace intratumor
