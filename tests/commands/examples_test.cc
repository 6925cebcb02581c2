// Every folder of examples/ that gives expected figures is computed and compared. expected.json maps a key of
// summary.json, or depot.KEY of what scripts/depot_model finds, to {"value": SI, "tolerance": relative}. The
// program's histogram is compared with that of scripts/check_histogram, and the table in README.md with what
// comes out. INTRATUMOR_RENEW=1 writes the values found into these files.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <regex>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "output/table.h"
#include "program.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

const std::string project = INTRATUMOR_PROJECT_DIR;
constexpr double table_tolerance = 0.05;

/// Folders below examples/ that hold expected figures.
std::vector<std::string> examples() {
  std::vector<std::string> names;
  const fs::path root = project + "/examples";
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.path().filename() == "expected.json")
      names.push_back(entry.path().parent_path().lexically_relative(root).string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

Ended script(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {INTRATUMOR_PYTHON, project + "/scripts/" + name};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return Program(all, project).wait();
}

double figure(const Json& summary, const Json& depot, const std::string& key) {
  const std::string prefix = "depot.";
  if (key.compare(0, prefix.size(), prefix) != 0) return number_at(summary, key);
  return depot.at("depot").at(key.substr(prefix.size())).get<double>();
}

void compare_figures(const std::string& path, const Json& summary, const Json& depot, bool renew) {
  Json expected = Json::parse(contents_of(path));
  for (const auto& item : expected.items()) {
    const double found = figure(summary, depot, item.key());
    Json& entry = item.value();
    if (renew) entry["value"] = found;
    const double value = entry["value"].get<double>();
    EXPECT_LE(std::abs(found - value), entry["tolerance"].get<double>() * std::abs(value))
        << item.key() << " is " << found << ", expected " << value;
  }
  if (renew) write_text(path, expected.dump(2) + "\n");
}

/// The table that scripts/depot_model writes, below a line "<!-- depot_model NAME -->".
void compare_table(const std::string& path, const std::string& name, const Json& depot, const Json& summary,
                   const std::string& table, bool renew) {
  std::string readme = contents_of(path);
  const std::string mark = "<!-- depot_model " + name + " -->\n";
  const std::size_t start = readme.find(mark);
  ASSERT_NE(start, std::string::npos) << path << " has no line " << mark;
  const std::size_t begin = start + mark.size(), end = std::min(readme.find("\n\n", begin), readme.size());
  if (renew) {
    readme.replace(begin, end - begin, table.substr(0, table.find_last_not_of('\n') + 1));
    write_text(path, readme.back() == '\n' ? readme : readme + "\n");
    return;
  }
  const std::string shown = readme.substr(begin, end - begin);
  const std::regex row(R"(\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|)");
  int rows = 0;
  for (std::sregex_iterator at(shown.begin(), shown.end(), row), none; at != none; ++at, ++rows) {
    const std::string key = (*at)[1], of_depot = (*at)[2], of_run = (*at)[3];
    if (of_depot != "-") {
      const double found = figure(summary, depot, "depot." + key);
      EXPECT_NEAR(std::stod(of_depot), found, table_tolerance * std::abs(found)) << key;
    }
    if (of_run != "-") {
      const double found = number_at(summary, key);
      EXPECT_NEAR(std::stod(of_run), found, table_tolerance * std::abs(found)) << key;
    }
  }
  EXPECT_EQ(rows, static_cast<int>(depot.at("depot").size())) << path;
}

}  // namespace

class Examples : public testing::TestWithParam<std::string> {};

TEST_P(Examples, GiveTheExpectedFigures) {
  const bool renew = std::getenv("INTRATUMOR_RENEW") != nullptr;
  const std::string folder = project + "/examples/" + GetParam();
  const ScratchFolder scratch;
  const Ended ended = intratumor_in(scratch.path(), {"run", folder + "/case.yaml", "-q", "-o", "result"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const std::string result = scratch / "result";
  const Json summary = Json::parse(contents_of(result + "/summary.json"));

  const Ended model = script("depot_model", {result, "--format", "json"});
  ASSERT_EQ(model.status, 0) << model.err;
  const Json depot = Json::parse(model.out);
  compare_figures(folder + "/expected.json", summary, depot, renew);

  // An example in a folder of several has its README there.
  const std::string readme =
      fs::exists(folder + "/README.md") ? folder + "/README.md" : folder + "/../README.md";
  compare_table(readme, fs::path(folder).filename(), depot, summary,
                script("depot_model", {result, "--format", "markdown"}).out, renew);

  const Ended histogram = script("check_histogram", {result});
  EXPECT_EQ(histogram.status, 0) << histogram.out << histogram.err;
}

INSTANTIATE_TEST_SUITE_P(All, Examples, testing::ValuesIn(examples()), test_name);
