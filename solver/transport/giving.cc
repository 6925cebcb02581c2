// What is given at once.
#include <algorithm>

#include "transport/stepper.h"
#include "transport/tr_bdf2.h"

namespace intratumor {

void Stepper::give_to_accounts(const std::vector<double>& amounts) {
  for (std::size_t k = 0; k < amounts.size(); ++k) a_[k] += amounts[k];
}

void Stepper::give_to_tissue(const std::vector<double>& nodes) {
  const int n = graph_.n_owned;
  // e = m^-1 amounts; lumping alone would widen the field by h^2/6 in each direction.
  LinearSolver projection(*op_->mesh, LinearSolver::Kind::nonsymmetric, "projection of a deposit");
  const LinearSolver::Values to = projection.values();
  for (int i = 0; i < n; ++i) {
    to.owned[graph_.owned_diagonal[i]] = 1.;
    right_.local_element(i) = graph_.is_unknown[i] ? nodes[i] / op_->lumped[i] : 0.;
    c_low_.local_element(i) = c_.local_element(i) + right_.local_element(i);
  }
  for_each_edge(graph_, [&](int e, int i, int j) {
    const double of_i = op_->mass[e] / op_->lumped[i];
    to.owned[graph_.owned_diagonal[i]] -= of_i;
    (j < n ? to.owned : to.ghost)[graph_.edge_entry[e]] = of_i;
    if (j >= n) return;
    const double of_j = op_->mass[e] / op_->lumped[j];
    to.owned[graph_.owned_diagonal[j]] -= of_j;
    to.owned[graph_.edge_mirror[e]] = of_j;
  });
  projection.values_changed();
  x_ = right_;
  projection.solve(x_, right_, 1e-10, 0.);
  x_.update_ghost_values();
  c_low_.update_ghost_values();

  for (std::size_t i = 0; i < lowest_.size(); ++i) {
    const double before = c_.local_element(i), after = c_low_.local_element(i);
    low_bound_[i] = lowest_[i] = std::min(before, after);
    high_bound_[i] = highest_[i] = std::max(before, after);
  }
  edge_flux_.resize(graph_.edges());
  for_each_edge(graph_, [&](int e, int i, int j) {
    edge_flux_[e] = op_->mass[e] * (x_.local_element(i) - x_.local_element(j));
    low_bound_[i] = std::min(low_bound_[i], lowest_[j]);
    high_bound_[i] = std::max(high_bound_[i], highest_[j]);
    low_bound_[j] = std::min(low_bound_[j], lowest_[i]);
    high_bound_[j] = std::max(high_bound_[j], highest_[i]);
  });
  std::vector<double> values(c_low_.begin(), c_low_.begin() + n);
  limiter_.add(op_->lumped, edge_flux_, low_bound_, high_bound_, options_.limited ? limiter_passes : 0,
               values);
  for (int i = 0; i < n; ++i) c_.local_element(i) = graph_.is_unknown[i] ? values[i] : 0.;
  c_.update_ghost_values();
}

}  // namespace intratumor
