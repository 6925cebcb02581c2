#pragma once

#include <string>
#include <vector>

#include "injection/case.h"

namespace intratumor {

/// What a case may say but probably does not mean, a line each.

/// Values that the case sets far from what is usual: outside the range of parameters/limits.h or, where a
/// parameter file gives a range, outside that by more than a factor of 3 (pressures and pure numbers: by more
/// than its width).
std::vector<std::string> implausible_values(const Case& c);

/// Values that the case sets and that change nothing with its drug, tissues, patient and scheme: each is
/// changed a little, and the coefficients of the model's equations stay as they are. No error, since the
/// other part of the pair may be what a study varies.
std::vector<std::string> values_without_effect(const Case& c);

/// Keys of the drug's binding, whoever set them, that change nothing in this case: `binding.association`
/// where no region has sites.
std::vector<std::string> binding_without_effect(const Case& c);

}  // namespace intratumor
