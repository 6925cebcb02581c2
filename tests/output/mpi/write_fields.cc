// Writes the fields of a small box of cells, cut into slabs for the ranks, the last of which owns nothing
// when there are more than two. check_fields.py reads them back.
#include <mpi.h>

#include <algorithm>
#include <cstdio>

#include "output/field_writer.h"
#include "quantities/error.h"

using namespace intratumor;

namespace {

constexpr std::uint64_t nodes_x = 31, nodes_y = 41, nodes_z = 53;

std::uint64_t number(std::uint64_t x, std::uint64_t y, std::uint64_t z) {
  return x + nodes_x * (y + nodes_y * z);
}

int write_box(const std::string& folder) {
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  const std::uint64_t parts = static_cast<std::uint64_t>(size > 2 ? size - 1 : size);
  const std::uint64_t part = std::min<std::uint64_t>(static_cast<std::uint64_t>(rank), parts);
  const std::uint64_t begin = nodes_z * part / parts;
  const std::uint64_t end = part == parts ? begin : nodes_z * (part + 1) / parts;

  FieldMesh mesh;
  mesh.first_node = number(0, 0, begin);
  mesh.global_nodes = nodes_x * nodes_y * nodes_z;
  std::vector<float> fraction;
  for (std::uint64_t z = begin; z < end; ++z)
    for (std::uint64_t y = 0; y < nodes_y; ++y)
      for (std::uint64_t x = 0; x < nodes_x; ++x) {
        mesh.coordinates_mm.insert(mesh.coordinates_mm.end(), {0.1 * x - 1, 0.2 * y, 0.3 * z});
        if (x + 1 == nodes_x || y + 1 == nodes_y || z + 1 == nodes_z) continue;
        for (const std::uint64_t up : {0, 1})
          mesh.cells.insert(mesh.cells.end(), {number(x, y, z + up), number(x + 1, y, z + up),
                                               number(x + 1, y + 1, z + up), number(x, y + 1, z + up)});
        fraction.push_back(static_cast<float>(x % 2));
      }

  FieldWriter writer(MPI_COMM_WORLD, folder);
  writer.mesh(mesh, {{"tumour_fraction", fraction}});
  for (const double time : {0., 600., 86400.5}) {
    std::vector<double> concentration;
    std::vector<double> pressure;
    for (std::size_t i = 0; i < mesh.coordinates_mm.size(); i += 3) {
      concentration.push_back(time + mesh.coordinates_mm[i] + 10 * mesh.coordinates_mm[i + 2]);
      pressure.push_back(mesh.coordinates_mm[i + 1]);
    }
    writer.write(time, {{"concentration_mol_per_m3", concentration}, {"pressure_pa", pressure}});
  }
  writer.close();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int status = 2;
  try {
    if (argc == 2) status = write_box(argv[1]);
  } catch (const ComputationError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    status = 1;
  }
  MPI_Finalize();
  return status;
}
