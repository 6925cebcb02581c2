// Gmsh's meshes: every form of the file, every kind of cell, and what voxels make of them.
#include "images/mesh_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "mesh_text.h"
#include "quantities/error.h"

using namespace intratumor;
using namespace intratumor::testing;

namespace {

class MeshFiles : public ::testing::Test {
 protected:
  std::string written(const std::string& text) const {
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }
  MeshFile read(const std::string& text) const { return read_mesh_file(written(text)); }

  void expect_refused(const std::string& text, const std::vector<std::string>& words) const {
    const std::string path = written(text);
    std::string message = "(no error)";
    try {
      read_mesh_file(path);
    } catch (const InputError& error) {
      message = error.what();
    }
    EXPECT_EQ(message.rfind(path, 0), 0u) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    for (const std::string& word : words)
      EXPECT_NE(message.find(word), std::string::npos) << word << ": " << message;
  }

  void TearDown() override { std::filesystem::remove(path_); }

  const std::string path_ = ::testing::TempDir() + "mesh_" +
                            ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".msh";
};

double volume(const MeshFile& mesh) {
  double sum = 0;
  for (const auto& cell : mesh.cells) sum += mesh.volume(cell);
  return sum;
}

LabelImage image_of(const MeshFile& mesh, double length_unit, double voxel,
                    const Vector3& signs = {1, 1, 1}) {
  std::size_t shared = 0;
  LabelImage image = voxelised(mesh, {length_unit, signs, {1, 2, 3}}, voxel, shared);
  EXPECT_EQ(shared, 0u);
  return image;
}

std::size_t voxels_of(const LabelImage& image, std::uint16_t label) {
  return static_cast<std::size_t>(std::count(image.labels.begin(), image.labels.end(), label));
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_F(MeshFiles, AreReadInEveryFormAndOfEveryKindOfCell) {
  for (const int kind : {4, 5, 6, 7})
    for (const bool binary : {false, true})
      for (const bool four : {false, true}) {
        MeshText text = cube_of(kind, {-3, 40, 7});
        text.first_node = 17;
        const MeshFile mesh = read(four ? text.version_4(binary) : text.version_2(binary));
        SCOPED_TRACE(mesh.format);
        EXPECT_EQ(mesh.nodes.size(), 8u);
        EXPECT_NEAR(volume(mesh), 1000, 1e-9);
        ASSERT_EQ(mesh.groups.size(), 1u);
        EXPECT_EQ(mesh.groups[0].name, "tumour");
        EXPECT_EQ(mesh.groups[0].stored.value, 3);
        const LabelImage image = image_of(mesh, 1e-3, 0.501e-3);
        EXPECT_EQ(voxels_of(image, 3), 8000u);
        EXPECT_EQ(voxels_of(image, 0), 22u * 22 * 22 - 8000);
        EXPECT_NEAR(image.spacing[0], 0.5e-3, 1e-18);
        const Vector3 first = image.world({1, 1, 1});  // one voxel round it
        EXPECT_NEAR(first[0], -2.75e-3, 1e-12);
        EXPECT_NEAR(first[1], 40.25e-3, 1e-12);
        EXPECT_NEAR(first[2], 7.25e-3, 1e-12);
      }
}

TEST_F(MeshFiles, LieWhereTheirSpaceAndUnitSay) {
  const MeshFile mesh = read(cube_of(4, {10, 20, 30}).version_4());
  const LabelImage image = image_of(mesh, 1e-4, 1e-4, {-1, -1, 1});  // LPS, in tenths of a millimetre
  const Vector3 middle = centroid(image, {3});
  EXPECT_NEAR(middle[0], -1.5e-3, 1e-12);
  EXPECT_NEAR(middle[1], -2.5e-3, 1e-12);
  EXPECT_NEAR(middle[2], 3.5e-3, 1e-12);
}

// Faces between hexahedra are no planes: from both sides they must be the same two triangles.
TEST_F(MeshFiles, HexahedraOfSkewFacesLeaveNoGap) {
  MeshText text;
  constexpr int n = 4;
  const auto node = [](int i, int j, int k) { return (k * (n + 1) + j) * (n + 1) + i; };
  for (int k = 0; k <= n; ++k)
    for (int j = 0; j <= n; ++j)
      for (int i = 0; i <= n; ++i) {
        const bool inside = i > 0 && j > 0 && k > 0 && i < n && j < n && k < n;
        const auto moved = [&](int a) {
          return inside ? 0.35 * std::sin(7. * a + 3. * i + 5. * j + 11. * k) : 0.;
        };
        text.nodes.push_back({i + moved(0), j + moved(1), k + moved(2)});
      }
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) {
        // Numbered from another corner in every other cell.
        std::vector<int> corners = {
            node(i, j, k),     node(i + 1, j, k),     node(i + 1, j + 1, k),     node(i, j + 1, k),
            node(i, j, k + 1), node(i + 1, j, k + 1), node(i + 1, j + 1, k + 1), node(i, j + 1, k + 1)};
        if ((i + j + k) % 2 == 1)
          corners = {corners[1], corners[2], corners[3], corners[0],
                     corners[5], corners[6], corners[7], corners[4]};
        text.cells.push_back({5, 1 + (i + j + k) % 3, corners});
      }
  const MeshFile mesh = read(text.version_2());
  EXPECT_EQ(mesh.cells.size(), 6u * n * n * n);
  EXPECT_NEAR(volume(mesh), n * n * n, 1e-9);
  const LabelImage image = image_of(mesh, 1e-3, 0.05e-3);
  EXPECT_EQ(image.labels.size() - voxels_of(image, 0), 512000u);
  for (const std::uint16_t group : {1, 2, 3}) {  // no groups: the volumes' own numbers
    double of_group = 0;
    for (const auto& cell : mesh.cells) of_group += cell.group == group ? mesh.volume(cell) : 0;
    EXPECT_NEAR(static_cast<double>(voxels_of(image, group)) / 8000, of_group, 0.05);
  }
}

TEST_F(MeshFiles, CurvedCellsAreTakenByTheirCorners) {
  struct Kind {
    int straight, curved;
    std::size_t nodes;
  };
  for (const Kind& kind :
       {Kind{4, 11, 10}, Kind{4, 29, 20}, Kind{5, 12, 27}, Kind{5, 17, 20}, Kind{5, 92, 64}, Kind{6, 13, 18},
        Kind{6, 18, 15}, Kind{7, 14, 14}, Kind{7, 19, 13}}) {
    MeshText text = cube_of(kind.straight);
    text.nodes.push_back({5, 5, 5});
    for (MeshText::Cell& cell : text.cells) {
      cell.type = kind.curved;
      cell.node.resize(kind.nodes, 8);
    }
    const MeshFile mesh = read(text.version_4(true));
    EXPECT_NE(mesh.format.find("curved ones by their corners"), std::string::npos) << mesh.format;
    EXPECT_NEAR(volume(mesh), 1000, 1e-9) << kind.curved;
  }
}

TEST_F(MeshFiles, VoxelsShowABallsVolume) {
  // 20 x 20 x 20 cells of a cube bent into a ball, whose volume is that of its tetrahedra.
  MeshText text;
  constexpr int n = 20;
  for (int k = 0; k <= n; ++k)
    for (int j = 0; j <= n; ++j)
      for (int i = 0; i <= n; ++i) {
        const double x[3] = {2. * i / n - 1, 2. * j / n - 1, 2. * k / n - 1};
        const double r = std::hypot(x[0], x[1], x[2]);
        const double most = std::max({std::abs(x[0]), std::abs(x[1]), std::abs(x[2])});
        const double factor = r > 0 ? 9 * most / r : 0;
        text.nodes.push_back({factor * x[0], factor * x[1], factor * x[2]});
      }
  const auto node = [](int i, int j, int k) { return (k * (n + 1) + j) * (n + 1) + i; };
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i)
        text.cells.push_back(
            {5,
             1,
             {node(i, j, k), node(i + 1, j, k), node(i + 1, j + 1, k), node(i, j + 1, k), node(i, j, k + 1),
              node(i + 1, j, k + 1), node(i + 1, j + 1, k + 1), node(i, j + 1, k + 1)}});
  const MeshFile mesh = read(text.version_4());
  const double of_cells = volume(mesh) * 1e-9, voxel = voxel_for(mesh, {1e-3, {1, 1, 1}, {1}});
  EXPECT_EQ(voxel, 0.00022);  // 14.4 mm / 64, two digits
  const LabelImage image = image_of(mesh, 1e-3, voxel);
  const double found = static_cast<double>(voxels_of(image, 1)) * image.voxel_volume();
  std::printf("  ball of %zu tetrahedra: voxels of %.2g mm have its volume to %.1e\n", mesh.cells.size(),
              1e3 * voxel, found / of_cells - 1);
  EXPECT_NEAR(found / of_cells, 1, 1e-3);
}

