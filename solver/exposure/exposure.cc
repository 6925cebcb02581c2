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

VolumeDistribution::VolumeDistribution(const RegionSamples& samples, const std::vector<double>& field)
    : comm_(samples.communicator()) {
  samples_.reserve(samples.size());
  samples.for_each(field, [&](double value, double volume) { samples_.push_back({value, volume}); });
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
  // Few on a plateau, where much of the volume has nearly one value, and in a tail far below the maximum.
  const double equal = std::min(1e-7 * std::abs(maximum_), 2e-6 * std::abs(value));
  const auto beyond = first_at_least(value + equal);
  const double next = dealii::Utilities::MPI::min(beyond == samples_.end() ? maximum_ : beyond->value, comm_);
  const double share_value = share_at_least(value - equal), share_next = share_at_least(next);
  if (!(share_value > share_next)) return value;
  return value + (next - value) * (share_value - share) / (share_value - share_next);
}

}  // namespace intratumor
