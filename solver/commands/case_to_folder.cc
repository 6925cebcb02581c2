#include "commands/case_to_folder.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/multithread_info.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "commands/together.h"
#include "images/image_header.h"
#include "output/interruption.h"
#include "output/sha256.h"

namespace intratumor {

int with_mpi(const std::function<int(MPI_Comm)>& command) {
  // A reader of the messages that goes away (| head) must not end the run.
  std::signal(SIGPIPE, SIG_IGN);
  // PETSc reads the command line it is given: it gets none, or it would take -o and --help for its own.
  int argc = 1;
  char name[] = "intratumor";
  char* arguments_for_mpi[] = {name, nullptr};
  char** argv = arguments_for_mpi;
  const dealii::Utilities::MPI::MPI_InitFinalize mpi(argc, argv, 1);
  dealii::MultithreadInfo::set_thread_limit(1);
  return command(MPI_COMM_WORLD);
}

CaseToFolder::CaseToFolder(const CaseOptions& options, const std::string& ending, MPI_Comm comm)
    : options_(options),
      ending_(ending),
      comm_(comm),
      rank_(static_cast<int>(dealii::Utilities::MPI::this_mpi_process(comm))),
      ranks_(static_cast<int>(dealii::Utilities::MPI::n_mpi_processes(comm))),
      reporter_(std::make_unique<Reporter>(Reporter::Options{rank_ == 0, options.quiet, ""})) {}

int CaseToFolder::operator()(const std::function<void()>& compute, const std::function<void()>& write) {
  if (!stage([&] { read(); }) || !stage([&] { make_folder(); })) return status_;
  const Interruption interruption([&] { abandon(); });
  const auto computes = [&] {
    announce();
    compute();
  };
  const auto writes = [&] {
    if (rank_ != 0) return;
    list_inputs();
    write();
    reporter_->close();
    folder_->commit();
  };
  if (stage(computes) && stage(writes)) {
    reporter_->publish();
  } else {
    leave();
  }
  return status_;
}

bool CaseToFolder::stage(const std::function<void()>& work) {
  const Outcome outcome = together(comm_, work);
  status_ = outcome.status;
  if (status_ == 0) return true;
  reporter_->error(outcome.message);
  if (rank_ == 0 && options_.on_failure) options_.on_failure(outcome.message);
  return false;
}

/// After a failure. One in the middle of the computation may leave files open that MPI_Finalize would wait
/// for: then the program ends without it, the other ranks after the one that cleans up.
void CaseToFolder::leave() {
  if (folder_) folder_->discard();
  std::fflush(nullptr);
  MPI_Barrier(comm_);
  if (status_ == 1) _exit(status_);
}

void CaseToFolder::read() {
  case_ = read_case(options_.case_file, options_.overrides);
  inputs_["case"] = {{"path", options_.case_file}, {"sha256", sha256_of_file(options_.case_file)}};
  inputs_["set"] = options_.overrides;
}

void CaseToFolder::make_folder() {
  if (rank_ != 0) return;
  folder_ = std::make_unique<ResultFolder>(options_.folder.empty() ? case_.name + ending_ : options_.folder,
                                           options_.overwrite);
  reporter_ =
      std::make_unique<Reporter>(Reporter::Options{true, options_.quiet, folder_->staging() + "/log.txt"});
}

void CaseToFolder::announce() {
  staging_ = dealii::Utilities::MPI::broadcast(comm_, folder_ ? folder_->staging() : std::string(), 0);
  reporter_->info("intratumor " INTRATUMOR_VERSION ": " + case_.title + " (" + options_.case_file + ") on " +
                  std::to_string(ranks_) + (ranks_ == 1 ? " rank" : " ranks"));
}

/// The files that the case names, with their hashes.
void CaseToFolder::list_inputs() {
  const auto add = [&](const std::string& name, const std::string& path) {
    inputs_[name] = {{"path", path}, {"sha256", sha256_of_file(path)}};
  };
  const auto add_image = [&](const std::string& name, const std::string& path) {
    add(name, path);
    // A detached header says nothing of what its voxels are.
    const std::string data = read_image_header(path).data_path;
    if (data != path) add(name + "_data", data);
  };
  add_image("segmentation", case_.geometry.segmentation);
  if (case_.deposit && !case_.deposit->mask.empty()) add_image("mask", case_.deposit->mask);
  for (std::size_t k = 0; k < case_.needles.size(); ++k)
    if (!case_.needles[k].needle_line.empty())
      add("needle_line_" + std::to_string(k), case_.needles[k].needle_line);
}

/// On a signal, in another thread: nothing stays.
void CaseToFolder::abandon() {
  if (rank_ != 0 || !folder_->discard()) return;
  constexpr char text[] = "\nerror: interrupted; no result was written\n";
  const ssize_t written = ::write(STDERR_FILENO, text, sizeof text - 1);
  static_cast<void>(written);
}

double CaseToFolder::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

std::string CaseToFolder::readable_path() const {
  return std::filesystem::path(folder_->path()).lexically_proximate(std::filesystem::current_path()).string();
}

std::string CaseToFolder::resolved_text() const {
  std::string text = "# The case with every default filled in, by intratumor " INTRATUMOR_VERSION
                     ". Running it at the same number of ranks\n# gives the same result.\n";
  for (const auto& input : inputs_)
    if (input.is_object())
      text +=
          "# sha256 " + input["sha256"].get<std::string>() + "  " + input["path"].get<std::string>() + "\n";
  for (const std::string& change : options_.overrides) text += "# --set " + change + "\n";
  return text + resolved_yaml(case_);
}

}  // namespace intratumor
