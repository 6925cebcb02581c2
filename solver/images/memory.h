#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace intratumor {

/// Bytes that this program can still be given: the least of what the machine has left (available memory and
/// swap) and what the limits of the program's control groups leave (containers, batch systems; both versions
/// of Linux's interface, every group up to the root). Nothing where the system does not tell. The folders are
/// those of the kernel's files, for tests.
std::optional<std::size_t> available_memory(const std::string& proc = "/proc",
                                            const std::string& control_groups = "/sys/fs/cgroup");

/// Memory for an image's labels, all 0. It is asked whether it is there: the system promises more than it has
/// and ends programs that take it. InputError, naming `path`, when it is not.
std::vector<std::uint16_t> empty_labels(const std::string& path, std::size_t voxels);

}  // namespace intratumor
