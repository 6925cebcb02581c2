#include "images/memory.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <vector>

#include "quantities/error.h"

namespace intratumor {
namespace {

namespace fs = std::filesystem;

std::optional<std::size_t> number_in(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;  // "max": no limit
  return value;
}

/// The number that a file of one number holds.
std::optional<std::size_t> number_of_file(const fs::path& path) {
  std::ifstream file(path);
  std::string word;
  if (!(file >> word)) return std::nullopt;
  return number_in(word);
}

/// The number after `name` in a file of lines `name number`.
std::optional<std::size_t> number_after(const fs::path& path, const std::string& name) {
  std::ifstream file(path);
  std::string word, value;
  for (std::string rest; file >> word >> value; std::getline(file, rest))
    if (word == name) return number_in(value);
  return std::nullopt;
}

std::optional<std::size_t> left_on_machine(const fs::path& proc) {
  const auto available = number_after(proc / "meminfo", "MemAvailable:");
  if (!available) return std::nullopt;
  return 1024 * (*available + number_after(proc / "meminfo", "SwapFree:").value_or(0));
}

/// The names by which one version of the interface calls the same things.
struct GroupFiles {
  const char* limit;
  const char* used;
  const char* cached;  ///< in memory.stat: what the kernel gives up first, though it counts as used
};
constexpr GroupFiles version_1 = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr GroupFiles version_2 = {"memory.max", "memory.current", "inactive_file"};

std::optional<std::size_t> left_in_group(const fs::path& group, const GroupFiles& files) {
  const auto limit = number_of_file(group / files.limit);
  const auto used = number_of_file(group / files.used);
  if (!limit || !used) return std::nullopt;
  const std::size_t cached = number_after(group / "memory.stat", files.cached).value_or(0);
  const std::size_t taken = *used - std::min(*used, cached);
  return *limit - std::min(*limit, taken);
}

/// A group of /proc/self/cgroup, `hierarchy:controllers:path`, that limits memory.
struct Group {
  fs::path top, path;
  const GroupFiles* files;
};

std::vector<Group> memory_groups(const fs::path& proc, const fs::path& control_groups) {
  std::vector<Group> groups;
  std::ifstream file(proc / "self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const fs::path path = fs::path(line.substr(second + 1)).relative_path();
    if (controllers == ",,") groups.push_back({control_groups, path, &version_2});
    if (controllers.find(",memory,") != std::string::npos)
      groups.push_back({control_groups / "memory", path, &version_1});
  }
  return groups;
}

}  // namespace

std::optional<std::size_t> available_memory(const std::string& proc, const std::string& control_groups) {
  std::optional<std::size_t> least = left_on_machine(proc);
  const auto take = [&least](const std::optional<std::size_t>& left) {
    if (left) least = std::min(least.value_or(*left), *left);
  };
  for (const Group& group : memory_groups(proc, control_groups)) {
    // A container sees its own group at the top, under whatever name the machine has for it.
    for (fs::path path = group.path; !path.empty(); path = path.parent_path())
      take(left_in_group(group.top / path, *group.files));
    take(left_in_group(group.top, *group.files));
  }
  return least;
}

std::vector<std::uint16_t> empty_labels(const std::string& path, std::size_t voxels) {
  const auto refuse = [&](const std::string& available) {
    throw InputError(path + ": " + std::to_string(voxels) + " voxels take " +
                     std::to_string(2 * voxels / 1000000) + " MB of memory on every rank, and " + available +
                     "; crop the segmentation around the tumour");
  };
  const auto available = available_memory();
  if (available && 2 * voxels > *available)
    refuse("there are " + std::to_string(*available / 1000000) + " MB left");
  std::vector<std::uint16_t> labels;
  try {
    labels.assign(voxels, 0);
  } catch (const std::exception&) {  // bad_alloc or length_error
    refuse("there is not so much left");
  }
  return labels;
}

}  // namespace intratumor
