#include "images/nrrd_header.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "images/text_header.h"
#include "quantities/error.h"

namespace intratumor {
namespace {

/// The lines of a header.
struct NrrdText {
  std::map<std::string, std::string> fields;  ///< `name: description`, names in small letters
  std::map<std::string, std::string> keys;    ///< `key:=value`
  std::size_t bytes = 0;                      ///< up to the voxels
  bool ended = false;                         ///< by an empty line, after which voxels may follow

  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

/// The fields that matter here, in the spelling used here; empty for others.
std::string known_field(const std::string& name) {
  static const std::map<std::string, std::string> names = {{"type", "type"},
                                                           {"dimension", "dimension"},
                                                           {"sizes", "sizes"},
                                                           {"encoding", "encoding"},
                                                           {"endian", "endian"},
                                                           {"kinds", "kinds"},
                                                           {"space", "space"},
                                                           {"space units", "space units"},
                                                           {"space origin", "space origin"},
                                                           {"space directions", "space directions"},
                                                           {"data file", "data file"},
                                                           {"datafile", "data file"},
                                                           {"line skip", "line skip"},
                                                           {"lineskip", "line skip"},
                                                           {"byte skip", "byte skip"},
                                                           {"byteskip", "byte skip"}};
  const auto found = names.find(lower_case(trimmed(name)));
  return found == names.end() ? "" : found->second;
}

/// A value of a key, in which \n and \\ stand for a line's end and a backslash.
std::string unescaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == 'n' || text[i + 1] == '\\');
    if (escape) ++i;
    result += escape && text[i] == 'n' ? '\n' : text[i];
  }
  return result;
}

NrrdText read_text(const std::string& path) {
  constexpr std::size_t longest_header = 1 << 24;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path + ": cannot be opened for reading");
  NrrdText text;
  std::string line;
  const auto next_line = [&] {
    line.clear();
    char c = 0;
    while (text.bytes < longest_header && file.get(c)) {
      ++text.bytes;
      if (c == '\n') {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        return true;
      }
      line += c;
    }
    return !line.empty();
  };
  if (!next_line() || line.size() != 8 || line.compare(0, 7, "NRRD000") != 0)
    throw InputError(path +
                     ": this is not an NRRD file (it does not begin with NRRD0001 to NRRD0005); save the "
                     "segmentation as NRRD or NIfTI (.nii.gz)");
  while (next_line()) {
    if (line.empty()) {
      text.ended = true;
      break;
    }
    if (line[0] == '#') continue;
    const std::size_t colon = line.find(": "), assigned = line.find(":=");
    const std::string name = colon < assigned ? known_field(line.substr(0, colon)) : "";
    if (!name.empty())
      text.fields[name] = trimmed(line.substr(colon + 2));
    else if (assigned != std::string::npos)
      text.keys[line.substr(0, assigned)] = trimmed(unescaped(line.substr(assigned + 2)));
    else if (line.find(':') == std::string::npos)
      corrupt_header(path, "'" + excerpt(line) + "' is no field");
  }
  return text;
}

VoxelType type_of(const NrrdText& text, const std::string& path) {
  static const std::map<std::string, VoxelType> types = {
      {"signed char", VoxelType::int8},
      {"int8", VoxelType::int8},
      {"int8_t", VoxelType::int8},
      {"uchar", VoxelType::uint8},
      {"unsigned char", VoxelType::uint8},
      {"uint8", VoxelType::uint8},
      {"uint8_t", VoxelType::uint8},
      {"short", VoxelType::int16},
      {"short int", VoxelType::int16},
      {"signed short", VoxelType::int16},
      {"signed short int", VoxelType::int16},
      {"int16", VoxelType::int16},
      {"int16_t", VoxelType::int16},
      {"ushort", VoxelType::uint16},
      {"unsigned short", VoxelType::uint16},
      {"unsigned short int", VoxelType::uint16},
      {"uint16", VoxelType::uint16},
      {"uint16_t", VoxelType::uint16},
      {"int", VoxelType::int32},
      {"signed int", VoxelType::int32},
      {"int32", VoxelType::int32},
      {"int32_t", VoxelType::int32},
      {"uint", VoxelType::uint32},
      {"unsigned int", VoxelType::uint32},
      {"uint32", VoxelType::uint32},
      {"uint32_t", VoxelType::uint32},
      {"longlong", VoxelType::int64},
      {"long long", VoxelType::int64},
      {"long long int", VoxelType::int64},
      {"signed long long", VoxelType::int64},
      {"signed long long int", VoxelType::int64},
      {"int64", VoxelType::int64},
      {"int64_t", VoxelType::int64},
      {"ulonglong", VoxelType::uint64},
      {"unsigned long long", VoxelType::uint64},
      {"unsigned long long int", VoxelType::uint64},
      {"uint64", VoxelType::uint64},
      {"uint64_t", VoxelType::uint64},
      {"float", VoxelType::float32},
      {"double", VoxelType::float64},
  };
  const auto found = types.find(lower_case(text.field("type")));
  if (found == types.end())
    throw InputError(path + ": the voxels are of type '" + excerpt(text.field("type")) +
                     "'; save the segmentation as a label map of whole numbers");
  return found->second;
}

