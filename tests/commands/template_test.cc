// `intratumor template`: every case it prints is right as it stands, wherever it is saved.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "program.h"

using namespace intratumor;
namespace fs = std::filesystem;

TEST(Template, EveryOneIsACase) {
  const ScratchFolder scratch;
  int templates = 0;
  for (const auto& entry : fs::directory_iterator(INTRATUMOR_PROJECT_DIR "/params/templates")) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().stem();
    SCOPED_TRACE(name);
    const Ended printed = intratumor_in(scratch.path(), {"template", name});
    ASSERT_EQ(printed.status, 0) << printed.err;
    EXPECT_EQ(printed.out.find('@'), std::string::npos);
    EXPECT_EQ(printed.out.rfind("# ", 0), 0u);
    std::ofstream(scratch / (name + ".yaml")) << printed.out;
    const Ended checked = intratumor_in(scratch.path(), {"check", name + ".yaml"});
    EXPECT_EQ(checked.status, 0) << checked.err;
    ++templates;
  }
  EXPECT_GE(templates, 3);
  EXPECT_EQ(intratumor_in(scratch.path(), {"template"}).out,
            intratumor_in(scratch.path(), {"template", "central_bolus"}).out);
}

TEST(Template, TheUsualOneRuns) {
  const ScratchFolder scratch;
  std::ofstream(scratch / "case.yaml") << intratumor_in(scratch.path(), {"template"}).out;
  const Ended ended =
      intratumor_in(scratch.path(), {"run", "case.yaml", "-q", "--set", "run.until=10 min", "--set",
                                     "exposure.at_least=5 min", "--set", "output={fields: [], maps: []}"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const nlohmann::ordered_json summary =
      nlohmann::ordered_json::parse(contents_of(scratch / "case.out/summary.json"));
  EXPECT_EQ(summary["status"], "done");
  EXPECT_NEAR(number_at(summary, "tumour.volume_m3"), 5.91e-6, 0.01e-6);
}

TEST(Template, TheStudyIsOneOfTheUsualCase) {
  const ScratchFolder scratch;
  std::ofstream(scratch / "case.yaml") << intratumor_in(scratch.path(), {"template"}).out;
  std::ofstream(scratch / "study.yaml") << intratumor_in(scratch.path(), {"template", "study"}).out;
  const Ended list = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--list"});
  EXPECT_EQ(list.status, 0) << list.err;
  EXPECT_EQ(list.err, "");
  EXPECT_NE(list.out.find("estimate: 64 cases"), std::string::npos) << list.out;
}

TEST(Template, NamesTheNearest) {
  const ScratchFolder scratch;
  const Ended unknown = intratumor_in(scratch.path(), {"template", "four_deposit"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_EQ(unknown.out, "");
  EXPECT_NE(unknown.err.find("did you mean four_deposits?"), std::string::npos) << unknown.err;
  EXPECT_EQ(intratumor_in(scratch.path(), {"template", "a", "b"}).status, 2);
  const Ended help = intratumor_in(scratch.path(), {"template", "--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* name : {"intravenous", "  study "})
    EXPECT_NE(help.out.find(name), std::string::npos) << help.out;
  EXPECT_TRUE(scratch.entries().empty());
}
