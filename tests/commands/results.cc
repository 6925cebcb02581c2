#include "results.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "../output/scratch_folder.h"
#include "program.h"

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

std::vector<double> numbers_of(const std::string& line) {
  std::vector<double> numbers;
  std::istringstream cells(line);
  for (std::string cell; std::getline(cells, cell, ',');)
    numbers.push_back(cell.empty() ? 0 : std::stod(cell));
  return numbers;
}

/// Rows of two tables within a tolerance of each column's largest value.
void expect_same_table(const std::string& file, const std::string& other, double tolerance) {
  const std::vector<std::string> a = lines_of(contents_of(file)), b = lines_of(contents_of(other));
  ASSERT_EQ(a.size(), b.size()) << file;
  ASSERT_EQ(a[0], b[0]) << file;
  std::vector<double> largest, difference;
  for (std::size_t row = 1; row < a.size(); ++row) {
    const std::vector<double> x = numbers_of(a[row]), y = numbers_of(b[row]);
    ASSERT_EQ(x.size(), y.size()) << file << " row " << row;
    largest.resize(x.size(), 0.);
    difference.resize(x.size(), 0.);
    for (std::size_t i = 0; i < x.size(); ++i) {
      largest[i] = std::max({largest[i], std::abs(x[i]), std::abs(y[i])});
      difference[i] = std::max(difference[i], std::abs(x[i] - y[i]));
    }
  }
  std::istringstream names(a[0]);
  std::string name;
  for (std::size_t i = 0; std::getline(names, name, ','); ++i) {
    const double size = name.rfind("ledger_", 0) == 0 ? 1 : largest[i];
    EXPECT_LE(difference[i], tolerance * size) << file << " " << name;
  }
}

}  // namespace

Json comparable_results(const std::string& folder) {
  Json summary = Json::parse(contents_of(folder + "/summary.json"));
  for (const char* key : {"time", "memory", "inputs", "versions", "warnings", "units"}) summary.erase(key);
  summary["mesh"].erase("ranks");
  if (summary["comparator"].is_object()) summary["comparator"]["time"].erase("wall_s");
  return summary;
}

void expect_near(const Json& a, const Json& b, double tolerance, const std::string& path) {
  for (const char* key :
       {"linear_residual", "closure_error", "closure_error_fraction", "min_concentration", "limiter",
        "newton_steps", "linear_iterations", "low_order_iterations", "stage_iterations"})
    if (path.size() > std::string(key).size() && path.find(std::string("/") + key) != std::string::npos)
      return;
  ASSERT_EQ(a.type(), b.type()) << path;
  if (path == "/fluid") {
    // What nearly cancels is known to a share of the largest.
    double largest = 0;
    for (const Json& term : a) largest = std::max(largest, std::abs(term.get<double>()));
    for (const auto& [term, value] : a.items())
      EXPECT_LE(std::abs(value.get<double>() - b.at(term).get<double>()), tolerance * largest) << term;
  } else if (a.is_structured()) {
    ASSERT_EQ(a.size(), b.size()) << path;
    for (auto it = a.begin(), jt = b.begin(); it != a.end(); ++it, ++jt)
      expect_near(*it, *jt, tolerance, path + "/" + (a.is_object() ? it.key() : ""));
  } else if (a.is_number()) {
    const double x = a.get<double>();
    const double y = b.get<double>();
    double allowed = tolerance;
    for (const char* rough : {"/tumour/d98", "/tumour/d95", "/tumour/d50", "/tumour/d2",
                              "/tumour/homogeneity_index", "/tumour/retention_half_life_s"})
      if (path == rough) allowed *= 10;
    // Terms of the ledger are shares already.
    const double size = path.find("/ledger/") != std::string::npos ? 1 : std::max(std::abs(x), std::abs(y));
    EXPECT_LE(std::abs(x - y), allowed * size) << path;
  } else {
    EXPECT_EQ(a, b) << path;
  }
}

void expect_same_results(const std::string& folder, const std::string& other, double tolerance) {
  ASSERT_TRUE(fs::exists(folder + "/summary.json")) << folder;
  expect_near(comparable_results(folder), comparable_results(other), tolerance);
  for (const char* name : {"series", "exposure_volume", "profile_from_target", "profile_from_source"}) {
    const std::string file = "/" + std::string(name) + ".csv";
    ASSERT_EQ(fs::exists(folder + file), fs::exists(other + file)) << folder << file;
    if (fs::exists(folder + file)) expect_same_table(folder + file, other + file, tolerance);
  }
  for (const char* name : {"fields.h5", "fields.xdmf", "maps", "checkpoint"})
    EXPECT_EQ(fs::exists(folder + "/" + name), fs::exists(other + "/" + name)) << folder << " " << name;
  if (!fs::exists(folder + "/fields.h5")) return;
  EXPECT_EQ(contents_of(folder + "/fields.xdmf"), contents_of(other + "/fields.xdmf"));
  const Ended fields =
      Program({INTRATUMOR_PYTHON, INTRATUMOR_PROJECT_DIR "/tests/commands/same_fields.py",
               folder + "/fields.h5", other + "/fields.h5", std::to_string(std::max(100 * tolerance, 1e-6))},
              ".")
          .wait();
  EXPECT_EQ(fields.status, 0) << fields.err;
}
