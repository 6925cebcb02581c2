#pragma once

#include <mpi.h>

#include <string>
#include <vector>

#include "commands/case_options.h"

namespace intratumor {

/// `intratumor run`: one scheme, start to end. `arguments` are those after the command's name. Returns the
/// exit status; throws InputError for a command line that is wrong, before MPI is touched.
int run_command(const std::vector<std::string>& arguments);

/// The same within MPI. A computation that failed may end the program with status 1 instead of returning.
int run_case(const CaseOptions& options, MPI_Comm comm);

}  // namespace intratumor
