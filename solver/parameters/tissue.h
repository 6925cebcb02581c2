#pragma once

#include <string>

#include "parameters/coefficients.h"

namespace intratumor {
// Contract; the parameters stage fills in Tissue.
}
