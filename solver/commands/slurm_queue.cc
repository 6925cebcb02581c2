#include "commands/slurm_queue.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "quantities/error.h"
#include "study/study_folder.h"

namespace intratumor {

namespace {

constexpr int not_here = 127;
constexpr std::size_t usual_array = 1000;  // Slurm's default, 1001, is of numbers from 0

struct Answer {
  int status = 0;  ///< exit status; not_here without the program
  std::string text;
};

/// Runs a program of Slurm's; what it says on stderr is shown or dropped.
Answer ask(std::vector<std::string> command, bool show_errors) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw ComputationError(command[0] + ": " + std::strerror(errno));
  const pid_t id = fork();
  if (id < 0) throw ComputationError(command[0] + ": " + std::strerror(errno));
  if (id == 0) {
    std::vector<char*> argv;
    for (std::string& argument : command) argv.push_back(argument.data());
    argv.push_back(nullptr);
    dup2(ends[1], STDOUT_FILENO);
    if (!show_errors) dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    execvp(argv[0], argv.data());
    _exit(not_here);
  }
  close(ends[1]);
  Answer answer;
  char block[4096];
  for (ssize_t n = 0; (n = read(ends[0], block, sizeof block)) != 0;) {
    if (n > 0) answer.text.append(block, static_cast<std::size_t>(n));
    if (n < 0 && errno != EINTR) break;
  }
  close(ends[0]);
  int state = 0;
  while (waitpid(id, &state, 0) < 0 && errno == EINTR) {
  }
  answer.status = WIFEXITED(state) ? WEXITSTATUS(state) : 1;
  return answer;
}

std::string jobs_file(const std::string& folder) {
  return (std::filesystem::path(folder) / "jobs.txt").string();
}

std::string kept_jobs(const std::string& folder) {
  std::ifstream file(jobs_file(folder));
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string submit_job(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {"sbatch", "--parsable"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Answer answer = ask(command, true);
  if (answer.status == not_here)
    throw ComputationError("sbatch is not here: submit on a machine of the cluster, or say --no-submit");
  // "123" or "123;cluster"
  const std::string number = answer.text.substr(0, answer.text.find_first_of(";\n"));
  const bool is_number = !number.empty() && std::all_of(number.begin(), number.end(),
                                                        [](unsigned char c) { return std::isdigit(c); });
  if (answer.status != 0 || !is_number)
    throw ComputationError(
        "sbatch did not take the job; it says why above. The study's folder stands: mend the profile and say "
        "--slurm --resume");
  return number;
}

std::size_t largest_job_array() {
  std::istringstream lines(ask({"scontrol", "show", "config"}, false).text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, equals;
    std::size_t size = 0;
    if (words >> name >> equals >> size && name == "MaxArraySize" && size > 0) return size;
  }
  return usual_array;
}

void remember_job(const std::string& folder, const std::string& job) {
  write_whole(jobs_file(folder), kept_jobs(folder) + job + "\n");
}

QueuedTasks queued_tasks(const std::string& folder) {
  QueuedTasks queued;
  std::istringstream numbers(kept_jobs(folder));
  const std::vector<std::string> kept{std::istream_iterator<std::string>(numbers), {}};
  if (kept.empty()) return queued;
  std::istringstream lines(ask({"squeue", "--noheader", "--array", "--me", "--format=%F %T"}, false).text);
  for (std::string job, state; lines >> job >> state;) {
    if (std::find(kept.begin(), kept.end(), job) == kept.end()) continue;
    ++(state == "PENDING" ? queued.waiting : queued.running);
    if (std::find(queued.jobs.begin(), queued.jobs.end(), job) == queued.jobs.end())
      queued.jobs.push_back(job);
  }
  return queued;
}

void refuse_while_queued(const std::string& folder) {
  const QueuedTasks queued = queued_tasks(folder);
  if (queued.jobs.empty()) return;
  std::string jobs;
  for (const std::string& job : queued.jobs) jobs += " " + job;
  throw InputError("intratumor sweep: Slurm still has " + std::to_string(queued.running + queued.waiting) +
                   " tasks of this study; wait for them, or end them first: scancel" + jobs);
}

}  // namespace intratumor
