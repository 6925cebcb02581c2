// A mesh in place of an image, through the program.
#include <gtest/gtest.h>

#include "../images/mesh_text.h"
#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "output/table.h"
#include "program.h"
#include "small_case.h"

using namespace intratumor;
using intratumor::testing::MeshText;
using Json = nlohmann::ordered_json;

namespace {

/// Every voxel of small.nii's ball as a hexahedron, in millimetres.
MeshText ball_of_voxels() {
  constexpr int n = 41;
  MeshText mesh;
  constexpr int centre = 20;
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) mesh.nodes.push_back({i - 0.5, j - 0.5, k - 0.5});
  const auto node = [](int i, int j, int k) { return (k * n + j) * n + i; };
  for (int k = 0; k + 1 < n; ++k)
    for (int j = 0; j + 1 < n; ++j)
      for (int i = 0; i + 1 < n; ++i)
        if ((i - centre) * (i - centre) + (j - centre) * (j - centre) + (k - centre) * (k - centre) <= 36)
          mesh.cells.push_back(
              {5,
               1,
               {node(i, j, k), node(i + 1, j, k), node(i + 1, j + 1, k), node(i, j + 1, k), node(i, j, k + 1),
                node(i + 1, j, k + 1), node(i + 1, j + 1, k + 1), node(i, j + 1, k + 1)}});
  mesh.volumes = {{1, {2}}};
  mesh.names = {{2, "Tumour of it"}};
  return mesh;
}

/// small.yaml on the mesh.
std::string on_mesh(std::string text, const std::string& geometry) {
  const std::string image = "  segmentation: small.nii\n  labels: {0: muscle, 2: tumour}\n";
  const std::size_t at = text.find(image);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, image.size(), geometry);
}

const char* const geometry =
    "  mesh: ball.msh\n  length_unit: mm\n  regions: {2: tumour}\n  background: muscle\n  voxel: 1 mm\n";

}  // namespace

// The ball's voxels as cells of a mesh are the same tumour.
TEST(MeshFile, GivesWhatTheSameImageGives) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  write_text(scratch / "ball.msh", ball_of_voxels().version_4());
  write_text(scratch / "mesh.yaml", on_mesh(contents_of(small), geometry));
  Program image({INTRATUMOR_PROGRAM, "run", "small.yaml", "-q"}, scratch.path());
  const Ended mesh = intratumor_on_ranks(2, scratch.path(), {"run", "mesh.yaml"});
  ASSERT_EQ(mesh.status, 0) << mesh.err;
  ASSERT_EQ(image.wait().status, 0);
  const Json a = Json::parse(contents_of(scratch / "small.out/summary.json")),
             b = Json::parse(contents_of(scratch / "mesh.out/summary.json"));
  EXPECT_EQ(a["mesh"]["cells"], b["mesh"]["cells"]);
  for (const char* key :
       {"tumour.volume_m3", "tumour.auc_free", "tumour.d95", "tumour.retention_half_life_s", "plasma.cmax",
        "deposit.fraction_in_target", "targeting_advantage", "off_target.auc_free"})
    EXPECT_NEAR(number_at(b, key) / number_at(a, key), 1, 1e-6) << key;
  EXPECT_NE(b["inputs"]["segmentation"]["path"].get<std::string>().find("ball.msh"), std::string::npos);

  // What a run writes of its case gives the same again, from anywhere.
  const Ended again =
      intratumor_on_ranks(2, scratch.path(), {"run", "mesh.out/case.resolved.yaml", "-o", "again.out", "-q"});
  ASSERT_EQ(again.status, 0) << again.err;
  const Json c = Json::parse(contents_of(scratch / "again.out/summary.json"));
  EXPECT_EQ(b["tumour"]["auc_free"], c["tumour"]["auc_free"]);
}

TEST(MeshFile, IsShownByCheck) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  write_text(scratch / "ball.msh", ball_of_voxels().version_2(true));
  write_text(
      scratch / "mesh.yaml",
      on_mesh(
          contents_of(small),
          "  mesh: ball.msh\n  length_unit: mm\n  regions: {Tumour of it: tumour}\n  background: muscle\n"));
  const Ended ended = intratumor_in(scratch.path(), {"check", "mesh.yaml"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  for (const char* text :
       {"Gmsh MSH 2.2, binary, 925 hexahedra", "0.1494 x 0.1494 x 0.1494 mm, into which the mesh is turned",
        "'Tumour of it'", "mL of its cells", "0.925"})
    EXPECT_NE(ended.out.find(text), std::string::npos) << text << "\n" << ended.out;
}

TEST(MeshFile, ThatCannotBeIsRefused) {
  const ScratchFolder scratch;
  const std::string small = contents_of(write_small_case(scratch.path()));
  MeshText ball = ball_of_voxels();
  write_text(scratch / "ball.msh", ball.version_4());
  MeshText twice = ball;
  twice.cells.insert(twice.cells.end(), ball.cells.begin(), ball.cells.end());
  write_text(scratch / "twice.msh", twice.version_2());
  const std::string regions = "  regions: {2: tumour}\n  background: muscle\n";
  struct Trial {
    std::string geometry, expected;
  };
  const std::vector<Trial> trials = {
      {"  mesh: ball.msh\n  length_unit: mm\n  regions: {Tumor of it: tumour}\n  background: muscle\n",
       "no physical group of " + (scratch / "ball.msh") +
           " is called 'Tumor of it' (did you mean 'Tumour of it'?)"},
      {"  mesh: ball.msh\n  length_unit: mm\n  regions: {1: kidney, 2: tumour}\n  background: muscle\n",
       "group 1 ('kidney') does not occur"},
      {"  mesh: ball.msh\n  length_unit: mm\n  regions: {1: tumour}\n  background: muscle\n",
       "no cell belongs to the target"},
      {"  mesh: twice.msh\n  length_unit: mm\n" + regions, "cells of the mesh overlap in 0.8"},
      {"  mesh: ball.msh\n  length_unit: m\n  voxel: 1 mm\n" + regions, "is geometry.length_unit right?"}};
  for (const Trial& trial : trials) {
    write_text(scratch / "mesh.yaml", on_mesh(small, trial.geometry));
    const Ended ended = intratumor_in(scratch.path(), {"check", "mesh.yaml"});
    EXPECT_EQ(ended.status, 2) << trial.geometry;
    EXPECT_NE((ended.out + ended.err).find(trial.expected), std::string::npos)
        << trial.geometry << ended.out << ended.err;
  }
  // Voxels of a centimetre would lose the tumour: warned of.
  write_text(scratch / "mesh.yaml",
             on_mesh(small, "  mesh: ball.msh\n  length_unit: mm\n  voxel: 5 mm\n" + regions));
  const Ended coarse = intratumor_in(scratch.path(), {"check", "mesh.yaml"});
  EXPECT_EQ(coarse.status, 0) << coarse.err;
  EXPECT_NE((coarse.out + coarse.err).find("geometry.voxel: 5 mm is unusual"), std::string::npos)
      << coarse.out;
  // Cells in a unit a thousand times too small.
  write_text(scratch / "mesh.yaml", on_mesh(small, "  mesh: ball.msh\n  length_unit: um\n" + regions));
  const Ended ended = intratumor_in(scratch.path(), {"check", "mesh.yaml"});
  EXPECT_NE(ended.err.find("is geometry.length_unit right?"), std::string::npos) << ended.err;
}
