#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// Rows of text as a table for people: columns two blanks apart and as wide as their longest cell, the first
/// to the left and the others as `right` says, every line after `indent` and without blanks at its end. Rows
/// may end early.
std::string text_table(const std::vector<std::vector<std::string>>& rows, const std::string& indent = "  ",
                       bool right = false);

}  // namespace intratumor
