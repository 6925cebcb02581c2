#include "study/result_reader.h"

#include <yaml-cpp/yaml.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "output/clinical_units.h"
#include "output/reporter.h"
#include "output/summary.h"
#include "quantities/error.h"
#include "quantities/units.h"
#include "study/medians.h"

namespace intratumor {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

/// Without these there is nothing to compare; every other key of summary.json may be null or missing, as it
/// is where an older version wrote it.
const char* const needed_keys[] = {"dose_mol", "tumour.auc_free", "plasma.auc"};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) throw InputError(path + ": cannot be read");
  return text;
}

Json read_summary(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) throw InputError(folder + ": there is no such result folder");
  if (!fs::is_directory(folder, error)) {
    const std::string parent = fs::path(folder).parent_path().string();
    throw InputError(folder + ": is a file; name the result folder that summary.json is in" +
                     (fs::path(folder).filename() == "summary.json" && !parent.empty() ? ", " + parent : ""));
  }
  const std::string path = (fs::path(folder) / "summary.json").string();
  if (!fs::is_regular_file(path, error))
    throw InputError(folder + ": is not a result folder, there is no summary.json in it");
  Json summary;
  try {
    summary = Json::parse(content_of(path));
  } catch (const Json::parse_error& failure) {
    // "[json.exception.parse_error.101] parse error at line 3, column 2: ...": what follows the bracket
    const std::string text = failure.what();
    const std::size_t bracket = text.find("] ");
    throw InputError(path + ": is not readable as JSON: " +
                     (bracket == std::string::npos ? text : text.substr(bracket + 2)));
  }
  for (const char* key : needed_keys)
    if (std::isnan(number_at(summary, key)))
      throw InputError(path + ": there is no number " + key + "; was it written by intratumor run?");
  return summary;
}

/// Last part of the folder's path, without the .out that run adds.
std::string short_name(const fs::path& folder) {
  fs::path path = fs::absolute(folder).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  return path.extension() == ".out" ? path.stem().string() : path.filename().string();
}

/// Drops what is told of a value and is not the value: who set it, its source and its range.
void keep_values(YAML::Node node) {
  if (node.IsMap()) {
    for (const char* key : {"set_by", "source", "basis", "range"}) node.remove(key);
    for (auto entry : node) keep_values(entry.second);
  } else if (node.IsSequence()) {
    for (auto entry : node) keep_values(entry);
  }
}

std::string text_of(const YAML::Node& root, const std::string& key) {
  return root[key] ? YAML::Dump(root[key]) : "";
}

/// What comparing needs of case.resolved.yaml; nothing when the file is not there.
struct StoredCase {
  std::optional<double> until;
  std::string accuracy, numerics, drug, geometry, patient, tissues, flow;
};

StoredCase read_case_of(const std::string& folder) {
  StoredCase stored;
  const std::string path = (fs::path(folder) / "case.resolved.yaml").string();
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return stored;
  try {
    YAML::Node root = YAML::Load(content_of(path));
    if (!root.IsMap()) throw std::invalid_argument("there is no case in it");
    keep_values(root);
    const YAML::Node run = root["run"];
    if (run && run["until"]) stored.until = parse_quantity(run["until"].as<std::string>(), Dimension::time);
    if (run && run["accuracy"]) stored.accuracy = run["accuracy"].as<std::string>();
    // The file's path is no matter: its content is told apart by its hash.
    if (root["geometry"] && root["geometry"].IsMap())
      for (const char* file : {"segmentation", "mesh"}) root["geometry"].remove(file);
    // Which other schemes a mesh serves follows from the study, not from what is to be accurate.
    if (root["numerics"] && root["numerics"].IsMap()) root["numerics"].remove("mesh_for");
    stored.numerics = text_of(root, "numerics");
    stored.drug = text_of(root, "drug");
    stored.geometry = text_of(root, "geometry");
    stored.patient = text_of(root, "patient");
    // In whatever order the labels came.
    std::map<std::string, std::string> tissues;
    for (const auto& tissue : root["tissues"])
      tissues[tissue.first.as<std::string>()] = YAML::Dump(tissue.second);
    for (const auto& [region, tissue] : tissues) stored.tissues += region + ": " + tissue + "\n";
    stored.flow = text_of(root, "flow");
  } catch (const std::exception& failure) {  // YAML::Exception, or a quantity that is none
    throw InputError(path + ": is not as intratumor run writes it: " + failure.what());
  }
  return stored;
}

