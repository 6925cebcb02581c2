#include "images/meta_header.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "images/text_header.h"
#include "quantities/error.h"

namespace intratumor {
namespace {

/// The lines `Key = value` up to ElementDataFile, which is the last.
struct MetaText {
  std::map<std::string, std::string> keys;
  std::size_t bytes = 0;  ///< up to the voxels, where they follow

  /// The value of the first of `names` that is there; empty when none is.
  std::string value(const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      const auto found = keys.find(name);
      if (found != keys.end()) return found->second;
    }
    return "";
  }
  bool is_true(const std::string& name) const {
    const std::string value = lower_case(this->value({name}));
    return value == "true" || value == "1" || value == "t";
  }
};

MetaText read_text(const std::string& path) {
  constexpr std::size_t longest_header = 1 << 20;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path + ": cannot be opened for reading");
  MetaText text;
  std::string line;
  for (char c = 0; text.bytes < longest_header && file.get(c);) {
    ++text.bytes;
    if (c != '\n') {
      line += c;
      continue;
    }
    const std::size_t equals = line.find('=');
    const std::string key = trimmed(line.substr(0, equals));
    if (equals == std::string::npos && !key.empty()) break;
    if (!key.empty()) text.keys[key] = trimmed(line.substr(equals + 1));
    if (key == "ElementDataFile") return text;
    line.clear();
  }
  // A header that ends without a line's end.
  const std::size_t equals = line.find('=');
  if (equals != std::string::npos && trimmed(line.substr(0, equals)) == "ElementDataFile" && file.eof()) {
    text.keys["ElementDataFile"] = trimmed(line.substr(equals + 1));
    return text;
  }
  throw InputError(path +
                   ": this is not a MetaImage (its header has no line 'ElementDataFile = ...'); save the "
                   "segmentation again, or as NIfTI (.nii.gz)");
}

VoxelType type_of(const std::string& name, const std::string& path) {
  static const std::map<std::string, VoxelType> types = {
      {"MET_CHAR", VoxelType::int8},       {"MET_UCHAR", VoxelType::uint8},
      {"MET_SHORT", VoxelType::int16},     {"MET_USHORT", VoxelType::uint16},
      {"MET_INT", VoxelType::int32},       {"MET_UINT", VoxelType::uint32},
      {"MET_LONG", VoxelType::int32},      {"MET_ULONG", VoxelType::uint32},
      {"MET_LONG_LONG", VoxelType::int64}, {"MET_ULONG_LONG", VoxelType::uint64},
      {"MET_FLOAT", VoxelType::float32},   {"MET_DOUBLE", VoxelType::float64}};
  const auto found = types.find(name);
  if (found == types.end())
    throw InputError(path + ": the voxels are of type '" + excerpt(name) +
                     "'; save the segmentation as a label map of whole numbers (as MET_UCHAR)");
  return found->second;
}

void read_size(const MetaText& text, ImageHeader& header, const std::string& path) {
  const auto dimensions = number_of(text.value({"NDims"}));
  const std::string sizes_text = text.value({"DimSize"});
  auto sizes = numbers_of(sizes_text);
  if (!dimensions || !sizes || sizes->empty() || double(sizes->size()) != *dimensions)
    corrupt_header(path,
                   "NDims '" + excerpt(text.value({"NDims"})) + "', DimSize '" + excerpt(sizes_text) + "'");
  for (std::size_t a = 3; a < sizes->size(); ++a)
    if ((*sizes)[a] != 1)
      throw InputError(path + ": the image has more than 3 dimensions (DimSize " + excerpt(sizes_text) +
                       "); a segmentation is one 3-D label map, not layers or a time series");
  if (sizes->size() > 3)
    throw InputError(path + ": the image has " + std::to_string(sizes->size()) +
                     " dimensions; save the segmentation as a 3-D label map");
  header.size = checked_size(*sizes, path);
  const std::string channels = text.value({"ElementNumberOfChannels"});
  if (!channels.empty() && channels != "1")
    throw InputError(
        path + ": the voxels hold " + excerpt(channels) +
        " values each (ElementNumberOfChannels); save the segmentation as a label map, one whole "
        "number a voxel");
}

