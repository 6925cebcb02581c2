#include "body/accounts.h"

namespace intratumor {

Accounts make_accounts(const BodyCoefficients& body) {
  Accounts a;
  const auto add = [&](const std::string& name) {
    a.names.push_back(name);
    return static_cast<int>(a.names.size()) - 1;
  };
  a.plasma_volume = body.plasma_volume;
  a.plasma = add("plasma");
  for (std::size_t k = 0; k < body.peripherals.size(); ++k) {
    const int p = add("peripheral" + std::to_string(k + 1));
    a.peripherals.push_back(p);
    a.transfers.push_back({a.plasma, p, body.peripherals[k].exchange_flow / body.plasma_volume});
    a.transfers.push_back({p, a.plasma, body.peripherals[k].exchange_flow / body.peripherals[k].volume});
  }
  for (int stage = 0; stage < body.lymph_stages; ++stage)
    a.lymph.push_back(add("lymph" + std::to_string(stage + 1)));
  for (int stage = 0; stage < body.lymph_stages; ++stage)
    a.transfers.push_back(
        {a.lymph[stage], stage + 1 < body.lymph_stages ? a.lymph[stage + 1] : a.plasma, body.lymph_rate});
  a.eliminated = add("eliminated");
  a.transfers.push_back({a.plasma, a.eliminated, body.clearance / body.plasma_volume});
  a.degraded = add("degraded");
  a.outflow = add("outflow");
  a.leak = add("leak");
  a.internalised = add("internalised");
  return a;
}

}  // namespace intratumor
