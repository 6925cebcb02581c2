#include <algorithm>
#include <cmath>
#include <filesystem>

#include "commands/amount_text.h"
#include "commands/slurm_queue.h"
#include "commands/sweep_folder.h"
#include "commands/sweep_meshes.h"
#include "commands/sweep_plan.h"
#include "commands/sweep_run.h"
#include "quantities/error.h"
#include "study/slurm.h"

namespace intratumor {

namespace fs = std::filesystem;

namespace {

constexpr double usual_task_s = 600;  // short cases are put together until a task takes so long
constexpr double safety = 3;          // estimates are right within a factor of 2
constexpr double start_s = 60;
constexpr double memory_floor = 500e6;

/// slurm/array_1, or the next number that is free.
std::string next_name(const fs::path& folder) {
  for (int i = 1;; ++i) {
    const std::string name = "array_" + std::to_string(i);
    if (!fs::exists(folder / (name + ".sh"))) return name;
  }
}

SlurmArray array_of(const Study& study, const StudyFolder& folder, const SlurmProfile& profile,
                    const std::vector<std::size_t>& cases, const StudyCost& cost) {
  SlurmArray array;
  array.name = study.name;
  array.folder = folder.path();
  array.study = fs::absolute(study.path).lexically_normal().string();
  std::error_code error;
  array.program = fs::read_symlink("/proc/self/exe", error).string();
  const double longest = std::max(cost.longest_s, 1.) / profile.ranks;
  const double fitting = std::max(1., std::floor(usual_task_s / longest));
  const std::size_t per_task =
      profile.cases_per_task > 0 ? profile.cases_per_task : static_cast<std::size_t>(fitting);
  array.tasks = tasks_of(cases, per_task);
  std::size_t most_cases = 1;
  for (const auto& task : array.tasks) most_cases = std::max(most_cases, task.size());
  array.time = profile.time > 0 ? profile.time : start_s + safety * static_cast<double>(most_cases) * longest;
  array.memory_bytes =
      profile.memory_bytes > 0
          ? profile.memory_bytes
          : std::max(memory_floor, 1.5 * std::max(cost.memory_bytes, profile.ranks * memory_floor / 2));
  return array;
}

/// Writes the scripts of as many arrays as it takes, and the lists of their tasks; returns the scripts.
std::vector<std::string> write_arrays(const SlurmProfile& profile, const SlurmArray& all,
                                      const fs::path& place) {
  const std::size_t most = largest_job_array();
  std::vector<std::string> scripts;
  for (std::size_t begin = 0; begin < all.tasks.size(); begin += most) {
    SlurmArray array = all;
    const auto first = all.tasks.begin() + static_cast<std::ptrdiff_t>(begin);
    array.tasks.assign(first, first + static_cast<std::ptrdiff_t>(std::min(most, all.tasks.size() - begin)));
    const std::string name = next_name(place);
    const std::string list = (place / (name + ".txt")).string();
    write_whole(list, task_list(array));
    scripts.push_back((place / (name + ".sh")).string());
    write_whole(scripts.back(), slurm_script(profile, array, list));
  }
  return scripts;
}

}  // namespace

int submit_study(const SweepOptions& options, const Study& study, Plan plan) {
  const SlurmProfile profile = options.profile.empty() ? SlurmProfile() : read_slurm_profile(options.profile);
  StudyFolder folder(folder_of(options, study));
  const fs::path place = fs::path(folder.path()) / "slurm";
  refuse_while_queued(place.string());
  const std::set<std::string> files = check_plan(study, plan);
  open_folder(options, study, plan, files, folder);
  std::vector<std::size_t> cases = cases_to_run(options, folder, plan);
  if (cases.empty()) {
    say(options, "nothing is left to submit: " + folder.path());
    return 0;
  }
  const SweepMeshes meshes = SweepMeshes::of(study, plan, folder);  // once, not by every task
  // What shares a mesh goes into one task.
  std::stable_sort(cases.begin(), cases.end(),
                   [&](std::size_t a, std::size_t b) { return meshes.group(a) < meshes.group(b); });
  constexpr std::size_t most_estimated = 4;
  const StudyCost cost = estimate_study(study, plan, most_estimated);
  const SlurmArray all = array_of(study, folder, profile, cases, cost);
  const auto lanes = static_cast<int>(std::min(profile.at_once, all.tasks.size()));
  announce(options, study, plan, cost_text(plan, cost, lanes, lanes));
  fs::create_directory(place);
  const std::vector<std::string> scripts = write_arrays(profile, all, place);
  const std::string gathering = (place / "gather.sh").string();
  write_whole(gathering, gather_script(profile, all));
  const auto counted = [](std::size_t n, const char* what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  std::string what = counted(cases.size(), "case") + " in " + counted(all.tasks.size(), "task") +
                     " of up to " + duration_text(all.time) + " and " + bytes_text(all.memory_bytes);
  if (scripts.size() > 1)
    what += ", in " + std::to_string(scripts.size()) +
            " arrays, one after the other, since this Slurm takes " + std::to_string(largest_job_array()) +
            " tasks in one";
  if (!options.submit) {
    for (const std::string& script : scripts) what += "\n  sbatch " + script;
    say(options, what + "\nand when all have ended\n  sbatch " + gathering);
    return 0;
  }
  // Tasks share the folder with each other, not with what submits them.
  folder.forget_lock();
  std::string jobs, last;
  for (const std::string& script : scripts) {
    last = last.empty() ? submit_job({script}) : submit_job({"--dependency=afterany:" + last, script});
    remember_job(place.string(), last);
    jobs += (jobs.empty() ? "" : ", ") + last;
  }
  const std::string after = submit_job({"--dependency=afterany:" + last, gathering});
  say(options, what + ": job " + jobs + "; job " + after +
                   " gathers their results when it has ended; sweep --status tells how far it is");
  return 0;
}

}  // namespace intratumor
