#include "transport/bound_drug.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "transport/tr_bdf2.h"

namespace intratumor {

namespace {

constexpr int max_iterations = 100;
constexpr double machine = std::numeric_limits<double>::epsilon();

}  // namespace

Binding make_binding(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                     const DrugBinding& drug, const Accounts& accounts) {
  Binding binding;
  const auto add = [&](const BindingKinetics& kinetics, double TissueCoefficients::*concentration,
                       int lost_to, int& position) {
    BindingSites kind{kinetics, lost_to, std::vector<double>(mesh.graph().n_owned, 0.)};
    double all = 0;
    for (int r = 0; r < mesh.n_regions(); ++r) {
      all += tissues[r].*concentration;
      for (int i = 0; i < mesh.graph().n_owned; ++i)
        kind.sites[i] += mesh.node_volume(r, i) * tissues[r].*concentration;
    }
    if (kinetics.association == 0 || all == 0) return;
    position = static_cast<int>(binding.kinds.size());
    binding.kinds.push_back(std::move(kind));
  };
  add(drug.target, &TissueCoefficients::target_sites, accounts.internalised, binding.target);
  add(drug.matrix, &TissueCoefficients::matrix_sites, accounts.degraded, binding.matrix);
  return binding;
}

BoundDrug::BoundDrug(Binding binding, int n) : binding_(std::move(binding)), n_(n) {
  for (const BindingSites& sites : binding_.kinds) {
    Kind kind;
    kind.sites = &sites;
    for (auto* v : {&kind.now, &kind.next, &kind.low, &kind.first, &kind.second, &kind.mean, &kind.high_mean,
                    &kind.rate, &kind.memory, &kind.known})
      v->assign(n, 0.);
    kinds_.push_back(std::move(kind));
  }
}

void BoundDrug::accept() {
  for (Kind& k : kinds_) k.now.swap(k.next);
}

double BoundDrug::release(const Kind& kind) const {
  return 1. + theta_ * (kind.sites->kinetics.dissociation + kind.sites->kinetics.loss);
}

double BoundDrug::held(const Kind& kind, int i, double c) const {
  const double q = release(kind), a = theta_ * kind.sites->kinetics.association, s = kind.sites->sites[i];
  if (c >= 0) return (kind.memory[i] + a * c * s) / (q + a * c);
  const double at_zero = kind.memory[i] / q;
  return at_zero + a * (s - at_zero) / q * c;
}

double BoundDrug::held_slope(const Kind& kind, int i, double c) const {
  const double q = release(kind), a = theta_ * kind.sites->kinetics.association;
  const double at = std::max(0., c);
  return a * (kind.sites->sites[i] - held(kind, i, at)) / (q + a * at);
}

/// As far as a stage's memory would take b out of [0, S].
void BoundDrug::clip_memory(Kind& kind) {
  const double q = release(kind);
  for (int i = 0; i < n_; ++i) kind.memory[i] = std::clamp(kind.memory[i], 0., q * kind.sites->sites[i]);
}

void BoundDrug::begin_low(double dt) {
  theta_ = dt;
  for (Kind& k : kinds_) k.memory = k.known = k.now;
}

void BoundDrug::begin_first(double theta, const Vector& c) {
  theta_ = theta;
  for (Kind& k : kinds_) {
    const BindingKinetics& of = k.sites->kinetics;
    for (int i = 0; i < n_; ++i) {
      const double b = k.now[i], free = c.local_element(i);
      k.rate[i] = of.association * free * (k.sites->sites[i] - b) - (of.dissociation + of.loss) * b;
      k.memory[i] = b + theta * k.rate[i];
      k.known[i] = b - theta * of.loss * b;
    }
    clip_memory(k);
  }
}

void BoundDrug::begin_second(double theta) {
  theta_ = theta;
  for (Kind& k : kinds_) {
    for (int i = 0; i < n_; ++i) k.memory[i] = k.known[i] = bdf_a * k.first[i] - bdf_b * k.now[i];
    clip_memory(k);
  }
}

double BoundDrug::taken(int i, double c) const {
  double sum = 0;
  for (const Kind& k : kinds_) sum += (1. + theta_ * k.sites->kinetics.loss) * held(k, i, c) - k.known[i];
  return sum;
}

double BoundDrug::slope(int i, double c) const {
  double sum = 0;
  for (const Kind& k : kinds_) sum += (1. + theta_ * k.sites->kinetics.loss) * held_slope(k, i, c);
  return sum;
}

double BoundDrug::at_node(int i) const {
  double sum = 0;
  for (const Kind& k : kinds_) sum += k.sites->sites[i];
  return sum;
}

void BoundDrug::finish(const Vector& c, std::vector<double> Kind::*to) {
  for (Kind& k : kinds_)
    for (int i = 0; i < n_; ++i) (k.*to)[i] = held(k, i, c.local_element(i));
}

void BoundDrug::finish_low(const Vector& c) {
  for (Kind& k : kinds_)
    for (int i = 0; i < n_; ++i) k.low[i] = k.mean[i] = held(k, i, c.local_element(i));
}

void BoundDrug::leave_low_out() {
  for (Kind& k : kinds_) {
    k.low = k.now;
    std::fill(k.mean.begin(), k.mean.end(), 0.);
  }
}

void BoundDrug::finish_first(const Vector& c) {
  finish(c, &Kind::first);
}

void BoundDrug::finish_second(const Vector& c) {
  finish(c, &Kind::second);
  for (Kind& k : kinds_)
    for (int i = 0; i < n_; ++i)
      k.high_mean[i] = mean_outer * (k.now[i] + k.first[i]) + tr_bdf2_gamma / 2 * k.second[i];
}

double BoundDrug::slope_now(double dt, int i, double c) const {
  double sum = 0;
  for (const Kind& k : kinds_) {
    const BindingKinetics& of = k.sites->kinetics;
    sum += dt * of.association * (k.sites->sites[i] - k.now[i]) /
           (1. + dt * (of.association * std::max(0., c) + of.dissociation + of.loss));
  }
  return sum;
}

double BoundDrug::sum(int i, std::vector<double> Kind::*of) const {
  double sum = 0;
  for (const Kind& k : kinds_) sum += (k.*of)[i];
  return sum;
}

double BoundDrug::loss_rate(int i) const {
  double sum = 0;
  for (const Kind& k : kinds_) sum += k.sites->kinetics.loss * k.now[i];
  return sum;
}

void BoundDrug::limit_means() {
  for (Kind& k : kinds_)
    for (double& mean : k.high_mean) mean = std::max(0., mean);
}

double BoundDrug::loss_correction(int kind, int i, double dt) const {
  const Kind& k = kinds_[kind];
  return dt * k.sites->kinetics.loss * (k.high_mean[i] - k.mean[i]);
}

void BoundDrug::correct_mean(int kind, int i, double share) {
  Kind& k = kinds_[kind];
  k.mean[i] += share * (k.high_mean[i] - k.mean[i]);
}

double BoundDrug::capacity(int i, double lumped, double c) const {
  double sum = lumped * c;
  for (const Kind& k : kinds_) sum += held(k, i, c);
  return sum;
}

double BoundDrug::share_out(int i, double lumped, double amount, double guess, bool limited) {
  double at_zero = 0;
  for (const Kind& k : kinds_) at_zero += k.memory[i] / release(k);
  if (limited && at_zero > 0 && amount < at_zero) {
    // More has left the node than the stage left free.
    const double share = std::max(0., amount) / at_zero;
    for (Kind& k : kinds_) k.memory[i] *= share;
  }
  // Concave and rising: from the second iterate on from below.
  double c = limited ? std::max(0., guess) : guess;
  for (int iteration = 0; iteration < max_iterations; ++iteration) {
    double slope = lumped;
    for (const Kind& k : kinds_) slope += held_slope(k, i, c);
    const double change = (amount - capacity(i, lumped, c)) / slope;
    c += change;
    if (limited) c = std::max(0., c);
    if (std::abs(change) * slope <= 4 * machine * std::abs(amount) || std::abs(change) <= machine * c) break;
  }
  double bound = 0;
  for (Kind& k : kinds_) {
    double b = held(k, i, c);
    // Full sites are so to the last digit.
    const double sites = k.sites->sites[i];
    if (limited || std::abs(b - sites) <= 4 * machine * sites) b = std::min(b, sites);
    bound += k.next[i] = b;
  }
  // What is left in the iteration, or in the last digit, belongs to the free drug, unless there is none.
  const double free = amount - bound;
  const bool last_digit = free > -8 * machine * bound;
  if (free >= 0 || bound <= 0 || !(limited || last_digit)) return free / lumped;
  for (Kind& k : kinds_) k.next[i] *= std::max(0., amount) / bound;
  return std::min(0., amount) / lumped;
}

bool BoundDrug::at_bounds(int i) const {
  for (const Kind& k : kinds_)
    if (!(k.next[i] >= 0) || !(k.next[i] <= k.sites->sites[i]) || !(k.mean[i] >= 0)) return false;
  return true;
}

double BoundDrug::error(int i, double lumped, double c2, const std::array<double, 3>& w) const {
  double sum = 0;
  for (const Kind& k : kinds_) {
    const BindingKinetics& of = k.sites->kinetics;
    const double known = bdf_a * k.first[i] - bdf_b * k.now[i];
    const double rate1 = (k.first[i] - k.now[i]) / theta_ - k.rate[i];
    const double rate2 = (k.second[i] - known) / theta_;
    const double free_sites = std::max(0., k.sites->sites[i] - k.second[i]);
    const double damping = 1. / (1. + theta_ * (of.association * (std::max(0., c2) + free_sites / lumped) +
                                                of.dissociation + of.loss));
    sum += damping * std::abs(w[0] * k.rate[i] + w[1] * rate1 + w[2] * rate2);
  }
  return sum;
}

bool BoundDrug::holds(int i) const {
  for (const Kind& k : kinds_)
    if (k.sites->sites[i] > 0) return true;
  return false;
}

}  // namespace intratumor
