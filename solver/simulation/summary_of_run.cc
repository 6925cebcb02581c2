#include "simulation/summary_of_run.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>

namespace intratumor {

namespace {

using Json = nlohmann::ordered_json;

constexpr int histogram_rows = 200;
constexpr double histogram_decades = 5;

/// Mean over the target of phi_a c integrated in time, and the same per accessible volume.
Json tumour_metrics(const Case& c, const Setup& setup, const Octree& octree, const TimeLoop& loop,
                    Table& histogram) {
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

  const auto overlap = [&](const Point& lower, const Point& upper) {
    return octree.target_overlap(lower, upper);
  };

  t["coverage"] = Json::array();
  for (std::size_t k = 0; k < c.thresholds.size(); ++k) {
    Json entry;
    entry["threshold_mol_per_m3"] = c.thresholds[k].value;
    entry["text"] = c.thresholds[k].text;
    entry["at_least_s"] = c.threshold_duration;
    if (c.threshold_duration > 0)
      entry["fraction"] = VolumeDistribution(mesh, target, loop.exposure().time_above(k), overlap)
                              .share_at_least((1 - 1e-9) * c.threshold_duration);
    else
      entry["fraction"] = VolumeDistribution(mesh, target, loop.exposure().cmax(), overlap)
                              .share_at_least(c.thresholds[k].value);
    t["coverage"].push_back(entry);
  }

  const VolumeDistribution auc(mesh, target, loop.exposure().auc(), overlap);
  t["d95"] = auc.value_reached_by(0.95);
  t["d50"] = auc.value_reached_by(0.50);
  t["d2"] = auc.value_reached_by(0.02);
  t["histogram_volume_m3"] = auc.volume();
  t["histogram_resolution_m"] = mesh.smallest_cell() / 4;

  histogram.columns = {"auc_mol_s_per_m3", "volume_fraction"};
  histogram.rows.push_back({0., 1.});
  for (int k = 0; k < histogram_rows; ++k) {
    const double level = auc.maximum() * std::pow(10., histogram_decades * (k / (histogram_rows - 1.) - 1.));
    histogram.rows.push_back({level, auc.share_at_least(level)});
  }
  return t;
}

Json ledger_json(const TimeLoop& loop) {
  Json ledger;
  for (const auto& [name, fraction] : loop.ledger().terms()) ledger[name] = fraction;
  ledger["closure_error"] = loop.counts().largest_closure_error;
  return ledger;
}

/// Volume that deposits of one time share, over the sum of their volumes: 1 - union/sum, by points in the
/// cells.
double overlap_of_deposits(const Setup& setup, const Octree& octree) {
  double together = 0, apart = 0;
  std::vector<char> counted(setup.deposits.size(), 0);
  for (std::size_t k = 0; k < setup.deposits.size(); ++k) {
    if (counted[k]) continue;
    std::vector<Ball> balls;
    for (std::size_t other = k; other < setup.deposits.size(); ++other)
      if (setup.deposits[other].times == setup.deposits[k].times) {
        counted[other] = 1;
        balls.push_back(setup.deposits[other].ball);
      }
    if (balls.size() < 2) continue;
    octree.mesh->for_each_cell([&](const TissueMesh::Cell& cell, int) {
      constexpr int n = 4;
      if (std::none_of(balls.begin(), balls.end(), [&](const Ball& ball) {
            return cell->center().distance(ball.centre) < ball.radius + cell->diameter();
          }))
        return;
      const Point lower = cell->vertex(0), upper = cell->vertex(7);
      for (int s = 0; s < n * n * n; ++s) {
        const int step[3] = {s % n, s / n % n, s / (n * n)};
        Point at;
        for (int a = 0; a < 3; ++a) at[a] = lower[a] + (upper[a] - lower[a]) * (step[a] + 0.5) / n;
        int inside = 0;
        for (const Ball& ball : balls) inside += at.distance(ball.centre) <= ball.radius ? 1 : 0;
        apart += inside * cell->measure() / (n * n * n);
        together += (inside > 0 ? 1 : 0) * cell->measure() / (n * n * n);
      }
    });
  }
  const MPI_Comm comm = octree.mesh->communicator();
  together = dealii::Utilities::MPI::sum(together, comm);
  apart = dealii::Utilities::MPI::sum(apart, comm);
  return apart > 0 ? 1. - together / apart : 0.;
}

/// Share of the target's volume inside the deposits when each has `ratio` times the volume injected.
double geometric_coverage(const Setup& setup, const Octree& octree, double ratio, double ratio_used) {
  std::vector<double> depth;  // inside the nearest surface, m
  for (const Point& p : octree.mesh->node_positions()) {
    double deepest = -1;
    for (const Deposit& d : setup.deposits)
      deepest = std::max(deepest, d.ball.radius * std::cbrt(ratio / ratio_used) - p.distance(d.ball.centre));
    depth.push_back(deepest);
  }
  const auto overlap = [&](const Point& lower, const Point& upper) {
    return octree.target_overlap(lower, upper);
  };
  return VolumeDistribution(*octree.mesh, setup.target, depth, overlap).share_at_least(0.);
}

Json deposit_json(const Case& c, const Setup& setup, const Octree& octree,
                  const std::vector<BallShare>& shares) {
  Json deposit;
  deposit["c0_over_cinj"] = nullptr;
  deposit["fraction_in_target"] = nullptr;
  if (setup.deposits.empty()) return deposit;
  double inside = 0, amount = 0, ratio = 0;
  std::vector<double> lumped(octree.mesh->graph().n_owned, 0.);
  for (int r = 0; r < octree.mesh->n_regions(); ++r)
    for (std::size_t i = 0; i < lumped.size(); ++i)
      lumped[i] += octree.mesh->node_volume(r, static_cast<int>(i)) * setup.tissues[r].accessible_fraction;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const Deposit& d = setup.deposits[k];
    const double given = d.amount * static_cast<double>(d.times.size());
    inside += given * shares[k].in_region[setup.target];
    amount += given;
    // Deposits of one time add up where they overlap.
    std::vector<double> sum = shares[k].node;
    for (std::size_t other = 0; other < shares.size(); ++other)
      if (other != k && setup.deposits[other].times == d.times)
        for (std::size_t i = 0; i < sum.size(); ++i)
          sum[i] += setup.deposits[other].amount / d.amount * shares[other].node[i];
    for (std::size_t i = 0; i < sum.size(); ++i)
      if (lumped[i] > 0) ratio = std::max(ratio, d.amount * sum[i] / lumped[i] / d.concentration);
  }
  deposit["c0_over_cinj"] = dealii::Utilities::MPI::max(ratio, octree.mesh->communicator());
  deposit["overlap_fraction"] = overlap_of_deposits(setup, octree);
  deposit["fraction_in_target"] = inside / amount;
  // The ratio decides the headline: what the target would hold if the fluid opened all its own space (ratio
  // 1), and if it filled every pore (1/phi_f).
  const double full = 1. / setup.tissues[setup.target].fluid_fraction;
  deposit["volume_ratio"] = c.deposit->volume_ratio;
  deposit["geometric_coverage"] = {
      {"own_space_fraction", geometric_coverage(setup, octree, 1., c.deposit->volume_ratio)},
      {"full_percolation_fraction", geometric_coverage(setup, octree, full, c.deposit->volume_ratio)}};
  deposit["count"] = setup.deposits.size();
  deposit["radius_m"] = setup.deposits.front().ball.radius;
  return deposit;
}

}  // namespace

