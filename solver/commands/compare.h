#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// `intratumor compare`: result folders side by side, without MPI. `arguments` are those after the command's
/// name. Returns the exit status; throws InputError for a wrong command line and for what is no result.
int compare_command(const std::vector<std::string>& arguments);

}  // namespace intratumor
