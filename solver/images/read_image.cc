#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "images/byte_stream.h"
#include "images/image_header.h"
#include "images/label_image.h"
#include "images/layer_merge.h"
#include "images/memory.h"
#include "images/nifti_header.h"
#include "images/orientation.h"
#include "quantities/error.h"

// Voxels are streamed from the compressed file straight into the canonical array of labels, a few rows at a
// time: a whole CT in the file's own type beside the labels would be the largest thing a run ever holds in
// memory. It is also what lets a header that promises more than the file holds be found out before memory is
// taken.

namespace intratumor {
namespace {

[[noreturn]] void throw_truncated(const std::string& path, const ImageHeader& header, std::size_t held) {
  std::ostringstream message;
  message << path << ": the image is truncated: the header promises ";
  if (header.layers > 1) message << header.layers << " layers of ";
  message << header.size[0] << " x " << header.size[1] << " x " << header.size[2] << " voxels of "
          << size_of(header.type) << " bytes from byte " << header.data_start + header.data_offset << ", "
          << (header.data_path == path ? "the file" : header.data_path) << " holds " << held << " bytes"
          << "; copy or save the segmentation again";
  throw InputError(message.str());
}

/// The last four bytes of a gzip file: its length before compression, modulo 2^32.
std::uint32_t gzip_length(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  unsigned char tail[4] = {};
  file.seekg(-4, std::ios::end);
  file.read(reinterpret_cast<char*>(tail), 4);
  return tail[0] | tail[1] << 8 | tail[2] << 16 | std::uint32_t(tail[3]) << 24;
}

/// Makes sure that the file holds what its header promises and that memory can, before any is taken for it.
void check_length(const std::string& path, const ImageHeader& header) {
  constexpr std::size_t largest_expansion = 1032;  // of deflate
  const std::size_t needed = header.needed_bytes();
  const std::size_t file_bytes = std::filesystem::file_size(header.data_path);
  const std::size_t stored = file_bytes - std::min(file_bytes, header.data_start);
  if (!header.compressed && stored < needed) throw_truncated(path, header, file_bytes);
  if (header.compressed && needed / largest_expansion > stored) throw_truncated(path, header, file_bytes);
  if (header.voxels() > most_voxels)
    throw InputError(
        path + ": " + std::to_string(header.voxels()) + " voxels are more than the " +
        std::to_string(most_voxels) +
        " that are read (2 bytes of memory each, on every rank); crop the segmentation around the "
        "tumour");
  if (!header.compressed) return;
  // Where the length at the end of a gzip file does not settle it (several members, bytes after the image,
  // zlib), counting does.
  if (begins_as_gzip(header.data_path, header.data_start) &&
      gzip_length(header.data_path) == static_cast<std::uint32_t>(needed))
    return;
  const std::size_t held = ByteStream(header.data_path, header.data_start, true).skip();
  if (held < needed) throw_truncated(path, header, held);
}

template <class T>
double stored_value(const unsigned char* bytes, bool swapped) {
  unsigned char turned[sizeof(T)];
  if (swapped) {
    std::reverse_copy(bytes, bytes + sizeof(T), turned);
    bytes = turned;
  }
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return static_cast<double>(value);
}

using Decoder = double (*)(const unsigned char*, bool);

Decoder decoder(VoxelType type) {
  switch (type) {
    case VoxelType::uint8:
      return stored_value<std::uint8_t>;
    case VoxelType::int8:
      return stored_value<std::int8_t>;
    case VoxelType::uint16:
      return stored_value<std::uint16_t>;
    case VoxelType::int16:
      return stored_value<std::int16_t>;
    case VoxelType::uint32:
      return stored_value<std::uint32_t>;
    case VoxelType::int32:
      return stored_value<std::int32_t>;
    case VoxelType::uint64:
      return stored_value<std::uint64_t>;
    case VoxelType::int64:
      return stored_value<std::int64_t>;
    case VoxelType::float32:
      return stored_value<float>;
    case VoxelType::float64:
      return stored_value<double>;
  }
  throw std::logic_error("voxel type without a decoder");
}

const char* name_of(VoxelType type) {
  static constexpr const char* names[] = {"uint8", "int8",   "uint16", "int16",   "uint32",
                                          "int32", "uint64", "int64",  "float32", "float64"};
  return names[static_cast<int>(type)];
}

/// The label that a voxel's value stands for. `where` tells the file index, for the message.
template <class Where>
std::uint16_t label_of(double value, const std::string& path, const Where& where) {
  const double label = std::nearbyint(value);
  // Scaling and float storage leave round-off on whole numbers; a probability or an interpolated mask is no
  // label.
  if (std::abs(value - label) <= 1e-5 && label >= 0 && label <= 65535)
    return static_cast<std::uint16_t>(label);
  const std::array<std::size_t, 3> index = where();
  std::ostringstream message;
  message << path << ": value " << value << " at voxel (" << index[0] << ", " << index[1] << ", " << index[2]
          << "); labels are whole numbers from 0 to 65535, save the segmentation as a label map";
  throw InputError(message.str());
}

/// Streams the voxels into image.labels, in canonical order; `merge` for files of several layers.
void read_voxels(ByteStream& stream, const ImageHeader& header, LabelImage& image, LayerMerge* merge) {
  // Where a step along each file axis leads in the canonical array.
  std::array<std::ptrdiff_t, 3> step{};
  std::ptrdiff_t start = 0, stride = 1;
  for (int a = 0; a < 3; ++a) {
    step[image.file_axis[a]] = image.file_flipped[a] ? -stride : stride;
    if (image.file_flipped[a]) start += (image.size[a] - 1) * stride;
    stride *= image.size[a];
  }
  const std::size_t voxel_bytes = size_of(header.type);
  const auto layers = static_cast<std::size_t>(header.layers);
  const bool together = layers > 1 && header.layer_order == LayerOrder::together;
  const std::size_t row_voxels = header.size[0], row_values = row_voxels * (together ? layers : 1);
  const std::size_t row_bytes = row_values * voxel_bytes;
  const std::size_t layer_rows = std::size_t(header.size[1]) * header.size[2];
  const std::size_t rows = layer_rows * (together ? 1 : layers);
  const std::size_t rows_at_once = std::max<std::size_t>(1, (std::size_t(1) << 20) / row_bytes);
  const Decoder decode = decoder(header.type);
  std::vector<unsigned char> buffer(rows_at_once * row_bytes);

  for (std::size_t first = 0; first < rows; first += rows_at_once) {
    const std::size_t count = std::min(rows_at_once, rows - first);
    if (stream.read(buffer.data(), count * row_bytes) < count * row_bytes)
      throw InputError(image.path + ": the image is truncated; copy or save the segmentation again");
    for (std::size_t r = 0; r < count; ++r) {
      const unsigned char* const row = buffer.data() + r * row_bytes;
      // Most rows of a scan hold nothing: the array is zero already.
      if (!header.scaled && row[0] == 0 && std::memcmp(row, row + 1, row_bytes - 1) == 0) continue;
      const std::size_t j = (first + r) % header.size[1], k = (first + r) % layer_rows / header.size[1];
      std::uint16_t* const target =
          image.labels.data() + start + std::ptrdiff_t(j) * step[1] + std::ptrdiff_t(k) * step[2];
      for (std::size_t v = 0; v < row_values; ++v) {
        double value = decode(row + v * voxel_bytes, header.swapped);
        if (header.scaled) value = header.slope * value + header.intercept;
        if (value == 0) continue;
        const std::size_t i = together ? v / layers : v;
        const std::uint16_t label = label_of(value, image.path, [&] {
          return std::array<std::size_t, 3>{i, j, k};
        });
        std::uint16_t& voxel = target[std::ptrdiff_t(i) * step[0]];
        voxel = merge == nullptr
                    ? label
                    : merge->merged(voxel, together ? v % layers : (first + r) / layer_rows, label);
      }
    }
  }
}

}  // namespace

LabelImage read_label_image(const std::string& path, const std::vector<LayerValue>& order,
                            MergedLayers& merged) {
  const ImageHeader header = read_image_header(path);
  LabelImage image;
  image.path = path;
  image.format = header.format + ", " +
                 (header.layers > 1 ? std::to_string(header.layers) + " layers of " : "") +
                 name_of(header.type) + (header.compressed ? ", compressed" : "");
  place(image, header.size, header.matrix, header.offset, header.frame);
  image.file_grid =
      header.grid.dim[0] > 0 ? header.grid : nifti_grid(header.size, header.matrix, header.offset);
  check_length(path, header);
  image.labels = empty_labels(path, header.voxels());
  std::unique_ptr<LayerMerge> merge;
  if (header.layers > 1) merge = std::make_unique<LayerMerge>(header.layers, order, path);
  ByteStream stream(header.data_path, header.data_start, header.compressed);
  stream.skip(header.data_offset);
  read_voxels(stream, header, image, merge.get());
  if (header.compressed)
    stream.skip();  // a damaged file whose voxels all decode is still found out by its checksum
  merged = merge ? merge->result() : MergedLayers();
  return image;
}

LabelImage read_label_image(const std::string& path) {
  MergedLayers ignored;
  return read_label_image(path, {}, ignored);
}

}  // namespace intratumor
