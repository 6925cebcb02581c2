#include "study/results.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "quantities/error.h"
#include "study/ranking.h"
#include "study/records.h"

namespace intratumor {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

const char* name_of(StudyFolder::State state) {
  if (state == StudyFolder::State::done) return "done";
  return state == StudyFolder::State::failed ? "failed" : "open";
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) throw ComputationError(path + ": cannot be read");
  return text;
}

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

std::size_t thresholds_of(const StudyResults& results) {
  std::size_t most = 0;
  for (const Json& summary : results.summaries) {
    const Json list = value_at(summary, "tumour.coverage");
    if (list.is_array()) most = std::max(most, list.size());
  }
  return most;
}

/// Rows of exposure_volume.csv: AUC ascending, volume fraction falling.
std::vector<std::pair<double, double>> read_histogram(const std::string& path) {
  std::vector<std::pair<double, double>> rows;
  const std::string text = content_of(path);
  std::size_t start = text.find('\n');
  while (start != std::string::npos && start + 1 < text.size()) {
    const std::size_t end = std::min(text.find('\n', start + 1), text.size());
    const std::size_t comma = std::min(text.find(',', start + 1), end);
    std::pair<double, double> row;
    const bool good =
        comma < end &&
        std::from_chars(text.data() + start + 1, text.data() + comma, row.first).ec == std::errc() &&
        std::from_chars(text.data() + comma + 1, text.data() + end, row.second).ec == std::errc();
    if (!good) throw ComputationError(path + ": is not as intratumor run writes it");
    rows.push_back(row);
    start = end;
  }
  return rows;
}

/// The AUC that the share `fraction` of the volume reaches, on the straight line between rows.
double reached_by(const std::vector<std::pair<double, double>>& rows, double fraction) {
  if (rows.empty()) return undefined;
  for (std::size_t i = rows.size(); i-- > 0;) {
    if (rows[i].second < fraction) continue;
    if (i + 1 == rows.size()) return rows[i].first;
    const double fall = rows[i].second - rows[i + 1].second;
    return rows[i].first + (rows[i].second - fraction) / fall * (rows[i + 1].first - rows[i].first);
  }
  return 0;
}

}  // namespace

std::string StudyResults::accuracy(std::size_t number) const {
  const Json value = value_at(summaries[number], "model.accuracy");
  return value.is_string() ? value.get<std::string>() : "";
}

std::size_t StudyResults::count(StudyFolder::State state) const {
  return static_cast<std::size_t>(std::count(states.begin(), states.end(), state));
}

std::vector<double> StudyResults::metric(const std::string& name) const {
  std::vector<double> values;
  for (const Json& summary : summaries)
    values.push_back(summary.is_null() ? undefined : metric_of(summary, name));
  return values;
}

StudyResults read_study_results(const StudyFolder& folder, const Plan& plan) {
  StudyResults results;
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    results.states.push_back(folder.state(k));
    results.failures.emplace_back();
    results.summaries.emplace_back();
    if (results.states[k] == StudyFolder::State::failed) results.failures[k] = folder.failure(k);
    if (results.states[k] != StudyFolder::State::done) continue;
    const std::string path = (fs::path(folder.case_path(k)) / "summary.json").string();
    try {
      results.summaries[k] = Json::parse(content_of(path));
    } catch (const Json::exception& error) {
      throw ComputationError(path + ": is not readable as JSON: " + error.what());
    }
  }
  return results;
}

std::string results_csv(const Plan& plan, const StudyResults& results) {
  const std::size_t thresholds = thresholds_of(results);
  Json records = Json::array();
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    Json record;
    record["case"] = k;
    record["status"] = name_of(results.states[k]);
    record["reason"] = results.failures[k].reason.empty() ? Json() : Json(results.failures[k].reason);
    for (std::size_t i = 0; i < plan.inputs.size(); ++i)
      record[plan.inputs[i].name] = plan.cases[k].inputs[i];
    const Json& summary = results.summaries[k];
    for (const PromisedKey& key : promised_keys())
      if (key.unit != nullptr) record[column_of(key)] = number_or_null(number_at(summary, key.path));
    for (std::size_t i = 0; i < thresholds; ++i)
      for (const std::string& key : coverage_keys()) {
        const std::string number = std::to_string(i);
        record["coverage_" + number + "_" + key] =
            number_or_null(metric_of(summary, "tumour.coverage." + number + "." + key));
      }
    records.push_back(record);
  }
  return records_csv(records);
}

std::vector<double> shared_fractions() {
  std::vector<double> fractions;
  for (int i = 1; i < 100; ++i) fractions.push_back(i / 100.);
  return fractions;
}

std::vector<std::vector<double>> exposure_volumes(const StudyFolder& folder, const StudyResults& results,
                                                  const std::vector<double>& fractions) {
  std::vector<std::vector<double>> volumes;
  for (std::size_t k = 0; k < results.states.size(); ++k) {
    volumes.emplace_back(fractions.size(), undefined);
    if (results.states[k] != StudyFolder::State::done) continue;
    const auto rows = read_histogram((fs::path(folder.case_path(k)) / "exposure_volume.csv").string());
    for (std::size_t i = 0; i < fractions.size(); ++i) volumes[k][i] = reached_by(rows, fractions[i]);
  }
  return volumes;
}

}  // namespace intratumor
