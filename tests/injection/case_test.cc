#include <cmath>

#include "case_fixture.h"

namespace intratumor {
namespace {

TEST_F(CaseFile, ReadsEverything) {
  const Case c = read(whole_case);
  EXPECT_EQ(c.title, "Central: bolus");
  EXPECT_EQ(c.name, "case");
  EXPECT_EQ(c.geometry.segmentation, (folder_ / "images/tumour.nii.gz").string());
  EXPECT_EQ(c.regions, (std::vector<std::string>{"muscle", "kidney", "tumour", "core"}));
  ASSERT_EQ(c.tissues.size(), 4u);
  EXPECT_EQ(c.tissues[2].hydraulic_conductivity.value, 1.7e-14);
  EXPECT_EQ(c.tissues[3].name, "necrotic");
  EXPECT_EQ(c.geometry.target, "tumour");
  EXPECT_EQ(c.geometry.labels[3].value, 3);
  EXPECT_EQ(c.geometry.labels[3].region, "tumour");
  EXPECT_EQ(c.geometry.margin, 0.012);
  EXPECT_NEAR(c.drug.degradation.value, 0.3 / 86400, 1e-18);
  EXPECT_EQ(c.patient.body_weight.value, 83);
  EXPECT_EQ(c.far_field.kind, FarFieldInput::Kind::value);
  EXPECT_NEAR(c.far_field.pressure, -3 * 133.322387415, 1e-9);
  EXPECT_TRUE(c.collapse.on);
  EXPECT_EQ(c.collapse.floor, 0.07);
  EXPECT_NEAR(c.collapse.width, 7 * 133.322387415, 1e-9);
  EXPECT_EQ(c.deposit->shape, DepositInput::Shape::ellipsoid);
  EXPECT_EQ(c.deposit->volume_ratio, 3.7);
  EXPECT_EQ(c.deposit->aspect, 3.1);
  EXPECT_FALSE(c.comparator);
  EXPECT_EQ(c.maps, std::vector<std::string>{"cmax"});
  EXPECT_EQ(c.until, 9 * 86400);
  EXPECT_EQ(c.numerics.h_min, 0.3e-3);
  EXPECT_EQ(c.numerics.time_tolerance, 1e-4);
  EXPECT_EQ(c.field_times, (std::vector<double>{600, 3600, 86400}));

  ASSERT_EQ(c.needles.size(), 2u);
  const NeedleInjection& first = c.needles[0];
  EXPECT_EQ(first.hole_distances.size(), 5u);
  EXPECT_EQ(first.outer_radius, 0.359e-3);
  EXPECT_NEAR((*first.direction)[2], 3 / std::sqrt(14), 1e-15);
  EXPECT_NEAR(first.concentration, 5 / 148., 1e-15);
  EXPECT_NEAR(first.amount, 0.7e-6 * 5 / 148, 1e-21);
  EXPECT_NEAR(first.duration, 140, 1e-9);
  EXPECT_EQ(first.mode, InjectionMode::automatic);
  EXPECT_EQ(first.times.size(), 2u);

  const NeedleInjection& second = c.needles[1];
  EXPECT_EQ(second.tip.anchor, TipPosition::Anchor::deepest);
  EXPECT_FALSE(second.direction);
  EXPECT_EQ((*second.entry)[0], 0.1);
  EXPECT_NEAR(second.volume, 3e-6 / 148 / 0.03, 1e-15);
  EXPECT_EQ(second.duration, 100);
  EXPECT_EQ(second.mode, InjectionMode::deposit);
  EXPECT_EQ(second.times, std::vector<double>{0});

  ASSERT_EQ(c.intravenous.size(), 1u);
  EXPECT_NEAR(c.intravenous[0].amount, 1e-5 / 148, 1e-18);
  EXPECT_EQ(c.intravenous[0].duration, 5400);

  ASSERT_EQ(c.thresholds.size(), 4u);
  EXPECT_EQ(c.thresholds[0].value, 0.1 * c.largest_injected_concentration());
  EXPECT_NEAR(c.thresholds[1].value, 1e-3 / 148, 1e-18);
  EXPECT_NEAR(c.thresholds[2].value, 2e-5, 1e-18);
  EXPECT_NEAR(c.thresholds[3].value, 3e-6, 1e-18);
  EXPECT_EQ(c.threshold_duration, 86400);
}

TEST_F(CaseFile, Defaults) {
  const Case c = read(small_case);
  EXPECT_EQ(c.regions, (std::vector<std::string>{"kidney", "viable_tumour", "muscle"}));
  EXPECT_EQ(c.tissues[2].name, "muscle");
  EXPECT_EQ(c.geometry.margin, 15e-3);
  EXPECT_EQ(c.accuracy, "standard");
  EXPECT_EQ(c.numerics.h_min, 0.5e-3);
  EXPECT_EQ(c.numerics.time_tolerance, 3e-4);
  EXPECT_EQ(c.far_field.kind, FarFieldInput::Kind::equilibrium);
  EXPECT_EQ(c.deposit->shape, DepositInput::Shape::sphere);
  EXPECT_EQ(c.deposit->volume_ratio, 1 / c.tissues[1].fluid_fraction.value);
  EXPECT_TRUE(c.comparator);
  EXPECT_EQ(c.maps, (std::vector<std::string>{"auc", "cmax"}));
  EXPECT_TRUE(c == read(small_case, {"flow.collapse={floor: 0.05, width: 10 mmHg}"}));
  ASSERT_EQ(c.thresholds.size(), 1u);
  EXPECT_EQ(c.thresholds[0].text, "0.1 c_inj");
  EXPECT_EQ(c.threshold_duration, 0);
  EXPECT_EQ(c.shell, 5e-3);
  EXPECT_EQ(read(small_case, {"exposure.shell=1 cm"}).shell, 1e-2);
  EXPECT_EQ(c.field_times, std::vector<double>{c.until});
  EXPECT_EQ(c.patient.species, "human");
  EXPECT_EQ(c.needles[0].duration, 0);
  EXPECT_EQ(c.needles[0].times, std::vector<double>{0});
  EXPECT_FALSE(c.needles[0].direction);
}

TEST_F(CaseFile, RegionsWithoutTissue) {
  const Case c = read(small_case, {"geometry.labels={0: outside, 1: vessel, 2: viable_tumour, 3: airway}",
                                   "geometry.background=outside", "tissues.vessel.pressure=90 mmHg",
                                   "tissues.vessel.wall_conductance=1e-12 m/(Pa s)"});
  EXPECT_EQ(c.regions, (std::vector<std::string>{"outside", "vessel", "viable_tumour", "airway"}));
  EXPECT_EQ(c.tissues[0].region_class, RegionClass::outside);
  EXPECT_EQ(c.tissues[1].region_class, RegionClass::vessel);
  EXPECT_NEAR(c.tissues[1].wall.pressure.value, 90 * 133.322387415, 1e-6);
  EXPECT_EQ(c.tissues[1].wall.conductance.value, 1e-12);
  EXPECT_EQ(c.tissues[2].region_class, RegionClass::tissue);
  EXPECT_EQ(c.tissues[3].region_class, RegionClass::cavity);
  EXPECT_EQ(c.tissues[3].wall.pressure.value, 0);
  EXPECT_TRUE(resolved(c) == c);
}

TEST_F(CaseFile, FacesOfTheBox) {
  const Case c = read(small_case, {"flow.far_field={superior: sealed, left: 1 kPa, others: 0 Pa}"});
  EXPECT_EQ(c.far_field.kind, FarFieldInput::Kind::value);
  ASSERT_EQ(c.faces.size(), 2u);
  EXPECT_EQ(c.faces.at("superior").kind, FarFieldInput::Kind::sealed);
  EXPECT_EQ(c.faces.at("left").kind, FarFieldInput::Kind::value);
  EXPECT_EQ(c.faces.at("left").pressure, 1000);
  EXPECT_FALSE(c == read(small_case, {"flow.far_field=0 Pa"}));
}

TEST_F(CaseFile, BackgroundFollowsFromLabelZero) {
  EXPECT_EQ(
      read(small_case, {"geometry.labels={0: fat, 2: viable_tumour}", "geometry.background=fat"}).regions,
      (std::vector<std::string>{"fat", "viable_tumour"}));
  std::string text = small_case;
  text.erase(text.find("  background: muscle\n"), std::string("  background: muscle\n").size());
  EXPECT_NE(error(text).find("'background' is missing"), std::string::npos);
  EXPECT_EQ(read(text, {"geometry.labels={0: fat, 2: viable_tumour}"}).geometry.background, "fat");
}

TEST_F(CaseFile, ResolvedReadsBackToTheSameCase) {
  for (const char* text : {whole_case, small_case}) {
    const Case c = read(text);
    const Case again = resolved(c);
    EXPECT_TRUE(c == again) << resolved_yaml(c);
    EXPECT_EQ(resolved_yaml(c), resolved_yaml(again));
    EXPECT_TRUE(resolved(again) == c);
  }
}

TEST_F(CaseFile, ResolvedKeepsEveryChoice) {
  const std::vector<std::vector<std::string>> choices = {
      {"geometry.space=LPS"},
      {"flow.far_field=sealed"},
      {"flow.far_field=equilibrium"},
      {"flow.far_field={superior: sealed, left: 3.3 mmHg}"},
      {"flow.far_field={inferior: equilibrium, others: -2.7 mmHg}"},
      {"flow.far_field={left: sealed, right: sealed, anterior: sealed, posterior: sealed, inferior: 1 Pa, "
       "superior: 0.1 kPa}"},
      {"geometry.background=outside"},
      {"tissues.core=outside"},
      {"tissues.core=vessel"},
      {"tissues.core=airway"},
      {"tissues.core={class: vessel, pressure: 91.7 mmHg, wall_conductance: 1.3e-12 m/(Pa s)}"},
      {"tissues.core={class: cavity, pressure: 3.3 mmHg}"},
      {"tissues.core={class: cavity, wall_conductance: 0 m/(Pa s)}", "drug.in.core.permeability=3e-9 m/s"},
      {"flow.collapse=none"},
      {"flow.collapse={floor: 0.01}"},
      {"flow.collapse={width: 9.7 mmHg}"},
      {"comparator=intravenous"},
      {"output.maps=[auc, cmax]"},
      {"output.maps=[]"},
      {"scheme.0.mode=auto", "scheme.1.mode=auto"},
      {"scheme.0.mode=infusion"},
      {"deposit={shape: sphere}"},
      {"deposit={shape: ellipsoid, aspect: 0.3}"},
      {"deposit={shape: line, length: 12.3 mm}"},
      {"deposit={shape: mask, mask: images/tumour.nii.gz}"},
      {"tissues.core.youngs_modulus=3 kPa"},
      {"tissues.core.opening_pressure=3 kPa"},
      {"output.fields=[]"},
      {"exposure={thresholds: []}"},
      {"scheme.0.tip=centroid"},
      {"scheme.1.tip=[7 mm, 8 mm, 9 mm]"},
      {"scheme.0.needle.outer_diameter=0.9 mm", "scheme.0.needle.holes=[0 mm, 1 mm]"},
      {"patient={species: human}"},
      {"drug=cisplatin", "exposure.thresholds=[1 uM]"},
      {"geometry.labels.5=left kidney", "tissues.left kidney=kidney"}};
  for (const std::vector<std::string>& overrides : choices) {
    const Case c = read(whole_case, overrides);
    EXPECT_TRUE(resolved(c) == c) << overrides[0];
    EXPECT_FALSE(c == read(whole_case)) << overrides[0];
  }
}

TEST_F(CaseFile, NoDepositWhereAllNeedlesInfuse) {
  const Case c = read(small_case, {"scheme.0.mode=infusion", "scheme.0.over=1 h"});
  EXPECT_EQ(c.needles[0].mode, InjectionMode::infusion);
  EXPECT_FALSE(c.deposit);
  EXPECT_TRUE(c.comparator);
  EXPECT_TRUE(resolved(c) == c);
  // An end hole infuses without a direction whatever shape the deposits of other needles have.
  EXPECT_NE(error(small_case, {"deposit={shape: line, length: 5 mm}"}).find("has no direction"),
            std::string::npos);
  const Case both =
      read(small_case, {"scheme=[{needle: 22G_end_hole, tip: deepest, volume: 1 mL, dose: 1 mg, "
                        "over: 1 h, mode: infusion}, {needle: 25G_end_hole, tip: centroid, "
                        "entry: [0 mm, 0 mm, 90 mm], volume: 1 mL, dose: 1 mg, over: 1 min}]",
                        "deposit={shape: line, length: 5 mm}"});
  EXPECT_EQ(both.deposit->length, 5e-3);
  EXPECT_TRUE(resolved(both) == both);
}

TEST_F(CaseFile, IntravenousAlone) {
  const std::vector<std::string> by_vein = {"scheme=[{intravenous: {dose: 3 mg}}]"};
  const Case c = read(small_case, by_vein);
  EXPECT_FALSE(c.deposit);
  EXPECT_FALSE(c.comparator);
  EXPECT_TRUE(c.thresholds.empty());
  EXPECT_TRUE(resolved(c) == c);
}

TEST_F(CaseFile, MaskLiesBesideTheCase) {
  const std::vector<std::string> mask = {"deposit={shape: mask, mask: images/tumour.nii.gz}"};
  const Case c = read(small_case, mask);
  EXPECT_EQ(c.deposit->mask, (folder_ / "images/tumour.nii.gz").string());
  EXPECT_EQ(c.deposit->volume_ratio, 1 / c.tissues[1].fluid_fraction.value);
  EXPECT_NE(
      error(small_case, {"deposit={shape: mask, mask: images/no.nii}"}).find("deposit.mask: no such file"),
      std::string::npos);
  fs::create_directory(folder_ / "folder.nii");
  EXPECT_NE(error(small_case, {"deposit={shape: mask, mask: folder.nii}"}).find("is a folder"),
            std::string::npos);
}

TEST_F(CaseFile, PointsInLpsAreTurned) {
  const Case ras = read(whole_case);
  const Case lps = read(whole_case, {"geometry.space=LPS"});
  for (int d = 0; d < 3; ++d) {
    const double sign = d < 2 ? -1 : 1;
    EXPECT_EQ(lps.needles[0].tip.offset[d], sign * ras.needles[0].tip.offset[d]);
    EXPECT_EQ((*lps.needles[0].direction)[d], sign * (*ras.needles[0].direction)[d]);
    EXPECT_EQ(lps.needles[1].tip.offset[d], sign * ras.needles[1].tip.offset[d]);
    EXPECT_EQ((*lps.needles[1].entry)[d], sign * (*ras.needles[1].entry)[d]);
  }
}

TEST_F(CaseFile, DirectionFromEntryToTip) {
  const Case c = read(whole_case, {"scheme.1.tip=[100 mm, 0 mm, 68 mm]"});
  ASSERT_TRUE(c.needles[1].direction);
  EXPECT_EQ((*c.needles[1].direction)[2], -1);
  EXPECT_NE(error(whole_case, {"scheme.1.tip=[100 mm, 0 mm, 118 mm]"}).find("must differ from the tip"),
            std::string::npos);
}

TEST_F(CaseFile, AmountsByMassAndByMoleAgree) {
  const auto amount = [&](const std::vector<std::string>& overrides) {
    return read(small_case, overrides).needles[0].amount;
  };
  const double molar_mass = read(small_case).drug.molar_mass.value;
  const double mol = 1e-6 / molar_mass;
  EXPECT_NEAR(amount({}), mol, 1e-12 * mol);
  EXPECT_NEAR(amount({"scheme.0={needle: 22G_end_hole, tip: deepest, volume: 2 mL, concentration: 0.5 mg/mL, "
                      "over: 1 min, mode: deposit}"}),
              mol, 1e-12 * mol);
  EXPECT_NEAR(amount({"scheme.0={needle: 22G_end_hole, tip: deepest, dose: 1 mg, concentration: 0.5 mg/mL, "
                      "over: 1 min, mode: deposit}"}),
              mol, 1e-12 * mol);
  EXPECT_NEAR(amount({"scheme.0.dose=2 umol"}), 2e-6, 1e-18);
}

TEST_F(CaseFile, PairsOfDrugAndRegionAreChecked) {
  const std::string message = error(whole_case, {"drug.in.kidny.permeability=1e-9 m/s"});
  EXPECT_NE(message.find("did you mean kidney?"), std::string::npos) << message;
}

TEST_F(CaseFile, AMouseMayReceiveAnyDrug) {
  const Case c = read(small_case, {"patient={species: mouse, body_weight: 25 g}", "drug=gadolinium_dtpa",
                                   "scheme.0.dose=1 umol"});
  EXPECT_EQ(body_coefficients(c.drug, c.patient).scaled_from, "human");
  EXPECT_TRUE(resolved(c) == c);
}

TEST_F(CaseFile, DosesPerBodyWeight) {
  const Case c =
      read(whole_case, {"scheme.2.intravenous.dose_per_weight=3 mg/kg", "scheme.1.dose_per_weight=40 ug/kg"});
  EXPECT_NEAR(c.intravenous[0].amount, 3e-6 * 83 / 148, 1e-18);
  EXPECT_NEAR(c.needles[1].amount, 40e-9 * 83 / 148, 1e-20);
  EXPECT_NEAR(c.needles[1].volume, 40e-9 * 83 / 148 / 0.03, 1e-18);
  EXPECT_TRUE(resolved(c) == c);
  // By mole, and per another unit of weight.
  EXPECT_NEAR(read(whole_case, {"scheme.2.intravenous.dose_per_weight=0.02 umol/kg"}).intravenous[0].amount,
              0.02e-6 * 83, 1e-20);
  EXPECT_NEAR(read(whole_case, {"scheme.2.intravenous.dose_per_weight=3 ug/g"}).intravenous[0].amount,
              3e-3 * 83 / 148 * 1e-3, 1e-18);
  // The patient's default weight.
  EXPECT_NEAR(read(whole_case, {"scheme.2.intravenous.dose_per_weight=3 mg/kg", "patient={species: human}"})
                  .intravenous[0]
                  .amount,
              3e-6 * 70 / 148, 1e-18);
  for (const char* bad : {"3", "3 mg", "3 %", "3 mL/kg", "3 mg/L", "mg/kg", "-3 mg/kg", "0 mg/kg",
                          "nan mg/kg", "30 g/kg", "900 kg/kg"}) {
    const std::string message =
        error(whole_case, {std::string("scheme.2.intravenous.dose_per_weight=") + bad});
    EXPECT_NE(message.find("scheme.2.intravenous.dose_per_weight: '"), std::string::npos) << bad << message;
  }
}

TEST_F(CaseFile, AFullDepositMayBeRounded) {
  EXPECT_EQ(read(small_case, {"deposit.volume_ratio=3.3"}).deposit->volume_ratio, 3.3);
  EXPECT_NE(error(small_case, {"deposit.volume_ratio=3.2"}).find("not available yet"), std::string::npos);
  EXPECT_NE(error(small_case, {"deposit.volume_ratio=25"}).find("at most 20"), std::string::npos);
}

TEST_F(CaseFile, FoldersAndMissingFiles) {
  try {
    read_case(folder_.string());
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("is a folder"), std::string::npos);
  }
  EXPECT_NE(error(small_case, {"geometry.segmentation=images/other.nii.gz"}).find("no such file"),
            std::string::npos);
}

}  // namespace
}  // namespace intratumor
