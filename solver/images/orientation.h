#pragma once

#include "images/label_image.h"

namespace intratumor {

/// Places an image in the world: sets size, spacing, origin, axes, file_axis and file_flipped from what the
/// file says, with the file's axes permuted and flipped to run as close as possible to right, anterior,
/// superior. `matrix` (m per voxel, columns are the file's axes) and `offset` (m) map file indices to RAS
/// positions. Round-off in the matrix (angles within 1e-4 rad of right ones) is removed by the nearest
/// rotation, about the image's centre. Throws InputError, naming image.path and `source` (such as "sform"),
/// for a matrix that is not finite, singular or sheared.
void place(LabelImage& image, const std::array<int, 3>& file_size, const Matrix3& matrix,
           const Vector3& offset, const std::string& source);

}  // namespace intratumor
