#pragma once

#include <string>

#include "images/image_header.h"

namespace intratumor {

/// Reads the header of a MetaImage (.mha, .mhd): three axes, one value a voxel, binary, one data file. World
/// coordinates are Offset, TransformMatrix (row a is the direction of axis a) and ElementSpacing, in
/// millimetres and LPS as ITK writes them; CenterOfRotation and AnatomicalOrientation have no part in it, as
/// in ITK. Throws InputError, naming `path`. Source: itk.org/Wiki/ITK/MetaIO/Documentation.
ImageHeader read_meta_header(const std::string& path);

}  // namespace intratumor
