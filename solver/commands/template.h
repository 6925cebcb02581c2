#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// `intratumor template`: prints a commented case that runs as it stands (params/templates), with the path of
/// the segmentation that ships with the program. `arguments` are those after the command's name. Returns the
/// exit status; throws InputError.
int template_command(const std::vector<std::string>& arguments);

}  // namespace intratumor
