#pragma once

#include <optional>

#include "transport/stepper.h"
#include "transport/tissue_operator.h"

namespace intratumor {

/// What the plasma's AUC still gains after a run (mol s/m^3), by the integral of the linear system of the
/// compartments from now to infinity: all that they and the lymph chain hold passes through plasma, and of
/// what the tissue holds the share that its own rates at each node send to blood and lymph. What plasma sends
/// to tissue returns by the same shares. Absent when nothing removes the drug for good. Collective.
std::optional<double> plasma_auc_from_now_on(const TissueOperator& op, const Stepper& stepper);

}  // namespace intratumor
