#include "commands/sweep_run.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "commands/amount_text.h"
#include "commands/case_to_folder.h"
#include "commands/command_line.h"
#include "commands/run.h"
#include "commands/slurm_queue.h"
#include "commands/sweep_folder.h"
#include "commands/sweep_meshes.h"
#include "commands/sweep_plan.h"
#include "commands/sweep_progress.h"
#include "commands/sweep_workers.h"
#include "commands/together.h"
#include "images/memory.h"
#include "output/checkpoint_folder.h"
#include "quantities/error.h"
#include "simulation/reuse.h"

namespace intratumor {

namespace {

/// What fits into the memory that is free.
int jobs_that_fit(int jobs, double case_bytes) {
  const std::optional<std::size_t> free = available_memory();
  if (!free) return jobs;
  const double room = static_cast<double>(*free) / std::max(1., case_bytes);
  if (room >= jobs) return jobs;
  const int fitting = std::max(1, static_cast<int>(room));
  std::fprintf(stderr, "warning: --jobs %d: %s of memory are free and a case takes up to %s, so %d %s\n",
               jobs, bytes_text(static_cast<double>(*free)).c_str(), bytes_text(case_bytes).c_str(), fitting,
               fitting == 1 ? "at a time runs" : "at a time run");
  return fitting;
}

CaseOptions options_of_case(const Study& study, const Plan& plan, const StudyFolder& folder,
                            const SweepMeshes& meshes, std::size_t number) {
  CaseOptions options;
  options.case_file = study.base;
  options.overrides = plan.cases[number].set;
  for (const std::string& setting : meshes.settings(number)) options.overrides.push_back(setting);
  options.folder = folder.case_path(number);
  options.overwrite = true;
  options.resume = CaseOptions::Resume::if_possible;
  options.quiet = true;
  options.keep_fields = study.keep_fields;
  const auto start = std::chrono::steady_clock::now();
  options.on_failure = [&folder, number, start](const std::string& reason) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    try {
      folder.record_failure(number, {reason, seconds});
    } catch (const ComputationError&) {
      // A full disk: the sweep tells when it cannot write the record either.
    }
  };
  return options;
}

/// True when every case was tried.
bool compute(const Study& study, const Plan& plan, StudyFolder& folder, const SweepMeshes& meshes,
             const std::vector<std::size_t>& cases, int jobs, SweepProgress& progress) {
  std::string trouble;
  Reuse reuse;  // each worker has its own after the fork
  SweepWorkers::Work work;
  work.at_start = [&] { folder.forget_lock(); };
  work.at_end = [&] { reuse = Reuse(); };
  work.group = [&](std::size_t number) { return meshes.group(number); };
  work.compute = [&](std::size_t number, MPI_Comm comm) {
    CaseOptions options = options_of_case(study, plan, folder, meshes, number);
    options.reuse = &reuse;
    return run_case(options, comm);
  };
  work.on_tick = [&](int running) { progress.show(running, jobs); };
  work.on_end = [&](const CaseEnd& end) {
    // A process may be ended when its case stands whole and only its answer is missing.
    if (end.good || folder.state(end.number) == StudyFolder::State::done) {
      folder.forget_failure(end.number);
      progress.done();
      return true;
    }
    try {
      // The case says itself why it failed, unless its process has not lived to do so.
      if (folder.state(end.number) != StudyFolder::State::failed)
        folder.record_failure(end.number, {end.reason, end.seconds});
    } catch (const ComputationError& error) {
      trouble = error.what();
    }
    progress.failed(end.number, plan.cases[end.number].label,
                    trouble.empty() ? folder.failure(end.number).reason : end.reason);
    return trouble.empty();
  };
  for (const std::size_t number : cases) folder.forget_failure(number);
  const bool all = SweepWorkers::run(cases, jobs, work);
  progress.close();
  if (!trouble.empty())
    throw ComputationError(trouble + "; the cases that are done are safe, --resume goes on with the rest");
  return all;
}

}  // namespace

int run_sweep(const SweepOptions& options, const Study& study, Plan plan) {
  if (is_launched())
    throw InputError("intratumor sweep: starts its own processes; say --jobs N instead of mpirun -np N");
  StudyFolder folder(folder_of(options, study));
  refuse_while_queued(folder.path() + "/slurm");
  const std::set<std::string> files = check_plan(study, plan);
  open_folder(options, study, plan, files, folder);
  const std::vector<std::size_t> cases = cases_to_run(options, folder, plan);
  std::size_t before = 0;
  for (std::size_t k = 0; k < plan.cases.size(); ++k)
    before += folder.state(k) == StudyFolder::State::done ? 1 : 0;
  bool all = true;
  if (!cases.empty()) {
    // Each reads an image, so fewer than --list does.
    constexpr std::size_t most_estimated = 4;
    const StudyCost cost = estimate_study(study, plan, most_estimated);
    const int jobs = jobs_that_fit(
        static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(options.jobs), cases.size())),
        cost.memory_bytes);
    announce(options, study, plan, cost_text(plan, cost, jobs, usable_cores()));
    SweepProgress progress(plan.cases.size(), before, options.quiet);
    all = compute(study, plan, folder, SweepMeshes::of(study, plan, folder), cases, jobs, progress);
    // Of workers that ended, or were ended, before they could clean up.
    folder.remove_leftovers();
  }
  const StudyResults results = gather(options, folder, study, plan);
  const std::size_t done = results.count(StudyFolder::State::done);
  const std::size_t failed = results.count(StudyFolder::State::failed);
  say(options, std::to_string(done) + " of " + std::to_string(plan.cases.size()) + " cases done, " +
                   std::to_string(failed) + " failed" + (all ? "" : "; interrupted, --resume goes on") +
                   ": " + folder.path() + "/results.csv");
  if (!all) return interrupted_status;
  return failed > 0 ? 1 : 0;
}

