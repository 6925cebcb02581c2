#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace intratumor {

/// Bytes that this program can still be given: the least of what the machine has left (available memory and
/// swap) and what the limits of the program's control groups leave (containers, batch systems; both versions
/// of Linux's interface, every group up to the root). Nothing where the system does not tell. The folders are
/// those of the kernel's files, for tests.
std::optional<std::size_t> available_memory(const std::string& proc = "/proc",
                                            const std::string& control_groups = "/sys/fs/cgroup");

}  // namespace intratumor
