#include "commands/case_options.h"

#include <cstdio>
#include <sstream>

#include "commands/command_line.h"
#include "quantities/error.h"

namespace intratumor {

namespace po = boost::program_options;

namespace {

constexpr int most_ranks = 1000000;

using Texts = std::vector<std::string>;

po::options_description visible_options(const CaseCommand& command) {
  po::options_description options("Options");
  auto add = options.add_options();
  if (command.folder != nullptr) add("output,o", po::value<std::string>()->value_name("DIR"), command.folder);
  add("set", po::value<Texts>()->composing()->value_name("path=value"),
      "change the case, as --set scheme.0.volume='2 mL'; may be repeated");
  if (command.ranks != nullptr) add("ranks", po::value<int>()->value_name("N"), command.ranks);
  if (command.folder != nullptr) {
    if (command.resume != nullptr) add("resume", po::bool_switch(), command.resume);
    add("overwrite", po::bool_switch(), "replace a result folder that is there already");
    add("quiet,q", po::bool_switch(), "say nothing but warnings and errors");
  }
  add("help,h", po::bool_switch(), "this text");
  return options;
}

void print_help(const CaseCommand& command) {
  if (!is_first_of_launch()) return;
  std::ostringstream text;
  text << command.usage << visible_options(command);
  std::fputs(text.str().c_str(), stdout);
}

/// The one case among the arguments without a name.
std::string only_case(const std::string& name, const po::variables_map& values) {
  const Texts cases = values.count("case") > 0 ? values["case"].as<Texts>() : Texts();
  if (cases.empty()) throw InputError(name + ": which case? give its YAML file; see " + name + " --help");
  for (std::size_t i = 1; i < cases.size(); ++i)
    throw InputError(name + ": one case at a time, and there is '" + cases[i] + "' beside '" + cases[0] +
                     "'" +
                     (cases[i].find('=') != std::string::npos ? "; every change has its own --set" : ""));
  return cases[0];
}

}  // namespace

CaseOptions read_case_options(const CaseCommand& command, const std::vector<std::string>& arguments) {
  const std::string name = std::string("intratumor ") + command.name;
  po::options_description all;
  all.add(visible_options(command));
  all.add_options()("case", po::value<Texts>());
  for (const char* later : command.later) all.add_options()(later, po::bool_switch());
  po::positional_options_description positional;
  positional.add("case", -1);
  const po::variables_map values = read_options(command.name, arguments, all, positional);

  CaseOptions options;
  options.help = values["help"].as<bool>();
  if (options.help) {
    print_help(command);
    return options;
  }
  for (const char* later : command.later)
    if (values[later].as<bool>()) throw InputError(name + " --" + later + " comes with a later version");
  options.case_file = only_case(name, values);
  if (values.count("set") > 0) options.overrides = values["set"].as<Texts>();
  if (values.count("ranks") > 0) {
    options.ranks = values["ranks"].as<int>();
    if (options.ranks < 1 || options.ranks > most_ranks)
      throw InputError(name + ": --ranks: '" + std::to_string(options.ranks) + "' must be 1 or more");
  }
  if (command.folder == nullptr) return options;
  if (values.count("output") > 0) {
    options.folder = values["output"].as<std::string>();
    if (options.folder.empty()) throw InputError(name + ": -o: the result folder has no name");
  }
  options.overwrite = values["overwrite"].as<bool>();
  options.quiet = values["quiet"].as<bool>();
  if (command.resume != nullptr && values["resume"].as<bool>()) {
    if (options.overwrite)
      throw InputError(name +
                       ": --resume goes on with what is there, --overwrite begins anew; give one of the two");
    options.resume = CaseOptions::Resume::yes;
  }
  return options;
}

}  // namespace intratumor
