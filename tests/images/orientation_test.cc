#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "images/label_image.h"
#include "nifti_file.h"

// One patient, stored along every one of the 48 permutations and flips of the voxel axes: one canonical
// array, the same voxels at the same places.

namespace intratumor {
namespace {

using testing::Folder;
using testing::NiftiFile;

struct Patient {
  std::array<int, 3> size{5, 7, 4};
  Matrix3 matrix;  // mm per voxel
  Vector3 offset;  // mm
  std::vector<int> labels;
};

Patient make_patient(const Matrix3& rotation_times_7, const Vector3& spacing_over_7) {
  Patient patient;
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 3; ++c) patient.matrix[r][c] = rotation_times_7[r][c] * spacing_over_7[c];
  patient.offset = {-103.25, 47.5, 1210.125};
  patient.labels.resize(5 * 7 * 4);
  std::iota(patient.labels.begin(), patient.labels.end(), 1);
  std::shuffle(patient.labels.begin(), patient.labels.end(), std::mt19937(7));
  return patient;
}

// Numbers that float32, in which NIfTI stores them, holds exactly: errors seen are then the reader's own.
const Matrix3 straight{{{7, 0, 0}, {0, 7, 0}, {0, 0, 7}}};
const Matrix3 oblique{{{6, 2, -3}, {-3, 6, -2}, {2, 3, 6}}};
const Vector3 spacing_over_7{0.125, 0.15625, 0.375};  // 0.875, 1.09375, 2.625 mm

struct Stored {
  NiftiFile file;
  Matrix3 matrix{};
  Vector3 offset{};
};

/// `flips` bit f: the file's axis f runs the other way.
Stored store(const Patient& patient, const std::array<int, 3>& axis, int flips) {
  Stored stored;
  std::array<int, 3> n{};
  stored.offset = patient.offset;
  for (int f = 0; f < 3; ++f) {
    n[f] = patient.size[axis[f]];
    const bool flip = flips >> f & 1;
    for (int r = 0; r < 3; ++r) {
      stored.matrix[r][f] = (flip ? -1 : 1) * patient.matrix[r][axis[f]];
      if (flip) stored.offset[r] += patient.matrix[r][axis[f]] * (n[f] - 1);
    }
  }
  std::vector<int> values;
  std::array<int, 3> q{};
  for (q[2] = 0; q[2] < n[2]; ++q[2])
    for (q[1] = 0; q[1] < n[1]; ++q[1])
      for (q[0] = 0; q[0] < n[0]; ++q[0]) {
        std::array<int, 3> p{};
        for (int f = 0; f < 3; ++f) p[axis[f]] = flips >> f & 1 ? n[f] - 1 - q[f] : q[f];
        values.push_back(patient.labels[(p[2] * patient.size[1] + p[1]) * patient.size[0] + p[0]]);
      }
  stored.file.dims({n[0], n[1], n[2]});
  stored.file.voxels<std::int16_t>(4, values);
  return stored;
}

/// World position (m) of every label.
std::vector<Vector3> positions(const LabelImage& image) {
  std::vector<Vector3> result(image.labels.size() + 1);
  for (int k = 0; k < image.size[2]; ++k)
    for (int j = 0; j < image.size[1]; ++j)
      for (int i = 0; i < image.size[0]; ++i)
        result[image.at(i, j, k)] = image.world({double(i), double(j), double(k)});
  return result;
}

double determinant(const Matrix3& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

void check_all_orientations(const Patient& patient, bool sform, double tolerance) {
  const Folder folder;
  const std::string path = folder / "patient.nii.gz";
  std::vector<Vector3> expected(patient.labels.size() + 1);
  for (int k = 0, at = 0; k < patient.size[2]; ++k)
    for (int j = 0; j < patient.size[1]; ++j)
      for (int i = 0; i < patient.size[0]; ++i, ++at)
        for (int r = 0; r < 3; ++r)
          expected[patient.labels[at]][r] = 1e-3 * (patient.offset[r] + patient.matrix[r][0] * i +
                                                    patient.matrix[r][1] * j + patient.matrix[r][2] * k);
  LabelImage reference;
  double worst = 0;
  std::array<int, 3> axis{0, 1, 2};
  do {
    for (int flips = 0; flips < 8; ++flips) {
      Stored stored = store(patient, axis, flips);
      if (sform)
        stored.file.sform(stored.matrix, stored.offset, 2);
      else
        stored.file.qform(stored.matrix, stored.offset, 1);
      testing::write_gz(path, stored.file.bytes());
      const LabelImage image = read_label_image(path);
      SCOPED_TRACE(::testing::Message() << "axes " << axis[0] << axis[1] << axis[2] << " flips " << flips);

      EXPECT_NEAR(determinant(image.axes), 1, 1e-14);
      for (int a = 0; a < 3; ++a) EXPECT_GT(image.axes[a][a], 0);
      if (reference.labels.empty()) reference = image;
      EXPECT_EQ(image.size, reference.size);
      EXPECT_EQ(image.labels, reference.labels);
      const auto found = positions(image);
      for (std::size_t label = 1; label < found.size(); ++label)
        for (int r = 0; r < 3; ++r)
          worst =
              std::max(worst, std::abs(found[label][r] - expected[label][r]) / std::abs(expected[label][r]));
      for (int a = 0; a < 3; ++a) {
        EXPECT_NEAR(image.spacing[a], reference.spacing[a], tolerance * reference.spacing[a]);
        const int f = image.file_axis[a];
        // The way back to the file's own grid.
        EXPECT_EQ(image.size[a], patient.size[axis[f]]);
        double along = 0;
        for (int r = 0; r < 3; ++r) along += image.axes[r][a] * stored.matrix[r][f];
        EXPECT_EQ(image.file_flipped[a], along < 0);
      }
      const Vector3 back = image.index(image.world({1.25, -3.5, 2}));
      EXPECT_NEAR(back[0], 1.25, 1e-9);
      EXPECT_NEAR(back[1], -3.5, 1e-9);
      EXPECT_NEAR(back[2], 2, 1e-9);
    }
  } while (std::next_permutation(axis.begin(), axis.end()));
  EXPECT_LT(worst, tolerance);
}

TEST(Orientation, AllStraightSforms) {
  check_all_orientations(make_patient(straight, spacing_over_7), true, 1e-12);
}
TEST(Orientation, AllObliqueSforms) {
  check_all_orientations(make_patient(oblique, spacing_over_7), true, 1e-12);
}
// float32 quaternions: their round-off, times the distance from the image's corner, is what is left.
TEST(Orientation, AllStraightQforms) {
  check_all_orientations(make_patient(straight, spacing_over_7), false, 1e-6);
}
TEST(Orientation, AllObliqueQforms) {
  check_all_orientations(make_patient(oblique, spacing_over_7), false, 1e-6);
}

// Halfway between two canonical orientations the storage order must not decide: here every column of the
// matrix is as close to one axis as to another (entries of 2/3), and there two axes lie at 45 degrees.
TEST(Orientation, TiesDoNotDependOnStorage) {
  check_all_orientations(make_patient({{{2, -2, 1}, {1, 2, 2}, {-2, -1, 2}}}, {0.375, 0.75, 0.5}), true,
                         1e-12);
  check_all_orientations(make_patient({{{1, -1, 0}, {1, 1, 0}, {0, 0, 1}}}, {0.5, 0.5, 3}), true, 1e-12);
}

TEST(Orientation, RoundOffInAxesIsRemoved) {
  const Folder folder;
  const std::string path = folder / "a.nii";
  NiftiFile file = testing::good_file();
  file.sform({{{0.75, 5e-5, 0}, {0, 1.5, 0}, {-3e-5, 0, 2.5}}}, {-10, 20, 30});
  testing::write_bytes(path, file.bytes());
  const LabelImage image = read_label_image(path);
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) {
      double dot = 0;
      for (int r = 0; r < 3; ++r) dot += image.axes[r][a] * image.axes[r][b];
      EXPECT_NEAR(dot, a == b, 1e-14);
    }
  EXPECT_NEAR(image.world({0, 0, 0})[0], -10e-3, 1e-7);
}

}  // namespace
}  // namespace intratumor
