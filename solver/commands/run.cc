#include "commands/run.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/multithread_info.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>

#include "commands/command_line.h"
#include "commands/together.h"
#include "injection/case.h"
#include "output/interruption.h"
#include "output/readable_result.h"
#include "output/reporter.h"
#include "output/result_folder.h"
#include "output/sha256.h"
#include "output/summary.h"
#include "output/table.h"
#include "quantities/error.h"
#include "simulation/simulate.h"

namespace intratumor {

namespace po = boost::program_options;

namespace {

struct RunOptions {
  std::string case_file;
  std::string folder;  ///< empty: beside where the program runs, named for the case
  std::vector<std::string> overrides;
  bool overwrite = false;
  bool quiet = false;
  bool help = false;
};

const char* const usage =
    "usage: intratumor run CASE.yaml [-o DIR] [--set path=value ...] [--overwrite] [--quiet]\n"
    "       mpirun -np N intratumor run CASE.yaml ...\n\n"
    "Computes one case from its image to its summary and writes a result folder.\n\n";

po::options_description visible_options() {
  po::options_description options("Options");
  options.add_options()  //
      ("output,o", po::value<std::string>()->value_name("DIR"),
       "result folder; ./<case name>.out without")  //
      ("set", po::value<std::vector<std::string>>()->composing()->value_name("path=value"),
       "change the case, as --set scheme.0.volume='2 mL'; may be repeated")              //
      ("overwrite", po::bool_switch(), "replace a result folder that is there already")  //
      ("quiet,q", po::bool_switch(), "say nothing but warnings and errors")              //
      ("help,h", po::bool_switch(), "this text");
  return options;
}

RunOptions read_run_options(const std::vector<std::string>& arguments) {
  po::options_description all;
  all.add(visible_options());
  all.add_options()("case", po::value<std::vector<std::string>>())("resume", po::bool_switch());
  po::positional_options_description positional;
  positional.add("case", -1);
  const po::variables_map values = read_options("run", arguments, all, positional);

  RunOptions options;
  options.help = values["help"].as<bool>();
  if (options.help) return options;
  if (values["resume"].as<bool>()) throw InputError("intratumor run --resume comes with a later version");
  const auto cases =
      values.count("case") > 0 ? values["case"].as<std::vector<std::string>>() : std::vector<std::string>();
  if (cases.empty())
    throw InputError("intratumor run: which case? give its YAML file; see intratumor run --help");
  for (std::size_t i = 1; i < cases.size(); ++i)
    throw InputError("intratumor run: one case at a time, and there is '" + cases[i] + "' beside '" +
                     cases[0] + "'" +
                     (cases[i].find('=') != std::string::npos ? "; every change has its own --set" : ""));
  options.case_file = cases[0];
  if (values.count("output") > 0) {
    options.folder = values["output"].as<std::string>();
    if (options.folder.empty()) throw InputError("intratumor run: -o: the result folder has no name");
  }
  if (values.count("set") > 0) options.overrides = values["set"].as<std::vector<std::string>>();
  options.overwrite = values["overwrite"].as<bool>();
  options.quiet = values["quiet"].as<bool>();
  return options;
}

/// Everything a run holds, in the order in which it comes to be.
class Run {
 public:
  Run(const RunOptions& options, MPI_Comm comm) : options_(options), comm_(comm) {
    rank_ = dealii::Utilities::MPI::this_mpi_process(comm);
    reporter_ = std::make_unique<Reporter>(Reporter::Options{rank_ == 0, options.quiet, ""});
  }

  int operator()() {
    if (!stage([&] { read(); }) || !stage([&] { make_folder(); })) return status_;
    const Interruption interruption([&] { abandon(); });
    if (stage([&] { compute(); }) && stage([&] { write(); })) {
      reporter_->publish();
    } else {
      leave();
    }
    return status_;
  }

 private:
  bool stage(const std::function<void()>& work) {
    const Outcome outcome = together(comm_, work);
    status_ = outcome.status;
    if (status_ == 0) return true;
    reporter_->error(outcome.message);
    return false;
  }

  /// After a failure. One in the middle of the computation may leave files open that MPI_Finalize would wait
  /// for: then the program ends without it, the other ranks after the one that cleans up.
  void leave() {
    if (folder_) folder_->discard();
    std::fflush(nullptr);
    MPI_Barrier(comm_);
    if (status_ == 1) _exit(status_);
  }

  void read() {
    case_ = read_case(options_.case_file, options_.overrides);
    hashes_["case"] = {{"path", options_.case_file}, {"sha256", sha256_of_file(options_.case_file)}};
    hashes_["set"] = options_.overrides;
  }

