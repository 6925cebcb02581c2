#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "images/label_image.h"
#include "nifti_file.h"
#include "refused.h"
#include "text_image.h"

namespace intratumor {
namespace {

using testing::expect_good;
using testing::Folder;
using testing::good_file;
using testing::message_of;
using testing::NiftiFile;

const Matrix3 diagonal{{{0.75, 0, 0}, {0, 1.5, 0}, {0, 0, 2.5}}};

LabelImage read(const NiftiFile& file, bool compressed = false) {
  const Folder folder;
  const std::string path = folder / (compressed ? "a.nii.gz" : "a.nii");
  compressed ? testing::write_gz(path, file.bytes()) : testing::write_bytes(path, file.bytes());
  return read_label_image(path);
}

void expect_refused(const NiftiFile& file, const std::vector<std::string>& words) {
  const Folder folder;
  for (const bool compressed : {false, true}) {
    const std::string path = folder / (compressed ? "a.nii.gz" : "a.nii");
    compressed ? testing::write_gz(path, file.bytes()) : testing::write_bytes(path, file.bytes());
    const std::string message = message_of(path);
    for (const auto& word : words)
      EXPECT_NE(message.find(word), std::string::npos) << word << ": " << message;
  }
}

template <class T>
void check_type(std::int16_t code) {
  NiftiFile file = good_file();
  std::vector<int> values(24);
  std::iota(values.begin(), values.end(), 0);
  file.voxels<T>(code, values);
  SCOPED_TRACE(code);
  expect_good(read(file));
  expect_good(read(file.swapped()));
  expect_good(read(file, true));
}

TEST(ReadImage, EveryTypeAndByteOrder) {
  check_type<std::uint8_t>(2);
  check_type<std::int8_t>(256);
  check_type<std::uint16_t>(512);
  check_type<std::int16_t>(4);
  check_type<std::uint32_t>(768);
  check_type<std::int32_t>(8);
  check_type<std::uint64_t>(1280);
  check_type<std::int64_t>(1024);
  check_type<float>(16);
  check_type<double>(64);
}

TEST(ReadImage, WholeRangeOfLabels) {
  NiftiFile file = good_file();
  std::vector<int> values(24, 0);
  values[5] = 65535;
  file.voxels<float>(16, values);
  EXPECT_EQ(read(file).labels[5], 65535);
}

TEST(ReadImage, ScaledValues) {
  NiftiFile file = good_file();
  std::vector<int> values(24);
  for (int i = 0; i < 24; ++i) values[i] = 10 * (i + 3);
  file.voxels<std::int16_t>(4, values);
  file.put<float>(112, 0.1f);  // not exact in float32: 0.1 * 30 - 3 leaves round-off
  file.put<float>(116, -3);
  expect_good(read(file));
  NiftiFile unset = good_file();
  unset.put<float>(112, NAN);
  unset.put<float>(116, NAN);
  expect_good(read(unset));
}

TEST(ReadImage, SformBeforeQform) {
  // Other libraries prefer the one or the other depending on the codes; the standard's order does not.
  const Matrix3 other{{{0, -1.5, 0}, {0.75, 0, 0}, {0, 0, 2.5}}};
  for (const int sform_code : {1, 2, 3, 4})
    for (const int qform_code : {0, 1, 2}) {
      NiftiFile file = good_file();
      file.qform(other, {1, 2, 3}, qform_code);
      file.sform(diagonal, {-10, 20, 30}, sform_code);
      expect_good(read(file));
    }
  NiftiFile file = good_file();
  file.sform(other, {1, 2, 3}, 0);
  file.qform(diagonal, {-10, 20, 30}, 2);
  expect_good(read(file));
}

TEST(ReadImage, LengthUnits) {
  for (const auto& [unit, per_mm] : {std::pair<int, double>{0, 1}, {2, 1}, {10, 1}, {1, 1e-3}, {3, 1e3}}) {
    NiftiFile file = good_file();
    file.header[123] = static_cast<unsigned char>(unit);
    Matrix3 matrix = diagonal;
    for (int a = 0; a < 3; ++a) matrix[a][a] *= per_mm;
    file.sform(matrix, {-10 * per_mm, 20 * per_mm, 30 * per_mm});
    const LabelImage image = read(file);
    EXPECT_NEAR(image.spacing[0], 0.75e-3, 1e-9);
    EXPECT_NEAR(image.world({0, 0, 0})[2], 30e-3, 1e-8);
  }
}

TEST(ReadImage, HarmlessOddities) {
  NiftiFile fourth = good_file();
  fourth.dims({4, 3, 2, 1, 1});
  expect_good(read(fourth));
  NiftiFile no_offset = good_file();
  no_offset.put<float>(108, 0);
  expect_good(read(no_offset));
  NiftiFile extended = good_file();  // a header extension of 32 bytes
  extended.header.resize(384, 7);
  extended.put<float>(108, 384);
  expect_good(read(extended, true));

  const Folder folder;
  const std::string path = folder / "Several Streams.NII.GZ";  // as some compressors write
  const auto bytes = good_file().bytes();
  testing::write_gz(path, {bytes.begin(), bytes.begin() + 300});
  testing::write_gz(path, {bytes.begin() + 300, bytes.end()}, "ab");
  expect_good(read_label_image(path));
  auto longer = bytes;
  longer.resize(longer.size() + 1000);
  testing::write_gz(path, longer);
  expect_good(read_label_image(path));
}

TEST(ReadImage, RefusesWhatIsNoFile) {
  const Folder folder;
  EXPECT_NE(message_of(folder / "absent.nii.gz").find("no such file"), std::string::npos);
  std::filesystem::create_directory(folder / "dicom.nii");
  EXPECT_NE(message_of(folder / "dicom.nii").find("folder"), std::string::npos);
  for (const char* name : {"a.img", "a.dcm", "a", "a.gz", "a.nii.zip"}) {
    testing::write_bytes(folder / name, {1, 2, 3});
    EXPECT_NE(message_of(folder / name).find("unknown kind"), std::string::npos);
  }
}

TEST(ReadImage, RefusesTruncatedFiles) {
  const Folder folder;
  const std::string plain = folder / "a.nii", packed = folder / "a.nii.gz";
  const auto bytes = good_file().bytes();
  for (const std::size_t length : {std::size_t(0), std::size_t(1), std::size_t(347), std::size_t(348),
                                   std::size_t(353), bytes.size() - 1}) {
    testing::write_bytes(plain, {bytes.begin(), bytes.begin() + length});
    testing::write_gz(packed, {bytes.begin(), bytes.begin() + length});  // cut before it was compressed
    for (const auto& path : {plain, packed}) {
      const std::string message = message_of(path);
      EXPECT_NE(message.find(length < 348 ? "ends within its header" : "truncated"), std::string::npos)
          << message;
    }
  }
  testing::write_gz(packed, bytes);
  std::vector<unsigned char> whole(std::filesystem::file_size(packed));
  std::ifstream(packed, std::ios::binary).read(reinterpret_cast<char*>(whole.data()), whole.size());
  for (std::size_t length = 0; length < whole.size(); ++length) {  // cut after
    testing::write_bytes(packed, {whole.begin(), whole.begin() + length});
    EXPECT_NE(message_of(packed), "(no error)") << length;
  }
}

TEST(ReadImage, RefusesDamagedFiles) {
  const Folder folder;
  const std::string path = folder / "a.nii.gz";
  std::mt19937 random(1);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<unsigned char> bytes(random() % 3000);
    for (auto& byte : bytes) byte = static_cast<unsigned char>(random());
    if (trial % 2 == 1 && bytes.size() > 4) bytes[0] = 0x1f, bytes[1] = 0x8b, bytes[2] = 8, bytes[3] = 0;
    testing::write_bytes(path, bytes);
    EXPECT_NE(message_of(path), "(no error)");
  }
  // A byte changed within the compressed voxels: the checksum tells.
  NiftiFile file = good_file();
  file.dims({64, 64, 16});
  std::vector<int> values(64 * 64 * 16);
  for (auto& value : values) value = random() % 3;
  file.voxels<std::uint8_t>(2, values);
  testing::write_gz(path, file.bytes());
  std::vector<unsigned char> whole(std::filesystem::file_size(path));
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(whole.data()), whole.size());
  for (int trial = 0; trial < 50; ++trial) {
    auto damaged = whole;
    damaged[500 + random() % (whole.size() - 520)] ^= static_cast<unsigned char>(1 << random() % 8);
    testing::write_bytes(path, damaged);
    EXPECT_NE(message_of(path).find("corrupt"), std::string::npos);
  }
}

