#include "commands/case_to_folder.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/multithread_info.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "commands/same_run.h"
#include "commands/together.h"
#include "images/image_header.h"
#include "injection/segmentation_file.h"
#include "output/interruption.h"
#include "output/sha256.h"

namespace intratumor {

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

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

CaseToFolder::CaseToFolder(const CaseOptions& options, const std::string& ending, MPI_Comm comm, Keeps keeps)
    : options_(options),
      ending_(ending),
      comm_(comm),
      rank_(static_cast<int>(dealii::Utilities::MPI::this_mpi_process(comm))),
      ranks_(static_cast<int>(dealii::Utilities::MPI::n_mpi_processes(comm))),
      reporter_(std::make_unique<Reporter>(Reporter::Options{rank_ == 0, options.quiet, ""})),
      keeps_(keeps) {}

int CaseToFolder::operator()(const std::function<void()>& compute, const std::function<void()>& write) {
  if (!stage([&] { read(); }) || !stage([&] { make_folder(); })) return status_;
  if (share_places() == Earlier::whole) return 0;
  // mpirun kills one second after SIGTERM, which may be before a step has ended.
  Interruption interruption([&] { return abandon(); },
                            [&] {
                              if (rank_ == 0) folder_->discard_after_death();
                            });
  const auto computes = [&] {
    announce();
    make_checkpoints(interruption);
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
  const Outcome outcome = together(comm_, work, [&] {
    if (!staging_.empty()) remove_staged(staging_);
  });
  status_ = outcome.status == dropped_status ? 1 : outcome.status;
  if (status_ != 0) tell(outcome);
  return status_ == 0;
}

void CaseToFolder::tell(const Outcome& outcome) {
  if (outcome.status == interrupted_status) {
    reporter_->warn(outcome.message + "; " + resuming_command() + " goes on");
    return;
  }
  reporter_->error(outcome.message + (outcome.status == dropped_status ? "; no result was written" : ""));
  if (rank_ != 0 || outcome.status == dropped_status) return;
  if (options_.on_failure) options_.on_failure(outcome.message);
  if (checkpoint_folder_ && checkpoint_folder_->locked() && checkpoint_folder_->any())
    reporter_->info("its last checkpoint stays: " + resuming_command() + " goes on from there");
}

std::string CaseToFolder::resuming_command() const {
  if (!options_.resumed_by.empty()) return options_.resumed_by;
  std::string text = "intratumor run " + options_.case_file;
  for (const std::string& change : options_.overrides) text += " --set '" + change + "'";
  if (folder_ && !options_.folder.empty()) text += " -o " + readable_path();
  return text + " --resume";
}

/// After a failure. One in the middle of the computation may leave files open that MPI_Finalize would wait
/// for: then the program ends without it, the other ranks after the one that cleans up.
void CaseToFolder::leave() {
  if (folder_) folder_->discard();
  std::fflush(nullptr);
  MPI_Barrier(comm_);
  if (status_ == 1 || status_ == interrupted_status) _exit(status_);
}

void CaseToFolder::read() {
  case_ = read_case(options_.case_file, options_.overrides);
  inputs_["case"] = {{"path", options_.case_file}, {"sha256", sha256_of_file(options_.case_file)}};
  inputs_["set"] = options_.overrides;
}

/// What an earlier run has left at `path`, and whether this one may go on with it.
void CaseToFolder::find_earlier(const std::string& path) {
  checkpoint_folder_ = std::make_unique<CheckpointFolder>(path);
  const bool any = checkpoint_folder_->any();
  if (options_.resume == CaseOptions::Resume::no) {
    if (any && !options_.overwrite)
      throw InputError(
          path + ": holds a run that was not finished; --resume goes on with it, --overwrite begins anew");
    return;
  }
  const bool must = options_.resume == CaseOptions::Resume::yes;
  if (any) {
    const auto found = checkpoint_folder_->latest(remarks_);
    if (!found) {
      remarks_.push_back("no checkpoint is of use; from the beginning");
      return;
    }
    const std::string changes = changes_since(found->index.at("parameters"));
    if (changes.empty()) {
      earlier_ = Earlier::checkpoint;
      from_ = *found;
      return;
    }
    if (must)
      throw InputError(path + ": the run that was begun here is another: " + changes +
                       "; take that back, or begin anew with --overwrite");
    remarks_.push_back("the run that was begun here is another: " + changes + "; from the beginning");
  } else if (must && std::filesystem::exists(std::filesystem::path(path) / "summary.json")) {
    const nlohmann::ordered_json before = parameters_of_result(path);
    const std::string changes = before.is_null() ? "" : changes_since(before);
    if (!changes.empty())
      throw InputError(path + ": holds the result of another run: " + changes +
                       "; choose another result folder with -o, or --overwrite to replace it");
    earlier_ = Earlier::whole;
  } else if (must) {
    remarks_.push_back("there is no run to go on with; from the beginning");
  }
}

/// What differs between the parameters of an earlier run and this one's; empty when nothing does.
std::string CaseToFolder::changes_since(const nlohmann::ordered_json& before) {
  std::string text;
  for (const std::string& change : changed_parameters(before, parameters()))
    text += (text.empty() ? "" : "; ") + change;
  return text;
}

void CaseToFolder::make_folder() {
  if (rank_ != 0) return;
  const std::string path = options_.folder.empty() ? case_.name + ending_ : options_.folder;
  if (keeps_ == Keeps::checkpoints) find_earlier(whole_path(path));
  if (earlier_ == Earlier::whole) return;
  const bool resumes = earlier_ == Earlier::checkpoint;
  const bool stands = checkpoint_folder_ && checkpoint_folder_->exists();
  const bool replaces = options_.overwrite || (resumes && from_.index.at("replaces").get<bool>());
  folder_ = std::make_unique<ResultFolder>(path, replaces, stands);
  replaces_ = replaces;
  if (stands) checkpoint_folder_->lock(folder_->staging());
  if (stands && !resumes) checkpoint_folder_->clear();
  reporter_ = std::make_unique<Reporter>(
      Reporter::Options{true, options_.quiet, folder_->staging() + "/log.txt",
                        resumes ? content_of(from_.folder + "/log.txt") : std::string()});
}

/// Tells the other ranks what the first one has found and where it will write.
CaseToFolder::Earlier CaseToFolder::share_places() {
  using dealii::Utilities::MPI::broadcast;
  earlier_ = static_cast<Earlier>(broadcast(comm_, static_cast<int>(earlier_), 0));
  if (earlier_ == Earlier::whole) {
    reporter_->info((options_.folder.empty() ? case_.name + ending_ : options_.folder) + ": is done already");
    return earlier_;
  }
  staging_ = broadcast(comm_, folder_ ? folder_->staging() : std::string(), 0);
  from_.folder = broadcast(comm_, from_.folder, 0);
  const std::string path = broadcast(comm_, folder_ ? folder_->path() : std::string(), 0);
  if (rank_ != 0 && keeps_ == Keeps::checkpoints)
    checkpoint_folder_ = std::make_unique<CheckpointFolder>(path);
  return earlier_;
}

void CaseToFolder::announce() {
  reporter_->info("intratumor " INTRATUMOR_VERSION ": " + case_.title + " (" + options_.case_file + ") on " +
                  std::to_string(ranks_) + (ranks_ == 1 ? " rank" : " ranks"));
  for (const std::string& remark : remarks_) reporter_->info(remark);
  if (rank_ == 0 && earlier_ == Earlier::checkpoint)
    reporter_->info("going on at " + readable_time(from_.index.at("time_s").get<double>()) +
                    (from_.index.at("by_vein").get<bool>() ? " of the same dose by vein" : ""));
}

void CaseToFolder::make_checkpoints(Interruption& interruption) {
  if (keeps_ != Keeps::checkpoints || (case_.checkpoint_interval == 0 && from_.folder.empty())) return;
  Checkpoints::Options options;
  options.comm = comm_;
  options.interval = case_.checkpoint_interval;
  options.folder = checkpoint_folder_.get();
  options.staging = staging_;
  options.interruption = case_.checkpoint_interval == 0 ? nullptr : &interruption;
  options.reporter = reporter_.get();
  options.about = [this] {
    return nlohmann::ordered_json{{"intratumor", INTRATUMOR_VERSION},
                                  {"ranks", ranks_},
                                  {"replaces", replaces_},
                                  {"parameters", parameters()}};
  };
  options.before_first = [this] { folder_->expect_checkpoint(); };
  options.from = from_.folder;
  checkpoints_ = std::make_unique<Checkpoints>(options);
}

/// On rank 0, also early in a run.
nlohmann::ordered_json CaseToFolder::parameters() {
  list_inputs();
  nlohmann::ordered_json parameters = parameters_of_run(case_, inputs_);
  parameters["program"] = INTRATUMOR_VERSION;
  return parameters;
}

/// The files that the case names, with their hashes.
void CaseToFolder::list_inputs() {
  if (inputs_.contains("segmentation")) return;
  const auto add = [&](const std::string& name, const std::string& path) {
    inputs_[name] = {{"path", path}, {"sha256", sha256_of_file(path)}};
  };
  const auto add_image = [&](const std::string& name, const std::string& path) {
    add(name, path);
    // A detached header says nothing of what its voxels are.
    const std::string data = read_image_header(path).data_path;
    if (data != path) add(name + "_data", data);
  };
  const std::vector<std::string> segmentation = segmentation_files(case_.geometry);
  add("segmentation", segmentation.front());
  if (segmentation.size() > 1) add("segmentation_data", segmentation.back());
  if (case_.deposit && !case_.deposit->mask.empty()) add_image("mask", case_.deposit->mask);
  for (std::size_t k = 0; k < case_.needles.size(); ++k)
    if (!case_.needles[k].needle_line.empty())
      add("needle_line_" + std::to_string(k), case_.needles[k].needle_line);
}

/// On a signal, in another thread: nothing stays but what is in the checkpoints. Returns the exit status.
int CaseToFolder::abandon() {
  // Without the lock they are another run's; only the first rank holds it.
  const bool goes_on =
      checkpoint_folder_ && checkpoint_folder_->any() && (rank_ != 0 || checkpoint_folder_->locked());
  if (rank_ == 0 && folder_->discard()) {
    const std::string text = goes_on ? "\ninterrupted; " + resuming_command() + " goes on\n"
                                     : "\nerror: interrupted; no result was written\n";
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    static_cast<void>(written);
  }
  return goes_on ? interrupted_status : 1;
}

double CaseToFolder::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() +
         (checkpoints_ ? checkpoints_->seconds_before() : 0.);
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
  for (const std::string& change : options_.overrides) {
    constexpr std::size_t longest = 300;
    text += "# --set " +
            (change.size() > longest ? change.substr(0, change.find('=')) + "=... (below)" : change) + "\n";
  }
  return text + resolved_yaml(case_);
}

}  // namespace intratumor
