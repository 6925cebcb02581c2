#include "study/study_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "quantities/error.h"

namespace intratumor {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

std::string digits_of(std::size_t number) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%05zu", number);
  return digits;
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directory(path, error);
  if (error) throw InputError(path.string() + ": cannot be made: " + error.message());
}

}  // namespace

void write_whole(const std::string& path, const std::string& text) {
  const fs::path place(path);
  const std::string beside =
      (place.parent_path() / ("." + place.filename().string() + ".unfinished-" + std::to_string(getpid())))
          .string();
  const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool good = file >= 0;
  for (std::size_t done = 0; good && done < text.size();) {
    const ssize_t n = write(file, text.data() + done, text.size() - done);
    if (n > 0) done += static_cast<std::size_t>(n);
    good = n >= 0 || errno == EINTR;
  }
  good = good && fsync(file) == 0;
  int reason = errno;
  if (file >= 0 && close(file) != 0 && good) {
    good = false;
    reason = errno;
  }
  if (good && std::rename(beside.c_str(), path.c_str()) == 0) return;
  if (good) reason = errno;
  unlink(beside.c_str());
  throw ComputationError(path + ": cannot be written: " + std::strerror(reason));
}

StudyFolder::StudyFolder(const std::string& path) {
  fs::path whole = fs::absolute(path).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  path_ = whole.string();
}

StudyFolder::~StudyFolder() {
  if (lock_ >= 0) close(lock_);
}

bool StudyFolder::has_plan() const {
  std::error_code error;
  return fs::is_regular_file(fs::path(path_) / "plan.json", error);
}

void StudyFolder::make() const {
  std::error_code error;
  const fs::path folder(path_);
  if (fs::exists(folder, error)) {
    if (!fs::is_directory(folder, error))
      throw InputError(path_ + ": exists and is not a folder; choose another with -o");
    // What a sweep leaves that was killed before its plan was whole.
    const std::set<std::string> own = {"cases", "failures", ".lock", "study.resolved.yaml", "plan.json"};
    if (!has_plan())
      for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (own.count(name) == 0 && name.find(".unfinished-") == std::string::npos)
          throw InputError(path_ + ": exists and is not the folder of a study; choose another with -o");
      }
  } else if (!fs::is_directory(folder.parent_path(), error)) {
    throw InputError(path_ + ": there is no folder " + folder.parent_path().string() + " to put it in");
  }
  make_folder(folder);
  make_folder(folder / "cases");
  make_folder(folder / "failures");
}

void StudyFolder::lock(bool alone) {
  const std::string file = (fs::path(path_) / ".lock").string();
  lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) throw InputError(file + ": cannot be opened: " + std::strerror(errno));
  // Gone with the process, also when it is killed.
  if (flock(lock_, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return;
  if (errno == ENOSYS || errno == EOPNOTSUPP || errno == ENOLCK) {  // as Lustre without its option flock
    if (alone)
      std::fprintf(stderr,
                   "warning: %s: this file system has no locks; start no second sweep in this folder\n",
                   path_.c_str());
    return;
  }
  if (errno != EWOULDBLOCK) throw InputError(file + ": cannot be locked: " + std::strerror(errno));
  throw InputError(path_ +
                   ": another sweep is at work in this folder; wait for it, or choose another with -o");
}

void StudyFolder::forget_lock() {
  if (lock_ >= 0) close(lock_);
  lock_ = -1;
}

std::string StudyFolder::case_path(std::size_t number) const {
  return (fs::path(path_) / "cases" / digits_of(number)).string();
}

std::string StudyFolder::failure_path(std::size_t number) const {
  return (fs::path(path_) / "failures" / (digits_of(number) + ".json")).string();
}

StudyFolder::State StudyFolder::state(std::size_t number) const {
  std::error_code error;
  if (fs::exists(fs::path(case_path(number)) / "summary.json", error)) return State::done;
  return fs::exists(failure_path(number), error) ? State::failed : State::open;
}

StudyFolder::Failure StudyFolder::failure(std::size_t number) const {
  std::ifstream file(failure_path(number));
  const Json record = Json::parse(file, nullptr, false);
  if (!record.is_object()) return {"its record cannot be read", 0};
  return {record.value("reason", ""), record.value("wall_s", 0.)};
}

void StudyFolder::record_failure(std::size_t number, const Failure& failure) const {
  const Json record = {
      {"case", number}, {"status", "failed"}, {"reason", failure.reason}, {"wall_s", failure.seconds}};
  write_whole(failure_path(number), record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void StudyFolder::forget_failure(std::size_t number) const {
  unlink(failure_path(number).c_str());
}

void StudyFolder::remove_leftovers() const {
  std::error_code error;
  for (const char* part : {"", "cases", "failures"})
    for (const auto& entry : fs::directory_iterator(fs::path(path_) / part, error)) {
      const std::string name = entry.path().filename().string();
      if (name[0] == '.' && name.find(".unfinished-") != std::string::npos)
        fs::remove_all(entry.path(), error);
    }
}

}  // namespace intratumor
