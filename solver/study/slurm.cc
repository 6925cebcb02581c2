#include "study/slurm.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "study/study_reading.h"

namespace intratumor {

namespace {

/// In single quotes for a shell.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string word_of(const YamlNode& root, const char* key) {
  const auto node = root.optional(key);
  if (!node) return "";
  const std::string text = node->text();
  if (text.find_first_of(" \t\n'\"") != std::string::npos || text.empty())
    node->fail("must be one word, as sbatch takes it; found '" + text + "'");
  return text;
}

std::vector<std::string> lines_at(const YamlNode& root, const char* key) {
  std::vector<std::string> lines;
  const auto node = root.optional(key);
  if (!node) return lines;
  for (const YamlNode& item : node->items()) {
    lines.push_back(item.text());
    if (lines.back().find('\n') != std::string::npos) item.fail("must be one line");
  }
  return lines;
}

double bytes_of(const YamlNode& node) {
  const std::string text = node.text();
  double number = 0;
  char unit[3] = "";
  int end = 0;
  const bool read = std::sscanf(text.c_str(), "%lf %2s%n", &number, unit, &end) == 2 &&
                    static_cast<std::size_t>(end) == text.size();
  if (read && number > 0)
    for (const auto& [name, bytes] : {std::pair<const char*, double>{"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}})
      if (std::string(unit) == name) return number * bytes;
  node.fail("must be a size of memory, as 4 GB or 500 MB; found '" + text + "'");
}

std::string time_text(double seconds) {
  const long minutes = std::max(1L, static_cast<long>(std::ceil(seconds / 60)));
  char text[40];
  std::snprintf(text, sizeof text, "%ld-%02ld:%02ld:00", minutes / 1440, minutes / 60 % 24, minutes % 60);
  return text;
}

/// What array and gathering share.
std::string head(const SlurmProfile& profile, const SlurmArray& array, const std::string& log) {
  std::string text = "#!/bin/bash\n#SBATCH --job-name=" + quoted(array.name) +
                     "\n#SBATCH --output=" + quoted(array.folder + "/slurm/" + log) + "\n";
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) text += std::string("#SBATCH --") + option + "=" + value + "\n";
  };
  add("partition", profile.partition);
  add("account", profile.account);
  add("qos", profile.qos);
  add("constraint", profile.constraint);
  for (const std::string& option : profile.options) text += "#SBATCH " + option + "\n";
  return text;
}

/// Before the time limit the script is told, and tells the case: not by SIGTERM, after which mpirun waits one
/// second before it kills.
std::string warning(const SlurmProfile& profile, const SlurmArray& array) {
  for (const std::string& option : profile.options)
    if (option.find("--signal") != std::string::npos) return "";
  constexpr double most = 60, least = 10;  // s
  const long seconds = std::lround(std::min(most, std::max(least, array.time / 10)));
  return "#SBATCH --signal=B:USR1@" + std::to_string(seconds) + "\n";
}

std::string environment(const SlurmProfile& profile) {
  std::string text;
  for (const std::string& module : profile.modules) text += "module load " + quoted(module) + "\n";
  for (const std::string& line : profile.setup) text += line + "\n";
  return text + "export OMP_NUM_THREADS=1\n";
}

}  // namespace

SlurmProfile read_slurm_profile(const std::string& path) {
  const YamlNode root = YamlNode::load(path);
  if (!root.is_map()) root.fail("is not a Slurm profile; expected a map, as {partition: normal, time: 2 h}");
  check_study_keys(root, {"partition", "account", "qos", "constraint", "time", "memory", "ranks",
                          "cases_per_task", "at_once", "launcher", "modules", "setup", "options"});
  SlurmProfile profile;
  profile.partition = word_of(root, "partition");
  profile.account = word_of(root, "account");
  profile.qos = word_of(root, "qos");
  profile.constraint = word_of(root, "constraint");
  constexpr double longest = 366 * 86400.;
  if (const auto time = root.optional("time")) profile.time = time->quantity(Dimension::time, {60, longest});
  if (const auto memory = root.optional("memory")) profile.memory_bytes = bytes_of(*memory);
  if (const auto ranks = root.optional("ranks")) profile.ranks = ranks->integer(1, 100000);
  if (const auto cases = root.optional("cases_per_task"))
    profile.cases_per_task = static_cast<std::size_t>(cases->integer(1, 100000));
  if (const auto tasks = root.optional("at_once"))
    profile.at_once = static_cast<std::size_t>(tasks->integer(1, 100000));
  if (const auto launcher = root.optional("launcher")) profile.launcher = launcher->text();
  profile.modules = lines_at(root, "modules");
  profile.setup = lines_at(root, "setup");
  profile.options = lines_at(root, "options");
  if (profile.ranks > 1 && profile.launcher.empty())
    root.required("ranks").fail("needs a launcher that starts as many, as launcher: mpirun -np " +
                                std::to_string(profile.ranks));
  return profile;
}

std::vector<std::vector<std::size_t>> tasks_of(const std::vector<std::size_t>& cases, std::size_t per_task) {
  std::vector<std::vector<std::size_t>> tasks;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (i % per_task == 0) tasks.emplace_back();
    tasks.back().push_back(cases[i]);
  }
  return tasks;
}

