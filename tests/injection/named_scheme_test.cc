// Patterns of params/schemes, before they have met an image.
#include "injection/named_scheme.h"

#include <cstdlib>

#include "../images/nifti_file.h"
#include "case_fixture.h"

namespace intratumor {
namespace {

using Anchor = TipPosition::Anchor;

const std::string total = "needle: 22G_end_hole, volume: 1 mL, concentration: 5 mg/mL, ";

class NamedScheme : public CaseFile {
 protected:
  Case with(const std::string& scheme, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"drug=ipilimumab", "scheme=" + scheme});
    return read(small_case, more);
  }
  /// A ball of this radius [mm] of label 2 as the case's image, and where asked for a voxel of it in a
  /// corner.
  void write_ball(double radius, bool corner = false) const {
    const int n = 70;
    std::vector<int> labels;
    for (int k = 0; k < n; ++k)
      for (int j = 0; j < n; ++j)
        for (int i = 0; i < n; ++i) {
          const double x = i - 0.5 * (n - 1), y = j - 0.5 * (n - 1), z = k - 0.5 * (n - 1);
          labels.push_back(x * x + y * y + z * z <= radius * radius ? 2 : 1);
        }
    if (corner) labels[0] = 2;
    testing::NiftiFile file;
    file.dims({n, n, n});
    file.voxels<std::uint8_t>(2, labels);
    file.sform({{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, {0, 0, 0});
    testing::write_gz((folder_ / "images" / "tumour.nii.gz").string(), file.bytes());
  }
};

TEST_F(NamedScheme, AnOffsetMovesEveryTip) {
  const Case c =
      with("{use: four_deposits, " + total + "rate: 1 mL/min, mode: deposit, offset: [1 mm, -2 mm, 3 mm]}");
  ASSERT_EQ(c.needles.size(), 4u);
  for (const NeedleInjection& needle : c.needles) {
    EXPECT_EQ(needle.tip.anchor, Anchor::part);
    EXPECT_EQ(needle.tip.offset, (std::array<double, 3>{1e-3, -2e-3, 3e-3}));
  }
}

TEST_F(NamedScheme, TheTotalIsSharedOneAfterAnother) {
  const Case c = with("{use: four_deposits, " + total + "rate: 1 mL/min, mode: deposit, at: [1 h, 2 d]}");
  ASSERT_EQ(c.needles.size(), 4u);
  double amount = 0;
  for (std::size_t n = 0; n < 4; ++n) {
    const NeedleInjection& needle = c.needles[n];
    EXPECT_EQ(needle.tip.anchor, Anchor::part);
    EXPECT_EQ(needle.tip.part, int(n) + 1);
    EXPECT_EQ(needle.tip.parts, 4);
    EXPECT_EQ(needle.needle, "22G_end_hole");
    EXPECT_DOUBLE_EQ(needle.volume, 0.25e-6);
    EXPECT_NEAR(needle.duration, 15, 1e-9);  // the syringe's rate is that of each
    EXPECT_EQ(needle.mode, InjectionMode::deposit);
    ASSERT_EQ(needle.times.size(), 2u);
    EXPECT_NEAR(needle.times[0], 3600 + 15. * n, 1e-9);
    EXPECT_NEAR(needle.times[1], 2 * 86400 + 15. * n, 1e-9);
    amount += needle.amount;
  }
  EXPECT_NEAR(amount, 5e-6 / 148, 1e-20);
  EXPECT_TRUE(resolved(c) == c) << resolved_yaml(c);
  // `over` is the time for all of it.
  EXPECT_NEAR(with("{use: eight_deposits, " + total + "over: 4 min}").needles[7].times[0], 210, 1e-9);
  EXPECT_EQ(with("{use: eight_deposits, " + total + "over: 0 s}").needles[7].times[0], 0);
}

TEST_F(NamedScheme, EveryFileMakesACaseThatReadsBack) {
  write_ball(10);
  for (const std::string& name : ParameterLibrary::find().names("schemes")) {
    const std::string amount = name == "talimogene" ? "concentration: 5 mg/mL" : total.substr(22);
    const Case c = with("{use: " + name + ", needle: 22G_end_hole, " + amount +
                        (amount.back() == ' ' ? "" : ", ") + "rate: 10 uL/min}");
    EXPECT_GE(c.needles.size(), 1u) << name;
    EXPECT_TRUE(resolved(c) == c) << resolved_yaml(c);
    double volume = 0;
    for (const NeedleInjection& needle : c.needles) volume += needle.volume;
    EXPECT_NEAR(volume, 1e-6, 1e-12) << name;
  }
}

TEST_F(NamedScheme, ALineIsPulledBackAndMayHaveADirection) {
  const Case c = with("{use: line, " + total + "rate: 1 mL/min}");
  ASSERT_EQ(c.needles.size(), 5u);
  for (int n = 0; n < 5; ++n) {
    EXPECT_EQ(c.needles[n].tip.anchor, Anchor::track);
    EXPECT_NEAR(c.needles[n].tip.track, 0.9 - 0.2 * n, 1e-15);
    EXPECT_TRUE(c.needles[n].has_direction());
    EXPECT_FALSE(c.needles[n].direction);
  }
  EXPECT_EQ((*with("{use: line, " + total + "rate: 1 mL/min, direction: [0, 0, 2]}").needles[0].direction)[2],
            1);
  const Case fan = with("{use: four_deposits, " + total + "rate: 1 mL/min, entry: [0 mm, 0 mm, 90 mm]}",
                        {"deposit={shape: ellipsoid}"});
  EXPECT_TRUE(fan.needles[3].entry);
  EXPECT_TRUE(resolved(fan) == fan);
  EXPECT_TRUE(resolved(c) == c);
  // Holes in the side and deposits along the needle have the direction they need.
  EXPECT_EQ(with("{use: line, needle: 22G_side_holes, volume: 1 mL, concentration: 5 mg/mL, over: 1 min}",
                 {"deposit={shape: line, length: 5 mm}"})
                .needles.size(),
            5u);
}

TEST_F(NamedScheme, ASlowInfusionHasARateOfItsOwn) {
  const Case c = with("{use: slow_infusion, " + total.substr(0, total.size() - 2) + "}");
  ASSERT_EQ(c.needles.size(), 1u);
  EXPECT_EQ(c.needles[0].mode, InjectionMode::infusion);
  EXPECT_NEAR(c.needles[0].duration, 2000 * 60, 1e-6);  // 1 mL at 0.5 uL/min
  EXPECT_EQ(with("{use: slow_infusion, " + total + "over: 1 h}").needles[0].duration, 3600);
  EXPECT_EQ(with("{use: slow_infusion, " + total + "over: 1 h, mode: auto}").needles[0].mode,
            InjectionMode::automatic);
}

TEST_F(NamedScheme, VolumeByTheLongestDimension) {
  const std::string scheme =
      "{use: talimogene, needle: 26G_end_hole, concentration: 1e8 PFU/mL, rate: 1 mL/min}";
  const std::pair<double, double> expected[] = {{1, 0.1}, {5, 0.5}, {10, 1}, {20, 2}, {34, 4}};
  for (const auto& [radius, millilitres] : expected) {
    write_ball(radius);
    const Case c = with(scheme, {"drug=talimogene"});
    double volume = 0;
    for (const NeedleInjection& needle : c.needles) volume += 1e6 * needle.volume;
    EXPECT_NEAR(volume, millilitres, 1e-9) << radius;
    EXPECT_TRUE(resolved(c) == c);
  }
  // From the ball to the corner it is more than 50 mm; a quarter of the volume for each of four tips.
  write_ball(5, true);
  EXPECT_NEAR(1e6 * with(scheme, {"drug=talimogene"}).needles[0].volume, 4. / 4, 1e-9);
  EXPECT_NEAR(1e6 * with(scheme, {"drug=talimogene", "geometry.component=largest"}).needles[0].volume,
              0.5 / 4, 1e-9);
  // A volume that the case gives goes before the rule, and so does one that follows from dose and
  // concentration.
  EXPECT_DOUBLE_EQ(
      with("{use: talimogene, needle: 26G_end_hole, volume: 2 mL, concentration: 5 mg/mL, rate: 1 mL/min}")
          .needles[0]
          .volume,
      0.5e-6);
  EXPECT_NEAR(with("{use: talimogene, needle: 26G_end_hole, dose: 5 mg, concentration: 5 mg/mL, over: 1 min}")
                  .needles[0]
                  .volume,
              0.25e-6, 1e-18);
  EXPECT_NEAR(with("{use: talimogene, needle: 26G_end_hole, dose: 5 mg, over: 1 min}").needles[0].amount,
              1.25e-6 / 148, 1e-20);
}

TEST_F(NamedScheme, StandsInAListBesideOtherEntries) {
  const Case c = with("[{intravenous: {dose: 10 mg}}, {use: four_deposits, " + total +
                      "rate: 1 mL/min}, {needle: 25G_end_hole, tip: {part: 2, of: 3, offset: [0 mm, 0 mm, 1 "
                      "mm]}, volume: 0.1 mL, dose: 1 mg, over: 1 min}]");
  EXPECT_EQ(c.needles.size(), 5u);
  EXPECT_EQ(c.intravenous.size(), 1u);
  EXPECT_EQ(c.needles[4].tip.parts, 3);
  EXPECT_EQ(c.needles[4].tip.offset[2], 1e-3);
  EXPECT_TRUE(resolved(c) == c) << resolved_yaml(c);
}

TEST_F(NamedScheme, OverridesBelowTheName) {
  const std::string named = "scheme={use: four_deposits, " + total + "rate: 1 mL/min}";
  const Case c =
      read(small_case, {"drug=ipilimumab", named, "scheme.use=eight_deposits", "scheme.over=8 min"});
  EXPECT_EQ(c.needles.size(), 8u);
  EXPECT_EQ(c.needles[0].duration, 60);
  // A bare name becomes {use: NAME, ...}.
  const Case bare = read(small_case, {"drug=ipilimumab", "scheme=four_deposits", "scheme.needle=22G_end_hole",
                                      "scheme.volume=1 mL", "scheme.dose=5 mg", "scheme.rate=1 mL/min"});
  EXPECT_TRUE(bare == read(small_case, {"drug=ipilimumab", named + ""}));
  EXPECT_EQ(error(small_case, {named, "scheme.volume=1 s"}).find("--set scheme.volume=1 s: scheme.volume"),
            0u);
}

/// Files that a scheme cannot be.
TEST_F(NamedScheme, FilesThatAreRefused) {
  fs::create_directories(folder_ / "params" / "schemes");
  const std::pair<const char*, const char*> bad[] = {
      {"pattern: {place: deepest}\nvolume: 1 mL\n", "volume: a scheme of params/ carries no amount"},
      {"pattern: {place: deepest}\ndose: 5 mg\n", "carries no amount"},
      {"pattern: {place: deepest}\nneedle: 22G_end_hole\n", "no needle"},
      {"pattern: {place: deepest}\nat: [0 d]\n", "carries no times"},
      {"pattern: {place: deepest}\nover: 1 min\n", "carries no duration"},
      {"pattern: {place: deepest, parts: 4}\n", "needs one of place, parts and track"},
      {"pattern: {place: surface}\n", "one of deepest, centroid"},
      {"pattern: {parts: 0}\n", "a whole number from 1 to 64"},
      {"pattern: {parts: 4, order: random}\n", "together"},
      {"description: nothing\n", "pattern"},
      {"pattern: {place: deepest}\nrate: 5\n", "has no unit"},
      {"pattern: {place: deepest}\nvolume_by_longest_dimension: {rows: []}\n", "at least one row"},
      {"pattern: {place: deepest}\nvolume_by_longest_dimension: {rows: [{up_to: 2 cm, volume: 1 mL}, {up_to: "
       "1 "
       "cm, volume: 2 mL}, {volume: 3 mL}]}\n",
       "lengths must ascend"},
      {"pattern: {place: deepest}\nvolume_by_longest_dimension: {rows: [{up_to: 2 cm, volume: 1 mL}]}\n",
       "leave out up_to"}};
  const ParameterLibrary library((folder_ / "params").string());
  for (const auto& [text, said] : bad) {
    std::ofstream(folder_ / "params" / "schemes" / "own.yaml") << text;
    try {
      read_scheme_pattern(YamlNode::parse("use: own", "case.yaml").required("use"), library);
      ADD_FAILURE() << text << " is accepted";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(said), std::string::npos) << said << ": " << error.what();
      EXPECT_NE(std::string(error.what()).find("own.yaml"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace intratumor
