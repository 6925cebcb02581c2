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
using testing::NrrdFile;

LabelImage read(const NrrdFile& file) {
  const Folder folder;
  file.write(folder / "a.nrrd");
  return read_label_image(folder / "a.nrrd");
}

void expect_refused(const NrrdFile& file, const std::vector<std::string>& words) {
  const Folder folder;
  file.write(folder / "a.nrrd");
  expect_message(folder / "a.nrrd", words);
}

template <class T>
void check_type(const std::vector<const char*>& names) {
  for (const char* name : names)
    for (const bool big : {false, true})
      for (const bool gzip : {false, true}) {
        SCOPED_TRACE(name);
        NrrdFile file;
        file.set("type", name).set("endian", big ? "big" : "little").set("encoding", gzip ? "gzip" : "raw");
        file.data = bytes_of<T>(first_numbers(24), big);
        if (gzip) file.data = deflated(file.data);
        expect_good(read(file));
      }
}

TEST(Nrrd, EveryTypeByteOrderAndEncoding) {
  check_type<std::uint8_t>({"uchar", "unsigned char", "uint8", "uint8_t"});
  check_type<std::int8_t>({"signed char", "int8"});
  check_type<std::uint16_t>({"ushort", "unsigned short", "uint16"});
  check_type<std::int16_t>({"short", "int16"});
  check_type<std::uint32_t>({"uint", "unsigned int", "uint32"});
  check_type<std::int32_t>({"int", "int32"});
  check_type<std::uint64_t>({"unsigned long long", "uint64"});
  check_type<std::int64_t>({"long long", "int64"});
  check_type<float>({"float"});
  check_type<double>({"double"});
}

TEST(Nrrd, SpacesOfThePatient) {
  for (const auto& [space, x, y] : {std::tuple{"left-posterior-superior", -1, -1},
                                    {"LPS", -1, -1},
                                    {"right-anterior-superior", 1, 1},
                                    {"RAS", 1, 1},
                                    {"left-anterior-superior", -1, 1}}) {
    NrrdFile file;
    file.set("space", space);
    file.set("space directions",
             "(" + std::to_string(0.75 * x) + ", 0, 0) (0, " + std::to_string(1.5 * y) + ", 0)  (0,0,2.5)");
    file.set("space origin", "( " + std::to_string(-10 * x) + "," + std::to_string(20 * y) + ",30 )");
    expect_good(read(file));
  }
}

TEST(Nrrd, ObliqueAxes) {
  NrrdFile file;
  file.set("space directions", "(0.6,0.8,0) (-1.2,0.9,0) (0,0,2.5)");
  const LabelImage image = read(file);
  EXPECT_NEAR(image.spacing[0] * image.spacing[1] * image.spacing[2], 1e-9 * 1 * 1.5 * 2.5, 1e-15);
  for (int k = 0; k < image.size[2]; ++k)
    for (int j = 0; j < image.size[1]; ++j)
      for (int i = 0; i < image.size[0]; ++i) {
        const int label = image.at(i, j, k), x = label % 4, y = label / 4 % 3, z = label / 12;
        const Vector3 at = image.world({double(i), double(j), double(k)});
        EXPECT_NEAR(1e3 * at[0], -(10 + 0.6 * x - 1.2 * y), 1e-12);
        EXPECT_NEAR(1e3 * at[1], -(-20 + 0.8 * x + 0.9 * y), 1e-12);
        EXPECT_NEAR(1e3 * at[2], 30 + 2.5 * z, 1e-12);
        EXPECT_EQ(image.file_voxel(i, j, k), std::uint64_t(label));
      }
  // Maps are written on the same grid, in NIfTI's words.
  const FileGrid& grid = image.file_grid;
  EXPECT_EQ(grid.sform_code, 1);
  EXPECT_EQ(grid.qform_code, 1);
  EXPECT_FLOAT_EQ(grid.srow[0][0], -0.6f);
  EXPECT_FLOAT_EQ(grid.srow[1][1], -0.9f);
  EXPECT_FLOAT_EQ(grid.srow[0][3], -10);
  EXPECT_FLOAT_EQ(grid.pixdim[2], 1.5f);
  EXPECT_EQ(grid.xyzt_units, 10);
}

