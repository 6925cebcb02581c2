#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// `intratumor selftest`: whether this installation computes what it should, in some seconds and without
/// files left behind. `arguments` are those after the command's name. Returns 0 when every check passed, else
/// 1; throws InputError for a command line that is wrong.
int selftest_command(const std::vector<std::string>& arguments);

}  // namespace intratumor
