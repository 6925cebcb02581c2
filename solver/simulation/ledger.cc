#include "simulation/ledger.h"

#include <cmath>

#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr double closure_limit = 1e-8;

/// mol of free drug in one region.
double amount_in_region(const Setup& setup, const TissueMesh& mesh, const Stepper& stepper, int region) {
  double sum = 0;
  for (int i = 0; i < mesh.graph().n_owned; ++i)
    sum += mesh.node_volume(region, i) * stepper.concentration().local_element(i);
  return setup.tissues[region].accessible_fraction * dealii::Utilities::MPI::sum(sum, mesh.communicator());
}

}  // namespace

std::vector<std::pair<std::string, double>> Ledger::terms() const {
  return {{"free_tumour", free_tumour},
          {"free_elsewhere", free_elsewhere},
          {"bound", bound},
          {"anchored", anchored},
          {"internalised", internalised},
          {"depots", 0.},
          {"degraded", degraded},
          {"plasma", plasma},
          {"peripherals", peripherals},
          {"lymph_chain", lymph_chain},
          {"eliminated", eliminated},
          {"outflow", outflow},
          {"leak", leak}};
}

Ledger make_ledger(const Setup& setup, const TissueMesh& mesh, const Accounts& accounts,
                   const Stepper& stepper, double given) {
  const std::vector<double>& a = stepper.amounts();
  const double dose = setup.given();
  Ledger l;
  for (int r = 0; r < mesh.n_regions(); ++r) {
    const double share = amount_in_region(setup, mesh, stepper, r) / dose;
    (r == setup.target ? l.free_tumour : l.free_elsewhere) += share;
  }
  const Binding& binding = stepper.bound().binding();
  const auto on_sites = [&](int kind) {
    return kind < 0 ? 0. : global_sum(stepper.bound().amounts(kind), mesh.communicator()) / dose;
  };
  l.bound = on_sites(binding.target);
  l.anchored = on_sites(binding.matrix);
  l.internalised = a[accounts.internalised] / dose;
  l.degraded = a[accounts.degraded] / dose;
  l.plasma = a[accounts.plasma] / dose;
  for (const int k : accounts.peripherals) l.peripherals += a[k] / dose;
  for (const int k : accounts.lymph) l.lymph_chain += a[k] / dose;
  l.eliminated = a[accounts.eliminated] / dose;
  l.outflow = a[accounts.outflow] / dose;
  l.leak = a[accounts.leak] / dose;
  l.given = given / dose;
  double sum = 0;
  for (const auto& term : l.terms()) sum += term.second;
  l.closure_error = std::abs(l.given - sum);
  return l;
}

void check_closed(const Ledger& ledger, double t) {
  if (ledger.closure_error <= closure_limit) return;
  std::string text = "the ledger does not close at t = " + scientific(t) +
                     " s: " + scientific(ledger.closure_error) + " of the dose is missing or too much; " +
                     scientific(ledger.given) + " was given by then (";
  for (const auto& term : ledger.terms()) text += term.first + " " + scientific(term.second) + " ";
  text.back() = ')';
  throw ComputationError(text);
}

}  // namespace intratumor