/// Vectors as (1,0,0) (0,1,0); an axis without one says none.
std::vector<std::optional<std::vector<double>>> vectors_of(const std::string& text, const std::string& name,
                                                           const std::string& path) {
  std::vector<std::optional<std::vector<double>>> vectors;
  for (std::size_t at = text.find_first_not_of(" \t"); at != std::string::npos && at < text.size();
       at = text.find_first_not_of(" \t", at)) {
    if (text.compare(at, 4, "none") == 0) {
      vectors.emplace_back();
      at += 4;
      continue;
    }
    const std::size_t end = text.find(')', at);
    std::string inside = text[at] == '(' && end != std::string::npos ? text.substr(at + 1, end - at - 1) : "";
    std::replace(inside.begin(), inside.end(), ',', ' ');
    const auto numbers = numbers_of(inside);
    if (!numbers || numbers->size() != 3)
      corrupt_header(path, name + " '" + excerpt(text) + "' are no vectors of three numbers");
    vectors.emplace_back(*numbers);
    at = end + 1;
  }
  return vectors;
}

[[noreturn]] void no_world_coordinates(const std::string& path, const std::string& why) {
  throw InputError(
      path + ": the image has no world coordinates (" + why +
      "), and programs disagree on where such an image lies; save the segmentation on the scan's own "
      "grid, for example from 3D Slicer");
}

/// Signs that turn a position in the file's space into RAS.
Vector3 signs_of_space(const std::string& space, const std::string& path) {
  const std::string name = lower_case(space);
  if (name == "left-posterior-superior" || name == "lps") return {-1, -1, 1};
  if (name == "right-anterior-superior" || name == "ras") return {1, 1, 1};
  if (name == "left-anterior-superior" || name == "las") return {-1, 1, 1};
  if (name.empty()) no_world_coordinates(path, "the header has no field 'space'");
  throw InputError(
      path + ": the space '" + excerpt(space) +
      "' does not tell the patient's sides; save the segmentation in left-posterior-superior, as 3D "
      "Slicer does");
}

double metres_per_unit(const std::string& units, const std::string& path) {
  for (std::string word : words_of(units)) {
    word.erase(std::remove(word.begin(), word.end(), '"'), word.end());
    if (!word.empty() && lower_case(word) != "mm")
      throw InputError(path + ": the header gives positions in '" + excerpt(word) +
                       "'; save the segmentation in millimetres");
  }
  return 1e-3;
}

[[noreturn]] void too_many_dimensions(const std::string& path, const std::string& sizes,
                                      const std::string& kinds) {
  throw InputError(path + ": the image has more than 3 dimensions (sizes " + excerpt(sizes) +
                   (kinds.empty() ? "" : ", kinds " + excerpt(kinds)) +
                   "); a segmentation is one 3-D label map or layers of segments as 3D Slicer saves them "
                   "(.seg.nrrd), no time series and no colours");
}

/// Which axis holds the layers, if any, and the size of the others.
void read_axes(const NrrdText& text, const std::vector<std::optional<std::vector<double>>>& directions,
               ImageHeader& header, const std::string& path) {
  const auto sizes = numbers_of(text.field("sizes"));
  const auto dimension = number_of(text.field("dimension"));
  if (!sizes || sizes->empty() || !dimension || double(sizes->size()) != *dimension)
    corrupt_header(path, "dimension '" + excerpt(text.field("dimension")) + "', sizes '" +
                             excerpt(text.field("sizes")) + "'");
  if (sizes->size() < 3) checked_size(*sizes, path);
  if (directions.empty()) no_world_coordinates(path, "the header has no field 'space directions'");
  if (directions.size() != sizes->size())
    corrupt_header(path, std::to_string(sizes->size()) + " sizes, " + std::to_string(directions.size()) +
                             " space directions");
  const std::string kinds = lower_case(text.field("kinds"));
  std::vector<double> in_space;
  std::size_t layer_axis = sizes->size();
  for (std::size_t a = 0; a < sizes->size(); ++a) {
    if (directions[a]) {
      in_space.push_back((*sizes)[a]);
    } else {
      if (layer_axis != sizes->size()) too_many_dimensions(path, text.field("sizes"), kinds);
      layer_axis = a;
    }
  }
  if (in_space.size() > 3) too_many_dimensions(path, text.field("sizes"), kinds);
  if (in_space == std::vector<double>{1, 1, 1})  // 3D Slicer's way to save nothing
    throw InputError(path + ": the segmentation is empty (one voxel); draw the segments and save it again");
  header.size = checked_size(in_space, path);
  if (layer_axis == sizes->size()) return;
  constexpr double most_layers = 1000;
  const double layers = (*sizes)[layer_axis];
  if (!(layers >= 1 && layers <= most_layers) || layers != std::floor(layers))
    corrupt_header(path, "sizes '" + excerpt(text.field("sizes")) + "'");
  header.layers = static_cast<int>(layers);
  if (header.layers == 1) return;
  const std::vector<std::string> kind = words_of(kinds);
  const bool list = kind.size() <= layer_axis || kind[layer_axis] == "list" || kind[layer_axis] == "vector" ||
                    kind[layer_axis] == "none" || kind[layer_axis] == "???";
  if (!list || (layer_axis != 0 && layer_axis != 3)) too_many_dimensions(path, text.field("sizes"), kinds);
  header.layer_order = layer_axis == 0 ? LayerOrder::together : LayerOrder::apart;
}

