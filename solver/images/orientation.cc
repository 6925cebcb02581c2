#include "images/orientation.h"

#include <cmath>
#include <sstream>

#include "quantities/error.h"

namespace intratumor {
namespace {

constexpr double largest_shear = 1e-4;  // cosine between axes that counts as round-off

/// Transposed cofactor matrix over the determinant: the inverse of the transpose.
Matrix3 inverse_transpose(const Matrix3& m) {
  Matrix3 result;
  double determinant = 0;
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 3; ++c) {
      const int r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
      result[r][c] = m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
      if (r == 0) determinant += m[r][c] * result[r][c];
    }
  for (auto& row : result)
    for (auto& value : row) value /= determinant;
  return result;
}

/// Orthogonal matrix nearest to one that is nearly so (polar decomposition by Newton's method). Unlike
/// Gram-Schmidt it prefers no column, so it does not depend on the order of the file's axes.
Matrix3 nearest_orthogonal(Matrix3 m) {
  for (int iteration = 0; iteration < 5; ++iteration) {
    const Matrix3 other = inverse_transpose(m);
    for (int r = 0; r < 3; ++r)
      for (int c = 0; c < 3; ++c) m[r][c] = 0.5 * (m[r][c] + other[r][c]);
  }
  return m;
}

/// Which file axis, and in which sense, becomes each canonical one.
struct Choice {
  std::array<int, 3> axis{};
  Matrix3 axes{};
  double closeness = -1;  // trace of axes: sum of the cosines with right, anterior, superior
};

/// True when `a` comes first among equals: the larger first entry that differs. Decides by the directions in
/// the world, never by the file's order, so that a patient turned by exactly 45 degrees has one canonical
/// array too.
bool leads(const Matrix3& a, const Matrix3& b) {
  for (int c = 0; c < 3; ++c)
    for (int r = 0; r < 3; ++r)
      if (std::abs(a[r][c] - b[r][c]) > 1e-6) return a[r][c] > b[r][c];
  return false;
}

/// The permutation and signs that bring the axes closest to the identity. The largest possible trace exceeds
/// 1 for every orthogonal matrix, which no improper one reaches: the result is a proper rotation.
Choice closest_to_ras(const Matrix3& directions) {
  static constexpr int permutations[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                             {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  Choice best;
  for (const auto& permutation : permutations) {
    Choice choice;
    choice.closeness = 0;
    for (int a = 0; a < 3; ++a) {
      choice.axis[a] = permutation[a];
      const double along = directions[a][permutation[a]];
      const double sign = along < 0 ? -1 : 1;
      choice.closeness += sign * along;
      for (int r = 0; r < 3; ++r) choice.axes[r][a] = sign * directions[r][permutation[a]];
    }
    const double gain = choice.closeness - best.closeness;
    if (gain > 1e-6 || (gain > -1e-6 && leads(choice.axes, best.axes))) best = choice;
  }
  return best;
}

}  // namespace

void place(LabelImage& image, const std::array<int, 3>& file_size, const Matrix3& matrix,
           const Vector3& offset, const std::string& source) {
  Vector3 length{};
  Matrix3 directions{};
  bool usable = true;
  for (int c = 0; c < 3; ++c) {
    length[c] = std::hypot(matrix[0][c], matrix[1][c], matrix[2][c]);
    usable = usable && std::isfinite(length[c]) && length[c] > 0 && std::isfinite(offset[c]);
    for (int r = 0; r < 3; ++r) directions[r][c] = matrix[r][c] / length[c];
  }
  if (!usable)
    throw InputError(
        image.path + ": the " + source +
        " holds a zero, infinite or undefined axis, so voxels have no place in the world; save the "
        "segmentation again, for example from 3D Slicer");
  for (int a = 0; a < 3; ++a) {
    const int b = (a + 1) % 3;
    double cosine = 0;
    for (int r = 0; r < 3; ++r) cosine += directions[r][a] * directions[r][b];
    if (std::abs(cosine) > largest_shear) {
      std::ostringstream message;
      message << image.path << ": the " << source << " shears the image (file axes " << std::min(a, b) + 1
              << " and " << std::max(a, b) + 1 << " meet at " << std::acos(cosine) * 180 / std::acos(-1.0)
              << " degrees); resample the segmentation onto a grid with right angles";
      throw InputError(message.str());
    }
  }
  directions = nearest_orthogonal(directions);

  const Choice choice = closest_to_ras(directions);
  image.axes = choice.axes;
  image.file_axis = choice.axis;
  Vector3 centre = offset;
  for (int c = 0; c < 3; ++c)
    for (int r = 0; r < 3; ++r) centre[r] += matrix[r][c] * 0.5 * (file_size[c] - 1);
  image.origin = centre;
  for (int a = 0; a < 3; ++a) {
    const int f = choice.axis[a];
    image.file_flipped[a] = directions[a][f] < 0;
    image.size[a] = file_size[f];
    image.spacing[a] = length[f];
    for (int r = 0; r < 3; ++r) image.origin[r] -= image.axes[r][a] * length[f] * 0.5 * (file_size[f] - 1);
  }
}

}  // namespace intratumor
