// Air, a vessel and a gut round a small tumour, through the program.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "output/table.h"
#include "program.h"
#include "small_case.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;

namespace {

constexpr int size = 40;

/// A ball of tumour in muscle; air above it, a vessel below, a gut beside it and a nodule of few voxels.
int label(int x, int y, int z) {
  if (z > 28 + (x - 20) / 4) return 1;
  if ((y - 20) * (y - 20) + (z - 11) * (z - 11) <= 5) return 3;
  if ((x - 11) * (x - 11) + (y - 20) * (y - 20) + (z - 20) * (z - 20) <= 7) return 4;
  if (x > 29 && x < 32 && y > 18 && y < 22 && z > 18 && z < 22) return 5;
  return (x - 20) * (x - 20) + (y - 20) * (y - 20) + (z - 20) * (z - 20) <= 36 ? 2 : 0;
}

std::string write_case(const std::string& folder) {
  const std::string path = write_small_case(folder);
  std::vector<std::uint8_t> voxels;
  for (int z = 0; z < size; ++z)
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x) voxels.push_back(static_cast<std::uint8_t>(label(x, y, z)));
  write_text(folder + "/small.nii", nifti_bytes(size, 1, voxels));
  return path;
}

const std::vector<std::string> changes = {
    "geometry.labels={0: muscle, 1: outside, 2: tumour, 3: artery, 4: gut, 5: nodule}",
    "tissues={muscle: muscle, tumour: viable_tumour, nodule: node, gut: cavity, artery: {class: vessel, "
    "pressure: 90 mmHg, wall_conductance: 1e-12 m/(Pa s)}}",
    "drug={like: ipilimumab, in: {artery: {permeability: 1e-9 m/s}}}",
    "flow={far_field: {superior: sealed, left: 0 Pa}}",
    "comparator=none",
    "numerics.coverage_tolerance=1"};

std::vector<std::string> arguments(const std::string& path, const std::string& out) {
  std::vector<std::string> list = {"run", path, "-o", out};
  for (const std::string& change : changes) list.insert(list.end(), {"--set", change});
  return list;
}

/// The voxels of a map, float32 or bytes.
template <class T>
std::vector<T> voxels_of(const std::string& path) {
  std::vector<T> voxels(size * size * size);
  std::vector<char> header(352);
  const gzFile file = gzopen(path.c_str(), "rb");
  EXPECT_EQ(gzread(file, header.data(), 352), 352) << path;
  const int bytes = static_cast<int>(voxels.size() * sizeof(T));
  EXPECT_EQ(gzread(file, voxels.data(), static_cast<unsigned>(bytes)), bytes) << path;
  gzclose(file);
  return voxels;
}

}  // namespace

