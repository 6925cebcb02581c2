#include "commands/sweep_options.h"

#include <charconv>
#include <cstdio>
#include <set>
#include <sstream>

#include "commands/command_line.h"
#include "quantities/error.h"

namespace intratumor {

namespace po = boost::program_options;

namespace {

constexpr int most_jobs = 4096;

const char* const usage =
    "usage: intratumor sweep STUDY.yaml [-o DIR] [--jobs N] [--resume | --failed] [--extend]\n"
    "       intratumor sweep STUDY.yaml --slurm [--profile FILE] [-o DIR] [--resume | --failed] [--extend]\n"
    "       intratumor sweep STUDY.yaml --list | --status | --index K[,K...] | --gather\n\n"
    "Computes every case of a study: a base case and what varies in it. The folder then holds results.csv "
    "(a\n"
    "row a case: inputs, then metrics), results.h5, analysis.json, and a result folder for each case.\n\n";

po::options_description visible_options() {
  po::options_description options("Options");
  auto add = options.add_options();
  add("output,o", po::value<std::string>()->value_name("DIR"), "study folder; ./<study name>.out without");
  add("jobs,j", po::value<int>()->value_name("N"),
      "cases at a time, each in a process of its own; 1 without");
  add("list", po::bool_switch(), "print the plan: cases, values, time and memory; compute nothing");
  add("status", po::bool_switch(), "print where the study stands; compute nothing");
  add("index", po::value<std::string>()->value_name("K"),
      "one case by its number, from 0, also under mpirun -np N; or several, as 3,4,7: one after the other");
  add("slurm", po::bool_switch(), "submit the cases as a job array");
  add("profile", po::value<std::string>()->value_name("FILE"),
      "with --slurm: partition, account, limits, ...");
  add("no-submit", po::bool_switch(), "with --slurm: only write the scripts");
  add("gather", po::bool_switch(), "write results.csv, results.h5 and analysis.json of what is done so far");
  add("resume", po::bool_switch(), "go on with a study: what is whole stays, the rest is computed");
  add("failed", po::bool_switch(), "repeat the cases that failed, and only those");
  add("extend", po::bool_switch(), "go on although the study has grown: its new cases are added");
  add("quiet,q", po::bool_switch(), "say nothing but warnings and errors");
  add("help,h", po::bool_switch(), "this text");
  return options;
}

[[noreturn]] void refuse(const std::string& message) {
  throw InputError("intratumor sweep: " + message);
}

/// "3,4,7"
std::vector<std::size_t> read_indices(const std::string& text) {
  std::set<std::size_t> indices;
  std::istringstream words(text + ",");
  for (std::string word; std::getline(words, word, ',');) {
    std::size_t index = 0;
    const char* const end = word.data() + word.size();
    const auto read = std::from_chars(word.data(), end, index);
    if (read.ec != std::errc() || read.ptr != end)
      refuse("--index: '" + word + "' is no number of a case; give one from 0, or several as 3,4,7");
    indices.insert(index);
  }
  return {indices.begin(), indices.end()};
}

void read_mode(const po::variables_map& values, SweepOptions& options) {
  std::string first;
  const auto choose = [&](const char* name, bool given, SweepOptions::Mode mode) {
    if (!given) return;
    if (!first.empty()) refuse("--" + first + " and --" + name + " cannot go together");
    first = name;
    options.mode = mode;
  };
  choose("list", values["list"].as<bool>(), SweepOptions::Mode::list);
  choose("status", values["status"].as<bool>(), SweepOptions::Mode::status);
  choose("index", values.count("index") > 0, SweepOptions::Mode::index);
  choose("slurm", values["slurm"].as<bool>(), SweepOptions::Mode::slurm);
  choose("gather", values["gather"].as<bool>(), SweepOptions::Mode::gather);
  const bool slurm = options.mode == SweepOptions::Mode::slurm;
  if (values.count("profile") > 0) options.profile = values["profile"].as<std::string>();
  options.submit = !values["no-submit"].as<bool>();
  if (!slurm && values.count("profile") > 0) refuse("--profile has no effect without --slurm");
  if (!slurm && !options.submit) refuse("--no-submit has no effect without --slurm");
  if (values.count("index") > 0) options.indices = read_indices(values["index"].as<std::string>());
  if (first.empty()) return;
  for (const char* name : {"resume", "failed", "extend"})
    if (!slurm && values[name].as<bool>())
      refuse(std::string("--") + name + " has no effect beside --" + first);
  if (values.count("jobs") > 0 && options.mode != SweepOptions::Mode::list)
    refuse("--jobs has no effect beside --" + first);
}

}  // namespace

SweepOptions read_sweep_options(const std::vector<std::string>& arguments) {
  po::options_description all;
  all.add(visible_options());
  all.add_options()("study", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("study", -1);
  const po::variables_map values = read_options("sweep", arguments, all, positional);

  SweepOptions options;
  options.help = values["help"].as<bool>();
  if (options.help) {
    if (!is_first_of_launch()) return options;
    std::ostringstream text;
    text << usage << visible_options();
    std::fputs(text.str().c_str(), stdout);
    return options;
  }
  std::vector<std::string> studies;
  if (values.count("study") > 0) studies = values["study"].as<std::vector<std::string>>();
  if (studies.empty()) refuse("which study? give its YAML file; see intratumor sweep --help");
  if (studies.size() > 1)
    refuse("one study at a time, and there is '" + studies[1] + "' beside '" + studies[0] + "'");
  options.study_file = studies[0];
  if (values.count("output") > 0) {
    options.folder = values["output"].as<std::string>();
    if (options.folder.empty()) refuse("-o: the study folder has no name");
  }
  if (values.count("jobs") > 0) {
    options.jobs = values["jobs"].as<int>();
    if (options.jobs < 1 || options.jobs > most_jobs)
      refuse("--jobs: '" + std::to_string(options.jobs) + "' must be from 1 to " + std::to_string(most_jobs));
  }
  read_mode(values, options);
  options.resume = values["resume"].as<bool>();
  options.failed = values["failed"].as<bool>();
  options.extend = values["extend"].as<bool>();
  options.quiet = values["quiet"].as<bool>();
  if (options.resume && options.failed) refuse("--resume repeats what failed too; give one of the two");
  return options;
}

}  // namespace intratumor