Result summary_of_run(const Case& c, const Setup& setup, const Octree& octree, const FlowState& flow,
                      const TimeLoop& loop, const std::vector<BallShare>& shares, const Stopwatch& phases) {
  Result result;
  const TissueMesh& mesh = *octree.mesh;
  const TimeLoop::Counts& counts = loop.counts();
  Json& s = result.summary;
  s["status"] = "done";
  s["title"] = c.title;
  s["dose_mol"] = setup.given_intratumoral + setup.given_intravenous;
  s["dose_intratumoral_mol"] = setup.given_intratumoral;
  s["tumour"] = tumour_metrics(c, setup, octree, loop, result.histogram);
  const TimeLoop::Plasma& plasma = loop.plasma();
  s["plasma"] = {{"auc", plasma.auc},
                 {"auc_0_24h", c.until >= 86400 ? Json(plasma.auc_24h) : Json()},
                 {"auc_0_7d", c.until >= 7 * 86400. ? Json(plasma.auc_7d) : Json()},
                 {"auc_inf", nullptr},
                 {"cmax", plasma.cmax},
                 {"tmax_s", plasma.tmax}};
  s["therapeutic_index"] = plasma.auc > 0 ? Json(s["tumour"]["auc_free"].get<double>() / plasma.auc) : Json();
  s["targeting_advantage"] = nullptr;
  s["leak_fraction"] = 0.;
  s["ledger"] = ledger_json(loop);
  s["min_concentration"] = counts.lowest_concentration;
  s["c_ref"] = setup.reference_concentration;
  s["deposit"] = deposit_json(c, setup, octree, shares);
  s["mesh"] = {{"cells", mesh.triangulation().n_global_active_cells()},
               {"dofs", mesh.dofs().n_dofs()},
               {"h_min_m", mesh.smallest_cell()},
               {"front_in_coarse_cells_s",
                counts.reached_coarse_cells < 0 ? Json() : Json(counts.reached_coarse_cells)}};
  s["regions"] = Json::array();
  for (std::size_t r = 0; r < c.regions.size(); ++r)
    s["regions"].push_back({{"name", c.regions[r]},
                            {"tissue", setup.tissues[r].tissue},
                            {"volume_m3", mesh.region_volume(static_cast<int>(r))}});
  s["time"] = {{"steps", counts.steps},
               {"rejected_steps", counts.rejected},
               {"wall_s", 0.},
               {"factorisations", loop.stepper().factorisations()},
               {"low_order_iterations", counts.low_iterations},
               {"stage_iterations", counts.stage_iterations},
               {"error_estimate_fraction", counts.temporal_error}};
  for (const auto& [phase, seconds] : phases.seconds()) s["time"]["phases"][phase + "_s"] = seconds;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  s["memory"] = {
      {"peak_over_all_ranks_bytes",
       dealii::Utilities::MPI::sum(1024. * static_cast<double>(usage.ru_maxrss), mesh.communicator())}};
  s["pressure"] = {{"max_pa", flow.max_pressure},
                   {"at_needle_pa", nullptr},
                   {"closure_error_fraction", flow.closure},
                   {"newton_steps", flow.newton_steps},
                   {"linear_iterations", flow.linear_iterations},
                   {"open_vessels_least_fraction", flow.least_open}};
  s["linear_residual"] = counts.linear_residual;
  s["limiter"] = {{"refused_fraction", counts.proposed > 0 ? counts.refused / counts.proposed : 0.},
                  {"largest_refused_of_drug_in_mesh_fraction", counts.largest_refused_share}};
  s["drug"] = {{"name", c.drug.name}, {"molar_mass_kg_per_mol", c.drug.molar_mass.value}};
  s["model"] = {{"mode", setup.deposits.empty() ? Json() : Json("deposit")},
                {"mode_chosen_by", setup.deposits.empty() ? Json() : Json("the case")},
                {"binding", "not included"},
                {"comparator", "not included"},
                {"flow", "steady; the deposit's own fluid is not followed"},
                {"collapse", "on, floor 0.05, width 10 mmHg"},
                {"far_field", c.far_field.kind == FarFieldInput::Kind::equilibrium ? "equilibrium"
                              : c.far_field.kind == FarFieldInput::Kind::sealed    ? "sealed"
                                                                                   : "pressure"}};
  result.series = loop.series();
  return result;
}

}  // namespace intratumor
