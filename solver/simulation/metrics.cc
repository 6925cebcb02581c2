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

/// Edge of the cells that resolve a region, mean over its volume, m.
double mean_cell_size(const TissueMesh& mesh, int region) {
  double sum = 0;
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    const double volume = cell->measure();
    sum += mesh.cell_fraction(index, region) * volume * std::cbrt(volume);
  });
  return dealii::Utilities::MPI::sum(sum, mesh.communicator()) / mesh.region_volume(region);
}

}  // namespace

/// Mean over the target of phi_a c integrated in time, and the same per accessible volume.
Json tumour_metrics(const Case& c, const Solution& solution, Table& histogram) {
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
  t["auc_total"] = phi * exposure;  // nothing is bound, anchored or in depots in this version
  t["cmax_mean"] = loop.tumour_cmax();
  t["retention_half_life_s"] = loop.retention_half_life() ? Json(*loop.retention_half_life()) : Json();

  const RegionSamples& samples = *solution.ground->target_samples;
  t["coverage"] = Json::array();
  for (std::size_t k = 0; k < c.thresholds.size(); ++k) {
    Json entry;
    entry["threshold_mol_per_m3"] = c.thresholds[k].value;
    entry["text"] = c.thresholds[k].text;
    entry["at_least_s"] = c.threshold_duration;
    if (c.threshold_duration > 0)
      entry["fraction"] =
          samples.share_at_least(loop.exposure().time_above(k), (1 - 1e-9) * c.threshold_duration);
    else
      entry["fraction"] = samples.share_at_least(loop.exposure().cmax(), c.thresholds[k].value);
    t["coverage"].push_back(entry);
  }

  const VolumeDistribution auc(samples, loop.exposure().auc());
  t["d95"] = auc.value_reached_by(0.95);
  t["d50"] = auc.value_reached_by(0.50);
  t["d2"] = auc.value_reached_by(0.02);
  t["histogram_volume_m3"] = auc.volume();
  const double cell_size = mean_cell_size(mesh, target);
  const double across = std::cbrt(6. * volume / std::acos(-1.)) / cell_size;
  t["histogram_resolution_m"] = cell_size;
  t["histogram_cells_across_ratio"] = across;

  // The resolution in every row: a comment would be one more thing that readers of tables must know of.
  histogram.columns = {"auc_mol_s_per_m3", "volume_fraction", "resolution_m"};
  histogram.rows.push_back({0., 1., cell_size});
  const double decades = histogram_decades(auc);
  const int rows = static_cast<int>(rows_per_decade * decades);
  for (int k = 0; k <= rows; ++k) {
    const double level = auc.maximum() * std::pow(10., decades * (static_cast<double>(k) / rows - 1));
    histogram.rows.push_back({level, auc.share_at_least(level), cell_size});
  }
  return t;
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
