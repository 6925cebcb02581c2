#pragma once

#include "simulation/setup.h"

namespace intratumor {

/// Finds where every needle's tip and holes are, chooses how its fluid enters, and fills in the setup's
/// modes, deposits and infusions. InputError when a needle or what it fills does not fit into the region of
/// interest.
void place_injections(const Case& c, Setup& setup, Reporter& reporter);

}  // namespace intratumor
