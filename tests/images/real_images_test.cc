#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "images/label_image.h"

namespace intratumor {
namespace {

// The volumes that the data set's own table gives, where the data are at hand.
TEST(RealImages, Kits19Volumes) {
  const std::string folder = INTRATUMOR_PROJECT_DIR "/../shared/data/kits19";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  const std::pair<const char*, double> cases[] = {
      {"00003", 10.2}, {"00014", 3.7}, {"00023", 1.75}, {"00040", 6.0}};
  for (const auto& [name, millilitres] : cases) {
    const auto start = std::chrono::steady_clock::now();
    const LabelImage image = read_label_image(folder + "/case_" + name + "_segmentation.nii.gz");
    const auto read = std::chrono::steady_clock::now();
    const double volume = 1e6 * static_cast<double>(count_labels(image).at(2)) * image.voxel_volume();
    const DeepestPoint deepest = deepest_point(image, {2});
    const auto found = std::chrono::steady_clock::now();
    const RegionTable table(image, {2}, {0, 0, 0}, {image.size[0] - 1, image.size[1] - 1, image.size[2] - 1});
    const double extent = 1;  // m
    EXPECT_NEAR(1e6 * table.overlap({-extent, -extent, -extent}, {extent, extent, extent}), volume,
                1e-9 * volume);
    EXPECT_NEAR(volume, millilitres, 0.01 * millilitres + 0.05);
    EXPECT_EQ(image.size[0], 512);  // stored with inferior first
    // A ball as deep as the deepest point fits into the tumour.
    EXPECT_LT(4. / 3 * std::acos(-1.0) * std::pow(deepest.depth, 3), 1e-6 * volume);
    const Vector3 index = image.index(deepest.position);
    EXPECT_EQ(image.at(int(std::lround(index[0])), int(std::lround(index[1])), int(std::lround(index[2]))),
              2);
    std::printf(
        "%s: %.2f mL, deepest point (%.1f %.1f %.1f) mm, depth %.2f mm; read %.2f s, analysed %.2f s\n", name,
        volume, 1e3 * deepest.position[0], 1e3 * deepest.position[1], 1e3 * deepest.position[2],
        1e3 * deepest.depth, std::chrono::duration<double>(read - start).count(),
        std::chrono::duration<double>(found - read).count());
  }
}

// The table in meshes/README.md.
TEST(RealImages, ShippedTumourVolumes) {
  const LabelImage image = read_label_image(INTRATUMOR_PROJECT_DIR "/meshes/lobulated_tumour.nii.gz");
  const auto counts = count_labels(image);
  const double expected[5] = {617.79, 58.70, 5.91, 0.54, 200.16};  // mL
  ASSERT_EQ(counts.size(), 5u);
  for (std::uint16_t label = 0; label < 5; ++label)
    EXPECT_NEAR(1e6 * static_cast<double>(counts.at(label)) * image.voxel_volume(), expected[label], 0.005);
  EXPECT_EQ(image.size, (std::array<int, 3>{112, 112, 44}));
  EXPECT_EQ(image.file_flipped, (std::array<bool, 3>{true, true, false}));
  for (int a = 0; a < 3; ++a) EXPECT_LT(image.axes[a][a], 0.9999);  // oblique
  const Vector3 middle = image.world({55.5, 55.5, 21.5});
  EXPECT_NEAR(middle[0], 62e-3, 1e-8);
  EXPECT_NEAR(middle[1], -48e-3, 1e-8);
  EXPECT_NEAR(middle[2], 115e-3, 1e-8);
}

// Files and positions written by another program: see nibabel_check.py. The list holds a line
// "path voxels tolerance_mm" per file, then a line "label x y z" (mm, RAS) per voxel.
TEST(RealImages, PositionsOfAnotherProgram) {
  const char* const list = std::getenv("INTRATUMOR_CHECK_POSITIONS");
  if (!list) GTEST_SKIP() << "run by tests/images/nibabel_check.py";
  std::ifstream input(list);
  ASSERT_TRUE(input);
  std::string path;
  std::size_t voxels;
  double tolerance;
  int files = 0;
  while (input >> path >> voxels >> tolerance) {
    const LabelImage image = read_label_image(path);
    ASSERT_LE(voxels, image.labels.size()) << path;
    std::vector<Vector3> position(65536);
    for (int k = 0; k < image.size[2]; ++k)
      for (int j = 0; j < image.size[1]; ++j)
        for (int i = 0; i < image.size[0]; ++i)
          if (image.at(i, j, k) > 0)
            position[image.at(i, j, k)] = image.world({double(i), double(j), double(k)});
    double worst = 0;
    for (std::size_t v = 0; v < voxels; ++v) {
      int label;
      Vector3 expected;
      input >> label >> expected[0] >> expected[1] >> expected[2];
      for (int r = 0; r < 3; ++r) worst = std::max(worst, std::abs(1e3 * position[label][r] - expected[r]));
    }
    std::printf("%s: largest difference %.1e mm\n", path.c_str(), worst);
    EXPECT_LT(worst, tolerance) << path;
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace intratumor
