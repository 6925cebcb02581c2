// The second half of a step: the difference between its high-order and low-order parts, as limited fluxes.
#include <algorithm>
#include <cmath>

#include "transport/stepper.h"
#include "transport/tr_bdf2.h"

namespace intratumor {

namespace {
const double g = tr_bdf2_gamma;
}

/// Third-order embedded difference 2 C dt (F_n/g - F_1/(g(1-g)) + F_2/(1-g)), F in mol/s: in tissue the sum
/// of
/// |.| over the target, and each account by itself. Terms that die within a step are damped as the step damps
/// them.
void Stepper::estimate_error(double dt, const StepSources& sources) {
  const double theta = g / 2 * dt;
  const double w0 = 2 * error_constant * dt / g, w1 = -2 * error_constant * dt / (g * (1. - g)),
               w2 = 2 * error_constant * dt / (1. - g);
  double tissue = 0;
  for (int i = 0; i < graph_.n_owned; ++i) {
    if (!graph_.is_unknown[i] || error_weight_[i] == 0) continue;
    const double damping = 1. / (1. + theta * op_->loss[i] / op_->lumped[i]);
    // Of all that a node holds; how it is shared is an error of its own, by the larger of the two.
    double rate0 = start_rate_[i];
    double change1 = mass_c1_[i] - mass_c_[i],
           change2 = mass_c2_[i] - bdf_a * mass_c1_[i] + bdf_b * mass_c_[i];
    double of_binding = 0;
    if (bound_.any()) {
      const double b = bound_.start(i), b1 = bound_.first(i), b2 = bound_.second(i);
      rate0 -= bound_.loss_rate(i);
      change1 += b1 - b;
      change2 += b2 - bdf_a * b1 + bdf_b * b;
      of_binding = bound_.error(i, op_->lumped[i], c2_.local_element(i), {w0, w1, w2});
    }
    const double rate1 = change1 / theta - rate0, rate2 = change2 / theta;
    tissue +=
        error_weight_[i] * std::max(of_binding, damping * std::abs(w0 * rate0 + w1 * rate1 + w2 * rate2));
  }
  result_.tissue_error = dealii::Utilities::MPI::sum(tissue, op_->mesh->communicator());
  const std::vector<double> r0 = account_rates(a_, tissue_start_, sources),
                            r1 = account_rates(a1_, tissue1_, sources),
                            r2 = account_rates(a2_, tissue2_, sources);
  std::vector<double> out(a_.size(), 0.);
  for (const auto& t : op_->accounts.transfers) out[t.from] += t.rate;
  out[op_->accounts.plasma] += op_->total_feed;
  for (std::size_t k = 0; k < a_.size(); ++k)
    result_.account_error = std::max(result_.account_error,
                                     std::abs(w0 * r0[k] + w1 * r1[k] + w2 * r2[k]) / (1. + theta * out[k]));
}

/// In place of the low-order step: nothing flows, so that the corrections are the whole fluxes.
void Stepper::leave_low_order_out(double dt, const StepSources& sources) {
  for (int i = 0; i < graph_.n_owned; ++i)
    c_low_.local_element(i) = c_.local_element(i) + dt * mean_source(sources, i) / op_->lumped[i];
  c_low_.update_ghost_values();
  low_mean_ = 0;
  bound_.leave_low_out();
  a_low_ = a_;
  for (std::size_t k = 0; k < sources.account.size(); ++k) a_low_[k] += dt * sources.account[k];
  a_low_mean_.assign(a_.size(), 0.);
}

/// Whether the attempted state, and the mean that fed the accounts, are so.
bool Stepper::nowhere_negative() const {
  bool negative = false;
  for (int i = 0; i < graph_.n_owned; ++i)
    negative = negative || !(c_new_.local_element(i) >= 0) || !(result_.node_mean[i] >= 0) ||
               (bound_.any() && !bound_.at_bounds(i));
  for (std::size_t k = 0; k < a_new_.size(); ++k)
    negative = negative || !(a_new_[k] >= 0) || !(a_mean_[k] >= 0);
  return !dealii::Utilities::MPI::logical_or(negative, op_->mesh->communicator());
}

void Stepper::correct(double dt, bool limited, const StepSources& sources) {
  const auto timed = phases_.measure("limiter");
  correct_accounts(dt, limited);
  correct_edges(dt, limited, sources);
}

/// Moves the high-order correction of every flux to, from and between accounts. Only the giver limits: one
/// factor a giver, so that nothing becomes negative and a decaying field stays second order. Exchange with
/// plasma is one flux, the net of both ways: where it is fast within a step each way alone is many times the
/// stock.
void Stepper::correct_accounts(double dt, bool limited) {
  const int n = graph_.n_owned;
  const int n_accounts = op_->accounts.size();
  const int plasma = op_->accounts.plasma;
  std::vector<double> xa(n_accounts);
  for (int k = 0; k < n_accounts; ++k)
    xa[k] = mean_outer * (a_[k] + a1_[k]) + g / 2 * a2_[k] - a_low_mean_[k];
  for (int i = 0; i < n; ++i)
    x_.local_element(i) = graph_.is_unknown[i] ? mean_outer * (c_.local_element(i) + c1_.local_element(i)) +
                                                     g / 2 * c2_.local_element(i) - low_mean_.local_element(i)
                                               : 0.;
  x_.update_ghost_values();

  // Correction of one node's flux into one account.
  const auto correction = [&](const TissueOperator::Exit& exit, int i) {
    const double back = exit.account == plasma ? op_->feed[i] * xa[plasma] : 0.;
    return dt * (exit.rate[i] * x_.local_element(i) - back);
  };

  // What each account would give.
  std::vector<double> given(n_accounts, 0.);
  for (const auto& exit : op_->exits)
    for (int i = 0; i < n; ++i) given[exit.account] += std::max(0., -correction(exit, i));
  MPI_Allreduce(MPI_IN_PLACE, given.data(), n_accounts, MPI_DOUBLE, MPI_SUM, op_->mesh->communicator());
  for (const auto& t : op_->accounts.transfers) {
    const double amount = dt * t.rate * xa[t.from];
    given[amount > 0 ? t.from : t.to] += std::abs(amount);
  }
  std::vector<double> factor(n_accounts, 1.);
  if (limited)
    for (int k = 0; k < n_accounts; ++k)
      if (given[k] > std::max(0., a_low_[k])) factor[k] = std::max(0., a_low_[k]) / given[k];

  a_new_ = a_low_;
  a_mean_ = a_low_mean_;
  held_.resize(n);
  for (const auto& t : op_->accounts.transfers) {
    const double amount = dt * t.rate * xa[t.from];
    const double moved = amount * factor[amount > 0 ? t.from : t.to];
    a_new_[t.from] -= moved;
    a_new_[t.to] += moved;
  }
  for (int k = 0; k < n_accounts; ++k) a_mean_[k] += xa[k] * (xa[k] > 0 ? factor[k] : 1.);

  std::vector<double> into(n_accounts, 0.);
  result_.node_mean.assign(n, 0.);
  if (limited) bound_.limit_means();
  for (int i = 0; i < n; ++i) {
    const double xi = x_.local_element(i);
    const bool holds = bound_.any() && bound_.holds(i);
    double factor_i = 1.;
    if (limited) {
      // What comes in by the same correction may go out again: drug that passes from blood through tissue to
      // lymph within a step.
      double would_give = 0, stock = op_->lumped[i] * std::max(0., c_low_.local_element(i));
      if (holds) stock += bound_.low(i);
      for (int kind = 0; holds && kind < bound_.kinds(); ++kind) {
        const double amount = bound_.loss_correction(kind, i, dt);
        (amount > 0 ? would_give : stock) += std::abs(amount);
      }
      for (const auto& exit : op_->exits) {
        const double amount = correction(exit, i);
        if (amount > 0)
          would_give += amount;
        else
          stock -= amount * factor[exit.account];
      }
      if (would_give > stock) factor_i = std::max(0., stock) / would_give;
    }
    double gain = 0;
    for (const auto& exit : op_->exits) {
      double amount = correction(exit, i);
      if (amount == 0) continue;
      amount *= amount > 0 ? factor_i : factor[exit.account];
      gain -= amount;
      into[exit.account] += amount;
    }
    for (int kind = 0; holds && kind < bound_.kinds(); ++kind) {
      const double amount = bound_.loss_correction(kind, i, dt), share = amount > 0 ? factor_i : 1.;
      gain -= share * amount;
      into[bound_.lost_to(kind)] += share * amount;
      bound_.correct_mean(kind, i, share);
    }
    if (holds) {
      held_[i] = op_->lumped[i] * c_low_.local_element(i) + bound_.low(i) + gain;
      corrected_.local_element(i) =
          bound_.share_out(i, op_->lumped[i], held_[i], c2_.local_element(i), limited);
    } else {
      corrected_.local_element(i) = c_low_.local_element(i) + gain / op_->lumped[i];
    }
    result_.node_mean[i] = low_mean_.local_element(i) + xi * (xi > 0 ? factor_i : factor[plasma]);
  }
  corrected_.update_ghost_values();
  MPI_Allreduce(MPI_IN_PLACE, into.data(), n_accounts, MPI_DOUBLE, MPI_SUM, op_->mesh->communicator());
  if (options_.drop_outflow) into[op_->accounts.outflow] = 0;
  for (int k = 0; k < n_accounts; ++k) a_new_[k] += into[k];
  result_.account_mean = a_mean_;
}

/// Antidiffusive fluxes between nodes, limited against the extrema of the old, the low-order and the
/// account-corrected state on each stencil. Where fluid enters, what it brings is a neighbour too: else a
/// steady peak would be cut to what the low-order step leaves of it, the more the longer the step.
void Stepper::correct_edges(double dt, bool limited, const StepSources& sources) {
  const int n = graph_.n_owned;
  for (std::size_t i = 0; i < lowest_.size(); ++i) {
    const double a = c_.local_element(i), b = c_low_.local_element(i), c = corrected_.local_element(i);
    low_bound_[i] = lowest_[i] = std::min(a, std::min(b, c));
    high_bound_[i] = highest_[i] = std::max(a, std::max(b, c));
    // The high-order mean and the change over the step.
    right_.local_element(i) = low_mean_.local_element(i) + x_.local_element(i);
    work_.local_element(i) = c2_.local_element(i) - c_.local_element(i);
  }
  edge_flux_.resize(graph_.edges());
  const double *x = x_.begin(), *low = low_mean_.begin(), *high = right_.begin(), *change = work_.begin();
  for_each_edge(graph_, [&](int e, int i, int j) {
    const double k_ij = op_->galerkin[e], k_ji = op_->transposed[e];
    const double d = edge_viscosity(k_ij, k_ji), kept = kept_share(i, j) * op_->convective_part(e, d);
    edge_flux_[e] = op_->mass[e] * (change[i] - change[j]) -
                    dt * (k_ij * x[j] - k_ji * x[i] - (d * (low[i] - low[j]) - kept * (high[i] - high[j])));
    low_bound_[i] = std::min(low_bound_[i], lowest_[j]);
    high_bound_[i] = std::max(high_bound_[i], highest_[j]);
    low_bound_[j] = std::min(low_bound_[j], lowest_[i]);
    high_bound_[j] = std::max(high_bound_[j], highest_[i]);
  });
  for (int i = 0; i < n; ++i)
    if (op_->inlet[i] > 0) high_bound_[i] = std::max(high_bound_[i], mean_source(sources, i) / op_->inlet[i]);
  std::vector<double> values(corrected_.begin(), corrected_.begin() + n);
  // Where drug binds, of all that a node holds: what the bounds of its free drug make of it.
  const std::vector<double>* weight = &op_->lumped;
  if (bound_.any()) {
    weight_ = op_->lumped;
    weight = &weight_;
    for (int i = 0; i < n; ++i) {
      if (!bound_.holds(i)) continue;
      weight_[i] = 1.;
      values[i] = held_[i];
      low_bound_[i] = bound_.capacity(i, op_->lumped[i], low_bound_[i]);
      high_bound_[i] = bound_.capacity(i, op_->lumped[i], high_bound_[i]);
    }
  }
  std::vector<double>& refused = net_;
  std::fill(refused.begin(), refused.end(), 0.);
  result_.limiter = limiter_.add(*weight, edge_flux_, low_bound_, high_bound_, limited ? limiter_passes : 0,
                                 values, &refused);
  double of_change = 0;
  for (int i = 0; i < n; ++i) {
    double before = c_.local_element(i);
    if (bound_.any() && bound_.holds(i)) {
      before = op_->lumped[i] * before + bound_.start(i);
      c_new_.local_element(i) = bound_.share_out(i, op_->lumped[i], values[i], c2_.local_element(i), limited);
    } else {
      c_new_.local_element(i) = graph_.is_unknown[i] ? values[i] : 0.;
    }
    of_change += std::min(refused[i], (*weight)[i] * std::abs(values[i] - before)) / 2;
  }
  result_.limiter.refused_of_change = dealii::Utilities::MPI::sum(of_change, op_->mesh->communicator());
  c_new_.update_ghost_values();
}

}  // namespace intratumor
