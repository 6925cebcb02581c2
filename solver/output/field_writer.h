#pragma once

#include <mpi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace intratumor {

/// This rank's part of a hexahedral mesh. Nodes are numbered 0 to global_nodes - 1 over all ranks, each
/// rank's own in one block.
struct FieldMesh {
  std::uint64_t first_node = 0;        ///< global number of this rank's first node
  std::uint64_t global_nodes = 0;      ///< over all ranks
  std::vector<double> coordinates_mm;  ///< 3 per owned node, in `frame`, mm
  std::vector<std::uint64_t> cells;    ///< 8 global node numbers per owned cell, VTK hexahedron order
  std::string frame = "RAS";           ///< RAS | LPS: the space the case names
};

/// Writes fields on one static mesh at several times to `fields.h5`, which all ranks share, and
/// `fields.xdmf`, which ParaView opens ("Xdmf3 Reader"). Names of fields carry their unit:
/// concentration_mol_per_m3. Data is chunked and compressed; fields are float32, coordinates float64.
///
/// fields.h5: /mesh/coordinates_mm (nodes, 3), /mesh/cells (cells, 8), /cell/NAME (cells), /nodal/NNNN/NAME
/// (nodes) with attribute time_s; attributes frame ("RAS" or "LPS") and length_unit = "mm" of the root.
///
/// Every call is collective. Throws ComputationError on all ranks when a file cannot be written, naming it.
class FieldWriter {
 public:
  /// Creates fields.h5 in `folder`, which must exist.
  FieldWriter(MPI_Comm comm, std::string folder);
  /// Without close() there is no fields.xdmf. While an exception passes fields.h5 is left open (hdf5_file.h).
  ~FieldWriter();
  FieldWriter(const FieldWriter&) = delete;
  FieldWriter& operator=(const FieldWriter&) = delete;

  /// Once, before write. Every cell field has one value per owned cell and the same order of names on all
  /// ranks.
  void mesh(const FieldMesh& mesh,
            const std::vector<std::pair<std::string, std::vector<float>>>& cell_fields);

  /// One value per owned node; the same names at every time.
  void write(double time_s, const std::vector<std::pair<std::string, std::vector<double>>>& nodal_fields);

  /// What has been written: times, names of nodal fields, and this rank's values of one of them.
  const std::vector<double>& times() const;
  const std::vector<std::string>& names() const;
  std::vector<float> read(std::size_t time_index, const std::string& name) const;

  /// Ends both files. Without a call of write the mesh and its cell fields stand alone.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace intratumor