TEST(ReadImage, RefusesOrReadsAnyHeader) {
  // Whatever the header's bytes say, the answer is an image or an InputError, in reasonable memory.
  const Folder folder;
  const std::string path = folder / "a.nii.gz";
  std::mt19937 random(2);
  int read_well = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    NiftiFile file = good_file();
    for (int change = 0; change < 3; ++change)
      file.header[40 + random() % 308] = static_cast<unsigned char>(random());
    testing::write_gz(path, file.bytes());
    try {
      read_label_image(path);
      ++read_well;
    } catch (const InputError&) {
    }
  }
  EXPECT_GT(read_well, 0);
}

TEST(ReadImage, RefusesPromisesTheFileDoesNotKeep) {
  NiftiFile file = good_file();
  file.dims({32767, 32767, 32767});
  expect_refused(file, {"truncated", "32767 x 32767 x 32767", "bytes"});
  file.dims({32767, 2000, 1000});  // 65 GB
  expect_refused(file, {"truncated"});
}

TEST(ReadImage, RefusesWrongDimensions) {
  NiftiFile file = good_file();
  file.dims({4, 3, 2, 5});
  expect_refused(file, {"more than 3 dimensions", "4 x 3 x 2 x 5"});
  file.dims({4, 6});
  expect_refused(file, {"flat", "4 x 6"});
  file.dims({4, 6, 1});
  expect_refused(file, {"flat"});
  file.dims({4, -3, 2});
  expect_refused(file, {"corrupt"});
}

