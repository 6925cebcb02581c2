#pragma once

#include <mpi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "output/hdf5_file.h"
#include "output/table.h"

namespace intratumor {

/// Values at the nodes of a mesh that is spread over ranks, and tables, in one HDF5 file. Every node has a
/// key that does not depend on the ranks, so that another number of them can read the file. Every call is
/// collective and throws as Hdf5File.
class NodeFileWriter {
 public:
  /// `keys`: of the nodes that this rank owns. No two nodes of the mesh share one.
  NodeFileWriter(MPI_Comm comm, const std::string& path, const std::vector<std::uint64_t>& keys);
  void group(const std::string& name) { file_.group(name); }
  /// One value per owned node.
  void nodes(const std::string& name, const std::vector<double>& values);
  void nodes(const std::string& name, const std::vector<float>& values);
  /// The first rank's table; the others' are not looked at. The columns' names are the caller's to keep.
  void rows(const std::string& name, const Table& table);
  void close() { file_.close(); }

 private:
  MPI_Comm comm_;
  Hdf5File file_;
  Hdf5File::Rows rows_;
};

class NodeFileReader {
 public:
  /// ComputationError when the file's nodes are not those of the mesh.
  NodeFileReader(MPI_Comm comm, const std::string& path, const std::vector<std::uint64_t>& keys);
  /// In the order of the keys.
  void nodes(const std::string& name, std::vector<double>& values);
  void nodes(const std::string& name, std::vector<float>& values);
  /// The whole table, on every rank.
  Table rows(const std::string& name, const std::vector<std::string>& columns);
  void close() { file_.close(); }

 private:
  template <class T>
  void read(const std::string& name, std::vector<T>& values);

  MPI_Comm comm_;
  std::string path_;
  Hdf5File file_;
  Hdf5File::Rows rows_;
  bool in_order_ = false;  // on every rank the file's rows are its nodes
  /// Otherwise: row of the file and position among the keys, by row.
  std::vector<std::pair<std::uint64_t, std::size_t>> places_;
};

}  // namespace intratumor
