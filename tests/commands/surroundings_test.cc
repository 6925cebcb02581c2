// Metrics that look beyond the tumour, in a ball of tumour in muscle with a deposit in its middle: against
// volumes of balls and the sums that they must give.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "../output/scratch_folder.h"
#include "output/summary.h"
#include "program.h"
#include "results.h"
#include "small_case.h"

using intratumor::number_at;
using Json = nlohmann::ordered_json;

namespace {

constexpr double mm = 1e-3;

/// A row of a profile.
struct Layer {
  double from, to, volume, auc, cmax;
};

std::vector<Layer> layers_of(const std::string& path) {
  const std::vector<std::string> lines = lines_of(contents_of(path));
  EXPECT_EQ(lines.at(0), "distance_from_m,distance_to_m,volume_m3,auc_mol_s_per_m3,cmax_mol_per_m3");
  std::vector<Layer> layers;
  for (std::size_t k = 1; k < lines.size(); ++k) {
    Layer layer{};
    EXPECT_EQ(std::sscanf(lines[k].c_str(), "%lf,%lf,%lf,%lf,%lf", &layer.from, &layer.to, &layer.volume,
                          &layer.auc, &layer.cmax),
              5);
    layers.push_back(layer);
  }
  return layers;
}

double ball(double radius) {
  return 4. / 3 * std::acos(-1.) * radius * radius * radius;
}

/// Volume (m^3) within `distance` (mm) of the small case's tumour outside it, by points 0.25 mm apart, none
/// on a face: those whose nearest voxel of the tumour, a whole box, is so near. One octant, which is an
/// eighth.
double shell_of_small_case(double distance) {
  constexpr double step = 0.25;
  const auto gap = [](double x, int voxel) { return std::max(0., std::abs(x - voxel) - 0.5); };
  const auto square = [](double x) { return x * x; };
  int count = 0;
  for (double z = step / 2; z < 11; z += step)
    for (double y = step / 2; y < 11; y += step)
      for (double x = step / 2; x < 11; x += step) {
        double nearest = 1e300;
        for (int k = 0; k <= 6; ++k)
          for (int j = 0; j <= 6; ++j)
            for (int i = 0; i <= 6; ++i)
              if (i * i + j * j + k * k <= 36)
                nearest = std::min(nearest, square(gap(x, i)) + square(gap(y, j)) + square(gap(z, k)));
        if (nearest > 0 && nearest <= square(distance)) ++count;
      }
  return 8 * count * std::pow(step * mm, 3);
}

struct Sum {
  double volume = 0, exposure = 0;
};
Sum sum_of(const std::vector<Layer>& layers, double from, double to) {
  Sum sum;
  for (const Layer& layer : layers)
    if (layer.from >= from - 1e-9 && layer.to <= to + 1e-9) {
      sum.volume += layer.volume;
      sum.exposure += layer.volume * layer.auc;
    }
  return sum;
}

/// Runs the small case without fields and maps into small.out; its summary, null when it failed.
Json summary_with(const ScratchFolder& scratch, const std::vector<std::string>& changes) {
  std::vector<std::string> run{"run", write_small_case(scratch.path()), "-q", "--set",
                               "output={fields: [], maps: []}"};
  for (const std::string& change : changes) run.insert(run.end(), {"--set", change});
  const Ended ended = intratumor_in(scratch.path(), run);
  EXPECT_EQ(ended.status, 0) << ended.err;
  return ended.status == 0 ? Json::parse(contents_of(scratch / "small.out/summary.json")) : Json();
}

}  // namespace

