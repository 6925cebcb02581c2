// intratumor: where a drug goes that is injected into a tumour. One file per command; this one chooses.
#include <cstdio>
#include <string>
#include <vector>

#include "commands/check.h"
#include "commands/command_line.h"
#include "commands/compare.h"
#include "commands/mesh.h"
#include "commands/run.h"
#include "commands/selftest.h"
#include "commands/sweep.h"
#include "commands/template.h"
#include "commands/together.h"
#include "output/summary.h"
#include "quantities/error.h"
#include "quantities/nearest_name.h"

namespace intratumor {

namespace {

struct Command {
  const char* name;
  const char* does;
  int (*run)(const std::vector<std::string>&);  ///< null: comes with a later version
};

const std::vector<Command>& commands() {
  static const std::vector<Command> list{
      {"run", "one scheme, start to end; also under mpirun -np N", run_command},
      {"check", "reads everything, prints every parameter and the cost, computes nothing", check_command},
      {"mesh", "the mesh and tissue fields only; also under mpirun -np N", mesh_command},
      {"template", "a commented case that runs as it stands", template_command},
      {"selftest", "is this installation sound? exact solutions and a tiny case, seconds", selftest_command},
      {"sweep", "every case of a study", sweep_command},
      {"compare", "schemes side by side", compare_command},
      {"report", "one HTML page with figures", nullptr},
  };
  return list;
}

std::string help_text() {
  std::string text = "intratumor " INTRATUMOR_VERSION
                     ": where a drug goes that is injected into a tumour\n\n"
                     "usage: intratumor COMMAND ...          intratumor COMMAND --help\n\n";
  for (const Command& command : commands()) {
    std::string line = std::string("  ") + command.name;
    line += std::string(line.size() < 14 ? 14 - line.size() : 1, ' ') + command.does;
    text += line + (command.run == nullptr ? " (comes with a later version)\n" : "\n");
  }
  return text +
         "\n  --version     versions of the program and its libraries\n"
         "\nexit status: 0 done, 1 the computation failed or was interrupted, 2 bad input or usage,\n"
         "             3 interrupted, and --resume goes on\n";
}

std::string version_text() {
  std::string text;
  const nlohmann::ordered_json list = versions();
  for (const auto& [name, version] : list.items()) text += name + " " + version.get<std::string>() + "\n";
  return text;
}

void print(const std::string& text) {
  if (is_first_of_launch()) std::fputs(text.c_str(), stdout);
}

int dispatch(std::vector<std::string> arguments) {
  if (arguments.empty())
    throw InputError("which command? usage: intratumor COMMAND ...; see intratumor --help");
  const std::string first = arguments.front();
  arguments.erase(arguments.begin());
  if (first == "--help" || first == "-h" || first == "help") {
    print(help_text());
    return 0;
  }
  bool wants_help = false;
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument == "--version") {
      print(version_text());
      return 0;
    }
    wants_help = wants_help || argument == "--help" || argument == "-h";
  }
  if (first == "--version") {
    print(version_text());
    return 0;
  }
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    names.push_back(command.name);
    if (first != command.name) continue;
    if (command.run != nullptr) return command.run(arguments);
    const std::string later = "intratumor " + first + " (" + command.does + ") comes with a later version";
    if (!wants_help) throw InputError(later);
    print(later + "\n");
    return 0;
  }
  const bool is_file = first.size() > 5 && first.substr(first.size() - 5) == ".yaml";
  const std::string nearest = nearest_name(first, names);
  throw InputError("there is no command '" + first + "'" +
                   (is_file           ? "; did you mean intratumor run " + first + "?"
                    : nearest.empty() ? ""
                                      : "; did you mean " + nearest + "?") +
                   " See intratumor --help");
}

}  // namespace

}  // namespace intratumor

int main(int argc, char** argv) {
  try {
    return intratumor::dispatch({argv + 1, argv + argc});
  } catch (...) {
    const intratumor::Outcome outcome = intratumor::outcome_of_exception();
    if (intratumor::is_first_of_launch()) std::fprintf(stderr, "error: %s\n", outcome.message.c_str());
    return outcome.status;
  }
}
