#include "images/byte_stream.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "quantities/error.h"

namespace intratumor {
namespace {

constexpr std::size_t input_bytes = 1 << 18;
constexpr int gzip_or_zlib = 15 + 32;  // inflateInit2: the largest window, the header tells which
constexpr unsigned char gzip_magic[2] = {0x1f, 0x8b};

}  // namespace

ByteStream::ByteStream(const std::string& path, std::size_t start, bool compressed)
    : path_(path), file_(path, std::ios::binary) {
  if (!file_) throw InputError(path + ": cannot be opened for reading: " + std::strerror(errno));
  file_.seekg(static_cast<std::streamoff>(start));
  if (!compressed) return;
  inflater_ = std::make_unique<z_stream>();
  input_.resize(input_bytes);
  inflater_->next_in = input_.data();
  if (inflateInit2(inflater_.get(), gzip_or_zlib) != Z_OK) throw std::bad_alloc();
}

ByteStream::~ByteStream() {
  if (inflater_) inflateEnd(inflater_.get());
}

void ByteStream::refill() {
  // What waits is moved to the front: a member's two magic bytes may lie on either side of a refill.
  std::memmove(input_.data(), inflater_->next_in, inflater_->avail_in);
  file_.read(reinterpret_cast<char*>(input_.data()) + inflater_->avail_in,
             static_cast<std::streamsize>(input_.size() - inflater_->avail_in));
  inflater_->next_in = input_.data();
  inflater_->avail_in += static_cast<unsigned>(file_.gcount());
}

std::size_t ByteStream::inflate_into(unsigned char* buffer, std::size_t bytes) {
  z_stream& z = *inflater_;
  std::size_t done = 0;
  while (done < bytes && !ended_) {
    if (z.avail_in == 0) refill();
    const auto room = static_cast<unsigned>(std::min<std::size_t>(bytes - done, 1u << 30));
    z.next_out = buffer + done;
    z.avail_out = room;
    const bool out_of_input = z.avail_in == 0;
    const int code = inflate(&z, Z_NO_FLUSH);
    done += room - z.avail_out;
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
      throw InputError(path_ + ": the compressed data are corrupt; copy or save the segmentation again");
    if (code == Z_STREAM_END) {
      if (z.avail_in < 2) refill();
      ended_ = z.avail_in < 2 || std::memcmp(z.next_in, gzip_magic, 2) != 0;
      if (!ended_) inflateReset(&z);
    } else if (out_of_input && z.avail_out == room) {
      throw InputError(path_ +
                       ": the compressed data are truncated: the file ends early; copy or save the "
                       "segmentation again");
    }
  }
  return done;
}

std::size_t ByteStream::read(void* buffer, std::size_t bytes) {
  if (inflater_) return inflate_into(static_cast<unsigned char*>(buffer), bytes);
  file_.read(static_cast<char*>(buffer), static_cast<std::streamsize>(bytes));
  return static_cast<std::size_t>(file_.gcount());
}

std::size_t ByteStream::skip(std::size_t bytes) {
  std::vector<char> buffer(1 << 16);
  std::size_t total = 0;
  while (const std::size_t got = read(buffer.data(), std::min(buffer.size(), bytes - total))) total += got;
  return total;
}

bool begins_as_gzip(const std::string& path, std::size_t start) {
  unsigned char first[2] = {};
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(start));
  file.read(reinterpret_cast<char*>(first), 2);
  return std::memcmp(first, gzip_magic, 2) == 0;
}

}  // namespace intratumor
