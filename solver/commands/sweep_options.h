#pragma once

#include <optional>
#include <string>
#include <vector>

namespace intratumor {

/// What `intratumor sweep` is told on the command line.
struct SweepOptions {
  enum class Mode { run, list, status, index, slurm, gather };
  std::string study_file;
  std::string folder;  ///< -o; empty: not given
  Mode mode = Mode::run;
  int jobs = 1;
  std::vector<std::size_t> indices;  ///< of the cases, with Mode::index; ascending, none twice
  std::string profile;               ///< of the site's Slurm, with Mode::slurm; empty: not given
  bool submit = true;                ///< with Mode::slurm
  bool resume = false;               ///< run what is not whole
  bool failed = false;               ///< run what failed
  bool extend = false;               ///< the study may have grown
  bool quiet = false;
  bool help = false;  ///< help was asked for and printed; nothing else is set
};

/// Reads the options, or prints the help. InputError in one line.
SweepOptions read_sweep_options(const std::vector<std::string>& arguments);

}  // namespace intratumor
