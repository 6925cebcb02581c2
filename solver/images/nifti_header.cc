#include "images/nifti_header.h"

#include <nifti1.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "images/byte_stream.h"
#include "quantities/error.h"

namespace intratumor {
namespace {

static_assert(sizeof(nifti_1_header) == nifti_header_bytes,
              "nifti1.h must lay the header out without padding");

template <class T>
void swap_bytes(T& value) {
  auto* const first = reinterpret_cast<unsigned char*>(&value);
  std::reverse(first, first + sizeof(T));
}

/// Turns the byte order of the fields that are used here.
void swap_fields(nifti_1_header& h) {
  swap_bytes(h.sizeof_hdr);
  for (auto& value : h.dim) swap_bytes(value);
  for (auto& value : h.pixdim) swap_bytes(value);
  for (auto* value : {h.srow_x, h.srow_y, h.srow_z})
    for (int i = 0; i < 4; ++i) swap_bytes(value[i]);
  for (auto* value : {&h.datatype, &h.qform_code, &h.sform_code}) swap_bytes(*value);
  for (auto* value : {&h.vox_offset, &h.scl_slope, &h.scl_inter, &h.quatern_b, &h.quatern_c, &h.quatern_d,
                      &h.qoffset_x, &h.qoffset_y, &h.qoffset_z})
    swap_bytes(*value);
}

/// Byte order, kind of file. Returns true when the bytes were turned.
bool recognise(nifti_1_header& h, const std::string& path) {
  const auto is_size = [&h](int expected) {
    int other = h.sizeof_hdr;
    swap_bytes(other);
    return h.sizeof_hdr == expected || other == expected;
  };
  if (is_size(540))
    throw InputError(path + ": this is a NIfTI-2 file; save the segmentation as NIfTI-1 (the usual .nii.gz)");
  if (!is_size(348))
    throw InputError(path +
                     ": this is not a NIfTI file (its first bytes are no NIfTI header); save the "
                     "segmentation as NIfTI (.nii or .nii.gz)");
  const bool swapped = h.sizeof_hdr != 348;
  if (swapped) swap_fields(h);
  if (std::memcmp(h.magic, "ni1", 4) == 0)
    throw InputError(path +
                     ": this is the header of a two-file NIfTI image; save the segmentation as one file "
                     "(.nii or .nii.gz)");
  if (std::memcmp(h.magic, "n+1", 4) != 0)
    throw InputError(path +
                     ": this is no NIfTI-1 header but perhaps ANALYZE 7.5, which has no world coordinates; "
                     "save the segmentation as NIfTI (.nii or .nii.gz)");
  return swapped;
}

void read_size(const nifti_1_header& h, ImageHeader& result, const std::string& path) {
  const int dimensions = h.dim[0];
  std::ostringstream found;
  for (int d = 1; d <= std::min(dimensions, 7); ++d) found << (d > 1 ? " x " : "") << h.dim[d];
  bool valid = dimensions >= 1 && dimensions <= 7;
  for (int d = 1; valid && d <= dimensions; ++d) valid = h.dim[d] >= 1;
  if (!valid) corrupt_header(path, std::to_string(dimensions) + " dimensions, sizes [" + found.str() + "]");
  for (int d = 4; d <= dimensions; ++d)
    if (h.dim[d] > 1)
      throw InputError(path + ": the image has more than 3 dimensions (" + found.str() +
                       "); a segmentation is one 3-D label map, not layers or a time series");
  std::vector<double> sizes;
  for (int d = 1; d <= std::min(dimensions, 3); ++d) sizes.push_back(h.dim[d]);
  result.size = checked_size(sizes, path);
}

void read_type(const nifti_1_header& h, ImageHeader& result, const std::string& path) {
  switch (h.datatype) {
    case DT_UINT8:
      result.type = VoxelType::uint8;
      break;
    case DT_INT8:
      result.type = VoxelType::int8;
      break;
    case DT_UINT16:
      result.type = VoxelType::uint16;
      break;
    case DT_INT16:
      result.type = VoxelType::int16;
      break;
    case DT_UINT32:
      result.type = VoxelType::uint32;
      break;
    case DT_INT32:
      result.type = VoxelType::int32;
      break;
    case DT_UINT64:
      result.type = VoxelType::uint64;
      break;
    case DT_INT64:
      result.type = VoxelType::int64;
      break;
    case DT_FLOAT32:
      result.type = VoxelType::float32;
      break;
    case DT_FLOAT64:
      result.type = VoxelType::float64;
      break;
    default: {
      std::string kind = "data type " + std::to_string(h.datatype);
      if (h.datatype == DT_RGB24 || h.datatype == DT_RGBA32) kind = "colours";
      if (h.datatype == DT_COMPLEX64 || h.datatype == DT_COMPLEX128 || h.datatype == DT_COMPLEX256)
        kind = "complex numbers";
      throw InputError(path + ": the voxels hold " + kind +
                       "; save the segmentation as a label map of whole numbers");
    }
  }
  // The standard: no scaling when the slope is zero. Undefined values are how some programs write "not set".
  result.scaled = std::isfinite(h.scl_slope) && h.scl_slope != 0 && std::isfinite(h.scl_inter) &&
                  (h.scl_slope != 1 || h.scl_inter != 0);
  if (result.scaled) {
    result.slope = h.scl_slope;
    result.intercept = h.scl_inter;
  }
}

/// Metres per length unit of the header. Unset means millimetres, as every common program takes it.
double metres_per_unit(const nifti_1_header& h, const std::string& path) {
  const int unit = XYZT_TO_SPACE(static_cast<unsigned char>(h.xyzt_units));
  switch (unit) {
    case NIFTI_UNITS_UNKNOWN:
    case NIFTI_UNITS_MM:
      return 1e-3;
    case NIFTI_UNITS_METER:
      return 1;
    case NIFTI_UNITS_MICRON:
      return 1e-6;
    default:
      throw InputError(path + ": unknown length unit (code " + std::to_string(unit) +
                       ") in the header; save the segmentation in millimetres");
  }
}

/// The rotation of a unit quaternion (a, b, c, d), a >= 0 and not stored; nifti1.h, method 2. As in the
/// standard's reference library, a half turn is one to float32's precision: 1 - b^2 - c^2 - d^2 below 1e-7 is
/// round-off, and its root would tilt a straight image by up to 6e-4 rad.
Matrix3 quaternion_rotation(double b, double c, double d) {
  const double squared = b * b + c * c + d * d;
  double a = 0;
  if (1 - squared >= 1e-7) {
    a = std::sqrt(1 - squared);
  } else {
    const double scale = 1 / std::sqrt(squared);
    b *= scale;
    c *= scale;
    d *= scale;
  }
  Matrix3 r;
  r[0] = {a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)};
  r[1] = {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)};
  r[2] = {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b};
  return r;
}

