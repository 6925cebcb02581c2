#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "injection/case.h"
#include "output/sha256.h"
#include "quantities/error.h"
#include "quantities/yaml_reader.h"
#include "study/leaves.h"
#include "study/study_folder.h"

namespace intratumor {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

/// The base case as a run would take it: values of params/ included, comments not.
Json base_of(const Study& study) {
  Json leaves = leaves_of(resolved_yaml(read_case(study.base)));
  leaves.erase("run.checkpoint");  // decides no result
  return leaves;
}

Json stamp_of(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  const auto time = fs::last_write_time(path, error).time_since_epoch().count();
  return {{"bytes", error ? 0 : size}, {"time", error ? 0 : time}};
}

Json read_plan(const std::string& folder) {
  const std::string path = (fs::path(folder) / "plan.json").string();
  std::ifstream file(path);
  Json plan = Json::parse(file, nullptr, false);
  for (const char* key : {"base", "study", "files", "cases"})
    if (!plan.is_object() || !plan.contains(key))
      throw InputError(path + ": is not as intratumor sweep writes it; take a new folder with -o");
  return plan;
}

/// A case is known by what it sets; equal ones (draws from short lists) by their order.
using CaseKey = std::pair<std::vector<std::string>, int>;

std::vector<CaseKey> keys_of(const std::vector<std::vector<std::string>>& sets) {
  std::map<std::vector<std::string>, int> seen;
  std::vector<CaseKey> keys;
  for (const auto& set : sets) keys.emplace_back(set, seen[set]++);
  return keys;
}

std::vector<CaseKey> keys_of(const Json& stored) {
  return keys_of(stored["cases"].get<std::vector<std::vector<std::string>>>());
}

std::vector<CaseKey> keys_of(const Plan& plan) {
  std::vector<std::vector<std::string>> sets;
  for (const PlannedCase& planned : plan.cases) sets.push_back(planned.set);
  return keys_of(sets);
}

void add_to(std::vector<std::string>& list, const std::vector<std::string>& more) {
  list.insert(list.end(), more.begin(), more.end());
}

std::vector<std::string> changed_files(const Json& files) {
  std::vector<std::string> list;
  for (const auto& [path, stored] : files.items()) {
    // Hashing images of hundreds of megabytes takes a while: only when they have been touched.
    if (stamp_of(path) == stored["stamp"]) continue;
    std::error_code error;
    if (!fs::exists(path, error))
      list.push_back("the file " + path + " is gone");
    else if (sha256_of_file(path) != stored["sha256"].get<std::string>())
      list.push_back("the file " + path + " has another content");
  }
  return list;
}

}  // namespace

void StudyFolder::write_plan(const Study& study, const Plan& plan, const std::set<std::string>& files) const {
  Json stored;
  stored["intratumor"] = INTRATUMOR_VERSION;
  stored["base"] = base_of(study);
  stored["study"] = leaves_of(resolved_study(study));
  stored["files"] = Json::object();
  for (const std::string& file : files)
    stored["files"][file] = {{"sha256", sha256_of_file(file)}, {"stamp", stamp_of(file)}};
  stored["cases"] = Json::array();
  for (const PlannedCase& planned : plan.cases) stored["cases"].push_back(planned.set);
  const DesignBlock* const block = drawn_block(study);
  for (const PlannedCase& planned : plan.cases) {
    const std::string& combination = plan.combination_values[planned.combination];
    std::string which;
    if (block != nullptr && block->is_random())
      which = "draw " + std::to_string(planned.draw);
    else if (block != nullptr)
      which = planned.draw == 0 ? "reference" : "variant " + std::to_string(planned.draw);
    const char* const between = combination.empty() || which.empty() ? "" : ", ";
    Json named = {{"name", combination + between + which}};
    if (block != nullptr && block->is_random()) {
      named["draw_of"] = combination;
      named["independent"] = planned.draw < block->independent(plan.draws);
    }
    stored["named"].push_back(named);
  }
  write_whole((fs::path(path_) / "study.resolved.yaml").string(), resolved_study(study));
  write_whole((fs::path(path_) / "plan.json").string(), stored.dump(1) + "\n");
}

std::vector<std::string> StudyFolder::changes(const Study& study, const Plan& plan, bool& only_added) const {
  const Json stored = read_plan(path_);
  std::vector<std::string> list = differing_leaves("base case:", stored["base"], base_of(study));
  add_to(list, changed_files(stored["files"]));
  const bool same_ground = list.empty();

  const std::vector<CaseKey> stored_keys = keys_of(stored), new_keys = keys_of(plan);
  const std::set<CaseKey> before(stored_keys.begin(), stored_keys.end()),
      now(new_keys.begin(), new_keys.end());
  std::size_t gone = 0, added = 0;
  for (const CaseKey& key : before) gone += now.count(key) == 0 ? 1 : 0;
  for (const CaseKey& key : now) added += before.count(key) == 0 ? 1 : 0;
  only_added = same_ground && gone == 0;
  if (gone + added > 0) {
    add_to(list, differing_leaves("study:", stored["study"], leaves_of(resolved_study(study))));
    list.push_back(std::to_string(gone) + " of its " + std::to_string(before.size()) + " cases are gone, " +
                   std::to_string(added) + " are new");
  }
  return list;
}

std::vector<StudyFolder::NamedCase> StudyFolder::named_cases() const {
  const Json stored = read_plan(path_);
  std::vector<NamedCase> cases;
  for (std::size_t k = 0; k < stored["cases"].size(); ++k) {
    NamedCase one;
    // Plans of older versions have none.
    const Json named = stored.contains("named") ? stored["named"].at(k) : Json::object();
    one.name = named.value("name", "");
    if (one.name.empty()) one.name = "case " + std::to_string(k);
    if (named.contains("draw_of")) one.draw_of = named["draw_of"].get<std::string>();
    one.independent = named.value("independent", true);
    cases.push_back(one);
  }
  return cases;
}

void StudyFolder::order_as_stored(Plan& plan) const {
  const Json stored = read_plan(path_);
  std::map<CaseKey, std::size_t> places;
  for (const CaseKey& key : keys_of(stored)) places.emplace(key, places.size());
  // What is new comes behind, in its own order.
  std::vector<std::pair<std::size_t, PlannedCase>> placed;
  const std::vector<CaseKey> keys = keys_of(plan);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const auto found = places.find(keys[k]);
    placed.emplace_back(found == places.end() ? places.size() : found->second, plan.cases[k]);
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  plan.cases.clear();
  for (auto& [place, planned] : placed) plan.cases.push_back(std::move(planned));
}

}  // namespace intratumor
