#include "commands/compare.h"

#include <cstdio>
#include <sstream>

#include "commands/command_line.h"
#include "commands/text_table.h"
#include "quantities/error.h"
#include "quantities/nearest_name.h"
#include "study/comparison.h"
#include "study/pareto.h"
#include "study/ranking.h"
#include "study/records.h"
#include "study/result_reader.h"
#include "study/stored_cases.h"

namespace intratumor {

namespace po = boost::program_options;

namespace {

struct CompareOptions {
  std::vector<std::string> folders;
  std::string metric;      ///< or several; empty: the order in which folders were named
  std::string objectives;  ///< of the Pareto front; empty: none
  std::string format = "table";
  bool each_draw = false;
  bool help = false;
};

const char* const usage =
    "usage: intratumor compare DIR DIR ... [--rank METRIC] [--pareto] [--format table|csv|json|markdown]\n"
    "       intratumor compare DIR                 (beside its own intravenous comparator)\n"
    "       intratumor compare STUDY_DIR ...       (every case of a study that is done; of draws their "
    "medians)\n\n"
    "Puts the results of schemes side by side: for people in the units of the clinic; as csv and json in SI\n"
    "units, a record a scheme, with the unit in every name.\n\n";

const char* const about_rank =
    "best first by a key of summary.json, as tumour.d95: more is better for tumour.*, therapeutic_index and "
    "targeting_advantage, less for plasma.*, off_target.auc_free, tumour.homogeneity_index, leak_fraction "
    "and needle_passes; tumour.coverage.0 is the share of volume above the first threshold, "
    "tumour.coverage.0.conformity_ratio the like; any other with what is better, as pressure.max_pa:less; "
    "several with weights: "
    "tumour.d95=2,plasma.cmax=1. Results of several segmentations are ranked in each by itself. Places that "
    "the numerical error does not tell apart are ties (2=)";

const char* const about_pareto =
    "marks the schemes that no other beats in all of these, separated by commas; without a list coverage of "
    "the first threshold, plasma Cmax, leak and needle passes";

po::options_description visible_options() {
  po::options_description options("Options");
  options.add_options()                                                     //
      ("rank", po::value<std::string>()->value_name("METRIC"), about_rank)  //
      ("pareto", po::value<std::string>()->value_name("METRICS")->implicit_value(usual_objectives, ""),
       about_pareto)  //
      ("format", po::value<std::string>()->value_name("NAME")->default_value("table"),
       "table, csv, json or markdown")                                                 //
      ("draws", po::bool_switch(), "every draw of a study a line, not their medians")  //
      ("help,h", po::bool_switch(), "this text");
  return options;
}

CompareOptions read_compare_options(const std::vector<std::string>& arguments) {
  po::options_description all;
  all.add(visible_options());
  all.add_options()("folder", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("folder", -1);
  const po::variables_map values = read_options("compare", arguments, all, positional);

  CompareOptions options;
  options.help = values["help"].as<bool>();
  if (options.help) return options;
  if (values.count("folder") > 0) options.folders = values["folder"].as<std::vector<std::string>>();
  if (options.folders.empty())
    throw InputError(
        "intratumor compare: which results? name two or more result folders; see intratumor "
        "compare --help");
  if (values.count("rank") > 0) options.metric = values["rank"].as<std::string>();
  if (values.count("pareto") > 0) options.objectives = values["pareto"].as<std::string>();
  options.each_draw = values["draws"].as<bool>();
  options.format = values["format"].as<std::string>();
  const std::vector<std::string> formats{"table", "csv", "json", "markdown"};
  for (const std::string& known : formats)
    if (options.format == known) return options;
  const std::string nearest = nearest_name(options.format, formats);
  throw InputError(
      "intratumor compare: --format: there is no format '" + options.format + "'" +
      (nearest.empty() ? "; it is table, csv, json or markdown" : ", did you mean " + nearest + "?"));
}

/// `lines`: a line each rather than a column, for studies and where there are many.
std::vector<StoredResult> results_to_compare(const CompareOptions& options, bool& lines) {
  std::vector<StoredResult> results = read_results(results_named(options.folders, options.each_draw));
  lines = results.size() > most_side_by_side || results.size() > options.folders.size();
  if (results.size() > 1) return results;
  const auto comparator = intravenous_comparator(results.front());
  if (!comparator)
    throw InputError("intratumor compare: one result folder, and " + options.folders.front() +
                     " has no intravenous comparator to stand beside it; name two or more");
  results.push_back(*comparator);
  return results;
}

void show(const std::vector<StoredResult>& results, const Comparison& comparison, const Standing& standing,
          const std::string& format, bool lines) {
  std::string text;
  if (format == "csv") text = records_csv(comparison_records(results, standing));
  if (format == "json") text = comparison_records(results, standing).dump(2) + "\n";
  if (format == "markdown")
    text = lines ? scheme_lines_markdown(comparison) : comparison_markdown(comparison);
  if (format == "table")
    text = lines ? text_table(scheme_lines(comparison), "", true) + comparison_notes(comparison)
                 : comparison_text(comparison);
  std::fputs(text.c_str(), stdout);
}

}  // namespace

int compare_command(const std::vector<std::string>& arguments) {
  const CompareOptions options = read_compare_options(arguments);
  if (!is_first_of_launch()) return 0;
  if (options.help) {
    std::ostringstream text;
    text << usage << visible_options();
    std::fputs(text.str().c_str(), stdout);
    return 0;
  }
  bool lines = false;
  std::vector<StoredResult> results = results_to_compare(options, lines);
  Standing standing;
  if (!options.metric.empty()) standing.ranking = rank_results(results, options.metric);
  if (!options.objectives.empty()) {
    standing.objectives = read_objectives(options.objectives, results);
    standing.front = pareto_front(results, standing.objectives);
  }
  const Comparison comparison = compare_results(results, standing);
  show(results, comparison, standing, options.format, lines);
  for (const std::string& warning : comparison.warnings)
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  return 0;
}

}  // namespace intratumor