namespace {

/// What tasks of one study need to know of it.
struct OpenedStudy {
  std::vector<std::size_t> open;  ///< of the cases asked for
  SweepMeshes meshes;
};

/// Makes what is not there yet, the plan and the list of meshes. Of several ranks the first calls it first.
OpenedStudy open_study(const SweepOptions& options, const Study& study, Plan& plan, StudyFolder& folder,
                       bool first) {
  if (first) {
    folder.make();
    folder.lock(false);
    if (!folder.has_plan()) folder.write_plan(study, plan, check_plan(study, plan));
  }
  match_plan(folder, study, plan, false);
  OpenedStudy opened;
  for (const std::size_t number : options.indices) {
    if (folder.state(number) != StudyFolder::State::done)
      opened.open.push_back(number);
    else if (first)
      say(options, "case " + std::to_string(number) + " is done already");
  }
  if (!opened.open.empty()) opened.meshes = SweepMeshes::of(study, plan, folder);
  return opened;
}

/// One case on all ranks of a launch.
int run_on_ranks(const SweepOptions& options, const Study& study, Plan& plan, StudyFolder& folder,
                 MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  OpenedStudy opened;
  // The others read what the first rank has made.
  for (const bool first : {true, false}) {
    const Outcome outcome = together(comm, [&] {
      if ((rank == 0) == first) opened = open_study(options, study, plan, folder, first);
    });
    if (outcome.status == 0) continue;
    if (rank == 0) std::fprintf(stderr, "error: %s\n", outcome.message.c_str());
    return outcome.status;
  }
  if (opened.open.empty()) return 0;
  const std::size_t number = opened.open.front();
  CaseOptions case_options = options_of_case(study, plan, folder, opened.meshes, number);
  case_options.quiet = options.quiet;
  case_options.resumed_by = "the same command";
  const int status = run_case(case_options, comm);
  if (status == 0 && rank == 0) folder.forget_failure(number);
  return status;
}

}  // namespace

int run_cases(const SweepOptions& options, const Study& study, Plan plan) {
  for (const std::size_t number : options.indices)
    if (number >= plan.cases.size())
      throw InputError("intratumor sweep: --index " + std::to_string(number) +
                       ": the study has the cases 0 to " + std::to_string(plan.cases.size() - 1));
  StudyFolder folder(folder_of(options, study));
  if (options.indices.size() == 1)
    return with_mpi([&](MPI_Comm comm) { return run_on_ranks(options, study, plan, folder, comm); });
  if (is_launched() || !is_first_of_launch())
    throw InputError(
        "intratumor sweep: --index with several cases starts a process of its own; under mpirun "
        "one case at a time");
  const OpenedStudy opened = open_study(options, study, plan, folder, true);
  if (opened.open.empty()) return 0;
  SweepProgress progress(opened.open.size(), 0, options.quiet);
  if (!compute(study, plan, folder, opened.meshes, opened.open, 1, progress)) return interrupted_status;
  const auto failed = [&](std::size_t number) { return folder.state(number) != StudyFolder::State::done; };
  return std::any_of(opened.open.begin(), opened.open.end(), failed) ? 1 : 0;
}

int gather_results(const SweepOptions& options, const Study& study, Plan plan) {
  if (!is_first_of_launch()) return 0;
  const StudyFolder folder(folder_of(options, study));
  if (!folder.has_plan()) throw InputError(folder.path() + ": holds no study yet");
  match_plan(folder, study, plan, false);
  const StudyResults results = gather(options, folder, study, plan);
  say(options, std::to_string(results.count(StudyFolder::State::done)) + " of " +
                   std::to_string(plan.cases.size()) + " cases done: " + folder.path() + "/results.csv");
  return 0;
}

int print_status(const SweepOptions& options, const Study& study, Plan plan) {
  const StudyFolder folder(folder_of(options, study));
  if (!folder.has_plan()) throw InputError(folder.path() + ": holds no study yet");
  match_plan(folder, study, plan, false);
  std::size_t done = 0, failed = 0, begun = 0;
  std::string failures;
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    const StudyFolder::State state = folder.state(k);
    if (state == StudyFolder::State::done) ++done;
    if (state == StudyFolder::State::open && CheckpointFolder(folder.case_path(k)).any()) ++begun;
    if (state != StudyFolder::State::failed) continue;
    ++failed;
    failures += "  case " + std::to_string(k) + " failed (" + plan.cases[k].label +
                "): " + folder.failure(k).reason + "\n";
  }
  const std::string of_these = begun > 0 ? ", " + std::to_string(begun) + " of them begun" : "";
  const QueuedTasks queued = queued_tasks(folder.path() + "/slurm");
  std::string tasks;
  if (!queued.jobs.empty())
    tasks = "Slurm: " + std::to_string(queued.running) + " tasks running, " + std::to_string(queued.waiting) +
            " waiting\n";
  std::printf("%zu of %zu cases done, %zu failed, %zu open%s (%s)\n%s%s", done, plan.cases.size(), failed,
              plan.cases.size() - done - failed, of_these.c_str(), folder.path().c_str(), tasks.c_str(),
              failures.c_str());
  return 0;
}

}  // namespace intratumor
