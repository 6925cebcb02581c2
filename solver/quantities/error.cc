#include "quantities/error.h"

#include <cstdio>

namespace intratumor {

std::string scientific(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

}  // namespace intratumor
