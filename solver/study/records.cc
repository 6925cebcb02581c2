#include "study/records.h"

#include <algorithm>
#include <cmath>

#include "output/summary.h"
#include "quantities/units.h"
#include "study/comparison.h"

namespace intratumor {

using Json = nlohmann::ordered_json;

namespace {

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

Json word_or_null(const Json& value) {
  return value.is_string() ? value : Json();
}

}  // namespace

std::string column_of(const PromisedKey& key) {
  std::string name = key.path;
  for (char& c : name)
    if (c == '.') c = '_';
  const std::string unit = key.unit;
  const char* const ending = unit == "mol s m-3" ? "_mol_s_per_m3" : unit == "mol m-3" ? "_mol_per_m3" : "";
  return name + ending;
}

Json comparison_records(const std::vector<StoredResult>& results, const Standing& standing) {
  const std::vector<SharedThreshold> thresholds = shared_thresholds(results);
  Json records = Json::array();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const StoredResult& result = results[i];
    Json record;
    record["name"] = result.name;
    record["folder"] = result.folder;
    if (std::any_of(results.begin(), results.end(), [](const auto& one) { return one.draws > 1; }))
      record["draws"] = result.draws;
    record["title"] = word_or_null(value_at(result.summary, "title"));
    record["drug"] = word_or_null(value_at(result.summary, "drug.name"));
    record["drug_molar_mass_kg_per_mol"] = result.molar_mass() ? Json(*result.molar_mass()) : Json();
    record["mode"] = word_or_null(value_at(result.summary, "model.mode"));
    record["accuracy"] = result.accuracy.empty() ? Json() : Json(result.accuracy);
    record["until_s"] = result.until ? Json(*result.until) : Json();
    for (const PromisedKey& key : promised_keys())
      if (key.unit != nullptr) record[column_of(key)] = number_or_null(number_at(result.summary, key.path));
    for (std::size_t k = 0; k < thresholds.size(); ++k) {
      const std::string start = "coverage_" + std::to_string(k) + "_";
      record[start + "text"] = thresholds[k].text;
      record[start + "threshold_mol_per_m3"] = number_or_null(thresholds[k].level(i));
      record[start + "at_least_s"] = thresholds[k].at_least;
      for (const std::string& key : coverage_keys())
        record[start + key] = number_or_null(number_at(thresholds[k].entry[i], key));
    }
    if (!standing.ranking.criteria.empty()) {
      record["rank_place"] = standing.ranking.places[i];
      record["rank_score"] = number_or_null(standing.ranking.scores[i]);
    }
    if (!standing.objectives.empty()) record["on_pareto_front"] = standing.front[i] ? 1 : 0;
    records.push_back(record);
  }
  return records;
}

std::string records_csv(const Json& records) {
  std::string text;
  if (records.empty()) return text;
  for (const auto& item : records.front().items()) text += (text.empty() ? "" : ",") + quoted(item.key());
  text += "\n";
  for (const Json& record : records) {
    std::string line;
    bool first = true;
    for (const auto& item : record.items()) {
      if (!first) line += ",";
      first = false;
      const Json& value = item.value();
      if (value.is_string()) line += quoted(value.get<std::string>());
      if (value.is_number()) line += exact_text(value.get<double>());
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace intratumor
