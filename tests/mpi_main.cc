// main() of the tests that need MPI and PETSc.
#include <deal.II/base/mpi.h>
#include <deal.II/base/multithread_info.h>
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  dealii::Utilities::MPI::MPI_InitFinalize mpi(argc, argv, 1);
  dealii::MultithreadInfo::set_thread_limit(1);
  return RUN_ALL_TESTS();
}
