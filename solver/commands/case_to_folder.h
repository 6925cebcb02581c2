#pragma once

#include <mpi.h>

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands/case_options.h"
#include "injection/case.h"
#include "output/reporter.h"
#include "output/result_folder.h"

namespace intratumor {

/// Runs `command` between the start and the end of MPI and returns its exit status. Libraries see none of the
/// program's arguments.
int with_mpi(const std::function<int(MPI_Comm)>& command);

/// What commands share that turn a case into a folder, on all ranks: the case is read, the folder staged, and
/// takes its name when all is written. An error of any rank is told once and leaves nothing behind, nor does
/// an interruption.
class CaseToFolder {
 public:
  /// `ending` of the folder's name when the options give none: ./<case name><ending>
  CaseToFolder(const CaseOptions& options, const std::string& ending, MPI_Comm comm);

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
  /// s since the command began.
  double elapsed() const;
  /// The folder's path for people, relative to where the program runs.
  std::string readable_path() const;
  /// case.resolved.yaml, with the inputs' hashes. In `write`.
  std::string resolved_text() const;

 private:
  bool stage(const std::function<void()>& work);
  void read();
  void make_folder();
  void announce();
  void list_inputs();
  void abandon();
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
};

}  // namespace intratumor