void read_frame(const nifti_1_header& h, ImageHeader& result, const std::string& path) {
  const double metres = metres_per_unit(h, path);
  if (h.sform_code > 0) {
    result.frame = "sform";
    const float* const rows[3] = {h.srow_x, h.srow_y, h.srow_z};
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) result.matrix[r][c] = metres * rows[r][c];
      result.offset[r] = metres * rows[r][3];
    }
    return;
  }
  if (h.qform_code <= 0)
    throw InputError(path +
                     ": the image has no world coordinates (sform_code and qform_code are both 0), and "
                     "programs disagree on where such an image lies; save the segmentation on the scan's own "
                     "grid, for example from 3D Slicer");
  result.frame = "qform";
  const double b = h.quatern_b, c = h.quatern_c, d = h.quatern_d;
  if (!(b * b + c * c + d * d <= 1.001))
    throw InputError(path + ": the qform's quaternion is not of unit length; save the segmentation again");
  const Matrix3 rotation = quaternion_rotation(b, c, d);
  const double handedness = h.pixdim[0] < 0 ? -1 : 1;
  const double offset[3] = {h.qoffset_x, h.qoffset_y, h.qoffset_z};
  for (int axis = 0; axis < 3; ++axis) {
    const double spacing = h.pixdim[axis + 1];
    if (!(spacing > 0) || !std::isfinite(spacing)) {
      std::ostringstream message;
      message << path << ": voxel size " << spacing << " along file axis " << axis + 1
              << "; it must be positive, save the segmentation again";
      throw InputError(message.str());
    }
    for (int r = 0; r < 3; ++r)
      result.matrix[r][axis] = metres * rotation[r][axis] * spacing * (axis == 2 ? handedness : 1);
    result.offset[axis] = metres * offset[axis];
  }
}