void read_place(const NrrdText& text, const std::vector<std::optional<std::vector<double>>>& directions,
                ImageHeader& header, const std::string& path) {
  const Vector3 sign = signs_of_space(text.field("space"), path);
  const double metres = metres_per_unit(text.field("space units"), path);
  const auto origin = vectors_of(text.field("space origin"), "space origin", path);
  if (origin.size() != 1 || !origin[0]) no_world_coordinates(path, "the header has no field 'space origin'");
  header.frame = "field 'space directions'";
  int column = 0;
  for (const auto& direction : directions) {
    if (!direction) continue;
    for (int r = 0; r < 3; ++r) header.matrix[r][column] = metres * sign[r] * (*direction)[r];
    ++column;
  }
  for (int r = 0; r < 3; ++r) header.offset[r] = metres * sign[r] * (*origin[0])[r];
}

/// Where the voxels are and how they are packed.
void read_data(const NrrdText& text, ImageHeader& header, const std::string& path) {
  const std::string endian = lower_case(text.field("endian"));
  if (size_of(header.type) > 1) {
    if (endian != "little" && endian != "big")
      corrupt_header(path, "endian '" + excerpt(endian) + "' is neither little nor big");
    header.swapped = (endian == "little") != little_endian_machine();
  }
  const std::string encoding = lower_case(text.field("encoding"));
  header.compressed = encoding == "gzip" || encoding == "gz";
  if (!header.compressed && encoding != "raw")
    throw InputError(path + ": the voxels are encoded as '" + excerpt(encoding) +
                     "'; save the segmentation with encoding gzip or raw");

  const std::string file = text.field("data file");
  header.data_path = path;
  header.data_start = text.bytes;
  if (!file.empty()) {
    const std::vector<std::string> words = words_of(file);
    if (words[0] == "LIST" || (file.find('%') != std::string::npos && words.size() > 3))
      throw InputError(path +
                       ": the voxels are spread over several files; save the segmentation as one file");
    header.data_path = data_file_of(path, file);
    header.data_start = 0;
  } else if (!text.ended) {
    throw InputError(path + ": the file ends within its header; copy or save the segmentation again");
  }

  const auto skip = number_of(text.field("byte skip").empty() ? "0" : text.field("byte skip"));
  const auto lines = number_of(text.field("line skip").empty() ? "0" : text.field("line skip"));
  if (!skip || !lines || !(*skip >= -1 && *skip < 1e12) || *skip != std::floor(*skip) || *lines != 0)
    throw InputError(path + ": the header skips lines or an unclear number of bytes (line skip '" +
                     excerpt(text.field("line skip")) + "', byte skip '" + excerpt(text.field("byte skip")) +
                     "'); save the segmentation as one file");
  if (*skip >= 0) {
    header.data_offset = static_cast<std::size_t>(*skip);
    return;
  }
  // -1: the voxels are what the file ends with.
  const std::size_t stored = std::filesystem::file_size(header.data_path);
  if (header.compressed || stored < header.needed_bytes())
    throw InputError(path + ": byte skip -1, and " + header.data_path + " holds " + std::to_string(stored) +
                     " bytes where the header promises " + std::to_string(header.needed_bytes()) +
                     "; copy or save the segmentation again");
  header.data_start = stored - header.needed_bytes();
}

}  // namespace

ImageHeader read_nrrd_header(const std::string& path) {
  const NrrdText text = read_text(path);
  ImageHeader header;
  header.format = "NRRD";
  header.type = type_of(text, path);
  const auto directions = vectors_of(text.field("space directions"), "space directions", path);
  read_axes(text, directions, header, path);
  read_place(text, directions, header, path);
  header.segments = segments_of(text.keys, header.layers, path);
  if (header.layers > 1 && header.segments.empty())
    too_many_dimensions(path, text.field("sizes"), text.field("kinds"));
  read_data(text, header, path);
  return header;
}

}  // namespace intratumor