TEST(Nrrd, DetachedHeaders) {
  const Folder folder;
  NrrdFile file;
  testing::write_bytes(folder / "a.raw", file.data);
  testing::write_bytes(folder / "a.raw.gz", deflated(file.data));
  testing::write_bytes(folder / "b.raw", joined("12345", file.data));
  const std::string path = folder / "a.nhdr";
  const auto write = [&] { testing::write_bytes(path, joined(file.header(), {})); };
  file.set("data file", "a.raw");
  write();
  expect_good(read_label_image(path));
  file.set("data file", folder / "a.raw");
  write();
  expect_good(read_label_image(path));
  file.set("data file", "./b.raw").set("byte skip", "5");
  write();
  expect_good(read_label_image(path));
  file.set("byte skip", "-1");
  write();
  expect_good(read_label_image(path));
  file.set("byte skip", "").set("data file", "a.raw.gz").set("encoding", "gz");
  write();
  expect_good(read_label_image(path));

  file.set("data file", "c.raw");
  write();
  expect_message(path, {"c.raw", "no file"});
  file.set("data file", "LIST");
  write();
  expect_message(path, {"several files"});
  file.set("data file", "slice%03d.raw 1 2 1");
  write();
  expect_message(path, {"several files"});
  file.set("encoding", "raw").set("data file", "b.raw").set("byte skip", "8");
  write();
  expect_message(path, {"truncated", "b.raw", "29 bytes"});
  file.set("byte skip", "many");
  write();
  expect_message(path, {"byte skip 'many'"});
}

TEST(Nrrd, HarmlessOddities) {
  NrrdFile file;
  file.keys = "Segmentation_X:=a: b\r\nDICOM_0010,0010:=x\nsome unknown field: 3\n";
  file.set("space units", "\"mm\" \"mm\" \"mm\"").set("measurement frame", "(1,0,0) (0,1,0) (0,0,1)");
  file.set("centerings", "cell cell cell").set("content", "a = b").set("kinds", "");
  file.data.push_back(7);
  expect_good(read(file));
  NrrdFile one_layer;
  one_layer.set("dimension", "4").set("sizes", "1 4 3 2").set("kinds", "list domain domain domain");
  one_layer.set("space directions", "none (-0.75,0,0) (0,-1.5,0) (0,0,2.5)");
  expect_good(read(one_layer));
  one_layer.set("sizes", "4 3 1 2").set("space directions", "(-0.75,0,0) (0,-1.5,0) none (0,0,2.5)");
  one_layer.set("kinds", "domain domain list domain");
  expect_good(read(one_layer));
}

TEST(Nrrd, RefusesWhatHasNoPlaceInTheWorld) {
  expect_refused(NrrdFile().set("space", ""), {"no world coordinates", "'space'"});
  expect_refused(NrrdFile().set("space origin", ""), {"no world coordinates", "'space origin'"});
  expect_refused(NrrdFile().set("space directions", ""), {"no world coordinates", "'space directions'"});
  expect_refused(NrrdFile().set("space", "scanner-xyz"), {"'scanner-xyz'", "left-posterior-superior"});
  expect_refused(NrrdFile().set("space units", "\"mm\" \"mm\" \"cm\""), {"'cm'", "millimetres"});
  expect_refused(NrrdFile().set("space directions", "(0.75,0.1,0) (0,1.5,0) (0,0,2.5)"),
                 {"shears the image", "axes 1 and 2", "resample"});
  expect_refused(NrrdFile().set("space directions", "(0.75,0,0) (0,0,0) (0,0,2.5)"), {"zero"});
  expect_refused(NrrdFile().set("space directions", "(0.75,0,0) (0.75,0,0) (0,0,2.5)"), {"shears"});
  expect_refused(NrrdFile().set("space directions", "(0.75,0,0) (0,nan,0) (0,0,2.5)"), {"undefined"});
  expect_refused(NrrdFile().set("space origin", "(0,inf,0)"), {"undefined"});
  expect_refused(NrrdFile().set("space directions", "(0.75,0,0) (0,1.5) (0,0,2.5)"), {"corrupt", "vectors"});
  expect_refused(NrrdFile().set("space directions", "(0.75,0,0) (0,1.5,0)"),
                 {"corrupt", "2 space directions"});
  expect_refused(NrrdFile().set("space directions", "0.75 1.5 2.5"), {"corrupt", "vectors"});
}