TEST_F(MeshFiles, ThatAreNoneAreRefused) {
  const MeshText cube = cube_of(4);
  const std::string four = cube.version_4(), two = cube.version_2();
  expect_refused("", {"no Gmsh mesh"});
  expect_refused("solid tumour\nfacet normal 0 0 1\n", {"no Gmsh mesh"});
  expect_refused(replaced(four, "4.1", "3.0"), {"line 2", "3.0", "4.1"});
  expect_refused(replaced(four, "$MeshFormat", "$Nodes"), {"begins with $MeshFormat"});
  expect_refused("\x1f\x8b\x08 $\x01\x02", {"no Gmsh mesh"});
  expect_refused(replaced(two, "$Elements\n7\n", "$Elements\n4\n"),
                 {"$Elements", "holds more than it promises"});
  expect_refused(replaced(two, "\n1 0 0 0", "\n1 0 nan 0"), {"$Nodes", "finite"});
  expect_refused(replaced(two, "\n2 10 0 0", "\n1 10 0 0"), {"node 1", "twice"});
  expect_refused(replaced(two, "\n2 10 0 0", "\n2 ten 0 0"), {"'ten'", "number"});
  expect_refused(replaced(two, " 1 2 3 7\n", " 1 2 3 70\n"), {"node 70"});
  expect_refused(two.substr(0, two.size() - 30), {"$Elements", "line"});
  expect_refused(four.substr(0, four.find("$Elements")), {"no cells of three dimensions"});
  const std::string binary = cube.version_4(true);
  expect_refused(binary.substr(0, binary.find("$EndElements") - 20), {"$Elements", "cut short"});
  expect_refused(replaced(binary, std::string("\1\0\0\0", 4), std::string("\0\0\0\1", 4)), {"byte order"});
  MeshText both = cube;
  both.volumes = {{1, {3, 4}}};
  expect_refused(both.version_4(), {"volume 1", "3 and 4"});
  both.volumes = {{1, {70000}}};
  expect_refused(both.version_2(), {"70000", "65535"});
  const std::size_t entities = four.find("$Entities"), nodes = four.find("$Nodes");
  expect_refused(four.substr(0, entities) + four.substr(nodes), {"no $Entities", "gmsh22"});
  MeshText half = cube;
  half.cells[5].volume = 2;
  half.volumes.push_back({2, {}});
  for (const std::string& text : {half.version_2(), half.version_4(true)})
    expect_refused(text, {"0.167 of the mesh", "no physical group", "Mesh.SaveAll"});
  MeshText nameless = cube;
  nameless.volumes = {{1, {}}};
  expect_refused(nameless.version_4(), {"'tumour'", "none of its cells"});
  expect_refused(replaced(two, " 4 2 3 1 ", " 99 2 3 1 "), {"type 99"});
  expect_refused(replaced(two, "$Nodes\n8", "$Nodes\n8000000000000"), {"cut short", "8000000000000"});
  expect_refused(replaced(four, "$Entities", "$PartitionedEntities"), {"partitioned"});
  std::filesystem::remove(path_);
  EXPECT_THROW(read_mesh_file(path_), InputError);
}

