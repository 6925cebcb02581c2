#include "study/stored_cases.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "quantities/error.h"
#include "study/study_folder.h"

namespace intratumor {

namespace {

std::vector<NamedFolder> cases_of(const StudyFolder& study) {
  const std::string path = (std::filesystem::path(study.path()) / "plan.json").string();
  std::ifstream file(path);
  const auto plan = nlohmann::json::parse(file, nullptr, false);
  if (!plan.is_object() || !plan.contains("cases"))
    throw InputError(path + ": is not as intratumor sweep writes it");
  std::vector<NamedFolder> found;
  for (std::size_t k = 0; k < plan["cases"].size(); ++k) {
    if (study.state(k) != StudyFolder::State::done) continue;
    std::string name;
    if (plan.contains("names") && k < plan["names"].size()) name = plan["names"][k].get<std::string>();
    found.push_back({study.case_path(k), name.empty() ? "case " + std::to_string(k) : name});
  }
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
