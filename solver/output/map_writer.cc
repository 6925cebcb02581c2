#include "output/map_writer.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "images/nifti_header.h"
#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr std::uint64_t voxels_at_once = 1 << 20;
constexpr const char* compression =
    "wb1";  // nearly all of a map is 0; higher levels take three times as long

/// A compressed file written forwards. After the first failure it keeps the reason and writes nothing more:
/// the other ranks are in the middle of sending.
class CompressedFile {
 public:
  explicit CompressedFile(const std::string& path) : file_(gzopen(path.c_str(), compression)) {
    if (file_ == nullptr)
      fail();
    else
      gzbuffer(file_, 1 << 18);
  }
  ~CompressedFile() { close(); }
  CompressedFile(const CompressedFile&) = delete;
  CompressedFile& operator=(const CompressedFile&) = delete;

  void write(const void* data, std::size_t bytes) {
    if (!reason_.empty()) return;
    errno = 0;
    if (bytes > 0 && gzwrite(file_, data, static_cast<unsigned>(bytes)) != static_cast<int>(bytes)) fail();
  }
  /// Why the file is not whole; empty when it is.
  std::string close() {
    if (file_ != nullptr) {
      errno = 0;
      if (gzclose(file_) != Z_OK && reason_.empty()) fail();  // a full disk may show only here
      file_ = nullptr;
    }
    return reason_;
  }

 private:
  void fail() { reason_ = errno != 0 ? std::strerror(errno) : "write failed"; }

  gzFile file_;
  std::string reason_;
};

MPI_Datatype mpi_type(float) {
  return MPI_FLOAT;
}
MPI_Datatype mpi_type(std::uint8_t) {
  return MPI_UINT8_T;
}

/// Brings what all ranks hold of one stretch of the file to rank 0 and puts it into `part` there.
template <class T>
class Gatherer {
 public:
  explicit Gatherer(MPI_Comm comm) : comm_(comm) {
    int ranks = 0;
    MPI_Comm_size(comm, &ranks);
    MPI_Comm_rank(comm, &rank_);
    counts_.resize(ranks);
    starts_.resize(ranks);
  }
  /// `where`: positions within the stretch.
  void gather(const std::vector<std::uint32_t>& where, const T* values, std::vector<T>& part) {
    const int own = static_cast<int>(where.size());
    MPI_Gather(&own, 1, MPI_INT, counts_.data(), 1, MPI_INT, 0, comm_);
    if (rank_ == 0) {
      int total = 0;
      for (std::size_t r = 0; r < counts_.size(); ++r) {
        starts_[r] = total;
        total += counts_[r];
      }
      where_.resize(total);
      values_.resize(total);
    }
    MPI_Gatherv(where.data(), own, MPI_UINT32_T, where_.data(), counts_.data(), starts_.data(), MPI_UINT32_T,
                0, comm_);
    MPI_Gatherv(values, own, mpi_type(T()), values_.data(), counts_.data(), starts_.data(), mpi_type(T()), 0,
                comm_);
    if (rank_ != 0) return;
    std::fill(part.begin(), part.end(), T());
    for (std::size_t k = 0; k < where_.size(); ++k) part[where_[k]] = values_[k];
  }

 private:
  MPI_Comm comm_;
  int rank_ = 0;
  std::vector<int> counts_, starts_;
  std::vector<std::uint32_t> where_;
  std::vector<T> values_;
};

template <class T>
void write_typed_map(MPI_Comm comm, const std::string& path, const FileGrid& grid, const MapText& text,
                     VoxelType type, const std::vector<std::uint64_t>& voxel, const std::vector<T>& values) {
  if (voxel.size() != values.size() || !std::is_sorted(voxel.begin(), voxel.end()) ||
      (!voxel.empty() && voxel.back() >= grid.voxels()))
    throw std::logic_error(path + ": voxels and values do not fit each other or the grid");
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  std::unique_ptr<CompressedFile> file;
  if (rank == 0) {
    file = std::make_unique<CompressedFile>(path);
    const std::vector<unsigned char> start = nifti_file_start(grid, type, text.description, text.intent);
    file->write(start.data(), start.size());
  }
  Gatherer<T> gatherer(comm);
  std::vector<std::uint32_t> where;
  std::vector<T> part(rank == 0 ? voxels_at_once : 0);
  std::size_t done = 0;
  for (std::uint64_t begin = 0; begin < grid.voxels(); begin += voxels_at_once) {
    const std::uint64_t end = std::min(begin + voxels_at_once, grid.voxels());
    where.clear();
    const std::size_t first = done;
    for (; done < voxel.size() && voxel[done] < end; ++done)
      where.push_back(static_cast<std::uint32_t>(voxel[done] - begin));
    gatherer.gather(where, values.data() + first, part);
    if (rank == 0) file->write(part.data(), (end - begin) * sizeof(T));
  }

  std::string reason;
  if (rank == 0) reason = file->close();
  int length = static_cast<int>(reason.size());
  MPI_Bcast(&length, 1, MPI_INT, 0, comm);
  reason.resize(length);
  MPI_Bcast(reason.data(), length, MPI_CHAR, 0, comm);
  if (length > 0) throw ComputationError(path + ": cannot be written: " + reason);
}

}  // namespace

void write_map(MPI_Comm comm, const std::string& path, const FileGrid& grid, const MapText& text,
               const std::vector<std::uint64_t>& voxel, const std::vector<float>& values) {
  write_typed_map(comm, path, grid, text, VoxelType::float32, voxel, values);
}

void write_map(MPI_Comm comm, const std::string& path, const FileGrid& grid, const MapText& text,
               const std::vector<std::uint64_t>& voxel, const std::vector<std::uint8_t>& values) {
  write_typed_map(comm, path, grid, text, VoxelType::uint8, voxel, values);
}

}  // namespace intratumor
