#pragma once

#include <algorithm>

#include "harness.h"

namespace intratumor::verification {

/// mol on all sites.
inline double all_bound(const Problem& p) {
  double sum = 0;
  for (int kind = 0; kind < p.stepper->bound().kinds(); ++kind)
    for (const double b : p.stepper->bound().amounts(kind)) sum += b;
  return dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
}

/// mol of all drug, in the tissue and in accounts.
inline double everything(const Problem& p) {
  double sum = p.total_content() + all_bound(p);
  for (const double a : p.stepper->amounts()) sum += a;
  return sum;
}

/// Largest occupancy of any node's sites beyond 1 or below 0.
inline double out_of_bounds(const Problem& p) {
  double worst = 0;
  for (int kind = 0; kind < p.stepper->bound().kinds(); ++kind) {
    const std::vector<double>& sites = p.stepper->bound().binding().kinds[kind].sites;
    const std::vector<double>& b = p.stepper->bound().amounts(kind);
    for (std::size_t i = 0; i < b.size(); ++i)
      if (sites[i] > 0) worst = std::max({worst, b[i] / sites[i] - 1, -b[i] / sites[i]});
  }
  return dealii::Utilities::MPI::max(worst, MPI_COMM_WORLD);
}

/// Least concentration, at most 0.
inline double lowest(const Problem& p) {
  double least = 0;
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    least = std::min(least, p.stepper->concentration().local_element(i));
  return dealii::Utilities::MPI::min(least, MPI_COMM_WORLD);
}

}  // namespace intratumor::verification
