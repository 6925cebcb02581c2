#include "output/result_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "quantities/error.h"

namespace intratumor {

namespace fs = std::filesystem;

namespace {

bool holds_only_checkpoints(const fs::path& path) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error))
    if (entry.path().filename() != "checkpoint") return false;
  return !error;
}

/// Gives `from` the name `to`, under which a folder stands that gets the name `from`: at once, where the
/// file system can, so that there is no moment without either.
void exchange(const fs::path& from, const fs::path& to, const fs::path& meanwhile, std::error_code& error) {
  error.clear();
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) return;
  fs::rename(to, meanwhile, error);
  if (error) return;
  fs::rename(from, to, error);
  std::error_code ignored;
  fs::rename(meanwhile, error ? to : from, ignored);
}

/// What a staging folder is called while it is removed.
std::string discarded_name(const std::string& staging) {
  return staging + ".discarded";
}

void check_replaceable(const fs::path& path, bool overwrite, bool own_checkpoint) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(path, error))) return;
  if (own_checkpoint && holds_only_checkpoints(path)) return;
  if (!fs::is_directory(path, error))
    throw InputError(path.string() + ": exists and is not a folder; choose another result folder with -o");
  if (!overwrite)
    throw InputError(path.string() +
                     ": exists already; choose another result folder with -o, or --overwrite to replace it");
  if (!fs::exists(path / "summary.json", error) && !fs::exists(path / "mesh.json", error) &&
      !fs::exists(path / "checkpoint", error) && !fs::is_empty(path, error))
    throw InputError(
        path.string() +
        ": --overwrite replaces result folders only, and this one holds no summary.json or mesh.json");
}

}  // namespace

std::string whole_path(const std::string& path) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) throw InputError(path + ": not a usable path for a result folder: " + error.message());
  if (!whole.has_filename()) whole = whole.parent_path();
  return whole.string();
}

ResultFolder::ResultFolder(const std::string& path, bool overwrite, bool own_checkpoint) {
  if (path.empty()) throw InputError("-o: the result folder has no name");
  const fs::path whole = whole_path(path);
  const fs::path parent = whole.parent_path();
  std::error_code error;
  if (!fs::is_directory(parent, error))
    throw InputError(path + ": there is no folder " + parent.string() + " to put the result in");
  check_replaceable(whole, overwrite, own_checkpoint);
  path_ = whole.string();
  replace_ = overwrite;
  own_checkpoint_ = own_checkpoint;
  staging_ =
      (parent / ("." + whole.filename().string() + ".unfinished-" + std::to_string(getpid()))).string();
  // Left by a program of the same number that was killed: nobody else's.
  fs::remove_all(staging_, error);
  if (!fs::create_directory(staging_, error) || error)
    throw InputError(path + ": cannot write into " + parent.string() + ": " + error.message());
}

ResultFolder::~ResultFolder() {
  discard();
  if (lifeline_ >= 0) close(lifeline_);
}

void ResultFolder::commit() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!open_) throw ComputationError(path_ + ": was discarded");
  std::error_code error;
  const bool replaces = fs::exists(path_, error) && !fs::is_empty(path_, error);
  if (replaces) {
    // Somebody else's result may have come to stand here while this one was computed.
    if (!replace_ && !(own_checkpoint_ && holds_only_checkpoints(path_)))
      throw ComputationError(path_ + ": another program has written here meanwhile");
    exchange(staging_, path_, staging_ + ".old", error);
    if (error) throw ComputationError(path_ + ": cannot be replaced: " + error.message());
  } else {
    fs::rename(staging_, path_, error);
    if (error) throw ComputationError(path_ + ": cannot be written: " + error.message());
  }
  open_ = false;
  if (replaces) fs::remove_all(staging_, error);
}

bool ResultFolder::discard() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!open_) return false;
  open_ = false;
  remove_staged(staging_);
  return true;
}

void ResultFolder::discard_after_death() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  int ends[2];
  if (!open_ || lifeline_ >= 0 || pipe2(ends, O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  // Holds on to neither the program's messages nor its terminal or process group, which are killed as one.
  posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&files, stream, "/dev/null", O_WRONLY, 0);
  sigset_t nothing;
  sigemptyset(&nothing);
  posix_spawnattr_setsigmask(&attributes, &nothing);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  std::string doomed = discarded_name(staging_);
  char shell[] = "sh", option[] = "-c", script[] = "read -r end; rm -rf -- \"$1\" \"$2\"";
  char* arguments[] = {shell, option, script, shell, staging_.data(), doomed.data(), nullptr};
  pid_t id = 0;
  if (posix_spawn(&id, "/bin/sh", &files, &attributes, arguments, environ) == 0)
    lifeline_ = ends[1];
  else
    close(ends[1]);
  close(ends[0]);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
}

void remove_staged(const std::string& staging) noexcept {
  // Under another name first: a thread that is still writing can then add nothing while this removes.
  std::error_code error;
  const std::string doomed = discarded_name(staging);
  fs::rename(staging, doomed, error);
  // Both: another process may have given it that name, and be at it still.
  for (const std::string& left : {staging, doomed}) fs::remove_all(left, error);
}

}  // namespace intratumor
