#include "commands/sweep_folder.h"

#include <cstdio>
#include <filesystem>

#include "commands/analysis_text.h"
#include "quantities/error.h"
#include "study/analysis.h"
#include "study/plan_warnings.h"

namespace intratumor {

namespace fs = std::filesystem;

std::string folder_of(const SweepOptions& options, const Study& study) {
  return options.folder.empty() ? study.name + ".out" : options.folder;
}

void match_plan(const StudyFolder& folder, const Study& study, Plan& plan, bool extend) {
  bool only_added = false;
  const std::vector<std::string> changes = folder.changes(study, plan, only_added);
  if (changes.empty() || (extend && only_added)) {
    folder.order_as_stored(plan);
    return;
  }
  std::string text = folder.path() + ": the study is not the one that was begun here: ";
  for (std::size_t i = 0; i < changes.size(); ++i) text += (i > 0 ? "; " : "") + changes[i];
  throw InputError(text + (only_added ? ". Say --extend to add its new cases, or choose a new folder with -o"
                                      : ". Choose a new folder with -o"));
}

void open_folder(const SweepOptions& options, const Study& study, Plan& plan,
                 const std::set<std::string>& files, StudyFolder& folder) {
  const bool goes_on = options.resume || options.failed || options.extend;
  if (goes_on && !folder.has_plan())
    throw InputError(folder.path() + ": holds no study to go on with; run it without " +
                     (options.resume   ? "--resume"
                      : options.failed ? "--failed"
                                       : "--extend"));
  folder.make();
  folder.lock(true);
  // Only now: another sweep may have made its plan here meanwhile.
  if (folder.has_plan()) {
    if (!goes_on)
      throw InputError(folder.path() +
                       ": holds a study already; --resume goes on with it, -o chooses another folder");
    match_plan(folder, study, plan, options.extend);
    if (options.extend) folder.write_plan(study, plan, files);
  } else {
    folder.write_plan(study, plan, files);
  }
  folder.remove_leftovers();
}

std::vector<std::size_t> cases_to_run(const SweepOptions& options, const StudyFolder& folder,
                                      const Plan& plan) {
  std::vector<std::size_t> cases;
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    const StudyFolder::State state = folder.state(k);
    if (state == StudyFolder::State::done) continue;
    if (options.failed && state != StudyFolder::State::failed) continue;
    cases.push_back(k);
  }
  return cases;
}

void say(const SweepOptions& options, const std::string& text) {
  if (!options.quiet) std::fprintf(stderr, "%s\n", text.c_str());
}

void announce(const SweepOptions& options, const Study& study, const Plan& plan, const std::string& cost) {
  say(options,
      "intratumor " INTRATUMOR_VERSION ": " + (study.title.empty() ? study.name : study.title) + ", " + cost);
  for (const std::string& warning : plan_warnings(study, plan))
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
}

StudyResults gather(const SweepOptions& options, const StudyFolder& folder, const Study& study,
                    const Plan& plan) {
  const StudyResults results = read_study_results(folder, plan);
  const fs::path place(folder.path());
  write_whole((place / "results.csv").string(), results_csv(plan, results));
  write_results_hdf5(folder, plan, results);
  const nlohmann::ordered_json analysis = analyse(study, plan, results, folder);
  write_whole((place / "analysis.json").string(), analysis.dump(1) + "\n");
  if (options.quiet || results.count(StudyFolder::State::done) == 0) return results;
  std::fputs(analysis_text(analysis).c_str(), stdout);
  std::fflush(stdout);
  for (const auto& warning : analysis["warnings"])
    std::fprintf(stderr, "warning: %s\n", warning.get<std::string>().c_str());
  return results;
}

}  // namespace intratumor
