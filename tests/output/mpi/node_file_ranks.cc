// Values at nodes, written by some of the ranks and read by others: node_file_ranks FOLDER, on four ranks.
#include <mpi.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "output/node_file.h"
#include "quantities/error.h"

using namespace intratumor;

namespace {

/// Keys of a rank's nodes out of `total`: in another order on every number of ranks, and none on the last of
/// several.
std::vector<std::uint64_t> keys_of(MPI_Comm comm, std::uint64_t total) {
  int rank = 0, size = 1;
  MPI_Comm_rank(comm, &rank);
  MPI_Comm_size(comm, &size);
  const auto owners = static_cast<std::uint64_t>(size > 2 ? size - 1 : size);
  std::vector<std::uint64_t> keys;
  for (std::uint64_t i = 0; i < total; ++i) {
    const std::uint64_t key = (i * 7919) % total;  // a prime
    if (key % owners == static_cast<std::uint64_t>(rank)) keys.push_back(key << 20);
  }
  return keys;
}

double value_of(std::uint64_t key) {
  return std::sqrt(static_cast<double>(key)) / 3;
}

void write(MPI_Comm comm, const std::string& path, std::uint64_t total) {
  const std::vector<std::uint64_t> keys = keys_of(comm, total);
  std::vector<double> values;
  for (const std::uint64_t key : keys) values.push_back(value_of(key));
  NodeFileWriter file(comm, path, keys);
  file.nodes("/values", values);
  file.group("/part");
  file.nodes("/part/floats", std::vector<float>(values.begin(), values.end()));
  file.rows("/table", {{"a", "b"}, {{1, 0.1}, {2, 0.2}, {3, std::nan("")}}});
  file.rows("/empty", {{"a"}, {}});
  file.close();
}

/// How many things are not as they were written.
int read(MPI_Comm comm, const std::string& path, std::uint64_t total) {
  const std::vector<std::uint64_t> keys = keys_of(comm, total);
  NodeFileReader file(comm, path, keys);
  std::vector<double> values;
  std::vector<float> floats;
  file.nodes("/values", values);
  file.nodes("/part/floats", floats);
  int wrong = values.size() == keys.size() && floats.size() == keys.size() ? 0 : 1;
  for (std::size_t i = 0; i < keys.size() && wrong == 0; ++i)
    wrong += values[i] != value_of(keys[i]) || floats[i] != static_cast<float>(value_of(keys[i])) ? 1 : 0;
  const Table table = file.rows("/table", {"a", "b"});
  wrong +=
      table.rows.size() == 3 && table.rows[1] == std::vector<double>{2, 0.2} && std::isnan(table.rows[2][1])
          ? 0
          : 1;
  wrong += file.rows("/empty", {"a"}).rows.empty() ? 0 : 1;
  file.close();
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0, size = 1, wrong = argc == 2 ? 0 : 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  const std::string path = std::string(argv[argc - 1]) + "/nodes.h5";
  constexpr std::uint64_t total = 30011;
  for (int writers = 1; writers <= size; ++writers) {
    MPI_Comm some = MPI_COMM_NULL;
    MPI_Comm_split(MPI_COMM_WORLD, rank < writers ? 0 : 1, rank, &some);
    if (rank < writers) write(some, path, total);
    MPI_Comm_free(&some);
    for (int readers = 1; readers <= size; ++readers) {
      MPI_Comm_split(MPI_COMM_WORLD, rank < readers ? 0 : 1, rank, &some);
      int here = rank < readers ? read(some, path, total) : 0;
      MPI_Comm_free(&some);
      MPI_Allreduce(MPI_IN_PLACE, &here, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
      if (here != 0 && rank == 0)
        std::fprintf(stderr, "written by %d, read by %d: wrong\n", writers, readers);
      wrong += here;
    }
  }
  // Of another mesh.
  int refused = 0;
  try {
    read(MPI_COMM_WORLD, path, total - 1);
  } catch (const ComputationError& error) {
    refused = std::string(error.what()).find("another mesh") != std::string::npos ? 1 : 0;
  }
  if (wrong == 0 && refused == 1 && rank == 0) std::printf("read as written\n");
  std::fflush(nullptr);
  MPI_Barrier(MPI_COMM_WORLD);
  _exit(wrong == 0 && refused == 1 ? 0 : 1);  // the file that was refused is still open
}
