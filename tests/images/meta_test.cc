#include <gtest/gtest.h>

#include <random>

#include "refused.h"
#include "text_image.h"

namespace intratumor {
namespace {

using testing::Bytes;
using testing::bytes_of;
using testing::deflated;
using testing::expect_good;
using testing::expect_message;
using testing::first_numbers;
using testing::Folder;
using testing::joined;
using testing::MetaFile;

LabelImage read(const MetaFile& file) {
  const Folder folder;
  file.write(folder / "a.mha");
  return read_label_image(folder / "a.mha");
}

void expect_refused(const MetaFile& file, const std::vector<std::string>& words) {
  const Folder folder;
  file.write(folder / "a.mha");
  expect_message(folder / "a.mha", words);
}

template <class T>
void check_type(const char* name) {
  for (const bool big : {false, true})
    for (const int packing : {0, 1, 2}) {  // none, zlib as ITK writes, gzip
      SCOPED_TRACE(name);
      MetaFile file;
      file.set("ElementType", name).set("BinaryDataByteOrderMSB", big ? "True" : "False");
      file.set("CompressedData", packing > 0 ? "True" : "False");
      file.data = bytes_of<T>(first_numbers(24), big);
      if (packing > 0) file.data = deflated(file.data, packing == 1);
      expect_good(read(file));
    }
}

TEST(Meta, EveryTypeByteOrderAndPacking) {
  check_type<std::int8_t>("MET_CHAR");
  check_type<std::uint8_t>("MET_UCHAR");
  check_type<std::int16_t>("MET_SHORT");
  check_type<std::uint16_t>("MET_USHORT");
  check_type<std::int32_t>("MET_INT");
  check_type<std::uint32_t>("MET_UINT");
  check_type<std::int32_t>("MET_LONG");
  check_type<std::uint32_t>("MET_ULONG");
  check_type<std::int64_t>("MET_LONG_LONG");
  check_type<std::uint64_t>("MET_ULONG_LONG");
  check_type<float>("MET_FLOAT");
  check_type<double>("MET_DOUBLE");
}

TEST(Meta, OtherNamesOfKeys) {
  for (const char* offset : {"Offset", "Position", "Origin"})
    for (const char* matrix : {"TransformMatrix", "Rotation", "Orientation"}) {
      MetaFile file;
      file.set("Offset", "").set("TransformMatrix", "");
      file.set(offset, "10 -20 30").set(matrix, "-1 0 0 0 -1 0 0 0 1");
      expect_good(read(file));
    }
  MetaFile file;
  file.set("ElementSpacing", "")
      .set("ElementSize", "0.75 1.5 2.5")
      .set("BinaryData", "")
      .set("ObjectType", "");
  expect_good(read(file));
}

TEST(Meta, RowsOfTheMatrixAreDirections) {
  MetaFile file;
  file.set("TransformMatrix", "0.6 0.8 0 -0.8 0.6 0 0 0 1").set("CenterOfRotation", "5 6 7");
  const LabelImage image = read(file);
  for (int k = 0; k < image.size[2]; ++k)
    for (int j = 0; j < image.size[1]; ++j)
      for (int i = 0; i < image.size[0]; ++i) {
        const int label = image.at(i, j, k), x = label % 4, y = label / 4 % 3, z = label / 12;
        const Vector3 at = image.world({double(i), double(j), double(k)});
        EXPECT_NEAR(1e3 * at[0], -(10 + 0.6 * 0.75 * x - 0.8 * 1.5 * y), 1e-12);
        EXPECT_NEAR(1e3 * at[1], -(-20 + 0.8 * 0.75 * x + 0.6 * 1.5 * y), 1e-12);
        EXPECT_NEAR(1e3 * at[2], 30 + 2.5 * z, 1e-12);
      }
}

TEST(Meta, DetachedHeaders) {
  const Folder folder;
  const std::string path = folder / "a.mhd";
  MetaFile file;
  testing::write_bytes(folder / "a.raw", file.data);
  testing::write_bytes(folder / "b.raw", joined("12345", file.data));
  testing::write_bytes(folder / "a.zraw", deflated(file.data, true));
  file.file = "a.raw";
  file.write(path);
  expect_good(read_label_image(path));
  file.file = "b.raw";
  for (const char* skip : {"5", "-1"}) {
    file.set("HeaderSize", skip).write(path);
    expect_good(read_label_image(path));
  }
  file.file = "a.zraw";
  file.set("HeaderSize", "").set("CompressedData", "True").write(path);
  expect_good(read_label_image(path));
  testing::write_bytes(path,
                       joined(file.header().substr(0, file.header().size() - 1), {}));  // no last newline
  expect_good(read_label_image(path));
  file.file = "c.raw";
  file.write(path);
  expect_message(path, {"c.raw", "no file"});
  file.file = "LIST 2";
  file.write(path);
  expect_message(path, {"several files"});
  file.file = "b%d.raw 1 2 1";
  file.write(path);
  expect_message(path, {"several files"});
}

TEST(Meta, RefusesWrongHeaders) {
  expect_refused(MetaFile().set("ObjectType", "Tube"), {"'Tube'", "label map"});
  expect_refused(MetaFile().set("NDims", "-3"), {"corrupt", "'-3'"});
  expect_refused(MetaFile().set("NDims", "1000"), {"corrupt"});
  expect_refused(MetaFile().set("DimSize", "-4 3 2"), {"corrupt"});
  expect_refused(MetaFile().set("DimSize", ""), {"corrupt"});
  expect_refused(MetaFile().set("DimSize", "4 6 1"), {"flat"});
  expect_refused(MetaFile().set("NDims", "2").set("DimSize", "4 6"), {"flat"});
  expect_refused(MetaFile().set("NDims", "4").set("DimSize", "4 3 2 5"),
                 {"more than 3 dimensions", "time series"});
  expect_refused(MetaFile().set("DimSize", "4294967296 4294967296 4294967296"), {"32767"});
  expect_refused(MetaFile().set("ElementNumberOfChannels", "3"), {"3 values each"});
  expect_refused(MetaFile().set("ElementType", "MET_UCHAR_ARRAY"), {"'MET_UCHAR_ARRAY'", "MET_UCHAR"});
  expect_refused(MetaFile().set("ElementType", ""), {"type ''"});
  expect_refused(MetaFile().set("ElementSpacing", ""), {"ElementSpacing", "positive"});
  expect_refused(MetaFile().set("ElementSpacing", "0 1 1"), {"ElementSpacing '0 1 1'"});
  expect_refused(MetaFile().set("ElementSpacing", "nan 1 1"), {"ElementSpacing"});
  expect_refused(MetaFile().set("ElementSpacing", "a b c"), {"corrupt", "'a b c'"});
  expect_refused(MetaFile().set("Offset", "1 2"), {"corrupt", "Offset"});
  expect_refused(MetaFile().set("TransformMatrix", "0 1 0 0 1 0 0 0 1"), {"shears"});
  expect_refused(MetaFile().set("TransformMatrix", "0 0 0 0 1 0 0 0 1"), {"zero"});
  expect_refused(MetaFile().set("TransformMatrix", "1 0.1 0 0 1 0 0 0 1"), {"shears the image", "resample"});
  expect_refused(MetaFile().set("BinaryData", "False"), {"text"});
  expect_refused(MetaFile().set("HeaderSize", "x"), {"HeaderSize"});
}

TEST(Meta, RefusesPromisesTheFileDoesNotKeep) {
  MetaFile file;
  file.data.resize(20);
  expect_refused(file, {"truncated", "4 x 3 x 2 voxels of 1 bytes"});
  expect_refused(MetaFile().set("DimSize", "2000 1000 1000"), {"truncated"});
  expect_refused(MetaFile().set("HeaderSize", "5"), {"truncated"});
  MetaFile packed;
  packed.set("CompressedData", "True");
  expect_refused(packed, {"corrupt"});  // it is not compressed
  const Bytes whole = deflated(packed.data, true);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    packed.data = {whole.begin(), whole.begin() + std::ptrdiff_t(length)};
    const Folder folder;
    packed.write(folder / "a.mha");
    EXPECT_NE(testing::message_of(folder / "a.mha"), "(no error)") << length;
  }
}

TEST(Meta, RefusesDamagedHeaders) {
  const Folder folder;
  const std::string path = folder / "a.mha";
  MetaFile file;
  const Bytes whole = joined(file.header(), file.data);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    testing::write_bytes(path, {whole.begin(), whole.begin() + std::ptrdiff_t(length)});
    EXPECT_NE(testing::message_of(path), "(no error)") << length;
  }
  std::mt19937 random(3);
  int read_well = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    Bytes damaged = whole;
    for (int n = 0; n < 1 + trial % 4; ++n)
      damaged[random() % (whole.size() - 24)] = static_cast<unsigned char>(random());
    testing::write_bytes(path, damaged);
    try {
      read_label_image(path);
      ++read_well;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  }
  EXPECT_GT(read_well, 0);
  testing::write_bytes(path, {1, 2, 3});
  expect_message(path, {"not a MetaImage"});
}

}  // namespace
}  // namespace intratumor
