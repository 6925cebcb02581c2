#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "injection/case.h"

namespace intratumor {
namespace {

/// Every file of tests/bad_input is a case with one fault; its first line tells what the error must say:
/// `# expect: part | part`.
std::vector<std::string> bad_cases() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(INTRATUMOR_PROJECT_DIR "/tests/bad_input"))
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> expected_parts(const std::string& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  const std::string head = "# expect: ";
  if (line.compare(0, head.size(), head) != 0) return {};
  std::vector<std::string> parts;
  for (std::size_t start = head.size(); start < line.size();) {
    const std::size_t end = std::min(line.find(" | ", start), line.size());
    parts.push_back(line.substr(start, end - start));
    start = end + 3;
  }
  return parts;
}

class BadInput : public testing::TestWithParam<std::string> {};

TEST_P(BadInput, GivesOneMessageThatSaysWhereAndWhatIsRight) {
  const std::vector<std::string> parts = expected_parts(GetParam());
  ASSERT_FALSE(parts.empty()) << "its first line must be '# expect: ...'";
  try {
    read_case(GetParam());
    FAIL() << "was accepted";
  } catch (const InputError& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.compare(0, GetParam().size(), GetParam()), 0) << message;
    for (const std::string& part : parts)
      EXPECT_NE(message.find(part), std::string::npos) << part << "\n" << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, BadInput, testing::ValuesIn(bad_cases()),
                         [](const auto& info) { return std::filesystem::path(info.param).stem().string(); });

TEST(BadInputTable, HoldsManyCases) {
  EXPECT_GE(bad_cases().size(), 25u);
}

}  // namespace
}  // namespace intratumor