/// The grid's words, in this machine's byte order already.
FileGrid grid_of(const nifti_1_header& h) {
  FileGrid grid;
  std::copy(std::begin(h.dim), std::end(h.dim), grid.dim.begin());
  std::copy(std::begin(h.pixdim), std::end(h.pixdim), grid.pixdim.begin());
  grid.qform_code = h.qform_code;
  grid.sform_code = h.sform_code;
  grid.quatern = {h.quatern_b, h.quatern_c, h.quatern_d};
  grid.qoffset = {h.qoffset_x, h.qoffset_y, h.qoffset_z};
  const float* const rows[3] = {h.srow_x, h.srow_y, h.srow_z};
  for (int r = 0; r < 3; ++r) std::copy(rows[r], rows[r] + 4, grid.srow[r].begin());
  grid.xyzt_units = h.xyzt_units;
  return grid;
}

void put_text(char* field, std::size_t bytes, const std::string& text) {
  if (text.size() >= bytes) throw std::logic_error("'" + text + "' is too long for its field of the header");
  std::copy(text.begin(), text.end(), field);
}

}  // namespace

ImageHeader read_nifti_header(const std::string& path) {
  ImageHeader result;
  result.format = "NIfTI-1";
  result.data_path = path;
  result.compressed = begins_as_gzip(path);
  std::array<unsigned char, nifti_header_bytes> raw;
  const std::size_t got = ByteStream(path, 0, result.compressed).read(raw.data(), raw.size());
  if (got < raw.size())
    throw InputError(path + ": the file ends within its header (" + std::to_string(got) +
                     " of 348 bytes); copy or save the segmentation again");
  nifti_1_header h;
  std::memcpy(&h, raw.data(), raw.size());
  result.swapped = recognise(h, path);
  read_size(h, result, path);
  read_type(h, result, path);
  read_frame(h, result, path);
  result.grid = grid_of(h);

  // 352: the header and its four extension bytes. Some programs leave the field empty and mean the same.
  const double offset = h.vox_offset == 0 ? 352 : h.vox_offset;
  if (!(offset >= 352 && offset < 2147483648.0))
    corrupt_header(path, "voxels said to start at byte " + std::to_string(h.vox_offset));
  result.data_offset = static_cast<std::size_t>(offset);
  return result;
}

std::vector<unsigned char> nifti_file_start(const FileGrid& grid, VoxelType type,
                                            const std::string& description, const std::string& intent) {
  constexpr std::size_t no_extension = 4;
  nifti_1_header h{};
  h.sizeof_hdr = nifti_header_bytes;
  h.regular = 'r';
  std::copy(grid.dim.begin(), grid.dim.end(), h.dim);
  std::copy(grid.pixdim.begin(), grid.pixdim.end(), h.pixdim);
  h.xyzt_units = grid.xyzt_units;
  h.qform_code = grid.qform_code;
  h.sform_code = grid.sform_code;
  h.quatern_b = grid.quatern[0];
  h.quatern_c = grid.quatern[1];
  h.quatern_d = grid.quatern[2];
  h.qoffset_x = grid.qoffset[0];
  h.qoffset_y = grid.qoffset[1];
  h.qoffset_z = grid.qoffset[2];
  float* const rows[3] = {h.srow_x, h.srow_y, h.srow_z};
  for (int r = 0; r < 3; ++r) std::copy(grid.srow[r].begin(), grid.srow[r].end(), rows[r]);
  if (type != VoxelType::uint8 && type != VoxelType::float32)
    throw std::logic_error("only uint8 and float32 images are written");
  h.datatype = type == VoxelType::uint8 ? DT_UINT8 : DT_FLOAT32;
  h.bitpix = type == VoxelType::uint8 ? 8 : 32;
  h.vox_offset = static_cast<float>(nifti_header_bytes + no_extension);
  h.scl_slope = 1;
  put_text(h.descrip, sizeof h.descrip, description);
  put_text(h.intent_name, sizeof h.intent_name, intent);
  std::memcpy(h.magic, "n+1", 4);
  std::vector<unsigned char> start(nifti_header_bytes + no_extension, 0);
  std::memcpy(start.data(), &h, nifti_header_bytes);
  return start;
}

}  // namespace intratumor
