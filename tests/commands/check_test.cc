// `intratumor check`: everything is shown, nothing is written.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "../output/scratch_folder.h"
#include "injection/case.h"
#include "output/table.h"
#include "program.h"
#include "small_case.h"

using namespace intratumor;

namespace {

/// Paths of every value of a resolved case; a parameter with its source counts once.
void collect(const YAML::Node& node, const std::string& path, std::vector<std::string>& paths) {
  if (node.IsMap() && !node["set_by"]) {
    for (const auto& entry : node)
      collect(entry.second, path + (path.empty() ? "" : ".") + entry.first.Scalar(), paths);
  } else if (node.IsSequence() && node.size() > 0 && node[0].IsMap()) {
    for (std::size_t i = 0; i < node.size(); ++i) collect(node[i], path + "." + std::to_string(i), paths);
  } else {
    paths.push_back(path);
  }
}

/// The line that begins with `path`, its blanks made one; empty when there is none.
std::string line_of(const std::string& out, const std::string& path) {
  for (const std::string& line : lines_of(out)) {
    if (line.rfind("  " + path + " ", 0) != 0) continue;
    std::string text;
    for (const char c : line)
      if (c != ' ' || (!text.empty() && text.back() != ' ')) text += c;
    return text;
  }
  return "";
}

}  // namespace

TEST(Check, ShowsEveryValueAndWritesNothing) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const Ended ended =
      intratumor_in(scratch.path(), {"check", small, "--set", "scheme.0.volume=0.2 mL", "--set",
                                     "tissues.tumour.vessel.reflection=0.7", "--set",
                                     "patient.body_weight=81 kg", "--set", "flow.collapse.width=8 mmHg"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.err, "");
  const Case c = read_case(small);
  std::vector<std::string> paths;
  collect(YAML::Load(resolved_yaml(c)), "", paths);
  ASSERT_GT(paths.size(), 80u);
  for (const std::string& path : paths) EXPECT_NE(line_of(ended.out, path), "") << path;

  // Value, range, basis and who set it.
  const auto shows = [&](const std::string& line) {
    EXPECT_EQ(line_of(ended.out, line.substr(0, line.find(' '))), line);
  };
  shows("geometry.margin 6 mm case");
  shows("geometry.space RAS default");
  shows("geometry.labels.2 tumour case");
  shows("scheme.0.volume 0.2 mL --set");
  shows("scheme.0.needle.name 22G_end_hole case");
  shows("scheme.0.mode deposit case");
  shows("exposure.thresholds [0.1 c_inj, 1 ug/mL] case");
  shows("run.until 1 d case");
  shows("exposure.shell 5 mm default");
  shows("numerics.h_min 1 mm default");
  // Numbers of the program itself have ranges too; one that a case gives is its own.
  shows("flow.collapse.floor 0.05 0 to 0.1 remembered default");
  shows("flow.collapse.width 8 mmHg 5 to 15 given --set");
  EXPECT_NE(line_of(ended.out, "tissues.tumour.vessel.reflection").find("given --set"), std::string::npos);
  EXPECT_NE(line_of(ended.out, "patient.body_weight").find("81 kg 40 to 150 given --set"), std::string::npos);
  EXPECT_NE(line_of(ended.out, "tissues.tumour.fluid_fraction").find("params/tissues/viable_tumour.yaml"),
            std::string::npos);
  EXPECT_NE(line_of(ended.out, "tissues.muscle.matrix").find("params/tissues/muscle.yaml"),
            std::string::npos);
  EXPECT_EQ(scratch.entries().size(), 2u);
}

TEST(Check, ShowsTheBindingThatActs) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const auto shown = [&](std::vector<std::string> changes) {
    std::vector<std::string> arguments = {"check", small};
    for (const std::string& change : changes) arguments.insert(arguments.end(), {"--set", change});
    const Ended ended = intratumor_in(scratch.path(), arguments);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return ended.out;
  };
  const std::string out =
      shown({"drug.binding.association=2e5 1/(M s)", "drug.binding.target_concentration.brain=1 nM",
             "drug.in.muscle.target_concentration=3 nM"});
  EXPECT_EQ(line_of(out, "drug.binding.target"), "drug.binding.target CTLA-4 params/drugs/ipilimumab.yaml");
  EXPECT_EQ(line_of(out, "drug.binding.association"),
            "drug.binding.association 200000 1/(M s) 10000 to 1e+06 given --set");
  EXPECT_NE(line_of(out, "drug.binding.internalisation").find("params/drugs/ipilimumab.yaml"),
            std::string::npos);
  EXPECT_NE(line_of(out, "drug.binding.target_concentration.tumour"), "");
  EXPECT_EQ(line_of(out, "drug.binding.target_concentration.brain"), "");
  EXPECT_NE(line_of(out, "drug.in.muscle.target_concentration").find("0.003 uM given --set"),
            std::string::npos);

  EXPECT_EQ(shown({"drug.binding=none"}).find("drug.binding"), std::string::npos);
  EXPECT_EQ(shown({"tissues.tumour=muscle"}).find("drug.binding"), std::string::npos);
}

