#pragma once

#include <zlib.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "nifti_file.h"

namespace intratumor::testing {

using Bytes = std::vector<unsigned char>;

/// An image whose header is text: fields in their order, each open to abuse; without a value a field is left
/// out.
class TextHeader {
 public:
  explicit TextHeader(std::vector<std::pair<std::string, std::string>> fields) : fields_(std::move(fields)) {}
  TextHeader& set(const std::string& name, const std::string& value) {
    for (auto& field : fields_)
      if (field.first == name) {
        field.second = value;
        return *this;
      }
    fields_.emplace_back(name, value);
    return *this;
  }
  std::string lines(const std::string& between) const {
    std::string text;
    for (const auto& [name, value] : fields_)
      if (!value.empty()) text += name + between + value + "\n";
    return text;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

template <class T, class V>
Bytes bytes_of(const std::vector<V>& values, bool big_endian = false) {
  Bytes bytes(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T value = static_cast<T>(values[i]);
    unsigned char* const at = bytes.data() + i * sizeof(T);
    std::memcpy(at, &value, sizeof(T));
    if (big_endian) std::reverse(at, at + sizeof(T));
  }
  return bytes;
}

inline std::vector<int> first_numbers(int count) {
  std::vector<int> values(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = i;
  return values;
}

/// As one gzip member or, with `zlib`, as a zlib stream.
inline Bytes deflated(const Bytes& data, bool zlib = false) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, zlib ? 15 : 15 + 16, 8, Z_DEFAULT_STRATEGY);
  Bytes packed(deflateBound(&z, data.size()) + 100);
  z.next_in = const_cast<unsigned char*>(data.data());
  z.avail_in = static_cast<unsigned>(data.size());
  z.next_out = packed.data();
  z.avail_out = static_cast<unsigned>(packed.size());
  deflate(&z, Z_FINISH);
  packed.resize(z.total_out);
  deflateEnd(&z);
  return packed;
}

inline Bytes joined(const std::string& header, const Bytes& data) {
  Bytes all(header.begin(), header.end());
  all.insert(all.end(), data.begin(), data.end());
  return all;
}

/// NRRD: labels 0..23 in 4 x 3 x 2 voxels, as good_file() of nifti_file.h but in LPS: the same places.
struct NrrdFile {
  TextHeader fields{{{"type", "unsigned char"},
                     {"dimension", "3"},
                     {"space", "left-posterior-superior"},
                     {"sizes", "4 3 2"},
                     {"space directions", "(-0.75,0,0) (0,-1.5,0) (0,0,2.5)"},
                     {"kinds", "domain domain domain"},
                     {"endian", "little"},
                     {"encoding", "raw"},
                     {"space origin", "(10,-20,30)"}}};
  std::string keys;  ///< lines `key:=value`
  Bytes data = bytes_of<std::uint8_t>(first_numbers(24));

  NrrdFile& set(const std::string& name, const std::string& value) {
    fields.set(name, value);
    return *this;
  }
  std::string header() const { return "NRRD0005\n# comment\n" + fields.lines(": ") + keys; }
  void write(const std::string& path) const { write_bytes(path, joined(header() + "\n", data)); }
};

/// MetaImage: the same image.
struct MetaFile {
  TextHeader fields{{{"ObjectType", "Image"},
                     {"NDims", "3"},
                     {"BinaryData", "True"},
                     {"BinaryDataByteOrderMSB", "False"},
                     {"CompressedData", "False"},
                     {"TransformMatrix", "-1 0 0 0 -1 0 0 0 1"},
                     {"Offset", "10 -20 30"},
                     {"CenterOfRotation", "0 0 0"},
                     {"AnatomicalOrientation", "RAI"},
                     {"ElementSpacing", "0.75 1.5 2.5"},
                     {"DimSize", "4 3 2"},
                     {"ElementType", "MET_UCHAR"}}};
  std::string file = "LOCAL";
  Bytes data = bytes_of<std::uint8_t>(first_numbers(24));

  MetaFile& set(const std::string& name, const std::string& value) {
    fields.set(name, value);
    return *this;
  }
  std::string header() const { return fields.lines(" = ") + "ElementDataFile = " + file + "\n"; }
  void write(const std::string& path) const {
    write_bytes(path, file == "LOCAL" ? joined(header(), data) : joined(header(), {}));
  }
};

/// Whether an image is the one of good_file().
inline void expect_good(const LabelImage& image) {
  EXPECT_EQ(image.size, (std::array<int, 3>{4, 3, 2}));
  ASSERT_EQ(image.labels.size(), 24u);
  for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(image.labels[i], i);
  const Vector3 corner = image.world({0, 0, 0}), far = image.world({3, 2, 1});
  const Vector3 expected{-10e-3, 20e-3, 30e-3}, expected_far{-7.75e-3, 23e-3, 32.5e-3};
  for (int r = 0; r < 3; ++r) {
    EXPECT_NEAR(corner[r], expected[r], 1e-15);
    EXPECT_NEAR(far[r], expected_far[r], 1e-15);
  }
}

}  // namespace intratumor::testing
