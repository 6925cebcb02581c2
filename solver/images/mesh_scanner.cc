#include "images/mesh_scanner.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "images/memory.h"
#include "images/text_header.h"
#include "quantities/error.h"

namespace intratumor {

namespace {
constexpr const char* blanks = " \t\r\n";
}

MeshScanner::MeshScanner(const std::string& path) : path_(path) {
  std::error_code none;
  if (std::filesystem::exists(path, none) && !std::filesystem::is_regular_file(path, none))
    throw InputError(path + ": this is not a regular file");
  const std::uintmax_t size = std::filesystem::file_size(path, none);
  std::ifstream file(path, std::ios::binary);
  if (none || !file) throw InputError(path + ": cannot be read: no such file, or no permission");
  const auto available = available_memory();
  if (available && size > *available)
    throw InputError(path + ": the mesh of " + std::to_string(size / 1000000) + " MB is larger than the " +
                     std::to_string(*available / 1000000) + " MB of memory that are left");
  bytes_.resize(static_cast<std::size_t>(size));
  file.read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
  if (!file) throw InputError(path + ": cannot be read to its end");
}

void MeshScanner::fail(const std::string& what) const {
  std::string where = section_.empty() ? "" : "$" + section_ + ": ";
  if (!binary_)
    where = "line " +
            std::to_string(
                1 + std::count(bytes_.begin(),
                               bytes_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, bytes_.size())),
                               '\n')) +
            ": " + where;
  throw InputError(path_ + ": " + where + what);
}

bool MeshScanner::next_section(std::string& name) {
  for (;;) {
    at_ = bytes_.find('$', at_);
    if (at_ == std::string::npos) {
      at_ = bytes_.size();
      return false;
    }
    const std::size_t end = std::min(bytes_.find('\n', at_), bytes_.size());
    name = trimmed(bytes_.substr(at_ + 1, end - at_ - 1));
    at_ = std::min(end + 1, bytes_.size());
    if (name.compare(0, 3, "End") == 0) continue;
    section_ = name;
    return true;
  }
}

void MeshScanner::skip_section(const std::string& name) {
  const std::size_t end = bytes_.find("$End" + name, at_);
  if (end == std::string::npos) fail("the section does not end; the file is cut short");
  at_ = end;
}

void MeshScanner::end_section() {
  skip_blanks();
  if (bytes_.compare(at_, 4, "$End") != 0)
    fail("the section goes on where it should end: it holds more than it promises, or is corrupt");
}

void MeshScanner::skip_line() {
  at_ = std::min(bytes_.find('\n', at_), bytes_.size());
  if (at_ < bytes_.size()) ++at_;
}

void MeshScanner::skip_blanks() {
  at_ = std::min(bytes_.find_first_not_of(blanks, at_), bytes_.size());
}

std::string MeshScanner::word() {
  skip_blanks();
  const std::size_t end = std::min(bytes_.find_first_of(blanks, at_), bytes_.size());
  const std::string text = bytes_.substr(at_, end - at_);
  at_ = end;
  if (text.empty()) fail("the file is cut short");
  return text;
}

std::string MeshScanner::quoted() {
  skip_blanks();
  const std::size_t end = at_ < bytes_.size() ? bytes_.find('"', at_ + 1) : std::string::npos;
  if (end == std::string::npos || bytes_[at_] != '"') fail("a name between quotes is missing");
  const std::string text = bytes_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  return text;
}

template <class T>
T MeshScanner::text_number() {
  skip_blanks();
  T value{};
  const char* const begin = bytes_.data() + at_;
  const char* const end = bytes_.data() + bytes_.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || (stop != end && std::strchr(blanks, *stop) == nullptr)) {
    if (begin == end) fail("the file is cut short");
    const std::string found =
        bytes_.substr(at_, std::min<std::size_t>(bytes_.find_first_of(blanks, at_) - at_, 30));
    fail("'" + found + "' is not the number that must stand here");
  }
  at_ = static_cast<std::size_t>(stop - bytes_.data());
  return value;
}

template <class T>
T MeshScanner::number() {
  if (!binary_) return text_number<T>();
  T value{};
  if (bytes_.size() - at_ < sizeof(T)) fail("the file is cut short");
  std::memcpy(&value, bytes_.data() + at_, sizeof(T));
  at_ += sizeof(T);
  return value;
}

int MeshScanner::integer() {
  return number<int>();
}
double MeshScanner::real() {
  return number<double>();
}
std::uint64_t MeshScanner::identifier() {
  return number<std::uint64_t>();
}
int MeshScanner::text_integer() {
  return text_number<int>();
}

std::size_t MeshScanner::checked_count(std::uint64_t n) const {
  if (n > bytes_.size() - at_) fail("the file is cut short: it promises " + std::to_string(n) + " entries");
  return static_cast<std::size_t>(n);
}
std::size_t MeshScanner::count() {
  return checked_count(number<std::uint64_t>());
}
std::size_t MeshScanner::text_count() {
  return checked_count(text_number<std::uint64_t>());
}

}  // namespace intratumor
