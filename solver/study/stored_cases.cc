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

/// What the study calls a case whose folder, STUDY.out/cases/00015, was named; empty when it is none.
std::string name_in_study(const std::string& folder) {
  fs::path path = fs::absolute(folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const StudyFolder study(path.parent_path().parent_path().string());
  if (path.parent_path().filename() != "cases" || !study.has_plan()) return "";
  const auto cases = study.named_cases();
  for (std::size_t k = 0; k < cases.size(); ++k)
    if (fs::path(study.case_path(k)) == path) return cases[k].name;
  return "";
}

}  // namespace

std::vector<NamedFolder> results_named(const std::vector<std::string>& folders, bool each_draw) {
  std::vector<NamedFolder> results;
  for (const std::string& folder : folders) {
    const StudyFolder study(folder);
    if (!study.has_plan()) {
      results.emplace_back(folder, name_in_study(folder));
      continue;
    }
    for (NamedFolder& found : cases_of(study, each_draw)) results.push_back(std::move(found));
  }
  return results;
}

}  // namespace intratumor
