#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace intratumor {

/// Submits a job by sbatch and returns its number. ComputationError when sbatch is not here or refuses.
std::string submit_job(const std::vector<std::string>& arguments);

/// How many tasks one job array may have on this cluster; a usual value where it does not say.
std::size_t largest_job_array();

/// Keeps a job's number in the folder of its scripts.
void remember_job(const std::string& folder, const std::string& job);

/// What the queue still holds of the jobs that are kept in a folder; nothing where there is no Slurm.
struct QueuedTasks {
  std::size_t running = 0, waiting = 0;
  std::vector<std::string> jobs;  ///< numbers of the jobs that these belong to
};
QueuedTasks queued_tasks(const std::string& folder);

/// InputError when there are such: two sweeps would compute the same cases.
void refuse_while_queued(const std::string& folder);

}  // namespace intratumor
