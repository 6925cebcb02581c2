#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// An uncompressed NIfTI image of bytes, isotropic, with an sform: for tests of the program as a whole.
std::string nifti_bytes(int size, float spacing_mm, const std::vector<std::uint8_t>& voxels);

/// Writes `small.nii` (a ball of label 2 and radius 6 mm in 40^3 voxels of 1 mm, label 0 elsewhere) and
/// `small.yaml` into a folder: a deposit in the middle and a day's end, computed in seconds. Returns the
/// case's path.
std::string write_small_case(const std::string& folder);
