// One rank fails while the others wait for it, or all do: fail_on_rank FOLDER one|all. All ranks must end,
// with one message and without what rank 0 was writing.
#include <deal.II/base/mpi.h>
#include <mpi.h>

#include <cstdio>
#include <memory>
#include <string>

#include "commands/together.h"
#include "output/interruption.h"
#include "output/result_folder.h"
#include "output/table.h"
#include "quantities/error.h"

using namespace intratumor;

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  if (argc != 3) return 99;
  const std::string folder_path = argv[1];
  const bool all = std::string(argv[2]) == "all";
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  int status = 99;
  {
    std::unique_ptr<ResultFolder> folder;
    if (rank == 0) folder = std::make_unique<ResultFolder>(folder_path, false);
    const std::string staging =
        dealii::Utilities::MPI::broadcast(MPI_COMM_WORLD, folder ? folder->staging() : std::string(), 0);
    // As while checkpoints are written: the first signal ends nothing.
    Interruption interruption([&] {
      if (folder) folder->discard();
      return 1;
    });
    interruption.remember(true);
    const Outcome outcome = together(
        MPI_COMM_WORLD,
        [&] {
          if (folder) write_text(folder->staging() + "/part", "x");
          MPI_Barrier(MPI_COMM_WORLD);
          if (all || rank == 1) throw InputError("rank " + std::to_string(rank) + " failed");
          MPI_Barrier(MPI_COMM_WORLD);
        },
        [&] { remove_staged(staging); });
    if (rank == 0) std::fprintf(stderr, "error: %s\n", outcome.message.c_str());
    status = outcome.status;
  }
  MPI_Finalize();
  return status;
}
