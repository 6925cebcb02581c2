#include "output/hdf5_file.h"

#include <hdf5.h>

#include <algorithm>
#include <exception>

#include "quantities/error.h"

namespace intratumor {

namespace {

/// Rows of about this many bytes make a chunk: large enough to compress well, small enough to read a part.
constexpr std::uint64_t chunk_bytes = 256 * 1024;
constexpr unsigned compression_level = 4;

/// Ends an HDF5 object with the scope.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }
  bool good() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

herr_t keep_description(unsigned, const H5E_error2_t* error, void* text) {
  if (error->desc != nullptr && error->desc[0] != '\0') *static_cast<std::string*>(text) = error->desc;
  return 0;
}

/// What HDF5 says at the bottom of its stack of errors: the reason, as "No space left on device".
std::string deepest_error() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_description, &text);
  return text;
}

/// A rank's rows between its memory and the file, collectively: a rank without rows selects none and takes
/// part.
struct Transfer {
  Handle memory_space, properties;
  bool good;
  Transfer(hid_t file_space, const Hdf5File::Rows& rows, hsize_t columns)
      : memory_space(space_of(rows, columns), H5Sclose), properties(H5Pcreate(H5P_DATASET_XFER), H5Pclose) {
    const hsize_t first[2] = {rows.first, 0};
    const hsize_t count[2] = {rows.count, columns};
    good = memory_space.good() && H5Pset_dxpl_mpio(properties, H5FD_MPIO_COLLECTIVE) >= 0;
    if (rows.count > 0) {
      good = good && H5Sselect_hyperslab(file_space, H5S_SELECT_SET, first, nullptr, count, nullptr) >= 0;
    } else {
      good = good && H5Sselect_none(file_space) >= 0 && H5Sselect_none(memory_space) >= 0;
    }
  }

 private:
  static hid_t space_of(const Hdf5File::Rows& rows, hsize_t columns) {
    const hsize_t count[2] = {rows.count, columns};
    return H5Screate_simple(columns == 1 ? 1 : 2, count, nullptr);
  }
};

}  // namespace

Hdf5File::Hdf5File(MPI_Comm comm, const std::string& path, Mode mode)
    : comm_(comm), path_(path), mode_(mode), exceptions_(std::uncaught_exceptions()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  const bool ready = access.good() && H5Pset_fapl_mpio(access, comm, MPI_INFO_NULL) >= 0 &&
                     H5Pset_coll_metadata_write(access, true) >= 0 &&
                     H5Pset_all_coll_metadata_ops(access, true) >= 0;
  require(ready, "parallel access");
  file_ = mode == Mode::write ? H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access)
                              : H5Fopen(path.c_str(), H5F_ACC_RDONLY, access);
  require(file_ >= 0, mode == Mode::write ? "create" : "open");
}

Hdf5File::~Hdf5File() {
  if (file_ >= 0 && std::uncaught_exceptions() <= exceptions_) H5Fclose(file_);
}

void Hdf5File::require(bool good, const std::string& doing) {
  int failed = good ? 0 : 1;
  MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, comm_);
  if (failed == 0) return;
  const std::string reason = deepest_error();
  if (mode_ == Mode::read)
    throw ComputationError(path_ + ": cannot be read (" + doing + (reason.empty() ? "" : ": " + reason) +
                           ")");
  throw ComputationError(path_ + ": cannot be written (" + doing + (reason.empty() ? "" : ": " + reason) +
                         (doing == "create" ? ")" : "); is the disk full?"));
}

