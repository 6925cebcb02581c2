#include <cmath>

#include "images/nifti_header.h"

namespace intratumor {
namespace {

constexpr std::int16_t scanner_coordinates = 1;
constexpr char millimetres_and_seconds = 2 + 8;

/// b, c, d of the unit quaternion with a >= 0 of a rotation: q q^T in terms of the matrix, whose column of
/// the largest diagonal entry is the quaternion up to a factor.
std::array<float, 3> quaternion_of(const Matrix3& r) {
  const double qq[4][4] = {
      {1 + r[0][0] + r[1][1] + r[2][2], r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]},
      {r[2][1] - r[1][2], 1 + r[0][0] - r[1][1] - r[2][2], r[0][1] + r[1][0], r[0][2] + r[2][0]},
      {r[0][2] - r[2][0], r[0][1] + r[1][0], 1 - r[0][0] + r[1][1] - r[2][2], r[1][2] + r[2][1]},
      {r[1][0] - r[0][1], r[0][2] + r[2][0], r[1][2] + r[2][1], 1 - r[0][0] - r[1][1] + r[2][2]}};
  int largest = 0;
  for (int i = 1; i < 4; ++i)
    if (qq[i][i] > qq[largest][largest]) largest = i;
  double squared = 0;
  for (const auto& row : qq) squared += row[largest] * row[largest];
  const double factor = (qq[0][largest] < 0 ? -1 : 1) / std::sqrt(squared);
  std::array<float, 3> result{};
  for (int i = 0; i < 3; ++i) result[i] = static_cast<float>(factor * qq[i + 1][largest]);
  return result;
}

}  // namespace

FileGrid nifti_grid(const std::array<int, 3>& size, const Matrix3& matrix, const Vector3& offset) {
  FileGrid grid;
  grid.dim = {3, 1, 1, 1, 1, 1, 1, 1};
  grid.pixdim = {1, 1, 1, 1, 0, 0, 0, 0};
  grid.qform_code = grid.sform_code = scanner_coordinates;
  grid.xyzt_units = millimetres_and_seconds;
  Matrix3 rotation{};
  for (int a = 0; a < 3; ++a) {
    grid.dim[a + 1] = static_cast<std::int16_t>(size[a]);
    const double length = std::hypot(matrix[0][a], matrix[1][a], matrix[2][a]);
    grid.pixdim[a + 1] = static_cast<float>(1e3 * length);
    grid.qoffset[a] = static_cast<float>(1e3 * offset[a]);
    for (int r = 0; r < 3; ++r) {
      rotation[r][a] = matrix[r][a] / length;
      grid.srow[r][a] = static_cast<float>(1e3 * matrix[r][a]);
    }
    grid.srow[a][3] = static_cast<float>(1e3 * offset[a]);
  }
  const Matrix3& m = rotation;
  const double determinant = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                             m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                             m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
  if (determinant < 0) {  // a mirrored third axis, which the standard keeps apart from the rotation
    grid.pixdim[0] = -1;
    for (auto& row : rotation) row[2] = -row[2];
  }
  grid.quatern = quaternion_of(rotation);
  return grid;
}

}  // namespace intratumor
