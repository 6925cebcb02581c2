// What the cases of a study share must not change their results.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "../output/scratch_folder.h"
#include "output/table.h"
#include "program.h"
#include "small_case.h"

using namespace intratumor;
using Json = nlohmann::json;

namespace {

/// The largest relative difference of two summaries' numbers; keys that the clock, the machine or the start
/// of an iteration decides are left out.
double largest_difference(const Json& a, const Json& b, const std::string& path, std::string& where) {
  for (const char* skipped :
       {"/time/wall_s", "/time/phases", "/comparator/time/wall_s", "/memory", "/inputs", "/versions",
        "/units", "/pressure/newton_steps", "/pressure/linear_iterations", "/warnings"})
    if (path == skipped) return 0;
  double largest = 0;
  const auto look = [&](double difference, const std::string& place) {
    if (!(difference <= largest)) {
      largest = difference;
      where = place;
    }
  };
  if (a.type() != b.type() && !(a.is_number() && b.is_number())) {
    look(1e300, path);
  } else if (a.is_structured()) {
    if (a.size() != b.size()) look(1e300, path + " (size)");
    for (const auto& item : a.items()) {
      const std::string place = path + "/" + item.key();
      const Json::json_pointer below("/" + item.key());
      std::string deeper;
      const double difference =
          b.contains(below) ? largest_difference(item.value(), b[below], place, deeper) : 1e300;
      if (difference > largest) look(difference, deeper.empty() ? place : deeper);
    }
  } else if (a.is_number()) {
    const double x = a.get<double>(), y = b.get<double>();
    // Errors of solvers and ledgers are noise themselves.
    if (std::max(std::abs(x), std::abs(y)) > 1e-11)
      look(std::abs(x - y) / std::max(std::abs(x), std::abs(y)), path);
  } else if (a != b) {
    look(1e300, path);
  }
  return largest;
}

Json json_of(const std::string& path) {
  return Json::parse(contents_of(path));
}

}  // namespace

TEST(Reuse, EachCaseEqualsItsOwnRunOnTheSharedMesh) {
  const ScratchFolder scratch;
  write_small_case(scratch.path());
  // Deposits and infusions at two places; then the same in tissue that conducts better.
  write_text(scratch / "study.yaml",
             "base: small.yaml\n"
             "vary:\n"
             "  tissues.tumour.hydraulic_conductivity: [3e-14 m^2/(Pa s), 6e-14 m^2/(Pa s)]\n"
             "  scheme.0.mode: [deposit, infusion]\n"
             "  scheme.0.tip: [{at: centroid, offset: [1 mm, 0 mm, 0 mm]}, {at: centroid, offset: [-1 mm, 1 "
             "mm, 0 mm]}]\n"
             "  scheme.0.over: [1 h]\n"
             "  numerics.coverage_tolerance: [1]\n");  // with finer edges sharing does not pay here
  const Ended sweep = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--jobs", "1"});
  ASSERT_EQ(sweep.status, 0) << sweep.err;
  const Json meshes = json_of(scratch / "study.out/meshes.json");
  std::size_t shared = 0;
  for (const Json& group : meshes["groups"])
    if (group["schemes"].size() > 1) shared += group["cases"].size();
  EXPECT_EQ(shared, 8u) << meshes.dump();

  std::size_t without_mesh = 0, without_comparator = 0;
  for (int k = 0; k < 8; ++k) {
    const std::string folder = "study.out/cases/0000" + std::to_string(k);
    const Ended alone =
        intratumor_in(scratch.path(), {"run", folder + "/case.resolved.yaml", "-o", "alone", "--overwrite"});
    ASSERT_EQ(alone.status, 0) << alone.err;
    const Json one = json_of(scratch / (folder + "/summary.json")),
               other = json_of(scratch / "alone/summary.json");
    std::string where;
    EXPECT_LT(largest_difference(one, other, "", where), 1e-6) << folder << " " << where;
    EXPECT_EQ(one["warnings"], other["warnings"]);
    EXPECT_NE(contents_of(scratch / (folder + "/case.resolved.yaml")).find("mesh_for"), std::string::npos);
    if (one["time"]["phases"]["mesh_s"].get<double>() < 0.1 * other["time"]["phases"]["mesh_s"].get<double>())
      ++without_mesh;
    if (one["comparator"]["time"]["wall_s"] ==
        json_of(scratch / "study.out/cases/00000/summary.json")["comparator"]["time"]["wall_s"])
      ++without_comparator;
  }
  EXPECT_EQ(without_mesh, 7u);        // all but the first
  EXPECT_GE(without_comparator, 4u);  // those of its tissue
}

