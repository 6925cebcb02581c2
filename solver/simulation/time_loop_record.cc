// What a time loop writes down as it goes: ledger, series, fields.
#include <algorithm>

#include "simulation/time_loop.h"

namespace intratumor {

/// Ledger and a row of the series at time t.
void TimeLoop::record(double t) {
  const Accounts& accounts = in_.flow->accounts();
  ledger_ = make_ledger(*in_.setup, *in_.mesh, accounts, stepper_, given_);
  counts_.largest_closure_error = std::max(counts_.largest_closure_error, ledger_.closure_error);
  check_closed(ledger_, t);
  const double free = ledger_.free_tumour * dose_;
  tumour_amount_ = free + bound_.held();
  const double mean = free / in_.mesh->region_volume(in_.setup->target);
  const double plasma = stepper_.amounts()[accounts.plasma] / accounts.plasma_volume;
  tumour_cmax_ = std::max(tumour_cmax_, mean);
  if (plasma > plasma_.cmax) {
    plasma_.cmax = plasma;
    plasma_.tmax = t;
  }
  std::vector<double> row = {
      t, free, mean, plasma, bound_.bound(), bound_.anchored(), bound_.internalised(), bound_.occupancy()};
  for (const auto& term : ledger_.terms()) row.push_back(term.second);
  row.push_back(ledger_.closure_error);
  series_.rows.push_back(row);
}

void TimeLoop::write_fields(double t) {
  if (in_.fields == nullptr) return;
  const int n = in_.mesh->graph().n_owned;
  const auto nodal = [&](const std::vector<double>& values) {
    Vector v = in_.mesh->make_vector();
    for (int i = 0; i < n; ++i) v.local_element(i) = values[i];
    in_.mesh->constraints().distribute(v);
    return std::vector<double>(v.begin(), v.begin() + n);
  };
  const Vector& c = stepper_.concentration();
  const Vector& pressure = state_->infusion.flow.pressure;
  std::vector<std::pair<std::string, std::vector<double>>> fields = {
      {"concentration_mol_per_m3", nodal(std::vector<double>(c.begin(), c.begin() + n))},
      {"auc_mol_s_per_m3", nodal(exposure_.auc())},
      {"cmax_mol_per_m3", nodal(exposure_.cmax())},
      {"pressure_pa", std::vector<double>(pressure.begin(), pressure.begin() + n)}};
  if (bound_.has_target()) fields.emplace_back("occupancy_fraction", nodal(bound_.occupancy_now(stepper_)));
  for (std::size_t k = 0; k < in_.c->thresholds.size(); ++k)
    fields.emplace_back("time_above_threshold_" + std::to_string(k) + "_s", nodal(exposure_.time_above(k)));
  in_.fields->write(t, fields);
}

bool TimeLoop::is_field_time(double t) const {
  return std::any_of(in_.c->field_times.begin(), in_.c->field_times.end(),
                     [&](double f) { return same_time(f, t); });
}

}  // namespace intratumor
