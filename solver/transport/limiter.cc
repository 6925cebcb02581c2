#include "transport/limiter.h"

#include <algorithm>
#include <cmath>

namespace intratumor {

Limiter::Limiter(const TissueMesh& mesh)
    : mesh_(mesh),
      gain_(mesh.make_vector()),
      give_(mesh.make_vector()),
      in_(mesh.n_local()),
      out_(mesh.n_local()) {}

/// Zalesak's factors from the sums of what comes in and goes out.
void Limiter::set_factors(const std::vector<double>& lumped, const std::vector<double>& low,
                          const std::vector<double>& high, const std::vector<double>& values) {
  for (int i = 0; i < mesh_.graph().n_owned; ++i) {
    const double room = lumped[i] * std::max(0., high[i] - values[i]);
    const double stock = lumped[i] * std::min(0., low[i] - values[i]);
    gain_.local_element(i) = in_[i] > room ? room / in_[i] : 1.;
    give_.local_element(i) = out_[i] < stock ? stock / out_[i] : 1.;
  }
  gain_.update_ghost_values();
  give_.update_ghost_values();
}

/// An edge between ranks is counted on both.
double Limiter::sum_over_edges(double owned, double shared) const {
  return dealii::Utilities::MPI::sum(owned + shared / 2, mesh_.communicator());
}

LimiterWork Limiter::add(const std::vector<double>& lumped, const std::vector<double>& flux,
                         const std::vector<double>& low, const std::vector<double>& high, int passes,
                         std::vector<double>& values, std::vector<double>* refused_at) {
  const Graph& graph = mesh_.graph();
  const int n = graph.n_owned;
  LimiterWork work;
  double owned = 0, shared = 0;
  std::fill(in_.begin(), in_.end(), 0.);
  std::fill(out_.begin(), out_.end(), 0.);
  for_each_edge(graph, [&](int e, int i, int j) {
    const double f = flux[e];
    (j < n ? owned : shared) += std::abs(f);
    const double gain = std::max(f, 0.), loss = std::min(f, 0.);
    in_[i] += gain;
    out_[i] += loss;
    in_[j] -= loss;
    out_[j] -= gain;
  });
  work.proposed = sum_over_edges(owned, shared);
  left_.clear();
  if (passes == 0) {
    for (int i = 0; i < n; ++i) values[i] += (in_[i] + out_[i]) / lumped[i];
    return work;
  }

  const auto factor = [&](double f, int i, int j) {
    return f > 0 ? std::min(gain_.local_element(i), give_.local_element(j))
                 : std::min(give_.local_element(i), gain_.local_element(j));
  };
  set_factors(lumped, low, high, values);
  std::vector<double>& brought = in_;
  std::fill(brought.begin(), brought.end(), 0.);
  for_each_edge(graph, [&](int e, int i, int j) {
    const double f = flux[e];
    if (f == 0) return;
    const double a = factor(f, i, j);
    brought[i] += a * f;
    brought[j] -= a * f;
    if (a < 1) left_.push_back({i, j, (1. - a) * f});
  });
  for (int i = 0; i < n; ++i) values[i] += brought[i] / lumped[i];

  for (int pass = 1; pass < passes; ++pass) {
    if (dealii::Utilities::MPI::max(static_cast<unsigned int>(left_.size()), mesh_.communicator()) == 0)
      break;
    std::fill(in_.begin(), in_.end(), 0.);
    std::fill(out_.begin(), out_.end(), 0.);
    for (const Edge& e : left_) {
      (e.flux > 0 ? in_ : out_)[e.from] += e.flux;
      (e.flux > 0 ? out_ : in_)[e.to] -= e.flux;
    }
    set_factors(lumped, low, high, values);
    std::fill(brought.begin(), brought.end(), 0.);
    for (Edge& e : left_) {
      const double a = factor(e.flux, e.from, e.to);
      brought[e.from] += a * e.flux;
      brought[e.to] -= a * e.flux;
      e.flux *= 1. - a;
    }
    for (int i = 0; i < n; ++i) values[i] += brought[i] / lumped[i];
  }
  owned = shared = 0;
  for (const Edge& e : left_) (e.to < n ? owned : shared) += std::abs(e.flux);
  work.refused = sum_over_edges(owned, shared);
  if (refused_at != nullptr)
    for (const Edge& e : left_) {
      (*refused_at)[e.from] += std::abs(e.flux);
      if (e.to < n) (*refused_at)[e.to] += std::abs(e.flux);
    }
  return work;
}

}  // namespace intratumor
