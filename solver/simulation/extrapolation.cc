#include "simulation/extrapolation.h"

namespace intratumor {

namespace {

/// What sites still do at a node when as many of them stay free as are now: drug that they will set free,
/// mol, and the rate at which free drug is lost on them, m^3/s.
struct OnSites {
  double released = 0, lost = 0;
};

OnSites on_sites(const BoundDrug& bound, int i) {
  OnSites result;
  for (int kind = 0; kind < bound.kinds(); ++kind) {
    const BindingSites& of = bound.binding().kinds[kind];
    const double b = bound.amounts(kind)[i], leaves = of.kinetics.dissociation + of.kinetics.loss;
    const double lost = leaves > 0 ? of.kinetics.loss / leaves : 1.;
    result.released += (1. - lost) * b;
    result.lost += lost * of.kinetics.association * (of.sites[i] - b);
  }
  return result;
}

}  // namespace

std::optional<double> plasma_auc_from_now_on(const TissueOperator& op, const Stepper& stepper) {
  const Accounts& accounts = op.accounts;
  const MPI_Comm comm = op.mesh->communicator();
  // Sums over nodes: what they hold, what plasma sends them, and the part of each that returns to plasma or
  // lymph. Nodes from which nothing leaves send their drug to neighbours first, so they go by the others'
  // share.
  double sums[4] = {0, 0, 0, 0};  // held where something leaves, of it returning, fed there, of it returning
  double stuck[2] = {0, 0};       // held and fed where nothing does
  for (int i = 0; i < op.mesh->graph().n_owned; ++i) {
    const double free = op.lumped[i] * stepper.concentration().local_element(i);
    const OnSites sites = on_sites(stepper.bound(), i);
    const double held = free + sites.released, loss = op.loss[i] + sites.lost;
    if (loss <= 0) {
      stuck[0] += held;
      stuck[1] += op.feed[i];
      continue;
    }
    double back = 0;
    for (const auto& exit : op.exits)
      if (exit.account == accounts.plasma || exit.account == accounts.lymph.at(0)) back += exit.rate[i];
    const double share = back / loss;
    sums[0] += held;
    sums[1] += share * held;
    sums[2] += op.feed[i];
    sums[3] += share * op.feed[i];
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 4, MPI_DOUBLE, MPI_SUM, comm);
  MPI_Allreduce(MPI_IN_PLACE, stuck, 2, MPI_DOUBLE, MPI_SUM, comm);
  const double held_share = sums[0] > 0 ? sums[1] / sums[0] : 0.;
  const double fed_share = sums[2] > 0 ? sums[3] / sums[2] : 0.;

  const std::vector<double>& a = stepper.amounts();
  double arriving = a[accounts.plasma] + held_share * (sums[0] + stuck[0]);
  for (const int k : accounts.peripherals) arriving += a[k];
  for (const int k : accounts.lymph) arriving += a[k];
  double removal = (sums[2] + stuck[1]) * (1. - fed_share);  // 1/s, of what is in plasma
  for (const auto& t : accounts.transfers)
    if (t.from == accounts.plasma && t.to == accounts.eliminated) removal += t.rate;
  if (!(removal > 0)) return std::nullopt;
  return arriving / removal / accounts.plasma_volume;
}

}  // namespace intratumor