TEST(Nrrd, RefusesWrongDimensions) {
  expect_refused(NrrdFile().set("sizes", "4 3"), {"corrupt", "'4 3'"});
  expect_refused(NrrdFile().set("sizes", "4 -3 2"), {"corrupt", "4 x -3 x 2"});
  expect_refused(NrrdFile().set("sizes", "4 x 2"), {"corrupt"});
  expect_refused(NrrdFile().set("sizes", "4 6 1"), {"flat", "4 x 6 x 1"});
  expect_refused(NrrdFile().set("sizes", "1 1 1"), {"empty"});
  expect_refused(NrrdFile().set("sizes", "40000 3 2"), {"40000 x 3 x 2", "32767"});
  expect_refused(NrrdFile().set("dimension", "2").set("sizes", "4 6"), {"flat"});
  expect_refused(NrrdFile().set("sizes", "4294967296 4294967296 4294967296"), {"32767"});
  NrrdFile series;
  series.set("dimension", "4").set("sizes", "4 3 1 2").set("kinds", "domain domain domain list");
  series.set("space directions", "(0.75,0,0) (0,1.5,0) (0,0,2.5) none");
  expect_refused(series.set("sizes", "2 2 2 3"), {"more than 3 dimensions", "2 2 2 3", "time series"});
  NrrdFile colours;
  colours.set("dimension", "4").set("sizes", "3 2 2 2").set("kinds", "RGB-color domain domain domain");
  colours.set("space directions", "none (0.75,0,0) (0,1.5,0) (0,0,2.5)");
  expect_refused(colours, {"more than 3 dimensions", "colours"});
  NrrdFile five;
  five.set("dimension", "5").set("sizes", "2 3 2 2 1");
  five.set("space directions", "none none (0.75,0,0) (0,1.5,0) (0,0,2.5)");
  expect_refused(five, {"more than 3 dimensions"});
}

TEST(Nrrd, RefusesWrongVoxels) {
  expect_refused(NrrdFile().set("type", "block"), {"'block'", "whole numbers"});
  expect_refused(NrrdFile().set("type", ""), {"type ''"});
  expect_refused(NrrdFile().set("encoding", "bzip2"), {"'bzip2'", "gzip or raw"});
  expect_refused(NrrdFile().set("encoding", "ascii"), {"'ascii'"});
  expect_refused(NrrdFile().set("type", "short").set("endian", ""), {"endian", "little nor big"});
  NrrdFile file;
  std::vector<double> values(24, 1);
  values[6] = 0.5;
  file.set("type", "float");
  file.data = bytes_of<float>(values);
  expect_refused(file, {"0.5", "(2, 1, 0)", "whole numbers from 0 to 65535"});
  values[6] = -1;
  file.set("type", "short");
  file.data = bytes_of<std::int16_t>(values);
  expect_refused(file, {"value -1"});
}

TEST(Nrrd, RefusesPromisesTheFileDoesNotKeep) {
  NrrdFile file;
  file.data.resize(20);
  expect_refused(file, {"truncated", "4 x 3 x 2 voxels of 1 bytes", "holds"});
  expect_refused(NrrdFile().set("sizes", "2000 1000 1000"), {"truncated"});
  expect_refused(NrrdFile().set("sizes", "32767 32767 32767"), {"truncated"});
  NrrdFile packed;
  packed.set("encoding", "gzip");
  const Bytes whole = deflated(packed.data);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    packed.data = {whole.begin(), whole.begin() + std::ptrdiff_t(length)};
    const Folder folder;
    packed.write(folder / "a.nrrd");
    EXPECT_NE(testing::message_of(folder / "a.nrrd"), "(no error)") << length;
  }
  packed.data = whole;
  expect_good(read(packed));
  packed.set("sizes", "4 3 3");
  expect_refused(packed, {"truncated", "holds 24 bytes"});
}

TEST(Nrrd, RefusesMoreVoxelsThanMemoryShouldHold) {
  // 2e9 voxels that are there: the gzip stream of as many zeros, 2 MB, written by hand (deflate's longest
  // match).
  NrrdFile file;
  file.set("encoding", "gzip").set("sizes", "2000 1000 1000");
  file.data = deflated(Bytes(2100000, 0));  // what it holds is not looked at: its length alone allows 2e9
  file.data.resize(2100000);
  expect_refused(file, {"2000000000 voxels", "1000000000", "crop"});
}

TEST(Nrrd, RefusesDamagedHeaders) {
  const Folder folder;
  const std::string path = folder / "a.nrrd";
  NrrdFile file;
  file.keys = "Segment0_Name:=Tumor\nSegment0_LabelValue:=1\nSegment0_Layer:=0\n";
  const Bytes whole = joined(file.header() + "\n", file.data);
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
  expect_message(path, {"not an NRRD file"});
}

}  // namespace
}  // namespace intratumor
