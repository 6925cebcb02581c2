#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "injection/case.h"

namespace intratumor {

namespace fs = std::filesystem;

/// A case that sets nearly every key.
inline const char* const whole_case = R"(title: "Central: bolus"
geometry:
  segmentation: images/tumour.nii.gz
  labels: {0: muscle, 1: kidney, 2: tumour, 3: tumour, 4: core}
  background: muscle
  target: tumour
  component: all
  margin: 12 mm
tissues:
  tumour: {like: viable_tumour, hydraulic_conductivity: 1.7e-14 m^2/(Pa s)}
  core: necrotic
drug: {like: ipilimumab, degradation: 0.3 1/d, in: {kidney: {permeability: 3e-10 m/s}}}
patient: {species: human, body_weight: 83 kg}
scheme:
  - needle: 22G_side_holes
    tip: [12.3 mm, -40.7 mm, 118.1 mm]
    direction: [1, 2, 3]
    volume: 0.7 mL
    concentration: 5 mg/mL
    rate: 0.3 mL/min
    at: [0 min, 3.3 d]
  - needle: 25G_end_hole
    tip: {at: deepest, offset: [0 mm, 1.1 mm, -3 mm]}
    entry: [100 mm, 0 mm, 118 mm]
    dose: 3 mg
    concentration: 30 uM
    over: 100 s
    mode: deposit
  - intravenous: {dose: 10 mg, at: [0 d, 1.1 d]}
flow: {far_field: -3 mmHg, collapse: {floor: 0.07, width: 7 mmHg}}
deposit: {shape: ellipsoid, volume_ratio: 3.7, aspect: 3.1}
exposure: {thresholds: [0.1 c_inj, 1 ug/mL, 10 Kd, 3 nM], at_least: 24 h}
comparator: none
run: {until: 9 d, accuracy: fine}
numerics: {h_min: 0.3 mm}
output: {fields: [10 min, 1 h, 1 d], maps: [cmax]}
)";

/// One that leaves out what it can.
inline const char* const small_case = R"(geometry:
  segmentation: images/tumour.nii.gz
  labels: {1: kidney, 2: viable_tumour}
  background: muscle
  target: viable_tumour
drug: cisplatin
scheme:
  - needle: 22G_end_hole
    tip: deepest
    volume: 1 mL
    dose: 1 mg
    over: 0 s
    mode: deposit
run: {until: 7 d}
)";

/// Writes a case into a folder of its own, beside an image, and reads it.
class CaseFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              (std::string("case_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_ / "images");
    std::ofstream(folder_ / "images" / "tumour.nii.gz") << "not looked into";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& text, const std::string& name = "case.yaml") const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  Case read(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    const Case c = read_case(write(text), overrides);
    if (overrides.empty()) keep(text);
    return c;
  }
  std::string error(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    try {
      read(text, overrides);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  /// Reads the resolved case from another folder, as a result folder is.
  Case resolved(const Case& c) const {
    fs::create_directories(folder_ / "result");
    return read_case(write(resolved_yaml(c), "result/case.resolved.yaml"));
  }

  fs::path folder_;

 private:
  /// Every case that was right, for the test of the schema that asks for them.
  void keep(const std::string& text) const {
    const char* const folder = std::getenv("INTRATUMOR_KEEP_CASES");
    if (folder == nullptr) return;
    const std::string name = folder_.filename().string() + "_" + std::to_string(kept_++) + ".yaml";
    std::ofstream(fs::path(folder) / name) << text;
  }

  mutable int kept_ = 0;
};

}  // namespace intratumor
