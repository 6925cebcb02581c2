// Every example that gives expected figures is computed and compared: examples/NAME/expected.json maps a key
// of summary.json to {"value": SI, "tolerance": relative}. INTRATUMOR_RENEW=1 writes the values found into
// these files.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "output/table.h"
#include "program.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

TEST(Examples, GiveTheExpectedFigures) {
  const bool renew = std::getenv("INTRATUMOR_RENEW") != nullptr;
  int compared = 0;
  for (const auto& example : fs::directory_iterator(INTRATUMOR_PROJECT_DIR "/examples")) {
    const std::string expected_path = example.path() / "expected.json";
    if (!fs::exists(expected_path)) continue;
    SCOPED_TRACE(example.path().filename());
    const ScratchFolder scratch;
    const Ended ended =
        intratumor_in(scratch.path(), {"run", example.path() / "case.yaml", "-q", "-o", "result"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    const Json summary = Json::parse(contents_of(scratch / "result/summary.json"));
    Json expected = Json::parse(contents_of(expected_path));
    for (const auto& item : expected.items()) {
      const double found = number_at(summary, item.key());
      Json& entry = item.value();
      if (renew) entry["value"] = found;
      const double value = entry["value"].get<double>();
      EXPECT_LE(std::abs(found - value), entry["tolerance"].get<double>() * std::abs(value))
          << item.key() << " is " << found << ", expected " << value;
    }
    if (renew) write_text(expected_path, expected.dump(2) + "\n");
    ++compared;
  }
  EXPECT_GE(compared, 1);
}
