#include "simulation/metrics.h"

#include <algorithm>
#include <cmath>

namespace intratumor {

namespace {

using Json = nlohmann::ordered_json;

constexpr int rows_per_decade = 40;

/// Decades below the largest value that a table needs to hold what 99% of the volume reaches: 5 to 12.
double histogram_decades(const VolumeDistribution& values) {
  const double low = values.value_reached_by(0.99);
  if (!(low > 0)) return 5;
  return std::clamp(std::ceil(std::log10(values.maximum() / low)), 5., 12.);
}

/// Volume (m^3) that the scheme's needles inject until the run ends.
double injected_volume(const Case& c, const Setup& setup) {
  double volume = 0;
  const auto add = [&](const auto& needle) {
    for (const double t : needle.times)
      volume += given_before(c.until, needle.amount, t, needle.duration) / needle.concentration;
  };
  for (const Deposit& deposit : setup.deposits) add(deposit);
  for (const Infusion& infusion : setup.infusions) add(infusion);
  return volume;
}

/// One threshold's coverage of the target, and of everything: drug that reaches it outside the target makes
/// the distribution volume larger and the conformity smaller.
Json coverage_entry(const Case& c, const Solution& solution, std::size_t k) {
  const Setup& setup = solution.loop->setup();
  const NodalExposure& exposure = solution.loop->exposure();
  const double duration = c.threshold_duration;
  const std::vector<double>& reached = duration > 0 ? exposure.time_above(k) : exposure.cmax();
  const double level = duration > 0 ? (1 - 1e-9) * duration : c.thresholds[k].value;
  const Vector nodal = RegionSamples::with_ghosts(*solution.ground->octree.mesh, reached);
  double everywhere = 0, in_target = 0;
  for (std::size_t r = 0; r < solution.ground->samples.size(); ++r) {
    const auto& samples = solution.ground->samples[r];
    if (samples == nullptr) continue;
    const double volume = samples->volume_at_least(nodal, level);
    everywhere += volume;
    if (static_cast<int>(r) == setup.target) in_target = volume;
  }
  const double target = solution.ground->samples[setup.target]->volume();
  const double injected = injected_volume(c, setup);
  Json entry;
  entry["threshold_mol_per_m3"] = c.thresholds[k].value;
  entry["text"] = c.thresholds[k].text;
  entry["at_least_s"] = duration;
  entry["fraction"] = in_target / target;
  entry["distribution_volume_m3"] = everywhere;
  entry["distribution_over_injected_ratio"] = injected > 0 ? Json(everywhere / injected) : Json();
  entry["conformity_ratio"] = everywhere > 0 ? Json(in_target * in_target / (target * everywhere)) : Json();
  return entry;
}

/// How full the drug's receptors in the target are; every value null without them.
Json occupancy_json(const Case& c, const Solution& solution) {
  const BoundCourse& bound = solution.loop->bound();
  const bool any = bound.has_target();
  const auto value = [any](double number) { return any ? Json(number) : Json(); };
  Json o;
  o["largest_mean_fraction"] = value(bound.highest_occupancy());
  o["time_mean_fraction"] = value(bound.mean_occupancy(c.until));
  o["end_mean_fraction"] = value(bound.occupancy());
  o["mean_at_least_90_percent_s"] = value(bound.time_occupied());
  double share = 0;
  if (any) {
    const double duration = c.threshold_duration;
    const Vector nodal =
        RegionSamples::with_ghosts(*solution.ground->octree.mesh, duration > 0 ? bound.time() : bound.peak());
    const auto& samples = solution.ground->samples[solution.loop->setup().target];
    share = samples->volume_at_least(nodal, duration > 0 ? (1 - 1e-9) * duration : BoundCourse::occupied) /
            samples->volume();
  }
  o["volume_at_least_90_percent_fraction"] = value(share);
  return o;
}

}  // namespace

VolumeDistribution auc_in_target(const Solution& solution) {
  return {*solution.ground->samples[solution.loop->setup().target], solution.loop->exposure().auc()};
}

/// Mean over the target of phi_a c integrated in time, and the same per accessible volume.
Json tumour_metrics(const Case& c, const Solution& solution, const VolumeDistribution& auc) {
  const Octree& octree = solution.ground->octree;
  const TimeLoop& loop = *solution.loop;
  const Setup& setup = loop.setup();
  const TissueMesh& mesh = *octree.mesh;
  const int target = setup.target;
  const double volume = mesh.region_volume(target);
  const double phi = setup.tissues[target].accessible_fraction;
  double exposure = 0;
  for (int i = 0; i < mesh.graph().n_owned; ++i)
    exposure += mesh.node_volume(target, i) * loop.exposure().auc()[i];
  exposure = dealii::Utilities::MPI::sum(exposure, mesh.communicator()) / volume;

  Json t;
  t["volume_m3"] = volume;
  t["auc_free"] = phi * exposure;
  t["auc_interstitial"] = exposure;
  const double total = phi * exposure + loop.bound().auc() / volume;
  t["auc_total"] = total;
  t["cmax_mean"] = loop.tumour_cmax();
  t["retention_half_life_s"] = loop.retention_half_life() ? Json(*loop.retention_half_life()) : Json();
  // Whatever the scheme, what a molecule of the dose spends there until the run ends; of one dose into the
  // tumour the area under its amount over the dose.
  t["mean_residence_time_s"] = setup.given() > 0 ? Json(total * volume / setup.given()) : Json();

  t["coverage"] = Json::array();
  for (std::size_t k = 0; k < c.thresholds.size(); ++k)
    t["coverage"].push_back(coverage_entry(c, solution, k));

  const double d98 = auc.value_reached_by(0.98), d50 = auc.value_reached_by(0.50),
               d2 = auc.value_reached_by(0.02);
  t["d98"] = d98;
  t["d95"] = auc.value_reached_by(0.95);
  t["d50"] = d50;
  t["d2"] = d2;
  t["homogeneity_index"] = d50 > 0 ? Json((d2 - d98) / d50) : Json();
  t["receptor_occupancy"] = occupancy_json(c, solution);
  t["histogram_volume_m3"] = auc.volume();
  const double cell_size = solution.ground->target_cell_size;
  const double across = std::cbrt(6. * volume / std::acos(-1.)) / cell_size;
  t["histogram_resolution_m"] = cell_size;
  t["histogram_cells_across_ratio"] = across;
  return t;
}

Table exposure_volume_histogram(const Solution& solution, const VolumeDistribution& auc) {
  const double cell_size = solution.ground->target_cell_size;
  Table histogram;
  // The resolution in every row: a comment would be one more thing that readers of tables must know of.
  histogram.columns = {"auc_mol_s_per_m3", "volume_fraction", "resolution_m"};
  histogram.rows.push_back({0., 1., cell_size});
  const double decades = histogram_decades(auc);
  const int rows = static_cast<int>(rows_per_decade * decades);
  for (int k = 0; k <= rows; ++k) {
    const double level = auc.maximum() * std::pow(10., decades * (static_cast<double>(k) / rows - 1));
    histogram.rows.push_back({level, auc.share_at_least(level), cell_size});
  }
  return histogram;
}

Json ledger_json(const TimeLoop& loop) {
  Json ledger;
  for (const auto& [name, fraction] : loop.ledger().terms()) ledger[name] = fraction;
  ledger["closure_error"] = loop.counts().largest_closure_error;
  return ledger;
}

Json plasma_metrics(const Case& c, const TimeLoop& loop) {
  const TimeLoop::Plasma& plasma = loop.plasma();
  return {{"auc", plasma.auc},
          {"auc_0_24h", c.until >= 86400 ? Json(plasma.auc_24h) : Json()},
          {"auc_0_7d", c.until >= 7 * 86400. ? Json(plasma.auc_7d) : Json()},
          {"auc_inf", plasma.auc_inf ? Json(*plasma.auc_inf) : Json()},
          {"cmax", plasma.cmax},
          {"tmax_s", plasma.tmax}};
}

Json therapeutic_index(const Json& of) {
  const double plasma = of["plasma"]["auc"].get<double>();
  return plasma > 0 ? Json(of["tumour"]["auc_free"].get<double>() / plasma) : Json();
}

}  // namespace intratumor
