#include "commands/amount_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "output/reporter.h"

namespace intratumor {

std::string count_text(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, " ");
  return digits;
}

std::string bytes_text(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, bytes < 9.5e9 ? "%.1f GB" : "%.0f GB", bytes / 1e9);
  return text;
}

std::string duration_text(double seconds) {
  const double unit = seconds < 120 ? 1 : seconds < 7200 ? 60 : 3600;
  const double size = std::pow(10., std::max(0., std::floor(std::log10(seconds / unit)) - 1));
  return readable_time(std::round(seconds / unit / size) * size * unit);
}

}  // namespace intratumor