void Hdf5File::group(const std::string& name) {
  const Handle made(H5Gcreate2(file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  require(made.good(), name);
}

void Hdf5File::attribute(const std::string& object, const std::string& name, const std::string& value) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  bool good =
      H5Tset_size(type, std::max<std::size_t>(1, value.size())) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0;
  const Handle made(H5Acreate_by_name(file_, object.c_str(), name.c_str(), type, space, H5P_DEFAULT,
                                      H5P_DEFAULT, H5P_DEFAULT),
                    H5Aclose);
  good = good && made.good() && H5Awrite(made, type, value.c_str()) >= 0;
  require(good, object + " " + name);
}

void Hdf5File::attribute(const std::string& object, const std::string& name, double value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle made(H5Acreate_by_name(file_, object.c_str(), name.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT,
                                      H5P_DEFAULT, H5P_DEFAULT),
                    H5Aclose);
  require(made.good() && H5Awrite(made, H5T_NATIVE_DOUBLE, &value) >= 0, object + " " + name);
}

void Hdf5File::dataset(const std::string& name, const Rows& rows, int width, const std::vector<float>& data) {
  dataset(name, rows, width, H5T_NATIVE_FLOAT, data.data());
}

void Hdf5File::dataset(const std::string& name, const Rows& rows, int width,
                       const std::vector<double>& data) {
  dataset(name, rows, width, H5T_NATIVE_DOUBLE, data.data());
}

void Hdf5File::dataset(const std::string& name, const Rows& rows, int width,
                       const std::vector<std::uint64_t>& data) {
  // Signed, because readers of XDMF know no unsigned 64-bit numbers; the bits are the same.
  dataset(name, rows, width, H5T_NATIVE_INT64, data.data());
}

void Hdf5File::dataset(const std::string& name, const Rows& rows, int width, std::int64_t type,
                       const void* data) {
  const hsize_t columns = static_cast<hsize_t>(width);
  const int rank = width == 1 ? 1 : 2;
  const hsize_t whole[2] = {rows.total, columns};
  const Handle file_space(H5Screate_simple(rank, whole, nullptr), H5Sclose);
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  bool good = file_space.good() && creation.good();
  if (rows.total > 0) {
    const std::uint64_t row_bytes = columns * H5Tget_size(type);
    const hsize_t chunk[2] = {std::min<std::uint64_t>(rows.total, chunk_bytes / row_bytes), columns};
    good = good && H5Pset_chunk(creation, rank, chunk) >= 0 && H5Pset_shuffle(creation) >= 0 &&
           H5Pset_deflate(creation, compression_level) >= 0;
  }
  require(good, name);
  const Handle set(H5Dcreate2(file_, name.c_str(), type, file_space, H5P_DEFAULT, creation, H5P_DEFAULT),
                   H5Dclose);
  require(set.good(), name);

  // Compression in parallel needs no conversion of types.
  const Transfer transfer(file_space, rows, columns);
  require(transfer.good, name);
  if (rows.total == 0) return;
  require(H5Dwrite(set, type, transfer.memory_space, file_space, transfer.properties, data) >= 0, name);
}

std::uint64_t Hdf5File::rows_of(const std::string& name) {
  const Handle set(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), H5Dclose);
  require(set.good(), name);
  const Handle space(H5Dget_space(set), H5Sclose);
  hsize_t size[2] = {0, 0};
  const int rank = H5Sget_simple_extent_ndims(space);
  require((rank == 1 || rank == 2) && H5Sget_simple_extent_dims(space, size, nullptr) >= 0, name);
  return size[0];
}

void Hdf5File::read(const std::string& name, const Rows& rows, int width, std::vector<float>& data) {
  data.resize(rows.count * static_cast<std::size_t>(width));
  read(name, rows, width, H5T_NATIVE_FLOAT, data.data());
}

void Hdf5File::read(const std::string& name, const Rows& rows, int width, std::vector<double>& data) {
  data.resize(rows.count * static_cast<std::size_t>(width));
  read(name, rows, width, H5T_NATIVE_DOUBLE, data.data());
}

void Hdf5File::read(const std::string& name, const Rows& rows, int width, std::vector<std::uint64_t>& data) {
  data.resize(rows.count * static_cast<std::size_t>(width));
  read(name, rows, width, H5T_NATIVE_INT64, data.data());
}

void Hdf5File::read(const std::string& name, const Rows& rows, int width, std::int64_t type, void* data) {
  const Handle set(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), H5Dclose);
  require(set.good(), name);
  const Handle file_space(H5Dget_space(set), H5Sclose);
  require(file_space.good(), name);
  const Transfer transfer(file_space, rows, static_cast<hsize_t>(width));
  require(transfer.good, name);
  if (rows.total == 0) return;
  require(H5Dread(set, type, transfer.memory_space, file_space, transfer.properties, data) >= 0, name);
}

void Hdf5File::close() {
  if (file_ < 0) return;
  const herr_t closed = H5Fclose(file_);
  file_ = -1;
  require(closed >= 0, "close");
}

}  // namespace intratumor
