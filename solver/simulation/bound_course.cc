#include "simulation/bound_course.h"

#include <algorithm>

#include "exposure/exposure.h"

namespace intratumor {

BoundCourse::BoundCourse(const Setup& setup, const TissueMesh& mesh, const Binding& binding,
                         const TissueOperator& operation)
    : comm_(mesh.communicator()) {
  const int n = mesh.graph().n_owned;
  const TissueCoefficients& tumour = setup.tissues[setup.target];
  const auto add = [&](int kind, double concentration, bool is_target) {
    if (kind < 0) return;
    const BindingSites& of = binding.kinds[kind];
    Kind k{std::vector<double>(n, 0.), of.kinetics.loss, is_target};
    double all = 0;
    for (int i = 0; i < n; ++i) {
      const double sites = mesh.node_volume(setup.target, i) * concentration;
      if (of.sites[i] > 0) k.in_target[i] = sites / of.sites[i];
      all += sites;
    }
    if (is_target) {
      sites_ = of.sites;
      target_sites_ = dealii::Utilities::MPI::sum(all, comm_);
      peak_.assign(n, 0.);
      time_.assign(n, 0.);
    }
    kinds_.push_back(std::move(k));
  };
  add(binding.target, tumour.target_sites, true);
  add(binding.matrix, tumour.matrix_sites, false);
  const bool takes_up = std::any_of(operation.exits.begin(), operation.exits.end(), [&](const auto& exit) {
    return exit.account == operation.accounts.internalised;
  });
  if (!takes_up) return;
  for (int i = 0; i < n; ++i)
    uptake_.push_back(mesh.node_volume(setup.target, i) * tumour.accessible_fraction * tumour.uptake);
}

void BoundCourse::add(double dt, const Stepper& stepper, const StepResult& step) {
  if (kinds_.empty() && uptake_.empty()) return;
  const BoundDrug& b = stepper.bound();
  // Of the target: bound and anchored at the end, their means, and what was internalised.
  double sums[5] = {0, 0, 0, 0, 0};
  for (std::size_t k = 0; k < kinds_.size(); ++k) {
    const Kind& kind = kinds_[k];
    const int at = static_cast<int>(k);
    for (std::size_t i = 0; i < kind.in_target.size(); ++i) {
      if (kind.in_target[i] == 0) continue;
      const double mean = kind.in_target[i] * b.mean(at, static_cast<int>(i));
      sums[kind.is_target ? 0 : 1] += kind.in_target[i] * b.attempted(at)[i];
      sums[kind.is_target ? 2 : 3] += mean;
      if (kind.is_target) sums[4] += dt * kind.loss * mean;
    }
  }
  for (std::size_t i = 0; i < uptake_.size(); ++i) sums[4] += dt * uptake_[i] * step.node_mean[i];
  MPI_Allreduce(MPI_IN_PLACE, sums, 5, MPI_DOUBLE, MPI_SUM, comm_);
  const double before = occupancy();
  numbers_.auc += dt * (sums[2] + sums[3] + numbers_.internalised + sums[4] / 2);
  numbers_.bound = sums[0];
  numbers_.anchored = sums[1];
  numbers_.internalised += sums[4];
  if (!has_target()) return;
  numbers_.highest = std::max(numbers_.highest, occupancy());
  numbers_.occupancy_time += dt * sums[2] / target_sites_;
  numbers_.time_occupied += time_above_line(before, occupancy(), occupied, dt);
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    if (sites_[i] == 0) continue;
    const double start = b.amounts(0)[i] / sites_[i], end = b.attempted(0)[i] / sites_[i];
    peak_[i] = std::max(peak_[i], end);
    time_[i] += time_above_line(start, end, occupied, dt);
  }
}

std::vector<double> BoundCourse::occupancy_now(const Stepper& stepper) const {
  std::vector<double> share(sites_.size(), 0.);
  for (std::size_t i = 0; i < share.size(); ++i)
    if (sites_[i] > 0) share[i] = stepper.bound().amounts(0)[i] / sites_[i];
  return share;
}

}  // namespace intratumor