  void make_folder() {
    if (rank_ != 0) return;
    folder_ = std::make_unique<ResultFolder>(options_.folder.empty() ? case_.name + ".out" : options_.folder,
                                             options_.overwrite);
    reporter_ =
        std::make_unique<Reporter>(Reporter::Options{true, options_.quiet, folder_->staging() + "/log.txt"});
  }

  /// On a signal, in another thread: nothing stays.
  void abandon() {
    if (rank_ != 0 || !folder_->discard()) return;
    constexpr char text[] = "\nerror: interrupted; no result was written\n";
    const ssize_t written = ::write(STDERR_FILENO, text, sizeof text - 1);
    static_cast<void>(written);
  }

  void compute() {
    std::string staging = folder_ ? folder_->staging() : "";
    staging = dealii::Utilities::MPI::broadcast(comm_, staging, 0);
    const int ranks = static_cast<int>(dealii::Utilities::MPI::n_mpi_processes(comm_));
    reporter_->info("intratumor " INTRATUMOR_VERSION ": " + case_.title + " (" + options_.case_file +
                    ") on " + std::to_string(ranks) + (ranks == 1 ? " rank" : " ranks"));
    result_ = simulate(case_, comm_, *reporter_, staging);
    result_.summary["mesh"]["ranks"] = ranks;
  }

  void write() {
    if (rank_ != 0) return;
    const std::string staging = folder_->staging();
    hashes_["segmentation"] = {{"path", case_.geometry.segmentation},
                               {"sha256", sha256_of_file(case_.geometry.segmentation)}};
    nlohmann::ordered_json& summary = result_.summary;
    summary["inputs"] = hashes_;
    summary["warnings"] = reporter_->warnings();
    summary["time"]["wall_s"] =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const SummaryGaps gaps = complete_summary(summary);
    for (const std::string& key : gaps.missing) reporter_->warn("summary.json: " + key + " was not computed");
    for (const std::string& key : gaps.without_unit) reporter_->warn("summary.json: " + key + " has no unit");
    write_summary(staging + "/summary.json", summary);
    write_csv(staging + "/series.csv", result_.series);
    write_csv(staging + "/exposure_volume.csv", result_.histogram);
    write_text(staging + "/case.resolved.yaml", resolved_text());
    const double molar_mass = case_.drug.molar_mass.value;
    reporter_->result(
        readable_result(case_.title, summary, result_.series,
                        case_.drug.molar_mass.given() ? std::optional<double>(molar_mass) : std::nullopt));
    reporter_->result(where_to_look());
    reporter_->close();
    folder_->commit();
  }

  std::string resolved_text() const {
    std::string text = "# The case with every default filled in, by intratumor " INTRATUMOR_VERSION
                       ". Running it at the same number of ranks\n# gives the same result.\n";
    for (const char* input : {"case", "segmentation"})
      text += "# sha256 " + hashes_[input]["sha256"].get<std::string>() + "  " +
              hashes_[input]["path"].get<std::string>() + "\n";
    for (const std::string& change : options_.overrides) text += "# --set " + change + "\n";
    return text + resolved_yaml(case_);
  }

  std::string where_to_look() const {
    std::string text =
        "\n" +
        std::filesystem::path(folder_->path()).lexically_proximate(std::filesystem::current_path()).string() +
        "/\n  summary.json           every number, in SI units\n"
        "  series.csv             the course in time\n"
        "  exposure_volume.csv    how evenly the tumour is exposed\n";
    if (!case_.field_times.empty())
      text += "  fields.xdmf            concentration and pressure in space, for ParaView (Xdmf3 Reader S)\n";
    return text + "  case.resolved.yaml     the case with every default, log.txt what was shown here";
  }

  RunOptions options_;
  MPI_Comm comm_;
  unsigned int rank_ = 0;
  int status_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  nlohmann::ordered_json hashes_;
  std::unique_ptr<ResultFolder> folder_;  // on rank 0
  std::unique_ptr<Reporter> reporter_;
  Case case_;
  Result result_;
};

}  // namespace

int run_command(const std::vector<std::string>& arguments) {
  const RunOptions options = read_run_options(arguments);
  if (options.help) {
    if (is_first_of_launch()) {
      std::fputs(usage, stdout);
      std::ostringstream text;
      text << visible_options();
      std::fputs(text.str().c_str(), stdout);
    }
    return 0;
  }
  // A reader of the messages that goes away (| head) must not end the run.
  std::signal(SIGPIPE, SIG_IGN);
  // PETSc reads the command line it is given: it gets none, or it would take -o and --help for its own.
  int argc = 1;
  char name[] = "intratumor";
  char* arguments_for_mpi[] = {name, nullptr};
  char** argv = arguments_for_mpi;
  const dealii::Utilities::MPI::MPI_InitFinalize mpi(argc, argv, 1);
  dealii::MultithreadInfo::set_thread_limit(1);
  return Run(options, MPI_COMM_WORLD)();
}

}  // namespace intratumor