std::string task_list(const SlurmArray& array) {
  std::string text;
  for (const auto& task : array.tasks) {
    std::string line;
    for (const std::size_t number : task) line += (line.empty() ? "" : " ") + std::to_string(number);
    text += line + "\n";
  }
  return text;
}

std::string slurm_script(const SlurmProfile& profile, const SlurmArray& array, const std::string& list) {
  std::string text = head(profile, array, "%A_%a.log");
  text += "#SBATCH --array=0-" + std::to_string(array.tasks.size() - 1) + "%" +
          std::to_string(profile.at_once) + "\n#SBATCH --ntasks=" + std::to_string(profile.ranks) +
          "\n#SBATCH --cpus-per-task=1\n#SBATCH --time=" + time_text(array.time) +
          "\n#SBATCH --mem=" + std::to_string(static_cast<long>(std::ceil(array.memory_bytes / 1048576))) +
          "M\n" + warning(profile, array) +
          "\n# Each task computes the cases of its line, one after the other. A case that fails is recorded "
          "in the\n"
          "# study's folder; one that is cut short writes a checkpoint, and sweep --slurm --resume goes on "
          "with it.\n";
  text += environment(profile);
  text +=
      "cut_short=\ntrap 'cut_short=1; [ -z \"$child\" ] || kill -USR1 \"$child\"' USR1 TERM INT\nstatus=0\n";
  // A launcher starts one case at a time; without one a single process computes them all and keeps what they
  // share.
  const bool together = profile.launcher.empty();
  return text + "for cases in $(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" " + quoted(list) +
         (together ? " | tr ' ' ','" : "") + "); do\n  " + (together ? "" : profile.launcher + " ") +
         quoted(array.program) + " sweep " + quoted(array.study) + " -o " + quoted(array.folder) +
         " --index \"$cases\" --quiet &\n"
         "  child=$!\n"
         "  # A signal ends the wait, not the case.\n"
         "  while true; do wait \"$child\"; ended=$?; kill -0 \"$child\" 2>/dev/null || break; done\n"
         "  child=\n"
         "  [ $ended -ne 3 ] && [ -z \"$cut_short\" ] || exit 3\n"
         "  [ $ended -eq 0 ] || status=1\n"
         "done\nexit $status\n";
}

std::string gather_script(const SlurmProfile& profile, const SlurmArray& array) {
  // By the launcher too, which may be what brings the program (a container); the first rank does the work.
  return head(profile, array, "gather_%j.log") + "#SBATCH --ntasks=" + std::to_string(profile.ranks) +
         "\n#SBATCH --time=" + time_text(1800) + "\n\n" + environment(profile) +
         (profile.launcher.empty() ? "" : profile.launcher + " ") + quoted(array.program) + " sweep " +
         quoted(array.study) + " -o " + quoted(array.folder) + " --gather\n";
}

}  // namespace intratumor
