#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// `intratumor run`: one scheme, start to end. `arguments` are those after the command's name. Returns the
/// exit status; throws InputError for a command line that is wrong, before MPI is touched.
int run_command(const std::vector<std::string>& arguments);

}  // namespace intratumor
