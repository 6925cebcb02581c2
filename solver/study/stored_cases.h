#pragma once

#include <string>
#include <vector>

#include "study/result_reader.h"

namespace intratumor {

/// Result folders among what was named: themselves, and of a study's folder every case that is done, in the
/// order of their numbers and named by what tells them apart. Draws of one combination stand together, to be
/// read as one result of their medians, unless `each_draw`. InputError for a study without any.
std::vector<NamedFolder> results_named(const std::vector<std::string>& folders, bool each_draw);

}  // namespace intratumor
