#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace intratumor {

/// The checkpoints of one run: numbered folders in `checkpoint/` of its result folder, of which the last two
/// are kept. One is complete from the moment it has its name; until then it is hidden. Its index.json holds
/// what was told of it and size and checksum of every other file. For one rank.
class CheckpointFolder {
 public:
  /// Touches nothing.
  explicit CheckpointFolder(const std::string& result_folder);
  ~CheckpointFolder();  ///< gives up the lock
  CheckpointFolder(const CheckpointFolder&) = delete;
  CheckpointFolder& operator=(const CheckpointFolder&) = delete;

  const std::string& path() const { return path_; }
  /// Whether the folder is there, with whatever in it.
  bool exists() const;
  /// Whether at least one checkpoint has its name.
  bool any() const;

  bool locked() const { return lock_ >= 0; }
  /// Makes the folder, and the result folder, unless they are there, and keeps other programs out until this
  /// process ends, however it ends. `staging`: where this run prepares its result; what a run that was killed
  /// has left of its own is removed. InputError when another program is at work here, ComputationError when
  /// the folder cannot be made.
  void lock(const std::string& staging);

  struct Checkpoint {
    std::string folder;
    nlohmann::ordered_json index;
  };
  /// The newest whose files are what its index says; `broken` gets a sentence for each newer one.
  std::optional<Checkpoint> latest(std::vector<std::string>& broken) const;

  /// Where to write the next one, hidden and empty, with room for `bytes`: reserved and given back, because
  /// HDF5 does not survive a disk that turns out to be full. Locked only. ComputationError.
  std::string begin(std::uint64_t bytes);
  /// Makes it complete, with the index, and removes all but it and the one before. ComputationError.
  void commit(const nlohmann::ordered_json& index);
  /// Removes what begin() made.
  void drop() noexcept;

  /// Removes all checkpoints and the folder; the result folder too when it holds nothing else. Locked only.
  void clear() noexcept;

 private:
  bool is_own_staging(const std::string& path) const;

  std::string result_folder_;
  std::string path_;
  int lock_ = -1;
  int next_ = 1;
  std::string unfinished_;
};

/// Gives a file of the same file system another name, or copies it. ComputationError.
void link_or_copy(const std::string& from, const std::string& to);

}  // namespace intratumor
