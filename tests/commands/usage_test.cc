// The command line itself: exit status, one message, nothing left behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <set>

#include "../output/scratch_folder.h"
#include "program.h"
#include "small_case.h"

namespace {

/// Exit status 2, nothing on stdout, one line on stderr that holds all parts, and no file made.
void expect_refused(const Ended& ended, const std::vector<std::string>& parts) {
  EXPECT_EQ(ended.status, 2) << ended.err;
  EXPECT_EQ(ended.out, "");
  const std::vector<std::string> lines = lines_of(ended.err);
  ASSERT_EQ(lines.size(), 1u) << ended.err;
  EXPECT_EQ(lines[0].rfind("error: ", 0), 0u) << lines[0];
  for (const std::string& part : parts)
    EXPECT_NE(lines[0].find(part), std::string::npos) << part << " in " << lines[0];
}

}  // namespace

TEST(Usage, HelpAndVersionEverywhere) {
  const ScratchFolder scratch;
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"-h"},
                                             {"--version"},
                                             {"run", "--help"},
                                             {"run", "--version"},
                                             {"check", "--help"},
                                             {"mesh", "--help"},
                                             {"sweep", "--help"}}) {
    const Ended ended = intratumor_in(scratch.path(), arguments);
    EXPECT_EQ(ended.status, 0) << arguments.back();
    EXPECT_NE(ended.out.find("intratumor"), std::string::npos);
    EXPECT_EQ(ended.err, "");
  }
  EXPECT_NE(intratumor_in(scratch.path(), {"run", "--help"}).out.find("--overwrite"), std::string::npos);
  EXPECT_TRUE(scratch.entries().empty());
}

TEST(Usage, WrongCommandLinesAreRefusedInOneLine) {
  const ScratchFolder scratch;
  const auto refused = [&](const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
    expect_refused(intratumor_in(scratch.path(), arguments), parts);
  };
  refused({}, {"which command", "--help"});
  refused({"rnu"}, {"'rnu'", "did you mean run?"});
  refused({"case.yaml"}, {"did you mean intratumor run case.yaml?"});
  refused({"run"}, {"which case"});
  refused({"run", "a.yaml", "--overwite"}, {"--overwite", "did you mean --overwrite?"});
  refused({"run", "a.yaml", "--over"}, {"--over"});
  refused({"run", "a.yaml", "b.yaml"}, {"one case at a time", "b.yaml"});
  refused({"run", "a.yaml", "--set", "x=1", "y=2"}, {"'y=2'", "--set"});
  refused({"run", "a.yaml", "-o"}, {"output"});
  refused({"run", "a.yaml", "-o", ""}, {"no name"});
  refused({"run", "a.yaml", "--resume", "--overwrite"}, {"give one of the two"});
  refused({"run", "none.yaml"}, {"none.yaml"});
  for (const char* later : {"report"}) refused({later, "x"}, {later, "comes with a later version"});
  EXPECT_TRUE(scratch.entries().empty());
}

TEST(Usage, EveryBadInputIsOneMessageAndLeavesNothing) {
  const ScratchFolder scratch;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(INTRATUMOR_PROJECT_DIR "/tests/bad_input"))
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  ASSERT_GE(paths.size(), 12u);
  constexpr std::size_t at_once = 4;  // the program's start takes most of the time
  for (std::size_t begin = 0; begin < paths.size(); begin += at_once) {
    std::vector<std::future<Ended>> ends;
    for (std::size_t i = begin; i < std::min(begin + at_once, paths.size()); ++i)
      ends.push_back(std::async(std::launch::async, intratumor_in, scratch.path(),
                                std::vector<std::string>{"run", paths[i]}));
    for (std::size_t i = 0; i < ends.size(); ++i) expect_refused(ends[i].get(), {paths[begin + i]});
  }
  EXPECT_TRUE(scratch.entries().empty());
}

TEST(Usage, BadImagesAreOneMessageAndLeaveNothing) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const std::string image = contents_of(scratch / "small.nii");
  std::string random(100000, '\0');
  unsigned state = 1;
  for (char& c : random) c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  const std::vector<std::pair<std::string, std::string>> bad{
      {"truncated", image.substr(0, image.size() / 2)},
      {"header_only", image.substr(0, 352)},
      {"empty", ""},
      {"random", random},
      {"one_label", nifti_bytes(10, 1, std::vector<std::uint8_t>(1000, 0))},
  };
  std::set<std::string> known{"small.nii", "small.yaml"};
  for (const auto& [name, bytes] : bad) {
    std::ofstream(scratch / (name + ".nii"), std::ios::binary) << bytes;
    known.insert(name + ".nii");
    SCOPED_TRACE(name);
    expect_refused(intratumor_in(scratch.path(),
                                 {"run", small, "-q", "--set", "geometry.segmentation=" + name + ".nii"}),
                   {name == "one_label" ? "tumour" : name + ".nii"});
  }
  expect_refused(
      intratumor_in(scratch.path(), {"run", small, "-q", "--set", "geometry.segmentation=none.nii"}),
      {"none.nii"});
  const std::vector<std::string> left = scratch.entries();
  EXPECT_EQ(std::set<std::string>(left.begin(), left.end()), known);
}

TEST(Usage, ErrorsAreToldOnceOnSeveralRanks) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  for (const char* change : {"run.until=yesterday", "geometry.segmentation=none.nii"}) {
    const Ended ended = intratumor_on_ranks(2, scratch.path(), {"run", small, "-q", "--set", change});
    EXPECT_EQ(ended.status, 2) << ended.err;
    int errors = 0;
    for (const std::string& line : lines_of(ended.err)) errors += line.rfind("error: ", 0) == 0 ? 1 : 0;
    EXPECT_EQ(errors, 1) << ended.err;
  }
  EXPECT_EQ(scratch.entries().size(), 2u);
}