// Needles in two clusters: those of one share a mesh, and no union has twice the cells.
TEST(Reuse, AUnionStaysUnderTwiceTheMeanMesh) {
  const ScratchFolder scratch;
  write_small_case(scratch.path());
  std::string tips;
  for (int i = 0; i < 12; ++i) {
    const double angle = 2.4 * i, radius = 3 * std::sqrt((i + 0.5) / 12), cluster = i % 2 == 0 ? -10 : 10;
    tips += (i > 0 ? ", " : "") + std::string("{at: centroid, offset: [") +
            std::to_string(cluster + radius * std::cos(angle)) + " mm, " +
            std::to_string(radius * std::sin(angle)) + " mm, 0 mm]}";
  }
  write_text(
      scratch / "study.yaml",
      "base: small.yaml\nvary:\n  geometry.margin: [16 mm]\n  scheme.0.volume: [0.2 mL]\n  scheme.0.tip: [" +
          tips + "]\n  numerics.coverage_tolerance: [1]\n  numerics.h_min: [0.5 mm]\n");
  const Ended written = intratumor_in(scratch.path(), {"sweep", "study.yaml", "--slurm", "--no-submit"});
  ASSERT_EQ(written.status, 0) << written.err;
  const Json groups = json_of(scratch / "study.out/meshes.json")["groups"];
  const auto cells_of = [&](const std::vector<std::string>& sets) {
    std::vector<std::string> command = {"mesh", "small.yaml", "-o", "mesh", "--overwrite", "-q"};
    for (const std::string& set : sets) command.insert(command.end(), {"--set", set});
    const Ended ended = intratumor_in(scratch.path(), command);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return json_of(scratch / "mesh/mesh.json")["mesh"]["cells"].get<double>();
  };
  const Json plan = json_of(scratch / "study.out/plan.json");
  std::size_t shared = 0;
  for (const Json& group : groups) {
    if (group["cases"].size() < 2) continue;
    ++shared;
    double mean = 0, joint = 0;
    for (const Json& number : group["cases"]) {
      auto sets = plan["cases"][number.get<std::size_t>()].get<std::vector<std::string>>();
      mean += cells_of(sets) / static_cast<double>(group["cases"].size());
      if (joint > 0) continue;
      std::string schemes;
      for (const Json& scheme : group["schemes"])
        schemes += (schemes.empty() ? "" : ", ") + scheme.get<std::string>();
      sets.push_back("numerics.mesh_for=[" + schemes + "]");
      joint = cells_of(sets);
    }
    std::printf("%zu cases: %.0f cells, their own %.0f on average\n", group["cases"].size(), joint, mean);
    EXPECT_LT(joint, 2 * mean);
  }
  EXPECT_GE(shared, 2u);
}

TEST(Reuse, MeshForWithoutEffectIsRefused) {
  const ScratchFolder scratch;
  write_small_case(scratch.path());
  const std::string needle =
      "{needle: 22G_end_hole, tip: centroid, volume: 0.1 mL, concentration: 5 mg/mL, over: 1 min}";
  const auto error_of = [&](const std::vector<std::string>& settings) {
    std::vector<std::string> arguments = {"check", "small.yaml"};
    for (const std::string& setting : settings) {
      arguments.push_back("--set");
      arguments.push_back(setting);
    }
    return intratumor_in(scratch.path(), arguments);
  };
  Ended ended = error_of({"numerics.mesh_for=[[{intravenous: {dose: 1 mg}}]]"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_NE(ended.err.find("has no needle"), std::string::npos) << ended.err;
  ended = error_of({"scheme=[{intravenous: {dose: 1 mg}}]", "exposure.thresholds=[1 ug/mL]",
                    "numerics.mesh_for=[[" + needle + "]]"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_NE(ended.err.find("no needle of the case's own"), std::string::npos) << ended.err;
  ended =
      error_of({"numerics.mesh_for=[[{needle: 22G_end_hole, tip: [900 mm, 0 mm, 0 mm], volume: 0.1 mL, "
                "concentration: 5 mg/mL, over: 1 min}]]"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_NE(ended.err.find("numerics.mesh_for.0: "), std::string::npos) << ended.err;
}
