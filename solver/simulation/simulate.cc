#include "simulation/simulate.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "output/summary.h"
#include "simulation/maps_of_run.h"
#include "simulation/mesh_request.h"
#include "simulation/metrics.h"
#include "simulation/reuse.h"
#include "simulation/solution.h"
#include "simulation/summary_of_run.h"

namespace intratumor {

namespace {

constexpr int max_repeats = 2;  // with a larger reach
constexpr double reach_growth = 2.;
constexpr double overlap_accepted = 0.02;
constexpr double comparator_tolerance = 4e-2;  // its AUC within 0.3% of that at 1e-4

using Clock = std::chrono::steady_clock;

void warn_about_deposit(const Result& result, Reporter& reporter) {
  const auto share = [&result](const char* key) {
    return number_at(result.summary, std::string("deposit.") + key);
  };
  char text[240];
  // What nothing was deposited for is not a number, and not beyond any limit.
  const double inside = share("fraction_in_target");
  if (inside < share_in_target_wanted) {
    std::snprintf(text, sizeof text, "only %.0f%% of the deposited drug starts inside the target",
                  100 * inside);
    reporter.warn(text);
  }
  const double empty = share("without_tissue_fraction");
  if (empty > overlap_accepted) {
    std::snprintf(
        text, sizeof text,
        "%.0f%% of the deposit's volume lies where there is no tissue; its drug goes into the rest, "
        "more concentrated",
        100 * empty);
    reporter.warn(text);
  }
  const double overlap = share("overlap_fraction");
  if (overlap > overlap_accepted) {
    std::snprintf(
        text, sizeof text,
        "deposits given at the same time overlap in %.0f%% of their volume; concentrations add up there, "
        "where fluid would have spread farther",
        100 * overlap);
    reporter.warn(text);
  }
}

/// The same dose by vein, after which the solution is that one's. Drug that comes by blood changes slowly:
/// its AUC bears a larger error estimate for the steps.
nlohmann::ordered_json comparator(const Case& c, const Setup& setup, Solution& solution, Reporter& reporter,
                                  Reuse* reuse, Checkpoints* checkpoints) {
  const Clock::time_point start = Clock::now();
  const Setup by_vein = intravenous_comparator(c, setup);
  std::string key;
  if (reuse != nullptr) {
    key = comparator_key(c, by_vein, reuse->flow.key());
    const auto known = reuse->comparator.find(key);
    if (known != nullptr) return *known;
  }
  Case loose = c;
  loose.field_times.clear();
  loose.numerics.time_tolerance = std::max(c.numerics.time_tolerance, comparator_tolerance);
  reporter.info("the same dose by vein");
  solve_again(solution, loose, by_vein, reporter, checkpoints);
  nlohmann::ordered_json json;
  json["tumour"] = tumour_metrics(c, solution, auc_in_target(solution));
  json["plasma"] = plasma_metrics(c, *solution.loop);
  json["therapeutic_index"] = therapeutic_index(json);
  json["ledger"] = ledger_json(*solution.loop);
  json["mesh"] = {{"cells", solution.ground->octree.mesh->triangulation().n_global_active_cells()},
                  {"dofs", solution.ground->octree.mesh->dofs().n_dofs()}};
  const TimeLoop::Counts& counts = solution.loop->counts();
  json["time"] = {{"steps", counts.steps},
                  {"rejected_steps", counts.rejected},
                  {"low_order_iterations", counts.low_iterations},
                  {"stage_iterations", counts.stage_iterations},
                  {"wall_s", std::chrono::duration<double>(Clock::now() - start).count()}};
  solution.loop.reset();  // it refers to what ends here
  if (reuse != nullptr) reuse->comparator.keep(key, std::make_shared<nlohmann::ordered_json>(json));
  return json;
}

}  // namespace

Result simulate(const Case& c, MPI_Comm comm, Reporter& reporter, const std::string& folder, Reuse* reuse,
                Checkpoints* checkpoints) {
  Stopwatch phases;
  Setup setup;
  {
    const auto timed = phases.measure("image");
    setup = prepare(c, reporter, reuse != nullptr ? &reuse->image : nullptr);
  }
  Result result;
  std::unique_ptr<Solution> solution;
  RunPosition at;
  if (checkpoints != nullptr) at = checkpoints->position();
  for (;; ++at.repeat) {
    if (at.repeat > 0) reuse = nullptr;  // the mesh that others share is kept for them
    if (checkpoints != nullptr && !at.by_vein) checkpoints->enter(at);
    double reached = -1;
    SolveOptions options{mesh_request(c, setup, at.reach_factor), folder, at.repeat < max_repeats, reuse};
    options.checkpoints = checkpoints;
    options.without_course = at.by_vein;
    solution = solve(c, setup, options, comm, reporter, phases, reached);
    if (at.by_vein) {
      result = checkpoints->main_result();
      break;
    }
    if (solution == nullptr) {
      at.reach_factor *= reach_growth;
      reporter.info("drug spread beyond the finely meshed region after " + readable_time(reached) +
                    "; starting again with a larger one");
      continue;
    }
    if (reached >= 0)
      reporter.warn("drug spread beyond the finely meshed region after " + readable_time(reached) +
                    "; the far part of its distribution is resolved by coarser cells");
    const auto timed = phases.measure("metrics");
    result = summary_of_run(c, *solution);
    if (!folder.empty() && !c.maps.empty()) {
      const Octree& octree = solution->ground->octree;
      write_maps(c.maps, folder, octree, setup.image, solution->loop->exposure(),
                 [&setup](int i, int j, int k) { return setup.is_tissue(i, j, k); });
      write_region_map(folder, octree, setup.image, setup.regions.size(),
                       [&setup](int i, int j, int k) { return setup.region_of_voxel(i, j, k); });
    }
    break;
  }
  warn_about_deposit(result, reporter);
  if (c.comparator && setup.given_intratumoral > 0) {
    const auto timed = phases.measure("comparator");
    if (checkpoints != nullptr) checkpoints->enter_comparator(result);
    result.summary["comparator"] = comparator(c, setup, *solution, reporter, reuse, checkpoints);
    const double index = number_at(result.summary, "therapeutic_index");
    const double by_vein = number_at(result.summary, "comparator.therapeutic_index");
    if (by_vein > 0) result.summary["targeting_advantage"] = index / by_vein;
  }
  auto& in_phases = result.summary["time"]["phases"];
  // What an earlier case has left took no time.
  for (const char* phase : {"image", "mesh", "flow", "operator", "time_loop", "metrics"})
    in_phases[std::string(phase) + "_s"] = 0.;
  for (const auto& [phase, seconds] : phases.seconds()) in_phases[phase + "_s"] = seconds;
  return result;
}

}  // namespace intratumor
