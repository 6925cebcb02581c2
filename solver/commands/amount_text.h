#pragma once

#include <cstdint>
#include <string>

namespace intratumor {

/// Amounts for people.

/// "12 345"
std::string count_text(std::uint64_t n);

/// "1.4 GB"
std::string bytes_text(double bytes);

/// Of an estimate: two digits at most, "3 min 20 s".
std::string duration_text(double seconds);

}  // namespace intratumor
