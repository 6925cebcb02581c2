#pragma once

#include <string>

namespace intratumor {

/// SHA-256 (FIPS 180-4) of bytes, as 64 hexadecimal digits: what sha256sum prints.
std::string sha256(const std::string& bytes);

/// Of a file's content. InputError naming the file when it cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace intratumor
