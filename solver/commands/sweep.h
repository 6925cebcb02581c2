#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// `intratumor sweep`: every case of a study. `arguments` are those after the command's name. Returns the
/// exit status; throws InputError for a wrong command line and for a study that cannot be run.
int sweep_command(const std::vector<std::string>& arguments);

}  // namespace intratumor
