#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// `intratumor mesh`: the mesh and the tissue on it, without any computation. `arguments` are those after the
/// command's name. Returns the exit status; throws InputError for a command line that is wrong, before MPI is
/// touched.
int mesh_command(const std::vector<std::string>& arguments);

}  // namespace intratumor
