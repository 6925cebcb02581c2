#include "commands/command_line.h"

#include <cstdlib>

#include "quantities/error.h"
#include "quantities/nearest_name.h"

namespace intratumor {

namespace po = boost::program_options;

namespace {

std::string without_dashes(const std::string& option) {
  const std::size_t begin = option.find_first_not_of('-');
  return begin == std::string::npos ? option : option.substr(begin);
}

std::string nearest_option(const std::string& option, const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& known : options.options())
    if (!known->long_name().empty()) names.push_back(known->long_name());
  return nearest_name(without_dashes(option), names);
}

}  // namespace

po::variables_map read_options(const std::string& command, const std::vector<std::string>& arguments,
                               const po::options_description& options,
                               const po::positional_options_description& positional) {
  const std::string help = "; see intratumor " + command + " --help";
  po::variables_map values;
  try {
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(options).positional(positional).style(style).run(),
              values);
    po::notify(values);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    const std::string nearest = nearest_option(name, options);
    throw InputError("intratumor " + command + ": there is no option " + name +
                     (nearest.empty() ? "" : ", did you mean --" + nearest + "?") + help);
  } catch (const po::too_many_positional_options_error&) {
    throw InputError("intratumor " + command + ": too many arguments without a name" + help);
  } catch (const po::error& error) {
    throw InputError("intratumor " + command + ": " + error.what() + help);
  }
  return values;
}

bool is_first_of_launch() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"}) {
    const char* rank = std::getenv(name);
    if (rank != nullptr) return std::string(rank) == "0";
  }
  return true;
}

bool is_launched() {
  return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr;
}

}  // namespace intratumor