TEST(Surfaces, ARunAmongThem) {
  const ScratchFolder scratch;
  const std::string path = write_case(scratch.path());
  const Ended ended = intratumor_in(scratch.path(), arguments(path, scratch / "one"));
  ASSERT_EQ(ended.status, 0) << ended.err;
  const Json summary = Json::parse(contents_of(scratch / "one/summary.json"));
  EXPECT_LT(number_at(summary, "ledger.closure_error"), 1e-8);
  EXPECT_LT(number_at(summary, "pressure.closure_error_fraction"), 1e-8);
  EXPECT_GE(number_at(summary, "min_concentration"), -1e-12 * number_at(summary, "c_ref"));
  EXPECT_GT(number_at(summary, "leak_fraction"), 1e-5);
  EXPECT_EQ(number_at(summary, "leak_fraction"), number_at(summary, "ledger.leak"));
  EXPECT_GT(number_at(summary, "fluid.leak_m3"), 0);
  EXPECT_GT(number_at(summary, "fluid.through_vessel_walls_m3"), 0);
  EXPECT_EQ(summary["model"]["far_field_of_faces"]["superior"], "sealed");

  const Json& regions = summary["regions"];
  ASSERT_EQ(regions.size(), 6u);
  EXPECT_EQ(regions[1]["class"], "outside");
  EXPECT_TRUE(regions[1]["wall_area_m2"].is_null());
  EXPECT_EQ(regions[3]["class"], "vessel");
  EXPECT_GT(regions[3]["wall_area_m2"].get<double>(), 0);
  EXPECT_EQ(regions[5]["voxels"], 18);
  EXPECT_TRUE(regions[5]["few_voxels_or_cells"].get<bool>());
  EXPECT_FALSE(regions[2]["few_voxels_or_cells"].get<bool>());
  EXPECT_NE(contents_of(scratch / "one/log.txt").find("region nodule has only 18 voxels"), std::string::npos);
  EXPECT_NE(summary["warnings"].dump().find("region nodule has only 18 voxels"), std::string::npos);

  // The histogram says how finely it was sampled.
  const std::string histogram = contents_of(scratch / "one/exposure_volume.csv");
  EXPECT_EQ(histogram.substr(0, histogram.find('\n')), "auc_mol_s_per_m3,volume_fraction,resolution_m");
  EXPECT_NEAR(number_at(summary, "tumour.histogram_resolution_m"), 1e-3, 1e-6);
  EXPECT_NEAR(number_at(summary, "tumour.histogram_cells_across_ratio"), 12, 1);

  const auto auc = voxels_of<float>(scratch / "one/maps/auc.nii.gz");
  const auto roi = voxels_of<std::uint8_t>(scratch / "one/maps/roi.nii.gz");
  const auto regions_map = voxels_of<std::uint8_t>(scratch / "one/maps/regions.nii.gz");
  std::size_t k = 0;
  int tissue = 0;
  std::map<int, int> numbers;
  for (int z = 0; z < size; ++z)
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x, ++k) {
        const int here = label(x, y, z);
        // Every label its region, whose position from 1 the map holds, wherever it is meshed.
        if (regions_map[k] > 0) {
          const auto [known, is_new] = numbers.emplace(here, regions_map[k]);
          EXPECT_TRUE(is_new || known->second == regions_map[k]) << x << " " << y << " " << z;
        }
        EXPECT_TRUE(roi[k] == 0 || regions_map[k] > 0) << x << " " << y << " " << z;
        if (here == 1 || here == 3 || here == 4)
          EXPECT_TRUE(auc[k] == 0 && roi[k] == 0) << x << " " << y << " " << z;
        else if (roi[k] == 1)
          ++tissue;
      }
  EXPECT_GT(tissue, 10000);
  EXPECT_EQ(summary["regions"][numbers.at(2) - 1]["name"], "tumour");
  EXPECT_GE(numbers.size(), 4u);

  // On two ranks the same.
  const Ended two = intratumor_on_ranks(2, scratch.path(), arguments(path, scratch / "two"));
  ASSERT_EQ(two.status, 0) << two.err;
  const Json other = Json::parse(contents_of(scratch / "two/summary.json"));
  for (const char* key : {"tumour.auc_free", "leak_fraction", "ledger.plasma", "ledger.outflow",
                          "fluid.leak_m3", "fluid.through_vessel_walls_m3", "plasma.auc"})
    EXPECT_NEAR(number_at(other, key), number_at(summary, key), 1e-6 * std::abs(number_at(summary, key)))
        << key;
  for (const int r : {3, 4}) {
    const double area = regions[r]["wall_area_m2"].get<double>();
    EXPECT_NEAR(other["regions"][r]["wall_area_m2"].get<double>(), area, 1e-9 * area);
  }
}

TEST(Surfaces, NeedlesEndInTissue) {
  const ScratchFolder scratch;
  const std::string path = write_case(scratch.path());
  std::vector<std::string> list = arguments(path, scratch / "one");
  list.insert(list.end(), {"--set", "scheme.0.tip={at: centroid, offset: [0 mm, 0 mm, 10 mm]}"});
  const Ended ended = intratumor_in(scratch.path(), list);
  EXPECT_EQ(ended.status, 2);
  EXPECT_NE(ended.err.find("lies in outside, where there is no tissue"), std::string::npos) << ended.err;
}

TEST(Surfaces, NothingThatDeterminesThePressureIsAnError) {
  const ScratchFolder scratch;
  const std::string path = write_small_case(scratch.path());
  const Ended ended =
      intratumor_in(scratch.path(), {"run", path, "--set", "flow.far_field=sealed", "--set",
                                     "tissues={muscle: {like: muscle, vessel: {hydraulic_conductivity: 0 "
                                     "m/(Pa s)}, lymph: {filtration: 0 1/(Pa s)}}, tumour: necrotic}"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_NE(ended.err.find("the pressure is not determined"), std::string::npos) << ended.err;
}