TEST(Check, TellsPlacesVolumesAndCost) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const Ended ended = intratumor_in(scratch.path(), {"check", small, "--ranks", "3"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  // A ball of radius 6 voxels of 1 mm has 925 voxels with their centres in it.
  EXPECT_EQ(line_of(ended.out, "tumour (target)"), "tumour (target) 925 0.925 0.925 viable_tumour");
  EXPECT_NE(ended.out.find("[20.00 mm, 20.00 mm, 20.00 mm] RAS, in tumour"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("0.1 mL over 1 min (0.1 mL/min)"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("0.500 mg"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("estimate on 3 ranks"), std::string::npos) << ended.out;
  EXPECT_NE(line_of(ended.out, "coarse (this case)"), "");
  EXPECT_NE(line_of(ended.out, "fine"), "");

  // Sizes of the case's own hold for it alone.
  const Ended own = intratumor_in(scratch.path(), {"check", small, "--set", "numerics.h_min=0.7 mm"});
  EXPECT_NE(line_of(own.out, "numerics of the case"), "");
  EXPECT_EQ(line_of(own.out, "fine"), "");
}

TEST(Check, CountsTheMeshOfTheRun) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const Ended run = intratumor_in(scratch.path(), {"run", small, "--set", "run.until=1 min", "--set",
                                                   "output.fields=[]", "--set", "exposure={}"});
  // Reach grows with the time simulated, so the shorter run is checked for itself.
  const Ended shorter = intratumor_in(scratch.path(), {"check", small, "--set", "run.until=1 min", "--set",
                                                       "output.fields=[]", "--set", "exposure={}"});
  ASSERT_EQ(run.status, 0) << run.err;
  ASSERT_EQ(shorter.status, 0) << shorter.err;
  const std::size_t at = run.err.find("mesh: ");
  ASSERT_NE(at, std::string::npos) << run.err;
  const unsigned long cells = std::stoul(run.err.substr(at + 6));
  std::string counted = std::to_string(cells);
  if (counted.size() > 3) counted.insert(counted.size() - 3, " ");
  EXPECT_NE(line_of(shorter.out, "coarse (this case)").find(" " + counted + " "), std::string::npos)
      << counted << " in " << shorter.out;
}

TEST(Check, ForetellsTheStepsOfTheModeThatPhysicsChooses) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const auto estimate = [&](const std::string& mode) {
    const Ended ended =
        intratumor_in(scratch.path(),
                      {"check", small, "--set", "tissues.tumour=brain_tumour", "--set", "scheme.0.over=10 h",
                       "--set", "scheme.0.volume=0.1 mL", "--set", "scheme.0.mode=" + mode});
    EXPECT_EQ(ended.status, 0) << ended.err;
    const bool told = ended.out.find("auto: infusion, chosen by pressure") != std::string::npos;
    EXPECT_EQ(told, mode == "auto") << ended.out;
    EXPECT_EQ(ended.out.find("deposit  sphere") != std::string::npos, mode == "deposit") << ended.out;
    return line_of(ended.out, "coarse (this case)");
  };
  const std::string infusion = estimate("infusion");
  EXPECT_NE(infusion, "");
  EXPECT_EQ(estimate("auto"), infusion);
  EXPECT_NE(estimate("deposit"), infusion);
}

TEST(Check, WarnsOfWhatIsUnlikely) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  const std::vector<std::string> changes = {"tissues.tumour.perfusion=1e-2 1/s", "run.until=10 min",
                                            "tissues.tumour.hydraulic_conductivity=1e-9 m^2/(Pa s)",
                                            "output.fields=[]", "exposure={}"};
  for (const char* command : {"check", "run"}) {
    std::vector<std::string> arguments{command, small};
    for (const std::string& change : changes) arguments.insert(arguments.end(), {"--set", change});
    const Ended ended = intratumor_in(scratch.path(), arguments);
    ASSERT_EQ(ended.status, 0) << ended.err;
    for (const char* part : {"tissues.tumour: without effect in this case: perfusion",
                             "tissues.tumour.hydraulic_conductivity: 1e-09 m^2/(Pa s) is far outside"})
      EXPECT_NE((ended.out + ended.err).find(part), std::string::npos) << command << ended.out << ended.err;
  }
  EXPECT_NE(contents_of(scratch / "small.out/summary.json").find("without effect"), std::string::npos);
}

TEST(Check, RefusesWhatRunRefuses) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"check"},
           {"check", small, "--ranks", "0"},
           {"check", small, "-o", "x"},
           {"check", small, "--set", "run.until=yesterday"},
           {"check", small, "--set", "geometry.segmentation=none.nii"},
           {"check", small, "--set", "geometry.labels={0: muscle, 2: tumour, 7: fat}"}}) {
    const Ended ended = intratumor_in(scratch.path(), arguments);
    EXPECT_EQ(ended.status, 2) << arguments.back();
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(lines_of(ended.err).size(), 1u) << ended.err;
  }
  EXPECT_EQ(scratch.entries().size(), 2u);
}
