#include <gtest/gtest.h>
#include <itkMetaDataObject.h>
#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>

#include <cmath>
#include <random>

#include "images/image_header.h"
#include "nifti_file.h"

// Files as ITK writes them (3D Slicer, ITK-SNAP and SimpleITK do by it), at the places where ITK says their
// voxels lie: the readers are not tested against the text that they were made with.

namespace intratumor {
namespace {

using testing::Folder;

constexpr std::array<int, 3> size{5, 4, 3};

/// Orthogonal, of either handedness; the columns are the axes in LPS.
Matrix3 random_axes(std::mt19937& random) {
  std::normal_distribution<double> normal;
  Matrix3 q{};
  for (int c = 0; c < 3; ++c) {
    Vector3 v{normal(random), normal(random), normal(random)};
    for (int b = 0; b < c; ++b) {
      double dot = 0;
      for (int r = 0; r < 3; ++r) dot += v[r] * q[r][b];
      for (int r = 0; r < 3; ++r) v[r] -= dot * q[r][b];
    }
    const double length = std::hypot(v[0], v[1], v[2]);
    for (int r = 0; r < 3; ++r) q[r][c] = v[r] / length;
  }
  return q;
}

template <class T>
std::vector<T> labels_from_one(std::size_t count) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(i + 1);
  return values;
}

/// Labels 1, 2, ... in the file's order, somewhere in the world.
struct Written {
  Matrix3 axes;
  Vector3 spacing{0.7, 1.3, 2.1}, origin{-31.5, 120.25, 807.125};  // mm, LPS
};

template <class T>
Written write(itk::ImageIOBase& io, const std::string& path, itk::IOComponentEnum type, bool compressed,
              std::mt19937& random) {
  Written written{random_axes(random)};
  io.SetNumberOfDimensions(3);
  io.SetPixelType(itk::IOPixelEnum::SCALAR);
  io.SetNumberOfComponents(1);
  io.SetComponentType(type);
  itk::ImageIORegion region(3);
  for (unsigned d = 0; d < 3; ++d) {
    io.SetDimensions(d, static_cast<unsigned>(size[d]));
    io.SetSpacing(d, written.spacing[d]);
    io.SetOrigin(d, written.origin[d]);
    io.SetDirection(d, std::vector<double>{written.axes[0][d], written.axes[1][d], written.axes[2][d]});
    region.SetIndex(d, 0);
    region.SetSize(d, static_cast<unsigned>(size[d]));
  }
  io.SetIORegion(region);
  io.SetUseCompression(compressed);
  io.SetFileName(path);
  io.WriteImageInformation();
  const std::vector<T> values = labels_from_one<T>(60);
  io.Write(values.data());
  return written;
}

void expect_same(const std::string& path, const Written& written) {
  const LabelImage image = read_label_image(path);
  double worst = 0;
  for (int k = 0; k < image.size[2]; ++k)
    for (int j = 0; j < image.size[1]; ++j)
      for (int i = 0; i < image.size[0]; ++i) {
        const int at = image.at(i, j, k) - 1;
        const std::array<int, 3> index{at % size[0], at / size[0] % size[1], at / (size[0] * size[1])};
        const Vector3 found = image.world({double(i), double(j), double(k)});
        for (int r = 0; r < 3; ++r) {
          double expected = written.origin[r];
          for (int a = 0; a < 3; ++a) expected += written.axes[r][a] * written.spacing[a] * index[a];
          if (r < 2) expected = -expected;  // LPS to RAS
          worst = std::max(worst, std::abs(1e3 * found[r] - expected));
        }
      }
  // ITK writes MetaImages with six digits.
  EXPECT_LT(worst, 2e-4) << path;
}

template <class IO, class T>
void check(itk::IOComponentEnum type, const std::vector<const char*>& names, std::mt19937& random) {
  for (const char* name : names)
    for (const bool compressed : {false, true}) {
      const Folder folder;
      const auto io = IO::New();
      const Written written = write<T>(*io, folder / name, type, compressed, random);
      expect_same(folder / name, written);
    }
}

template <class IO>
void check_all(const std::vector<const char*>& names) {
  std::mt19937 random(5);
  check<IO, std::uint8_t>(itk::IOComponentEnum::UCHAR, names, random);
  check<IO, std::int8_t>(itk::IOComponentEnum::CHAR, names, random);
  check<IO, std::uint16_t>(itk::IOComponentEnum::USHORT, names, random);
  check<IO, std::int16_t>(itk::IOComponentEnum::SHORT, names, random);
  check<IO, std::uint32_t>(itk::IOComponentEnum::UINT, names, random);
  check<IO, std::int32_t>(itk::IOComponentEnum::INT, names, random);
  check<IO, float>(itk::IOComponentEnum::FLOAT, names, random);
  check<IO, double>(itk::IOComponentEnum::DOUBLE, names, random);
}

TEST(ItkFiles, Nrrd) {
  check_all<itk::NrrdImageIO>({"a.nrrd", "a.nhdr"});
}

TEST(ItkFiles, Meta) {
  check_all<itk::MetaImageIO>({"a.mha", "a.mhd"});
}

TEST(ItkFiles, SegmentsInTheDictionary) {
  const Folder folder;
  std::mt19937 random(6);
  const auto io = itk::NrrdImageIO::New();
  itk::MetaDataDictionary& keys = io->GetMetaDataDictionary();
  itk::EncapsulateMetaData<std::string>(keys, "Segment0_Name", "Tumor: left \\ right");
  itk::EncapsulateMetaData<std::string>(keys, "Segment0_LabelValue", "3");
  itk::EncapsulateMetaData<std::string>(keys, "Segment0_Layer", "0");
  write<std::uint8_t>(*io, folder / "a.seg.nrrd", itk::IOComponentEnum::UCHAR, true, random);
  const ImageHeader header = read_image_header(folder / "a.seg.nrrd");
  ASSERT_EQ(header.segments.size(), 1u);
  EXPECT_EQ(header.segments[0].name, "Tumor: left \\ right");
  EXPECT_EQ(header.segments[0].stored.value, 3);
}

}  // namespace
}  // namespace intratumor
