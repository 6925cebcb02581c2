#pragma once

#include <mutex>
#include <string>

namespace intratumor {

/// A result folder in the making: files are written into a hidden folder beside the one asked for, which
/// takes the name when everything is whole. Until then, and after a failure, there is nothing under that name
/// (or the old result). For one rank; discard() may be called from another thread.
class ResultFolder {
 public:
  /// InputError, with nothing left behind, when `path` exists and `overwrite` is false or it is not a result
  /// folder (one with a summary.json, a mesh.json or a checkpoint/, or an empty one), or when the folder it
  /// shall stand in is missing or not writable. With `own_checkpoint` it may hold this run's checkpoint/, and
  /// nothing else unless `overwrite`.
  ResultFolder(const std::string& path, bool overwrite, bool own_checkpoint = false);
  ~ResultFolder();  ///< discards what was not committed
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;

  /// Where to write.
  const std::string& staging() const { return staging_; }
  /// Where it will be.
  const std::string& path() const { return path_; }

  /// From now on this run's checkpoint/ may stand where the result will be.
  void expect_checkpoint() { own_checkpoint_ = true; }

  /// Gives the folder its name; replaces an old result, and this run's checkpoints, only now.
  /// ComputationError when that fails.
  void commit();

  /// Removes what was written, unless it was committed; true when there was something to remove.
  bool discard() noexcept;

  /// From now on a process of its own removes what is not committed when this one ends, however it ends: who
  /// has told a program to end may kill it before it can.
  void discard_after_death() noexcept;

 private:
  std::string path_;
  std::string staging_;
  std::mutex mutex_;
  bool replace_ = false;
  bool own_checkpoint_ = false;
  bool open_ = true;
  int lifeline_ = -1;  // a pipe that closes when this process ends
};

/// What `path` means, as an absolute path without "." and trailing slashes; what a symbolic link leads to.
/// InputError when it is of no use.
std::string whole_path(const std::string& path);

/// Removes what a ResultFolder, also another process's, has in its staging folder.
void remove_staged(const std::string& staging) noexcept;

}  // namespace intratumor
