#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace intratumor {

/// What a site's Slurm needs to know, from a file:
///
///     partition, account, qos, constraint: as sbatch takes them
///     time: 2 h                  limit of a task; without: from the estimate of its cases
///     memory: 4 GB               of a task; without: from the estimate
///     ranks: 1                   of MPI, of each case
///     cases_per_task: 1          one after the other; without: as many as take about ten minutes
///     at_once: 50                tasks that run at one time
///     launcher: mpirun -np 4     what comes before the program; "srun --mpi=pmix", "apptainer exec x.sif"
///     modules: [openmpi, hdf5]
///     setup: [". /opt/env.sh"]   lines of shell
///     options: ["--exclusive"]   any other option of sbatch
struct SlurmProfile {
  std::string partition, account, qos, constraint;
  double time = 0;          ///< s; 0: not given
  double memory_bytes = 0;  ///< 0: not given
  int ranks = 1;
  std::size_t cases_per_task = 0;  ///< 0: not given
  std::size_t at_once = 50;
  std::string launcher;
  std::vector<std::string> modules, setup, options;
};

/// Reads a profile. InputError with the position.
SlurmProfile read_slurm_profile(const std::string& path);

/// One job array.
struct SlurmArray {
  std::string name;
  std::string folder;                           ///< of the study, absolute; scripts and logs go to its slurm/
  std::string program;                          ///< absolute path of intratumor
  std::string study;                            ///< absolute path
  std::vector<std::vector<std::size_t>> tasks;  ///< numbers of cases
  double time = 0;                              ///< s, of a task
  double memory_bytes = 0;                      ///< of a task
};

/// Cases in tasks of `per_task`, in their order.
std::vector<std::vector<std::size_t>> tasks_of(const std::vector<std::size_t>& cases, std::size_t per_task);

/// The cases of a task a line, the first for task 0.
std::string task_list(const SlurmArray& array);

/// The array's script: each task computes the cases of its line of `list`, one after the other; one that
/// fails does not keep the others from being computed.
std::string slurm_script(const SlurmProfile& profile, const SlurmArray& array, const std::string& list);

/// The script of a job that gathers results when the array has ended.
std::string gather_script(const SlurmProfile& profile, const SlurmArray& array);

}  // namespace intratumor
