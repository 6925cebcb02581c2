#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// `intratumor check`: what a run of this case would work with, and what it would cost; computes and writes
/// nothing. `arguments` are those after the command's name. Returns the exit status; throws InputError for a
/// case that run would refuse.
int check_command(const std::vector<std::string>& arguments);

}  // namespace intratumor
