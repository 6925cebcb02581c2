#include "commands/check.h"

#include <cstdio>

#include "commands/case_options.h"
#include "commands/check_report.h"
#include "commands/command_line.h"
#include "commands/resolved_table.h"
#include "output/reporter.h"
#include "simulation/setup.h"

namespace intratumor {

namespace {

constexpr int usual_ranks = 2;

const CaseCommand& check_usage() {
  static const CaseCommand command{
      "check",
      "usage: intratumor check CASE.yaml [--set path=value ...] [--ranks N]\n\n"
      "Reads a case and its image as a run would and prints every value with its unit, its source and who\n"
      "set it; the regions, coefficients and injections that follow; and what a run would cost. Computes\n"
      "and writes nothing. Ends with exit status 2 and one message when the case is not right.\n\n",
      nullptr, "ranks of the run whose cost is estimated; 2 without"};
  return command;
}

}  // namespace

int check_command(const std::vector<std::string>& arguments) {
  const CaseOptions options = read_case_options(check_usage(), arguments);
  if (options.help || !is_first_of_launch()) return 0;
  const Case c = read_case(options.case_file, options.overrides);
  // The case's places go into the report; what a run would warn of is kept.
  Reporter silent;
  const Setup setup = prepare(c, silent);

  std::string text = "intratumor " INTRATUMOR_VERSION ": " + c.title + " (" + options.case_file + ")\n";
  text += "\nvalues (as --set takes them; published range, basis, who set it)\n\n";
  text += resolved_table(resolved_values(c, options.overrides));
  if (YamlNode::load(c.path, options.overrides).required("scheme").is_map())
    text +=
        "\n  a named scheme made the entries above: --set changes its total, as scheme.volume, and "
        "scheme.use\n";
  text += "\n" + image_text(c, setup);
  text += "\n" + regions_text(c, setup);
  text += "\n" + coefficients_text(c, setup);
  text += "\n" + scheme_text(c, setup);
  for (const std::string& warning : silent.warnings()) text += "  warning: " + warning + "\n";
  text += "\n" + estimates_text(c, setup, options.ranks > 0 ? options.ranks : usual_ranks, options.overrides);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace intratumor
