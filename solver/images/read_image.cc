#include <itk_zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "images/label_image.h"
#include "images/nifti_header.h"
#include "images/orientation.h"
#include "quantities/error.h"

// Voxels are streamed from the compressed file straight into the canonical array of labels, a few rows at a
// time: a whole CT in the file's own type beside the labels would be the largest thing a run ever holds in
// memory. It is also what lets a header that promises more than the file holds be found out before memory is
// taken.

namespace intratumor {
namespace {

namespace fs = std::filesystem;

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Refuses what cannot be a NIfTI file by its name or kind.
void check_path(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    throw InputError(path + ": no such file; give the path of a NIfTI segmentation (.nii or .nii.gz)");
  if (fs::is_directory(status))
    throw InputError(path + ": this is a folder; a segmentation is one NIfTI file (.nii or .nii.gz)");
  if (!fs::is_regular_file(status))
    throw InputError(path +
                     ": this is not a regular file; a segmentation is one NIfTI file (.nii or .nii.gz)");

  std::string name = fs::path(path).filename().string();
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (ends_with(name, ".nii") || ends_with(name, ".nii.gz")) return;
  for (const char* later : {".nrrd", ".nhdr", ".mha", ".mhd"})
    if (ends_with(name, later))
      throw InputError(path + ": " + later +
                       " files come with a later version; save the segmentation as NIfTI (.nii or .nii.gz)");
  throw InputError(path + ": unknown kind of image file; save the segmentation as NIfTI (.nii or .nii.gz)");
}

/// A file that may or may not be compressed, read forwards.
class Stream {
 public:
  explicit Stream(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb"), &gzclose) {
    if (!file_) throw InputError(path + ": cannot be opened for reading: " + std::strerror(errno));
    gzbuffer(file_.get(), 1 << 18);
  }
  /// Reads up to `bytes`; fewer only at the end of the file. Throws InputError for a damaged compressed
  /// stream.
  std::size_t read(void* buffer, std::size_t bytes) {
    std::size_t done = 0;
    while (done < bytes) {
      const unsigned step = static_cast<unsigned>(std::min<std::size_t>(bytes - done, 1u << 30));
      const int got = gzread(file_.get(), static_cast<char*>(buffer) + done, step);
      int code = Z_OK;
      gzerror(file_.get(), &code);
      if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
        throw InputError(path_ + ": the compressed data are " +
                         (code == Z_BUF_ERROR ? "truncated: the file ends early" : "corrupt") +
                         "; copy or save the segmentation again");
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  /// Reads `bytes` and forgets them, or to the end, which also checks the checksum of a compressed file.
  /// Returns the bytes that there were.
  std::size_t skip(std::size_t bytes = std::numeric_limits<std::size_t>::max()) {
    std::vector<char> buffer(1 << 16);
    std::size_t total = 0;
    while (const std::size_t got = read(buffer.data(), std::min(buffer.size(), bytes - total))) total += got;
    return total;
  }
  bool compressed() { return gzdirect(file_.get()) == 0; }

 private:
  std::string path_;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
};

NiftiHeader read_header(Stream& stream, const std::string& path) {
  std::array<unsigned char, NiftiHeader::bytes> raw;
  const std::size_t got = stream.read(raw.data(), raw.size());
  if (got < raw.size())
    throw InputError(path + ": the file ends within its header (" + std::to_string(got) +
                     " of 348 bytes); copy or save the segmentation again");
  return parse_nifti_header(raw, path);
}

[[noreturn]] void throw_truncated(const std::string& path, const NiftiHeader& header, std::size_t held) {
  std::ostringstream message;
  message << path << ": the image is truncated: the header promises " << header.size[0] << " x "
          << header.size[1] << " x " << header.size[2] << " voxels of " << header.voxel_bytes
          << " bytes from byte " << header.data_offset << ", the file holds " << held << " bytes"
          << "; copy or save the segmentation again";
  throw InputError(message.str());
}

/// Makes sure that the file holds what its header promises, before any memory is taken for it.
void check_length(const std::string& path, const NiftiHeader& header, bool compressed) {
  const std::size_t needed = header.data_offset + header.voxels() * header.voxel_bytes;
  const std::size_t stored = fs::file_size(path);
  if (!compressed) {
    if (stored < needed) throw_truncated(path, header, stored);
    return;
  }
  // A gzip file ends with its length before compression, modulo 2^32, and never expands by more than 1032.
  // Where the two do not settle it (several streams in one file, bytes after the image), counting does.
  std::ifstream file(path, std::ios::binary);
  unsigned char tail[4] = {};
  file.seekg(-4, std::ios::end);
  file.read(reinterpret_cast<char*>(tail), 4);
  const std::uint32_t length = tail[0] | tail[1] << 8 | tail[2] << 16 | std::uint32_t(tail[3]) << 24;
  if (file && length == static_cast<std::uint32_t>(needed) && needed / 1032 <= stored) return;
  Stream stream(path);
  const std::size_t held = stream.skip();
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

/// Streams the voxels into image.labels, in canonical order.
void read_voxels(Stream& stream, const NiftiHeader& header, LabelImage& image) {
  // Where a step along each file axis leads in the canonical array.
  std::array<std::ptrdiff_t, 3> step{};
  std::ptrdiff_t start = 0, stride = 1;
  for (int a = 0; a < 3; ++a) {
    step[image.file_axis[a]] = image.file_flipped[a] ? -stride : stride;
    if (image.file_flipped[a]) start += (image.size[a] - 1) * stride;
    stride *= image.size[a];
  }
  const std::size_t row_voxels = header.size[0], row_bytes = row_voxels * header.voxel_bytes;
  const std::size_t rows = std::size_t(header.size[1]) * header.size[2];
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
      const std::size_t j = (first + r) % header.size[1], k = (first + r) / header.size[1];
      std::uint16_t* const target =
          image.labels.data() + start + std::ptrdiff_t(j) * step[1] + std::ptrdiff_t(k) * step[2];
      for (std::size_t i = 0; i < row_voxels; ++i) {
        double value = decode(row + i * header.voxel_bytes, header.swapped);
        if (header.scaled) value = header.slope * value + header.intercept;
        if (value == 0) continue;
        target[std::ptrdiff_t(i) * step[0]] = label_of(value, image.path, [&] {
          return std::array<std::size_t, 3>{i, j, k};
        });
      }
    }
  }
}

}  // namespace

LabelImage read_label_image(const std::string& path) {
  check_path(path);
  LabelImage image;
  image.path = path;
  Stream stream(path);
  const NiftiHeader header = read_header(stream, path);
  image.file_grid = header.grid;
  place(image, header.size, header.matrix, header.offset, header.frame);
  check_length(path, header, stream.compressed());
  try {
    image.labels.assign(header.voxels(), 0);
  } catch (const std::exception&) {  // bad_alloc or length_error
    throw InputError(path + ": " + std::to_string(header.voxels()) +
                     " voxels do not fit into memory; crop the segmentation around the tumour");
  }
  stream.skip(header.data_offset - NiftiHeader::bytes);
  read_voxels(stream, header, image);
  stream.skip();  // a damaged file whose voxels all decode is still found out by its checksum
  return image;
}

}  // namespace intratumor