TEST_F(MeshFiles, CellsThatOverlapAreCounted) {
  MeshText text = cube_of(5);
  const MeshText cube = cube_of(4);
  text.cells.insert(text.cells.end(), cube.cells.begin(), cube.cells.end());
  std::size_t shared = 0;
  voxelised(read(text.version_2()), {1e-3, {1, 1, 1}, {3}}, 1e-3, shared);
  EXPECT_GT(shared, 400u);  // of 1000; those on faces between tetrahedra are in none
}

TEST_F(MeshFiles, TargetsThatAreThinOrFlatOrFarAway) {
  // A plate of 50 x 50 x 0.002 mm at the corner of 100 mm: voxels larger than it is thick.
  const auto box = [](double x, double y, double z, double at) {
    MeshText text = cube_of(5, {0, 0, 0});
    for (auto& node : text.nodes) node = {at + node[0] / 10 * x, node[1] / 10 * y, node[2] / 10 * z};
    return text;
  };
  MeshText plate = box(50, 50, 0.002, 0);
  const MeshText rest = box(100, 100, 100, 60);
  for (const auto& node : rest.nodes) plate.nodes.push_back(node);
  plate.cells.push_back({5, 2, {8, 9, 10, 11, 12, 13, 14, 15}});
  plate.volumes.push_back({2, {2}});
  const MeshPlace place{1e-3, {1, 1, 1}, {3}};
  const MeshFile mesh = read(plate.version_2());
  const double voxel = voxel_for(mesh, place);
  std::printf("  plate of 2 um in 160 mm: voxels of %.3g mm\n", 1e3 * voxel);
  EXPECT_GT(voxel, 2e-6);
  EXPECT_LT(voxel, 1e-3);
  const auto refused = [&](const MeshText& text, const char* words) {
    try {
      voxel_for(read(text.version_2()), place);
      ADD_FAILURE() << words;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  refused(box(50, 50, 0, 0), "no volume");
  refused(box(1e300, 50, 1, 0), "a kilometre away");
}

TEST_F(MeshFiles, OfTooManyVoxelsAreRefused) {
  const MeshFile mesh = read(cube_of(4).version_4());
  try {
    image_of(mesh, 1, 1e-3);  // metres for millimetres
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("length_unit"), std::string::npos) << error.what();
  }
  // A small target in a large mesh: coarser voxels than the target asks for.
  MeshText two = cube_of(5);
  for (const auto& corner : cube_of(5).nodes)
    two.nodes.push_back({30 * corner[0] + 10, 30 * corner[1], 30 * corner[2]});
  two.cells.push_back({5, 2, {8, 9, 10, 11, 12, 13, 14, 15}});
  two.volumes.push_back({2, {4}});
  const double voxel = voxel_for(read(two.version_4()), {1e-3, {1, 1, 1}, {3}});
  EXPECT_NEAR(voxel, 0.3 / std::cbrt(most_mesh_voxels), 0.1 * voxel);
}