/// `count` numbers of one of `names`; `otherwise` when none is given.
std::vector<double> numbers(const MetaText& text, const std::vector<std::string>& names,
                            const std::vector<double>& otherwise, const std::string& path) {
  const std::string value = text.value(names);
  if (value.empty()) return otherwise;
  const auto result = numbers_of(value);
  if (!result || result->size() != otherwise.size())
    corrupt_header(
        path, names[0] + " '" + excerpt(value) + "' is not " + std::to_string(otherwise.size()) + " numbers");
  return *result;
}

void read_place(const MetaText& text, ImageHeader& header, const std::string& path) {
  constexpr double metres = 1e-3;
  const Vector3 sign{-1, -1, 1};  // LPS to RAS
  const auto spacing = numbers(text, {"ElementSpacing", "ElementSize"}, {0, 0, 0}, path);
  for (const double h : spacing)
    if (!(h > 0) || !std::isfinite(h))
      throw InputError(path + ": ElementSpacing '" + excerpt(text.value({"ElementSpacing", "ElementSize"})) +
                       "' gives no positive voxel sizes; save the segmentation again");
  const auto offset = numbers(text, {"Offset", "Position", "Origin"}, {0, 0, 0}, path);
  const auto matrix =
      numbers(text, {"TransformMatrix", "Rotation", "Orientation"}, {1, 0, 0, 0, 1, 0, 0, 0, 1}, path);
  header.frame = "TransformMatrix";
  for (int r = 0; r < 3; ++r) {
    for (int axis = 0; axis < 3; ++axis)
      header.matrix[r][axis] = metres * sign[r] * matrix[3 * axis + r] * spacing[axis];
    header.offset[r] = metres * sign[r] * offset[r];
  }
}

/// Where the voxels are and how they are packed.
void read_data(const MetaText& text, ImageHeader& header, const std::string& path) {
  if (!text.value({"BinaryData"}).empty() && !text.is_true("BinaryData"))
    throw InputError(path +
                     ": the voxels are text (BinaryData = False); save the segmentation as binary data");
  header.compressed = text.is_true("CompressedData");
  const bool big = text.is_true("BinaryDataByteOrderMSB") || text.is_true("ElementByteOrderMSB");
  header.swapped = big == little_endian_machine();
  const std::string file = text.value({"ElementDataFile"});
  if (lower_case(file) == "local") {
    header.data_path = path;
    header.data_start = text.bytes;
  } else if (file.rfind("LIST", 0) == 0 || file.find('%') != std::string::npos) {
    throw InputError(path + ": the voxels are spread over several files (ElementDataFile = " + excerpt(file) +
                     "); save the segmentation as one file");
  } else {
    header.data_path = data_file_of(path, file);
  }
  const auto skip = number_of(text.value({"HeaderSize"}).empty() ? "0" : text.value({"HeaderSize"}));
  if (!skip || !(*skip >= -1 && *skip < 1e12) || *skip != std::floor(*skip))
    corrupt_header(path, "HeaderSize '" + excerpt(text.value({"HeaderSize"})) + "'");
  if (*skip >= 0) {
    header.data_start += static_cast<std::size_t>(*skip);
    return;
  }
  // -1: the voxels are what the file ends with.
  const std::size_t stored = std::filesystem::file_size(header.data_path);
  if (header.compressed || stored < header.needed_bytes())
    throw InputError(path + ": HeaderSize = -1, and " + header.data_path + " holds " +
                     std::to_string(stored) + " bytes where the header promises " +
                     std::to_string(header.needed_bytes()) + "; copy or save the segmentation again");
  header.data_start = stored - header.needed_bytes();
}

}  // namespace

ImageHeader read_meta_header(const std::string& path) {
  const MetaText text = read_text(path);
  const std::string object = text.value({"ObjectType"});
  if (!object.empty() && object != "Image")
    throw InputError(path + ": the file holds an object of type '" + excerpt(object) +
                     "', not an image; save the segmentation as a label map");
  ImageHeader header;
  header.format = "MetaImage";
  read_size(text, header, path);
  header.type = type_of(text.value({"ElementType"}), path);
  read_place(text, header, path);
  read_data(text, header, path);
  return header;
}

}  // namespace intratumor
