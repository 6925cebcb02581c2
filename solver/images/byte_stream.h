#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

struct z_stream_s;

namespace intratumor {

/// Bytes of a file from a place on, read forwards and decompressed on the way.
class ByteStream {
 public:
  /// `compressed`: a zlib stream, or one or more gzip members; what follows the last one is ignored. Throws
  /// InputError when the file cannot be opened.
  ByteStream(const std::string& path, std::size_t start, bool compressed);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Reads up to `bytes`; fewer only at the end. Throws InputError for a damaged or truncated compressed
  /// stream.
  std::size_t read(void* buffer, std::size_t bytes);
  /// Reads `bytes` and forgets them, or to the end, which also checks the checksum of a compressed stream.
  /// Returns the bytes that there were.
  std::size_t skip(std::size_t bytes = std::numeric_limits<std::size_t>::max());

 private:
  void refill();
  std::size_t inflate_into(unsigned char* buffer, std::size_t bytes);

  std::string path_;
  std::ifstream file_;
  std::unique_ptr<z_stream_s> inflater_;  // of a compressed stream
  std::vector<unsigned char> input_;      // compressed bytes that wait
  bool ended_ = false;
};

/// Whether a file begins, from a place on, as gzip does.
bool begins_as_gzip(const std::string& path, std::size_t start = 0);

}  // namespace intratumor
