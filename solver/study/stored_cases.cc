#include "study/stored_cases.h"

#include "quantities/error.h"
#include "study/study_folder.h"

namespace intratumor {

namespace {

std::vector<NamedFolder> cases_of(const StudyFolder& study) {
  std::vector<NamedFolder> found;
  const std::vector<std::string> names = study.case_names();
  for (std::size_t k = 0; k < names.size(); ++k)
    if (study.state(k) == StudyFolder::State::done)
      found.push_back({study.case_path(k), names[k].empty() ? "case " + std::to_string(k) : names[k]});
  if (found.empty()) throw InputError(study.path() + ": no case of this study is done yet");
  return found;
}

}  // namespace

std::vector<NamedFolder> results_named(const std::vector<std::string>& folders) {
  std::vector<NamedFolder> results;
  for (const std::string& folder : folders) {
    const StudyFolder study(folder);
    if (!study.has_plan()) {
      results.push_back({folder, ""});
      continue;
    }
    for (NamedFolder& found : cases_of(study)) results.push_back(std::move(found));
  }
  return results;
}

}  // namespace intratumor
