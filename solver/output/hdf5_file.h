#pragma once

#include <mpi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace intratumor {

/// One HDF5 file that all ranks of a communicator write, or read, together. Every call is collective; a
/// failure on any rank is a ComputationError on all, with the file's name and HDF5's own reason.
class Hdf5File {
 public:
  /// Rows that this rank writes or reads: `count` from number `first` on, of `total` over all ranks.
  struct Rows {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    std::uint64_t total = 0;
  };

  enum class Mode { write, read };
  /// Creates the file, or replaces it; to read, opens one that is there.
  Hdf5File(MPI_Comm comm, const std::string& path, Mode mode = Mode::write);
  /// Closes the file, but not while an exception passes: after a failed write, or when the ranks may have
  /// parted, HDF5 would wait for ever or crash. The file is then left open, and the program must end without
  /// MPI_Finalize.
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  void group(const std::string& name);
  void attribute(const std::string& object, const std::string& name, const std::string& value);
  void attribute(const std::string& object, const std::string& name, double value);

  /// A data set of `rows.total` rows of `width` values (one-dimensional for width 1), chunked and compressed;
  /// `data` holds this rank's rows, which may be none. Floats and doubles are stored as they are, numbers as
  /// int64.
  void dataset(const std::string& name, const Rows& rows, int width, const std::vector<float>& data);
  void dataset(const std::string& name, const Rows& rows, int width, const std::vector<double>& data);
  void dataset(const std::string& name, const Rows& rows, int width, const std::vector<std::uint64_t>& data);

  /// Rows of a data set that is there.
  std::uint64_t rows_of(const std::string& name);
  /// Reads rows of a data set of this width and type, also of a file that is being written.
  void read(const std::string& name, const Rows& rows, int width, std::vector<float>& data);
  void read(const std::string& name, const Rows& rows, int width, std::vector<double>& data);
  void read(const std::string& name, const Rows& rows, int width, std::vector<std::uint64_t>& data);

  void close();

 private:
  void dataset(const std::string& name, const Rows& rows, int width, std::int64_t type, const void* data);
  void read(const std::string& name, const Rows& rows, int width, std::int64_t type, void* data);
  void require(bool good, const std::string& doing);

  MPI_Comm comm_;
  std::string path_;
  Mode mode_;
  std::int64_t file_ = -1;  // hid_t
  int exceptions_;          // that were passing when this was made
};

}  // namespace intratumor