TEST(Surroundings, AddUp) {
  const ScratchFolder scratch;
  const Json summary = summary_with(scratch, {"numerics.h_min=0.5 mm", "geometry.margin=8 mm",
                                              "exposure={thresholds: [0.5 c_inj], shell: 4 mm}"});
  ASSERT_FALSE(summary.is_null());
  const double volume = number_at(summary, "tumour.volume_m3");

  EXPECT_NEAR(number_at(summary, "tumour.histogram_volume_m3"), volume, 1e-9 * volume);

  // The deposit lies in the tumour whole: its volume is distributed, and conformity is coverage.
  const Json& coverage = summary["tumour"]["coverage"][0];
  const double fraction = coverage["fraction"].get<double>();
  const double ratio = coverage["distribution_over_injected_ratio"].get<double>();
  std::printf("V_d/V_i %.3f, deposit %.3f times what is injected\n", ratio,
              number_at(summary, "deposit.volume_ratio"));
  EXPECT_NEAR(ratio, number_at(summary, "deposit.volume_ratio"), 0.05 * ratio);
  EXPECT_NEAR(coverage["distribution_volume_m3"].get<double>(), ratio * 0.1e-6, 1e-6 * 0.1e-6);
  EXPECT_NEAR(coverage["distribution_volume_m3"].get<double>(), fraction * volume, 1e-6 * volume);
  EXPECT_NEAR(coverage["conformity_ratio"].get<double>(), fraction, 1e-6);

  // What series.csv says of the amount, by the trapezoidal rule.
  double residence = 0, before[2] = {0, 0};
  for (const std::string& line : lines_of(contents_of(scratch / "small.out/series.csv"))) {
    double now[2], bound, anchored, internalised;
    if (std::sscanf(line.c_str(), "%lf,%lf,%*f,%*f,%lf,%lf,%lf", &now[0], &now[1], &bound, &anchored,
                    &internalised) != 5)
      continue;  // the header
    now[1] += bound + anchored + internalised;
    residence += (now[0] - before[0]) * (now[1] + before[1]) / 2 / number_at(summary, "dose_mol");
    before[0] = now[0];
    before[1] = now[1];
  }
  std::printf("residence %.0f s, by the series %.0f\n", number_at(summary, "tumour.mean_residence_time_s"),
              residence);
  EXPECT_NEAR(number_at(summary, "tumour.mean_residence_time_s"), residence, 0.02 * residence);
  EXPECT_LE(number_at(summary, "tumour.d98"), number_at(summary, "tumour.d95"));
  EXPECT_NEAR(
      number_at(summary, "tumour.homogeneity_index"),
      (number_at(summary, "tumour.d2") - number_at(summary, "tumour.d98")) / number_at(summary, "tumour.d50"),
      1e-9 * number_at(summary, "tumour.homogeneity_index"));

  // Layers inside the surface are the tumour; the shell goes round its voxels of 1 mm.
  const std::vector<Layer> from_target = layers_of(scratch / "small.out/profile_from_target.csv");
  const Sum inside = sum_of(from_target, -1, 0), shell = sum_of(from_target, 0, 4 * mm);
  EXPECT_NEAR(inside.volume, volume, 0.03 * volume);
  EXPECT_NEAR(inside.exposure, number_at(summary, "tumour.auc_interstitial") * volume,
              0.02 * inside.exposure);
  const double expected = shell_of_small_case(4);
  std::printf("shell %.1f mm3, by points %.1f\n", 1e9 * number_at(summary, "off_target.volume_m3"),
              1e9 * expected);
  EXPECT_NEAR(number_at(summary, "off_target.volume_m3"), expected, 0.04 * expected);
  EXPECT_EQ(number_at(summary, "off_target.shell_m"), 4 * mm);
  EXPECT_NEAR(shell.volume, number_at(summary, "off_target.volume_m3"), 0.05 * shell.volume);
  // Per volume of tissue it is smaller by what of muscle an antibody can enter, 0.15 x 0.8.
  EXPECT_NEAR(number_at(summary, "off_target.auc_free") / (shell.exposure / shell.volume), 0.12, 0.12 * 0.1);

  // Layers round the needle's tip are those of a ball.
  const std::vector<Layer> from_source = layers_of(scratch / "small.out/profile_from_source.csv");
  const Sum core = sum_of(from_source, 0, 4 * mm);
  EXPECT_NEAR(core.volume, ball(4 * mm), 0.05 * ball(4 * mm));
  for (std::size_t k = 1; k < from_source.size() && from_source[k].to < 6 * mm; ++k)
    EXPECT_LE(from_source[k].cmax, from_source[k - 1].cmax) << k;
}

/// A deposit half outside the tumour: what it fills there counts for V_d and against conformity.
TEST(Surroundings, CountWhatLiesOutside) {
  const ScratchFolder scratch;
  const Json summary = summary_with(scratch, {"numerics.h_min=0.5 mm", "exposure={thresholds: [0.5 c_inj]}",
                                              "scheme.0.tip={at: centroid, offset: [6 mm, 0 mm, 0 mm]}"});
  ASSERT_FALSE(summary.is_null());
  const double volume = number_at(summary, "tumour.volume_m3");
  const Json& coverage = summary["tumour"]["coverage"][0];
  const double inside = coverage["fraction"].get<double>() * volume;
  const double everywhere = coverage["distribution_volume_m3"].get<double>();
  std::printf("V_d %.1f mm3, of it %.1f in the tumour; deposit %.1f\n", 1e9 * everywhere, 1e9 * inside,
              1e9 * number_at(summary, "deposit.volume_m3"));
  EXPECT_NEAR(everywhere, number_at(summary, "deposit.volume_m3"), 0.15 * everywhere);
  EXPECT_GT(inside, 0.3 * everywhere);
  EXPECT_LT(inside, 0.6 * everywhere);
  EXPECT_NEAR(coverage["conformity_ratio"].get<double>(), inside * inside / (volume * everywhere), 1e-9);
}

TEST(Surroundings, OfADoseByVeinHaveNoSource) {
  const ScratchFolder scratch;
  const Json summary = summary_with(
      scratch, {"scheme=[{intravenous: {dose: 5 mg, over: 1 h}}]", "exposure={thresholds: [1 ug/mL]}"});
  ASSERT_FALSE(summary.is_null());
  EXPECT_FALSE(std::ifstream(scratch / "small.out/profile_from_source.csv").good());
  EXPECT_TRUE(summary["tumour"]["coverage"][0]["distribution_over_injected_ratio"].is_null());
  EXPECT_GT(number_at(summary, "off_target.auc_free"), 0);
}
