#include "output/checkpoint_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "output/table.h"
#include "quantities/error.h"

namespace intratumor {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kept = 2;
const char* const index_name = "index.json";

[[noreturn]] void fail(const std::string& path, int reason) {
  throw ComputationError(path + ": cannot be written: " + std::strerror(reason));
}

/// Names of checkpoints are numbers.
std::vector<int> numbers_in(const std::string& path) {
  std::vector<int> numbers;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (name.size() < 9 && name.find_first_not_of("0123456789") == std::string::npos)
      numbers.push_back(std::stoi(name));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string name_of(int number) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d", number);
  return text;
}

/// Files below a folder, by path relative to it; not the index.
std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    if (entry.is_regular_file() && name != index_name) files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Size and CRC-32 of a file, "12345 1a2b3c4d"; empty when it cannot be read.
std::string stamp_of(const fs::path& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return "";
  std::vector<unsigned char> block(1 << 20);
  unsigned long sum = crc32(0, nullptr, 0);
  unsigned long long bytes = 0;
  while (const std::size_t n = std::fread(block.data(), 1, block.size(), file)) {
    sum = crc32(sum, block.data(), static_cast<unsigned>(n));
    bytes += n;
  }
  const bool good = std::ferror(file) == 0;
  std::fclose(file);
  char text[64];
  std::snprintf(text, sizeof text, "%llu %08lx", bytes, sum);
  return good ? text : "";
}

/// Of an index as it reads back.
unsigned long sum_of(const Json& index) {
  const std::string text = index.dump(-1, ' ', false, Json::error_handler_t::replace);
  return crc32(0, reinterpret_cast<const unsigned char*>(text.data()), static_cast<unsigned>(text.size()));
}

void sync_to_disk(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = file >= 0 && (fsync(file) == 0 || errno == EINVAL || errno == ENOTSUP);
  const int reason = errno;
  if (file >= 0) close(file);
  if (!good) fail(path.string(), reason);
}

/// What is wrong with a checkpoint; empty when nothing is. Fills in its index.
std::string fault_of(const fs::path& folder, Json& index) {
  std::ifstream file(folder / index_name);
  index = Json::parse(file, nullptr, false);
  if (!index.is_object() || !index.contains("crc32") || !index.contains("files"))
    return std::string(index_name) + " cannot be read";
  const unsigned long sum = index["crc32"].is_number() ? index["crc32"].get<unsigned long>() : 0;
  index.erase("crc32");
  if (sum != sum_of(index)) return std::string(index_name) + " is not as it was written";
  for (const auto& [name, stamp] : index["files"].items())
    if (!stamp.is_string() || stamp_of(folder / name) != stamp.get<std::string>())
      return name + " is not as it was written";
  return "";
}

}  // namespace

CheckpointFolder::CheckpointFolder(const std::string& result_folder)
    : result_folder_(result_folder), path_((fs::path(result_folder) / "checkpoint").string()) {}

CheckpointFolder::~CheckpointFolder() {
  if (lock_ >= 0) close(lock_);
}

bool CheckpointFolder::exists() const {
  std::error_code error;
  return fs::is_directory(path_, error);
}

bool CheckpointFolder::any() const {
  return !numbers_in(path_).empty();
}

/// Whether a run into this result folder could have prepared its result there.
bool CheckpointFolder::is_own_staging(const std::string& path) const {
  const fs::path place(path), result(result_folder_);
  const std::string begins = "." + result.filename().string() + ".unfinished-";
  return place.parent_path() == result.parent_path() && place.filename().string().rfind(begins, 0) == 0;
}

