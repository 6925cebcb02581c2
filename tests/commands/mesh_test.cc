// `intratumor mesh`: a whole folder with the image's volumes, replaceable like a run's.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "program.h"
#include "small_case.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

const std::set<std::string> mesh_files{"mesh.json", "fields.h5", "fields.xdmf", "case.resolved.yaml",
                                       "log.txt"};

}  // namespace

TEST(Mesh, GivesAWholeFolderWithTheImagesVolumes) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  std::vector<Json> found;
  for (const int ranks : {1, 2}) {
    const std::string folder = "ranks" + std::to_string(ranks);
    const Ended ended = ranks == 1
                            ? intratumor_in(scratch.path(), {"mesh", small, "-o", folder})
                            : intratumor_on_ranks(ranks, scratch.path(), {"mesh", small, "-o", folder});
    ASSERT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(names_in(scratch / folder), mesh_files);
    const Json mesh = Json::parse(contents_of((scratch / folder) + "/mesh.json"));
    ASSERT_EQ(mesh["regions"].size(), 2u);
    for (const Json& region : mesh["regions"]) {
      EXPECT_LE(number_at(region, "relative_difference"), 1e-9) << region;
      EXPECT_GT(number_at(region, "volume_m3"), 0);
    }
    // 925 voxels of 1 mm3, and what is left of the box.
    EXPECT_EQ(mesh["regions"][1]["region"], "tumour");
    EXPECT_EQ(mesh["regions"][1]["tissue"], "viable_tumour");
    EXPECT_NEAR(number_at(mesh["regions"][1], "image_volume_m3"), 925e-9, 1e-17);
    EXPECT_NEAR(number_at(mesh["regions"][1], "volume_m3"), 925e-9, 1e-17);
    // Cells of 1 mm, halved at the edge of a deposit that is large for so small a tumour.
    EXPECT_NEAR(number_at(mesh, "mesh.h_min_m"), 0.5e-3, 1e-12);
    EXPECT_EQ(mesh["mesh"]["levels"], 4);
    const std::string xdmf = contents_of((scratch / folder) + "/fields.xdmf");
    for (const char* field : {"region", "target_fraction", "fraction_muscle", "fraction_tumour",
                              "hydraulic_conductivity_m2_per_pa_s", "accessible_fraction"})
      EXPECT_NE(xdmf.find(std::string("Name=\"") + field + "\""), std::string::npos) << field;
    EXPECT_NE(ended.out.find("viable_tumour"), std::string::npos) << ended.out;
    found.push_back(mesh);
  }
  EXPECT_EQ(found[0]["mesh"]["cells"], found[1]["mesh"]["cells"]);
  EXPECT_EQ(found[0]["mesh"]["nodes"], found[1]["mesh"]["nodes"]);
}

TEST(Mesh, ReplacesWhatIsAResultOnly) {
  const ScratchFolder scratch;
  const std::string small = write_small_case(scratch.path());
  ASSERT_EQ(intratumor_in(scratch.path(), {"mesh", small, "-q"}).status, 0);
  EXPECT_EQ(names_in(scratch / "small.mesh"), mesh_files);
  const Ended refused = intratumor_in(scratch.path(), {"mesh", small, "-q"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("--overwrite"), std::string::npos);
  const Ended replaced = intratumor_in(scratch.path(), {"mesh", small, "-q", "--overwrite"});
  EXPECT_EQ(replaced.status, 0) << replaced.err;
  fs::create_directory(scratch / "other");
  std::ofstream(scratch / "other/notes.txt") << "mine";
  EXPECT_EQ(intratumor_in(scratch.path(), {"mesh", small, "-o", "other", "--overwrite"}).status, 2);
  // A case that does not fit its image leaves nothing.
  const Ended bad = intratumor_in(scratch.path(), {"mesh", small, "-o", "bad", "--set",
                                                   "geometry.labels={0: muscle, 2: tumour, 7: fat}"});
  EXPECT_EQ(bad.status, 2);
  EXPECT_EQ(names_in(scratch.path()),
            (std::set<std::string>{"small.nii", "small.yaml", "small.mesh", "other"}));
}
