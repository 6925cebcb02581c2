#include "output/result_folder.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "quantities/error.h"

namespace intratumor {

namespace fs = std::filesystem;

namespace {

/// The absolute path without "." and trailing slashes; what a symbolic link leads to.
fs::path whole_path(const std::string& path) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) throw InputError(path + ": not a usable path for a result folder: " + error.message());
  if (!whole.has_filename()) whole = whole.parent_path();
  return whole;
}

void check_replaceable(const fs::path& path, bool overwrite) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(path, error))) return;
  if (!fs::is_directory(path, error))
    throw InputError(path.string() + ": exists and is not a folder; choose another result folder with -o");
  if (!overwrite)
    throw InputError(path.string() +
                     ": exists already; choose another result folder with -o, or --overwrite to replace it");
  if (!fs::exists(path / "summary.json", error) && !fs::exists(path / "mesh.json", error) &&
      !fs::is_empty(path, error))
    throw InputError(
        path.string() +
        ": --overwrite replaces result folders only, and this one holds no summary.json or mesh.json");
}

}  // namespace

ResultFolder::ResultFolder(const std::string& path, bool overwrite) {
  if (path.empty()) throw InputError("-o: the result folder has no name");
  const fs::path whole = whole_path(path);
  const fs::path parent = whole.parent_path();
  std::error_code error;
  if (!fs::is_directory(parent, error))
    throw InputError(path + ": there is no folder " + parent.string() + " to put the result in");
  check_replaceable(whole, overwrite);
  path_ = whole.string();
  replace_ = overwrite;
  staging_ =
      (parent / ("." + whole.filename().string() + ".unfinished-" + std::to_string(getpid()))).string();
  // Left by a program of the same number that was killed: nobody else's.
  fs::remove_all(staging_, error);
  if (!fs::create_directory(staging_, error) || error)
    throw InputError(path + ": cannot write into " + parent.string() + ": " + error.message());
}

ResultFolder::~ResultFolder() {
  discard();
}

void ResultFolder::commit() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!open_) throw ComputationError(path_ + ": was discarded");
  std::error_code error;
  const std::string old = staging_ + ".old";
  const bool replaces = fs::exists(path_, error) && !fs::is_empty(path_, error);
  if (replaces) {
    // Somebody else's result may have come to stand here while this one was computed.
    if (!replace_) throw ComputationError(path_ + ": another program has written here meanwhile");
    fs::rename(path_, old, error);
    if (error) throw ComputationError(path_ + ": cannot be replaced: " + error.message());
  }
  fs::rename(staging_, path_, error);
  if (error) {
    std::error_code ignored;
    if (replaces) fs::rename(old, path_, ignored);
    throw ComputationError(path_ + ": cannot be written: " + error.message());
  }
  open_ = false;
  if (replaces) fs::remove_all(old, error);
}

bool ResultFolder::discard() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!open_) return false;
  open_ = false;
  // Under another name first: a thread that is still writing can then add nothing while this removes.
  std::error_code error;
  const std::string doomed = staging_ + ".discarded";
  fs::rename(staging_, doomed, error);
  fs::remove_all(error ? staging_ : doomed, error);
  return true;
}

}  // namespace intratumor