void CheckpointFolder::lock(const std::string& staging) {
  std::error_code error;
  fs::create_directory(result_folder_, error);
  if (!error) fs::create_directory(path_, error);
  if (error) throw ComputationError(path_ + ": cannot be made: " + error.message());
  const std::string file = path_ + "/.lock";
  lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) fail(file, errno);
  // Gone with the process, also when it is killed.
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(lock_);
    lock_ = -1;
    throw InputError(result_folder_ +
                     ": another run is at work here; wait for it, or choose another result folder with -o");
  }
  // The lock names the folder that its holder writes into.
  char before[4096];
  const ssize_t n = pread(lock_, before, sizeof before, 0);
  const std::string left(before, n > 0 ? static_cast<std::size_t>(n) : 0);
  if (left != staging && is_own_staging(left)) fs::remove_all(left, error);
  const bool noted = ftruncate(lock_, 0) == 0 &&
                     pwrite(lock_, staging.data(), staging.size(), 0) == static_cast<ssize_t>(staging.size());
  static_cast<void>(noted);  // a full disk: nothing but a leftover depends on it
  const std::vector<int> numbers = numbers_in(path_);
  if (!numbers.empty()) next_ = numbers.back() + 1;
}

std::optional<CheckpointFolder::Checkpoint> CheckpointFolder::latest(std::vector<std::string>& broken) const {
  std::vector<int> numbers = numbers_in(path_);
  std::reverse(numbers.begin(), numbers.end());
  for (const int number : numbers) {
    Checkpoint found;
    found.folder = path_ + "/" + name_of(number);
    const std::string fault = fault_of(found.folder, found.index);
    if (fault.empty()) return found;
    broken.push_back("checkpoint " + name_of(number) + " is of no use, " + fault);
  }
  return std::nullopt;
}

std::string CheckpointFolder::begin(std::uint64_t bytes) {
  if (lock_ < 0) throw ComputationError("internal: checkpoints without a lock");
  drop();
  unfinished_ = path_ + "/.unfinished";
  std::error_code error;
  fs::create_directories(unfinished_, error);
  if (error) throw ComputationError(unfinished_ + ": cannot be made: " + error.message());
  const std::string reserve = unfinished_ + "/reserve";
  const int file = open(reserve.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const int reason = file < 0 ? errno : posix_fallocate(file, 0, static_cast<off_t>(bytes));
  if (file >= 0) close(file);
  unlink(reserve.c_str());
  // Not every file system can reserve.
  if (reason != 0 && reason != EINVAL && reason != EOPNOTSUPP) fail(unfinished_, reason);
  return unfinished_;
}

void CheckpointFolder::commit(const Json& index) {
  Json whole = index;
  whole["files"] = Json::object();
  for (const std::string& name : files_in(unfinished_)) {
    sync_to_disk(fs::path(unfinished_) / name);
    whole["files"][name] = stamp_of(fs::path(unfinished_) / name);
  }
  whole["crc32"] = sum_of(whole);
  const std::string index_path = unfinished_ + "/" + index_name;
  write_text(index_path, whole.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  sync_to_disk(index_path);
  sync_to_disk(unfinished_);
  std::error_code error;
  fs::rename(unfinished_, path_ + "/" + name_of(next_), error);
  if (error) throw ComputationError(unfinished_ + ": cannot be renamed: " + error.message());
  unfinished_.clear();
  sync_to_disk(path_);
  ++next_;
  const std::vector<int> numbers = numbers_in(path_);
  for (std::size_t i = 0; i + kept < numbers.size(); ++i)
    fs::remove_all(path_ + "/" + name_of(numbers[i]), error);
}

void CheckpointFolder::drop() noexcept {
  std::error_code error;
  const std::string unfinished = path_ + "/.unfinished";
  // A file that HDF5 has failed to write stays open, and would go on taking up a full disk. In folders below
  // there may be links.
  for (const auto& entry : fs::directory_iterator(unfinished, error))
    if (entry.is_regular_file(error)) fs::resize_file(entry.path(), 0, error);
  fs::remove_all(unfinished, error);
  unfinished_.clear();
}

void CheckpointFolder::clear() noexcept {
  std::error_code error;
  fs::remove_all(path_, error);
  if (lock_ >= 0) close(lock_);
  lock_ = -1;
  next_ = 1;
  fs::remove(result_folder_, error);  // fails unless it is empty
}

void link_or_copy(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (!error) return;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) throw ComputationError(to + ": cannot be written: " + error.message());
}

}  // namespace intratumor
