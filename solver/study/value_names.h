#pragma once

#include <string>
#include <vector>

#include "study/study_file.h"

namespace intratumor {

/// What people call each value of a factor's list: the name that the study gives it; a number of four digits
/// in its own unit; of an image as much of its path as tells it from the others; of a long map, as a whole
/// scheme, its number in the list and what tells it from the others. Empty for what is no list.
std::vector<std::string> value_names(const Factor& factor);

/// "0.4642 mL/min"
std::string four_digits(double number, const std::string& unit);

}  // namespace intratumor
