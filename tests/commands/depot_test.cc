// Where a tumour is well mixed, the model without space and the program must agree.
#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "../output/scratch_folder.h"
#include "lump.h"
#include "output/summary.h"
#include "output/table.h"
#include "program.h"
#include "small_case.h"

using namespace intratumor;
using Json = nlohmann::ordered_json;

namespace {

/// A cube of tumour that is all deposit, in tissue that takes up nothing: no vessels, no lymph, hardly any
/// space.
const char* const well_mixed_yaml = R"(title: A cube of well-mixed tumour
geometry:
  segmentation: cube.nii
  labels: {0: inert, 1: tumour}
  target: tumour
  margin: 3 mm
tissues: {inert: {like: necrotic, hydraulic_conductivity: 1e-18 m^2/(Pa s)}, tumour: viable_tumour}
drug:
  like: DRUG
  in: {inert: {accessible_fraction: 1e-6, diffusivity: 1e-20 m^2/s}}
patient: {species: human}
scheme:
  - needle: 22G_end_hole
    tip: centroid
    volume: 0.3 mL
    concentration: 30 uM
    over: 5 min
    mode: deposit
    at: [0 h, 12 h]
  - intravenous: {dose: 2 nmol, over: 1 h, at: [20 h]}
deposit: {shape: mask, mask: cube.nii}
exposure: {thresholds: [0.1 c_inj], at_least: 1 h}
comparator: none
run: {until: 2 d, accuracy: coarse}
numerics: {time_tolerance: 1e-5}
output: {fields: [2 d]}
)";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

/// The depot has no sites for a drug to bind to.
const char* const unbound = "ipilimumab\n  binding: none";

void expect_agreement(const std::string& drug, const std::string& patient, double tolerance) {
  constexpr int size = 22;
  std::vector<std::uint8_t> voxels;
  for (int z = 0; z < size; ++z)
    for (int y = 0; y < size; ++y)
      for (int x = 0; x < size; ++x) {
        const auto inside = [](int i) { return i >= 6 && i < 16; };
        voxels.push_back(inside(x) && inside(y) && inside(z) ? 1 : 0);
      }
  const ScratchFolder scratch;
  write_text(scratch / "cube.nii", nifti_bytes(size, 1, voxels));
  write_text(scratch / "cube.yaml",
             replaced(replaced(well_mixed_yaml, "DRUG", drug), "{species: human}", patient));
  const Ended run = intratumor_in(scratch.path(), {"run", "cube.yaml", "-q", "-o", "result"});
  ASSERT_EQ(run.status, 0) << run.err;
  const Ended model = Program({INTRATUMOR_PYTHON, INTRATUMOR_PROJECT_DIR "/scripts/depot_model", "result",
                               "--format", "json"},
                              scratch.path())
                          .wait();
  ASSERT_EQ(model.status, 0) << model.err;
  const Json summary = Json::parse(contents_of(scratch / "result/summary.json"));
  const Json depot = Json::parse(model.out).at("depot");
  const bool taken_up = number_at(summary, "ledger.internalised") > 0;
  EXPECT_EQ(taken_up, drug == "cisplatin");
  EXPECT_EQ(depot.size(), taken_up ? 10u : 9u);
  for (const auto& item : depot.items()) {
    const double found = number_at(summary, item.key()), expected = item.value().get<double>();
    if (item.key().rfind("ledger.", 0) == 0)  // shares of the dose, some of them next to nothing
      EXPECT_NEAR(found, expected, tolerance) << item.key();
    else  // a maximum is flat: its time is known by the run's steps only
      EXPECT_NEAR(found / expected, 1, item.key() == "plasma.tmax_s" ? 0.05 : tolerance) << item.key();
  }
}

}  // namespace

TEST(Depot, AgreesWhereTheTumourIsWellMixed) {
  expect_agreement(unbound, "{species: human, body_weight: 70 kg}", 5e-4);
}

TEST(Depot, AgreesForASmallMoleculeThatBloodFlowCarriesOff) {
  expect_agreement("cisplatin", "{species: human, body_weight: 60 kg}", 5e-4);
}

TEST(Depot, AgreesWherePlasmaFeedsTheTumour) {
  expect_agreement(unbound, "{species: mouse, body_weight: 25 g}", 5e-4);
}

/// nibabel reads no NRRD: the scripts take the run's own map of regions.
TEST(Depot, OfASegmentationThatIsNotNifti) {
  const ScratchFolder scratch;
  write_lump(scratch);
  const Ended run = check_of(scratch, {"output={fields: [30 min], maps: [auc]}"}, "run");
  ASSERT_EQ(run.status, 0) << run.err;
  for (const auto& [script, figure] :
       {std::pair("/scripts/depot_model", "tumour.auc_free"), std::pair("/scripts/check_histogram", "d95")}) {
    const Ended ended =
        Program({INTRATUMOR_PYTHON, std::string(INTRATUMOR_PROJECT_DIR) + script, scratch / "lump.out"},
                scratch.path())
            .wait();
    EXPECT_EQ(ended.status, 0) << script << ended.out << ended.err;
    EXPECT_NE(ended.out.find(figure), std::string::npos) << ended.out;
  }
}
