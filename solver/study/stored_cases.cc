#include "study/stored_cases.h"

#include <filesystem>
#include <map>

#include "quantities/error.h"
#include "study/study_folder.h"

namespace intratumor {

namespace fs = std::filesystem;

namespace {

std::vector<NamedFolder> cases_of(const StudyFolder& study, bool each_draw) {
  std::vector<NamedFolder> found;
  std::map<std::string, std::size_t> place_of;
  const auto cases = study.named_cases();
  for (std::size_t k = 0; k < cases.size(); ++k) {
    if (study.state(k) != StudyFolder::State::done) continue;
    if (each_draw || !cases[k].draw_of) {
      found.emplace_back(study.case_path(k), cases[k].name);
      continue;
    }
    if (!cases[k].independent) continue;
    const std::string& combination = *cases[k].draw_of;
    const auto [known, is_new] = place_of.emplace(combination, found.size());
    if (is_new)
      found.emplace_back(study.case_path(k), combination.empty() ? "over the draws" : combination);
    else
      found[known->second].other_draws.push_back(study.case_path(k));
  }
  if (found.empty()) throw InputError(study.path() + ": no case of this study is done yet");
  return found;
}

/// Names of cases by their folders, of studies that are read once each.
class NamesInStudies {
 public:
  /// What the study calls a case whose folder, STUDY.out/cases/00015, was named; empty when it is none.
  std::string of(const std::string& folder) {
    fs::path path = fs::absolute(folder).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    if (path.parent_path().filename() != "cases") return "";
    const std::string study = path.parent_path().parent_path().string();
    const auto [known, is_new] = studies_.try_emplace(study);
    if (is_new) read(StudyFolder(study), known->second);
    const auto found = known->second.find(path.string());
    return found == known->second.end() ? "" : found->second;
  }

 private:
  using Names = std::map<std::string, std::string>;  // by folder
  static void read(const StudyFolder& study, Names& names) {
    if (!study.has_plan()) return;
    const auto cases = study.named_cases();
    for (std::size_t k = 0; k < cases.size(); ++k) names.emplace(study.case_path(k), cases[k].name);
  }

  std::map<std::string, Names> studies_;
};

}  // namespace

std::vector<NamedFolder> results_named(const std::vector<std::string>& folders, bool each_draw) {
  std::vector<NamedFolder> results;
  NamesInStudies names;
  for (const std::string& folder : folders) {
    const StudyFolder study(folder);
    if (!study.has_plan()) {
      results.emplace_back(folder, names.of(folder));
      continue;
    }
    for (NamedFolder& found : cases_of(study, each_draw)) results.push_back(std::move(found));
  }
  return results;
}

}  // namespace intratumor