TEST(ReadImage, RefusesWrongValues) {
  std::vector<double> values(24, 1);
  values[4 + 2] = 0.5;
  NiftiFile file = good_file();
  file.voxels<float>(16, values);
  expect_refused(file, {"0.5", "(2, 1, 0)", "whole numbers from 0 to 65535"});
  for (const double bad : {-1., 65536., 1e30, -1e30, double(NAN), double(INFINITY)}) {
    values[6] = bad;
    file.voxels<double>(64, values);
    expect_refused(file, {"(2, 1, 0)", "0 to 65535"});
  }
  values[6] = -1;
  file.voxels<std::int16_t>(4, values);
  expect_refused(file, {"value -1"});
  for (const int code : {0, 1, 32, 128, 1536, 1792, 2304}) {
    file = good_file();
    file.put<std::int16_t>(70, static_cast<std::int16_t>(code));
    expect_refused(file, {"label map"});
  }
}

TEST(ReadImage, RefusesWhatHasNoPlaceInTheWorld) {
  NiftiFile file = good_file();
  file.sform(diagonal, {0, 0, 0}, 0);
  expect_refused(file, {"no world coordinates", "sform_code and qform_code are both 0"});
  file.sform({{{0.75, 0.1, 0}, {0, 1.5, 0}, {0, 0, 2.5}}}, {0, 0, 0});
  expect_refused(file, {"sform shears", "axes 1 and 2", "resample"});
  file.sform({{{0.75, 0, 0}, {0, 1.5, 0}, {0, 0, 0}}}, {0, 0, 0});
  expect_refused(file, {"sform holds a zero"});
  file.sform({{{0.75, 0, 0}, {0, 1.5, 0}, {0, 0, NAN}}}, {0, 0, 0});
  expect_refused(file, {"sform holds"});
  file.sform(diagonal, {0, NAN, 0});
  expect_refused(file, {"sform holds"});
  file = good_file();
  file.sform(diagonal, {0, 0, 0}, 0);
  file.qform(diagonal, {0, 0, 0});
  file.put<float>(84, -1.5f);
  expect_refused(file, {"voxel size -1.5 along file axis 2"});
  file.put<float>(84, 1.5f);
  file.put<float>(256, 2);
  expect_refused(file, {"quaternion"});
  file = good_file();
  file.header[123] = 5;
  expect_refused(file, {"unknown length unit"});
}

TEST(ReadImage, RefusesOtherKindsOfHeader) {
  NiftiFile file = good_file();
  std::memcpy(file.header.data() + 344, "ni1", 4);
  expect_refused(file, {"two-file"});
  std::memcpy(file.header.data() + 344, "\0\0\0", 4);
  expect_refused(file, {"ANALYZE"});
  file.put<std::int32_t>(0, 540);
  expect_refused(file, {"NIfTI-2"});
  file.put<std::int32_t>(0, 347);
  expect_refused(file, {"not a NIfTI file"});
  for (const float offset : {-1.f, 100.f, 1e30f, float(NAN)}) {
    file = good_file();
    file.put<float>(108, offset);
    expect_refused(file, {"header is corrupt"});
  }
}

}  // namespace
}  // namespace intratumor
