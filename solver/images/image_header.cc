#include "images/image_header.h"

#include <cmath>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "images/meta_header.h"
#include "images/nifti_header.h"
#include "images/nrrd_header.h"
#include "images/text_header.h"
#include "quantities/error.h"

namespace intratumor {
namespace {

namespace fs = std::filesystem;

using HeaderReader = ImageHeader (*)(const std::string&);

/// By the ending of the file's name; null for none of them.
HeaderReader reader_of(const std::string& path) {
  struct Kind {
    const char* ending;
    HeaderReader reader;
  };
  static constexpr Kind kinds[] = {{".nii", read_nifti_header}, {".nii.gz", read_nifti_header},
                                   {".nrrd", read_nrrd_header}, {".nhdr", read_nrrd_header},
                                   {".mha", read_meta_header},  {".mhd", read_meta_header}};
  const std::string name = lower_case(fs::path(path).filename().string());
  for (const Kind& kind : kinds)
    if (ends_with(name, kind.ending)) return kind.reader;
  return nullptr;
}

}  // namespace

std::size_t size_of(VoxelType type) {
  switch (type) {
    case VoxelType::uint8:
    case VoxelType::int8:
      return 1;
    case VoxelType::uint16:
    case VoxelType::int16:
      return 2;
    case VoxelType::uint32:
    case VoxelType::int32:
    case VoxelType::float32:
      return 4;
    case VoxelType::uint64:
    case VoxelType::int64:
    case VoxelType::float64:
      return 8;
  }
  throw std::logic_error("voxel type without a size");
}

bool is_image_name(const std::string& name) {
  return reader_of(name) != nullptr;
}

bool can_name_segments(const std::string& name) {
  return reader_of(name) == read_nrrd_header;
}

ImageHeader read_image_header(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    throw InputError(path + ": no such file; give the path of a segmentation: " + kinds_of_image);
  if (fs::is_directory(status))
    throw InputError(path + ": this is a folder; a segmentation is one file: " + kinds_of_image);
  if (!fs::is_regular_file(status))
    throw InputError(path + ": this is not a regular file; a segmentation is one file: " + kinds_of_image);
  const HeaderReader reader = reader_of(path);
  if (reader == nullptr)
    throw InputError(path + ": unknown kind of image file; save the segmentation as " + kinds_of_image);
  return reader(path);
}

std::array<int, 3> checked_size(const std::vector<double>& sizes, const std::string& path) {
  constexpr double most = 32767;
  std::ostringstream found;
  for (std::size_t a = 0; a < sizes.size(); ++a) found << (a > 0 ? " x " : "") << sizes[a];
  std::array<int, 3> result{};
  bool flat = sizes.size() < 3;
  for (std::size_t a = 0; a < sizes.size(); ++a) {
    if (!(sizes[a] >= 1) || sizes[a] != std::floor(sizes[a]))
      corrupt_header(path, "sizes [" + found.str() + "]");
    flat = flat || sizes[a] < 2;
  }
  if (flat)
    throw InputError(path + ": the image is flat (" + found.str() +
                     " voxels); a segmentation needs 3 dimensions of at least 2 voxels each");
  for (std::size_t a = 0; a < 3; ++a) {
    if (sizes[a] > most)
      throw InputError(path + ": the image has " + found.str() +
                       " voxels; an axis can have 32767 at most, crop the segmentation around the tumour");
    result[a] = static_cast<int>(sizes[a]);
  }
  return result;
}

void corrupt_header(const std::string& path, const std::string& how) {
  throw InputError(path + ": the header is corrupt (" + how + "); save the segmentation again");
}

}  // namespace intratumor
