#include "exposure/exposure.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace intratumor {

NodalExposure::NodalExposure(const TissueMesh& mesh, std::vector<double> thresholds)
    : mesh_(mesh), thresholds_(std::move(thresholds)) {
  const std::size_t n = mesh.graph().n_owned;
  auc_.assign(n, 0.);
  cmax_.assign(n, 0.);
  above_.assign(thresholds_.size(), std::vector<double>(n, 0.));
}

double time_above_line(double a, double b, double threshold, double dt) {
  if (a >= threshold && b >= threshold) return dt;
  if (a < threshold && b < threshold) return 0;
  const double crossing = (threshold - a) / (b - a);
  return dt * (b > a ? 1 - crossing : crossing);
}

void NodalExposure::add(double dt, const Vector& start, const Vector& end, const std::vector<double>& mean) {
  for (std::size_t i = 0; i < auc_.size(); ++i) {
    auc_[i] += dt * mean[i];
    cmax_[i] = std::max({cmax_[i], start.local_element(i), end.local_element(i)});
    for (std::size_t k = 0; k < thresholds_.size(); ++k)
      above_[k][i] += time_above_line(start.local_element(i), end.local_element(i), thresholds_[k], dt);
  }
}

void NodalExposure::peak(const Vector& now) {
  for (std::size_t i = 0; i < cmax_.size(); ++i) cmax_[i] = std::max(cmax_[i], now.local_element(i));
}

namespace {

/// Whether the region's boundary cuts a cell of which it holds `share`, a sum of overlaps that round-off
/// leaves beside 1 inside the region.
bool is_cut(double share) {
  return share < 1 - 1e-6;
}

/// Of a cell of which the region holds `share`.
int samples_along(double share) {
  if (share == 0) return 0;
  return is_cut(share) ? 4 : 2;
}

/// Calls use(value, volume in m^3) for the sub-cells of this rank's cells that hold some of the region.
template <class Use>
void for_each_sample(const TissueMesh& mesh, int region, const std::vector<double>& field,
                     const VolumeDistribution::Overlap& overlap, const Use& use) {
  Vector nodal = mesh.make_vector();
  for (int i = 0; i < mesh.graph().n_owned; ++i) nodal.local_element(i) = field[i];
  mesh.constraints().distribute(nodal);
  nodal.update_ghost_values();

  std::vector<dealii::types::global_dof_index> indices(8);
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    const double share = mesh.cell_fraction(index, region);
    if (share == 0) return;
    cell->get_dof_indices(indices);
    double at[8];
    for (int v = 0; v < 8; ++v) at[v] = nodal(indices[v]);
    const Point lower = cell->vertex(0), upper = cell->vertex(7);
    const bool cut = is_cut(share) && overlap != nullptr;
    const int n = samples_along(share);
    const double whole = cell->measure() * share / (n * n * n);
    for (int k = 0; k < n; ++k)
      for (int j = 0; j < n; ++j)
        for (int i = 0; i < n; ++i) {
          const double s[3] = {(i + 0.5) / n, (j + 0.5) / n, (k + 0.5) / n};
          double volume = whole;
          if (cut) {
            Point a, b;
            const int step[3] = {i, j, k};
            for (int d = 0; d < 3; ++d) {
              a[d] = lower[d] + (upper[d] - lower[d]) * step[d] / n;
              b[d] = lower[d] + (upper[d] - lower[d]) * (step[d] + 1) / n;
            }
            volume = overlap(a, b);
            if (volume <= 0) continue;
          }
          double value = 0;
          for (int v = 0; v < 8; ++v)
            value +=
                at[v] * (v & 1 ? s[0] : 1 - s[0]) * (v & 2 ? s[1] : 1 - s[1]) * (v & 4 ? s[2] : 1 - s[2]);
          use(value, volume);
        }
  });
}

}  // namespace

double volume_share_at_least(const TissueMesh& mesh, int region, const std::vector<double>& field,
                             const VolumeDistribution::Overlap& overlap, double level) {
  double above = 0, all = 0;
  for_each_sample(mesh, region, field, overlap, [&](double value, double volume) {
    all += volume;
    if (value >= level) above += volume;
  });
  return dealii::Utilities::MPI::sum(above, mesh.communicator()) /
         dealii::Utilities::MPI::sum(all, mesh.communicator());
}

VolumeDistribution::VolumeDistribution(const TissueMesh& mesh, int region, const std::vector<double>& field,
                                       const Overlap& overlap)
    : comm_(mesh.communicator()) {
  std::size_t most = 0;
  mesh.for_each_cell([&](const TissueMesh::Cell&, int index) {
    const int n = samples_along(mesh.cell_fraction(index, region));
    most += static_cast<std::size_t>(n * n * n);
  });
  samples_.reserve(most);
  for_each_sample(mesh, region, field, overlap, [&](double value, double volume) {
    samples_.push_back({value, volume});
  });
  std::sort(samples_.begin(), samples_.end(), [](const Sample& a, const Sample& b) {
    return std::tie(a.value, a.above) < std::tie(b.value, b.above);
  });
  double above = 0, moment = 0;
  for (auto sample = samples_.rbegin(); sample != samples_.rend(); ++sample) {
    moment += sample->value * sample->above;
    above += sample->above;
    sample->above = above;
  }
  const double top = samples_.empty() ? -1e300 : samples_.back().value;
  volume_ = dealii::Utilities::MPI::sum(above, comm_);
  mean_ = volume_ > 0 ? dealii::Utilities::MPI::sum(moment, comm_) / volume_ : 0;
  maximum_ = dealii::Utilities::MPI::max(top, comm_);
}

std::vector<VolumeDistribution::Sample>::const_iterator VolumeDistribution::first_at_least(
    double level) const {
  return std::lower_bound(samples_.begin(), samples_.end(), level,
                          [](const Sample& sample, double value) { return sample.value < value; });
}

double VolumeDistribution::share_at_least(double level) const {
  const auto at = first_at_least(level);
  const double here = at == samples_.end() ? 0. : at->above;
  return dealii::Utilities::MPI::sum(here, comm_) / volume_;
}

double VolumeDistribution::value_reached_by(double share) const {
  double low = dealii::Utilities::MPI::min(samples_.empty() ? 1e300 : samples_.front().value, comm_),
         high = maximum_;
  if (share_at_least(high) >= share) return high;
  for (int k = 0; k < 80 && high - low > 1e-12 * std::abs(high); ++k) {
    const double middle = (low + high) / 2;
    (share_at_least(middle) >= share ? low : high) = middle;
  }
  // The sample that the bracket holds, and all that equal it: a symmetric field has many that differ by
  // round-off alone, and which of them comes first must not matter.
  const auto above = first_at_least(high);
  const double value =
      dealii::Utilities::MPI::max(above == samples_.begin() ? -1e300 : (above - 1)->value, comm_);
  const double equal = 1e-7 * std::abs(maximum_);
  const auto beyond = first_at_least(value + equal);
  const double next = dealii::Utilities::MPI::min(beyond == samples_.end() ? maximum_ : beyond->value, comm_);
  const double share_value = share_at_least(value - equal), share_next = share_at_least(next);
  if (!(share_value > share_next)) return value;
  return value + (next - value) * (share_value - share) / (share_value - share_next);
}

}  // namespace intratumor