std::string word_at(const Json& summary, const std::string& path) {
  const Json value = value_at(summary, path);
  return value.is_string() ? value.get<std::string>() : "";
}

StoredResult read_result(const NamedFolder& named) {
  StoredResult result;
  const std::string& folder = result.folder = named.folder;
  result.name = named.name.empty() ? short_name(folder) : named.name;
  result.summary = read_summary(folder);
  if (!named.other_draws.empty()) {
    std::vector<Json> draws = {result.summary};
    for (const std::string& other : named.other_draws) draws.push_back(read_summary(other));
    result.summary = medians_of(draws);
    result.draws = draws.size();
  }
  const StoredCase stored = read_case_of(folder);
  result.until = stored.until;
  result.accuracy = stored.accuracy;
  const double dose = number_at(result.summary, "dose_mol");
  const std::string drug = word_at(result.summary, "drug.name");
  const ClinicalUnits units{result.molar_mass()};
  result.inputs = {
      {"drug", stored.drug, drug},
      {"dose", scientific(dose), readable_value(dose, units.amount())},
      {"horizon", stored.until ? exact_text(*stored.until) : "",
       stored.until ? readable_time(*stored.until) : ""},
      {"accuracy", stored.accuracy + stored.numerics, stored.accuracy},
      {"segmentation",
       word_at(result.summary, "inputs.segmentation.sha256") +
           word_at(result.summary, "inputs.segmentation_data.sha256"),
       ""},
      {"geometry", stored.geometry, ""},
      {"patient", stored.patient, ""},
      {"tissues", stored.tissues, ""},
      {"flow", stored.flow, ""},
  };
  return result;
}

/// Gives results of one name the folder's whole path for a name.
void tell_names_apart(std::vector<StoredResult>& results) {
  std::multiset<std::string> names;
  for (const StoredResult& result : results) names.insert(result.name);
  for (StoredResult& result : results) {
    if (names.count(result.name) == 1) continue;
    result.name = fs::path(result.folder).lexically_normal().string();
    while (result.name.size() > 1 && result.name.back() == '/') result.name.pop_back();
  }
}

}  // namespace

std::optional<double> StoredResult::molar_mass() const {
  const double value = number_at(summary, "drug.molar_mass_kg_per_mol");
  return value > 0 ? std::optional<double>(value) : std::nullopt;
}

std::string StoredResult::segmentation() const {
  for (const ComparedInput& input : inputs)
    if (input.what == "segmentation") return input.value;
  return "";
}

std::vector<StoredResult> read_results(const std::vector<NamedFolder>& folders) {
  std::vector<StoredResult> results;
  std::set<std::string> seen;
  for (const NamedFolder& named : folders) {
    results.push_back(read_result(named));
    if (!seen.insert(fs::canonical(named.folder).string()).second)
      throw InputError(named.folder + ": the same result folder twice");
  }
  tell_names_apart(results);
  return results;
}

std::optional<StoredResult> intravenous_comparator(const StoredResult& result) {
  const double plasma_auc = number_at(result.summary, "comparator.plasma.auc");
  if (std::isnan(plasma_auc)) return std::nullopt;
  StoredResult other = result;
  other.name = "by vein";
  const Json comparator = value_at(result.summary, "comparator");
  Json summary;
  summary["title"] = "The same dose by vein";
  summary["dose_mol"] = value_at(result.summary, "dose_mol");
  summary["dose_intratumoral_mol"] = 0.;
  summary["tumour"] = value_at(comparator, "tumour");
  summary["tumour"]["volume_m3"] = value_at(result.summary, "tumour.volume_m3");
  summary["plasma"] = value_at(comparator, "plasma");
  const double tumour_auc = number_at(summary, "tumour.auc_free");
  if (plasma_auc > 0 && !std::isnan(tumour_auc)) summary["therapeutic_index"] = tumour_auc / plasma_auc;
  summary["drug"] = value_at(result.summary, "drug");
  summary["needle_passes"] = 0;
  other.summary = summary;
  return other;
}

}  // namespace intratumor
