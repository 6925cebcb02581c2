#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>

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

/// Runs sbatch and returns the job's number.
std::string sbatch(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw ComputationError(std::string("sbatch: ") + std::strerror(errno));
  const pid_t id = fork();
  if (id < 0) throw ComputationError(std::string("sbatch: ") + std::strerror(errno));
  if (id == 0) {
    std::vector<char*> argv;
    std::vector<std::string> all = {"sbatch", "--parsable"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    for (std::string& argument : all) argv.push_back(argument.data());
    argv.push_back(nullptr);
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    execvp("sbatch", argv.data());
    _exit(127);
  }
  close(ends[1]);
  std::string answer;
  char block[256];
  for (ssize_t n = 0; (n = read(ends[0], block, sizeof block)) != 0;) {
    if (n > 0) answer.append(block, static_cast<std::size_t>(n));
    if (n < 0 && errno != EINTR) break;
  }
  close(ends[0]);
  int state = 0;
  while (waitpid(id, &state, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(state) && WEXITSTATUS(state) == 127)
    throw ComputationError("sbatch is not here: submit on a machine of the cluster, or say --no-submit");
  // "123" or "123;cluster"
  answer = answer.substr(0, answer.find_first_of(";\n"));
  const bool number = !answer.empty() && std::all_of(answer.begin(), answer.end(),
                                                     [](unsigned char c) { return std::isdigit(c); });
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0 || !number)
    throw ComputationError("sbatch did not take the job; it says why above");
  return answer;
}

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
  array.time = profile.time > 0 ? profile.time : start_s + safety * static_cast<double>(per_task) * longest;
  array.memory_bytes =
      profile.memory_bytes > 0
          ? profile.memory_bytes
          : std::max(memory_floor, 1.5 * std::max(cost.memory_bytes, profile.ranks * memory_floor / 2));
  return array;
}

}  // namespace

int submit_study(const SweepOptions& options, const Study& study, Plan plan) {
  const SlurmProfile profile = options.profile.empty() ? SlurmProfile() : read_slurm_profile(options.profile);
  StudyFolder folder(folder_of(options, study));
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
  const SlurmArray array =
      array_of(study, folder, profile, cases, estimate_study(study, plan, most_estimated));
  const fs::path place = fs::path(folder.path()) / "slurm";
  fs::create_directory(place);
  const std::string name = next_name(place);
  const std::string list = (place / (name + ".txt")).string();
  const std::string script = (place / (name + ".sh")).string();
  const std::string gathering = (place / "gather.sh").string();
  write_whole(list, task_list(array));
  write_whole(gathering, gather_script(profile, array));
  write_whole(script, slurm_script(profile, array, list));
  const std::string what =
      std::to_string(cases.size()) + " cases in " + std::to_string(array.tasks.size()) + " tasks";
  if (!options.submit) {
    say(options, what + ": sbatch " + script);
    return 0;
  }
  // Tasks share the folder with each other, not with what submits them.
  folder.forget_lock();
  const std::string job = sbatch({script});
  const std::string after = sbatch({"--dependency=afterany:" + job, gathering});
  say(options, what + ": job " + job + "; job " + after +
                   " gathers their results when it has ended; sweep --status tells how far it is");
  return 0;
}

}  // namespace intratumor
