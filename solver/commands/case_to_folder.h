#pragma once

#include <mpi.h>

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands/case_options.h"
#include "commands/together.h"
#include "injection/case.h"
#include "output/checkpoint_folder.h"
#include "output/interruption.h"
#include "output/reporter.h"
#include "output/result_folder.h"
#include "simulation/checkpoints.h"

namespace intratumor {

/// Runs `command` between the start and the end of MPI and returns its exit status. Libraries see none of the
/// program's arguments.
int with_mpi(const std::function<int(MPI_Comm)>& command);

/// What commands share that turn a case into a folder, on all ranks: the case is read, the folder staged, and
/// takes its name when all is written. An error of any rank is told once and leaves nothing behind but the
/// checkpoints that were written before, nor does an interruption.
class CaseToFolder {
 public:
  enum class Keeps { nothing, checkpoints };
  /// `ending` of the folder's name when the options give none: ./<case name><ending>
  CaseToFolder(const CaseOptions& options, const std::string& ending, MPI_Comm comm,
               Keeps keeps = Keeps::nothing);

  /// `compute` on every rank, then `write` on the first, which then makes the folder whole. Returns the exit
  /// status. Once.
  int operator()(const std::function<void()>& compute, const std::function<void()>& write);

  const Case& input() const { return case_; }
  MPI_Comm communicator() const { return comm_; }
  int ranks() const { return ranks_; }
  Reporter& reporter() { return *reporter_; }
  /// Where to write; the same on every rank.
  const std::string& staging() const { return staging_; }
  /// Paths and SHA-256 of what was read, and the texts of --set. Complete in `write`.
  const nlohmann::ordered_json& inputs() const { return inputs_; }
  /// To go on from and to write. Null: none. In `compute` and `write`.
  Checkpoints* checkpoints() { return checkpoints_.get(); }
  /// s since the command began, and of earlier parts of the run.
  double elapsed() const;
  /// The folder's path for people, relative to where the program runs.
  std::string readable_path() const;
  /// case.resolved.yaml, with the inputs' hashes. In `write`.
  std::string resolved_text() const;

 private:
  /// What an earlier run has left where the result will be.
  enum class Earlier { nothing, checkpoint, whole };

  bool stage(const std::function<void()>& work);
  void read();
  void make_folder();
  void find_earlier(const std::string& path);
  std::string changes_since(const nlohmann::ordered_json& before);
  nlohmann::ordered_json parameters();
  Earlier share_places();
  void announce();
  void make_checkpoints(Interruption& interruption);
  void list_inputs();
  int abandon();
  void tell(const Outcome& outcome);
  std::string resuming_command() const;
  void leave();

  CaseOptions options_;
  std::string ending_;
  MPI_Comm comm_;
  int rank_ = 0;
  int ranks_ = 1;
  int status_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  nlohmann::ordered_json inputs_;
  std::unique_ptr<ResultFolder> folder_;  // on rank 0
  std::string staging_;
  std::unique_ptr<Reporter> reporter_;
  Case case_;

  Keeps keeps_;
  Earlier earlier_ = Earlier::nothing;
  bool replaces_ = false;                                // a result that stood there before
  CheckpointFolder::Checkpoint from_;                    // with Earlier::checkpoint
  std::vector<std::string> remarks_;                     // to be told when the reporter is there
  std::unique_ptr<CheckpointFolder> checkpoint_folder_;  // on rank 0 the one that writes
  std::unique_ptr<Checkpoints> checkpoints_;
};

}  // namespace intratumor
