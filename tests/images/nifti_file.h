#pragma once

#include <zlib.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "images/label_image.h"

namespace intratumor::testing {

/// A NIfTI file in memory, every field open to abuse. Written by hand, by the standard's byte offsets, so
/// that the reader is not tested against the library it is made with.
struct NiftiFile {
  std::vector<unsigned char> header = std::vector<unsigned char>(352, 0);
  std::vector<unsigned char> data;

  template <class T>
  void put(std::size_t offset, T value) {
    std::memcpy(header.data() + offset, &value, sizeof(T));
  }
  NiftiFile() {
    put<std::int32_t>(0, 348);
    put<float>(108, 352);
    header[123] = 2;  // mm
    std::memcpy(header.data() + 344, "n+1", 4);
  }
  void dims(const std::vector<int>& sizes) {
    put<std::int16_t>(40, static_cast<std::int16_t>(sizes.size()));
    for (std::size_t d = 0; d < 7; ++d)
      put<std::int16_t>(42 + 2 * d, static_cast<std::int16_t>(d < sizes.size() ? sizes[d] : 1));
  }
  /// code: 2 uint8, 4 int16, 8 int32, 16 float32, 64 float64, 256 int8, 512 uint16, 768 uint32, 1024 int64
  template <class T, class V>
  void voxels(std::int16_t code, const std::vector<V>& values) {
    put<std::int16_t>(70, code);
    put<std::int16_t>(72, 8 * sizeof(T));
    data.resize(values.size() * sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const T value = static_cast<T>(values[i]);
      std::memcpy(data.data() + i * sizeof(T), &value, sizeof(T));
    }
  }
  /// matrix and offset in the header's length unit
  void sform(const Matrix3& matrix, const Vector3& offset, int code = 1) {
    put<std::int16_t>(254, static_cast<std::int16_t>(code));
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) put<float>(280 + 16 * r + 4 * c, static_cast<float>(matrix[r][c]));
      put<float>(280 + 16 * r + 12, static_cast<float>(offset[r]));
    }
  }
  /// The same through a quaternion: columns of the matrix must be orthogonal, handedness goes into qfac.
  void qform(const Matrix3& matrix, const Vector3& offset, int code = 1) {
    put<std::int16_t>(252, static_cast<std::int16_t>(code));
    Matrix3 r = matrix;
    for (int c = 0; c < 3; ++c) {
      const double length = std::hypot(r[0][c], r[1][c], r[2][c]);
      put<float>(80 + 4 * c, static_cast<float>(length));
      for (int row = 0; row < 3; ++row) r[row][c] /= length;
    }
    const double determinant = r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1]) -
                               r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0]) +
                               r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0]);
    put<float>(76, determinant < 0 ? -1.f : 1.f);
    if (determinant < 0)
      for (auto& row : r) row[2] = -row[2];
    // q q^T from the rotation: its column of the largest diagonal entry is the quaternion up to a factor.
    const double qq[4][4] = {
        {1 + r[0][0] + r[1][1] + r[2][2], r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]},
        {r[2][1] - r[1][2], 1 + r[0][0] - r[1][1] - r[2][2], r[0][1] + r[1][0], r[0][2] + r[2][0]},
        {r[0][2] - r[2][0], r[0][1] + r[1][0], 1 - r[0][0] + r[1][1] - r[2][2], r[1][2] + r[2][1]},
        {r[1][0] - r[0][1], r[0][2] + r[2][0], r[1][2] + r[2][1], 1 - r[0][0] - r[1][1] + r[2][2]}};
    int largest = 0;
    for (int i = 1; i < 4; ++i)
      if (qq[i][i] > qq[largest][largest]) largest = i;
    const double length =
        std::hypot(std::hypot(qq[0][largest], qq[1][largest]), std::hypot(qq[2][largest], qq[3][largest]));
    const double sign = qq[0][largest] < 0 ? -1 : 1;
    for (int i = 0; i < 3; ++i) {
      put<float>(256 + 4 * i, static_cast<float>(sign * qq[i + 1][largest] / length));
      put<float>(268 + 4 * i, static_cast<float>(offset[i]));
    }
  }
  std::vector<unsigned char> bytes() const {
    std::vector<unsigned char> all = header;
    all.insert(all.end(), data.begin(), data.end());
    return all;
  }
  /// The other byte order (of the fields and voxels that mean something).
  NiftiFile swapped() const {
    NiftiFile other = *this;
    const auto turn = [](unsigned char* first, std::size_t bytes) {
      for (std::size_t i = 0; i < bytes / 2; ++i) std::swap(first[i], first[bytes - 1 - i]);
    };
    unsigned char* const h = other.header.data();
    turn(h, 4);
    for (int offset = 40; offset < 56; offset += 2) turn(h + offset, 2);
    for (const int offset : {70, 72, 252, 254}) turn(h + offset, 2);
    for (int offset = 76; offset < 120; offset += 4) turn(h + offset, 4);
    for (int offset = 256; offset < 328; offset += 4) turn(h + offset, 4);
    std::int16_t bits;
    std::memcpy(&bits, header.data() + 72, 2);
    for (std::size_t i = 0; i < data.size(); i += bits / 8) turn(other.data.data() + i, bits / 8);
    return other;
  }
};

inline void write_bytes(const std::string& path, const std::vector<unsigned char>& bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

inline void write_gz(const std::string& path, const std::vector<unsigned char>& bytes,
                     const char* mode = "wb") {
  gzFile file = gzopen(path.c_str(), mode);
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

/// A folder that goes when the test ends.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "intratumor_images_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// A small file that is right: 4 x 3 x 2 voxels of uint8 with labels 0..23, spacing 0.75 x 1.5 x 2.5 mm.
inline NiftiFile good_file() {
  NiftiFile file;
  file.dims({4, 3, 2});
  std::vector<int> values(24);
  for (int i = 0; i < 24; ++i) values[i] = i;
  file.voxels<std::uint8_t>(2, values);
  file.sform({{{0.75, 0, 0}, {0, 1.5, 0}, {0, 0, 2.5}}}, {-10, 20, 30});
  return file;
}

}  // namespace intratumor::testing
