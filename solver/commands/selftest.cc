#include "commands/selftest.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <sstream>

#include "commands/case_to_folder.h"
#include "commands/command_line.h"
#include "commands/selftest_checks.h"
#include "commands/together.h"
#include "output/interruption.h"
#include "quantities/error.h"

namespace intratumor {

namespace fs = std::filesystem;
namespace po = boost::program_options;

namespace {

/// A folder of this rank's own that goes with the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "intratumor_selftest_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw ComputationError(name + ": cannot be made; set TMPDIR");
    path_ = name;
  }
  ~TemporaryFolder() { remove(); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  void remove() noexcept {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

 private:
  std::string path_;
};

/// Does one check on all ranks and prints its line. Whether it passed, on every rank.
bool passes(const SelfCheck& check, MPI_Comm comm, bool prints) {
  double error = 0;
  const Outcome outcome = together(comm, [&] { error = check.error(); });
  // The worst of all ranks; a NaN fails.
  int passed = outcome.status == 0 && error <= check.limit ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &passed, 1, MPI_INT, MPI_MIN, comm);
  if (!prints) return passed == 1;
  if (outcome.status != 0)
    std::printf("%-58s FAILED: %s\n", check.name, outcome.message.c_str());
  else
    std::printf("%-58s error %.1e  limit %.0e  %s\n", check.name, error, check.limit,
                passed == 1 ? "ok" : "FAILED");
  std::fflush(stdout);
  return passed == 1;
}

int selftest(MPI_Comm comm) {
  const bool prints = is_first_of_launch();
  TemporaryFolder folder;
  const Interruption interruption([&] {
    folder.remove();
    return 1;
  });
  int done = 0, failed = 0;
  for (const auto& list : {exact_checks(comm), case_checks(comm, folder.path())})
    for (const SelfCheck& check : list) {
      ++done;
      if (!passes(check, comm, prints)) ++failed;
    }
  if (prints && failed == 0) std::printf("all %d checks passed\n", done);
  if (prints && failed > 0) std::printf("%d of %d checks FAILED\n", failed, done);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int selftest_command(const std::vector<std::string>& arguments) {
  po::options_description visible("Options");
  visible.add_options()("help,h", po::bool_switch(), "this text");
  const po::variables_map values = read_options("selftest", arguments, visible, {});
  if (values["help"].as<bool>()) {
    if (!is_first_of_launch()) return 0;
    std::ostringstream text;
    text
        << "usage: intratumor selftest\n"
           "       mpirun -np N intratumor selftest\n\n"
           "Computes what is known beforehand: exact solutions, and a tiny case from its image to its\n"
           "ledger. Takes some seconds and leaves no file. Exit status 0 when every check passed, else 1.\n\n"
        << visible;
    std::fputs(text.str().c_str(), stdout);
    return 0;
  }
  return with_mpi(selftest);
}

}  // namespace intratumor
