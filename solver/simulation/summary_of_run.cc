#include "simulation/summary_of_run.h"

#include <sys/resource.h>

#include <algorithm>

#include "simulation/metrics.h"
#include "simulation/region_counts.h"

namespace intratumor {

namespace {

using Json = nlohmann::ordered_json;

const char* mode_name(InjectionMode mode) {
  return mode == InjectionMode::infusion ? "infusion" : "deposit";
}

/// How often a needle goes in: each for each of its times, but once where it is pulled back along one track.
std::size_t needle_passes(const Case& c) {
  std::size_t passes = 0;
  const NeedleInjection* before = nullptr;
  for (const NeedleInjection& needle : c.needles) {
    const bool on_track = needle.tip.anchor == TipPosition::Anchor::track;
    const bool same_track = on_track && before != nullptr && before->tip.anchor == needle.tip.anchor &&
                            before->tip.offset == needle.tip.offset &&
                            before->direction == needle.direction && before->entry == needle.entry;
    before = &needle;
    if (same_track) continue;
    passes += static_cast<std::size_t>(
        std::count_if(needle.times.begin(), needle.times.end(), [&c](double t) { return t < c.until; }));
  }
  return passes;
}

const char* far_field_name(const FarFieldInput& far_field) {
  if (far_field.kind == FarFieldInput::Kind::equilibrium) return "equilibrium";
  return far_field.kind == FarFieldInput::Kind::sealed ? "sealed" : "pressure";
}

/// What holds the drug in these tissues.
std::string binding_text(const Case& c, const Setup& setup) {
  const bool uptake = std::any_of(setup.tissues.begin(), setup.tissues.end(),
                                  [](const TissueCoefficients& t) { return t.uptake > 0; });
  std::string text;
  const auto add = [&text](bool acts, const std::string& what) {
    if (acts) text += (text.empty() ? "" : ", ") + what;
  };
  add(setup.binds_target(), c.drug.binding.target.empty() ? "target" : "target " + c.drug.binding.target);
  add(setup.binds_matrix(), "matrix");
  add(uptake, "uptake into cells");
  return text.empty() ? "none" : text;
}

/// What was modelled, and who chose it.
Json model_json(const Case& c, const Setup& setup) {
  Json model;
  model["mode"] = nullptr;
  model["mode_chosen_by"] = nullptr;
  model["entries"] = Json::array();
  for (std::size_t k = 0; k < setup.modes.size(); ++k) {
    const ModeChoice& choice = setup.modes[k];
    const Json mode = mode_name(choice.mode), by = choice.by_case ? "the case" : "auto";
    model["mode"] = k == 0 || model["mode"] == mode ? mode : Json("mixed");
    model["mode_chosen_by"] = k == 0 || model["mode_chosen_by"] == by ? by : Json("mixed");
    model["entries"].push_back(
        {{"needle", c.needles[k].needle},
         {"mode", mode},
         {"why", choice.why()},
         {"expected_pressure_pa", choice.expected_pressure > 0 ? Json(choice.expected_pressure) : Json()},
         {"opening_pressure_pa", choice.opening_pressure > 0 ? Json(choice.opening_pressure) : Json()},
         {"above_opening_pressure", choice.above_opening_pressure()}});
  }
  model["accuracy"] = c.accuracy;
  model["binding"] = binding_text(c, setup);
  model["comparator"] = c.comparator ? "intravenous" : "none";
  model["flow"] = setup.infusions.empty() ? "steady; the deposit's own fluid is not followed"
                                          : "steady between changes of the schedule";
  char collapse[80];
  std::snprintf(collapse, sizeof collapse, "on, floor %.3g, width %.3g mmHg", setup.collapse.floor,
                setup.collapse.width / 133.322);
  model["collapse"] = setup.collapse.on ? collapse : "off";
  model["far_field"] = far_field_name(c.far_field);
  for (const auto& [face, far_field] : c.faces) model["far_field_of_faces"][face] = far_field_name(far_field);
  return model;
}

const char* class_name(RegionClass c) {
  if (c == RegionClass::outside) return "outside";
  if (c == RegionClass::vessel) return "vessel";
  return c == RegionClass::cavity ? "cavity" : "tissue";
}

Json regions_json(const Setup& setup, const TissueMesh& mesh, const std::vector<Wall>& walls) {
  const std::vector<std::uint64_t> cells = cells_of_regions(mesh);
  Json regions = Json::array();
  for (std::size_t r = 0; r < setup.regions.size(); ++r) {
    const int region = static_cast<int>(r);
    const std::size_t voxels = setup.segmentation.region_voxels[r];
    regions.push_back({{"name", setup.regions[r]},
                       {"tissue", setup.tissues[r].tissue},
                       {"class", class_name(setup.tissues[r].region_class)},
                       {"volume_m3", mesh.region_volume(region)},
                       {"voxels", voxels},
                       {"cells", cells[r]},
                       {"few_voxels_or_cells", is_coarse(voxels, cells[r])},
                       {"wall_area_m2", nullptr}});
    for (const Wall& wall : walls)
      if (wall.region == region) regions.back()["wall_area_m2"] = wall.area;
  }
  return regions;
}

Json time_json(const TimeLoop& loop) {
  const TimeLoop::Counts& counts = loop.counts();
  return {{"steps", counts.steps},
          {"rejected_steps", counts.rejected},
          {"wall_s", 0.},
          {"factorisations", loop.stepper().factorisations()},
          {"low_order_iterations", counts.low_iterations},
          {"stage_iterations", counts.stage_iterations},
          {"newton_iterations", counts.newton_iterations},
          {"error_estimate_fraction", counts.temporal_error}};
}

Json memory_json(MPI_Comm comm) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {{"peak_over_all_ranks_bytes",
           dealii::Utilities::MPI::sum(1024. * static_cast<double>(usage.ru_maxrss), comm)}};
}

Json pressure_json(const FlowStates::Extremes& flow, bool infused) {
  return {{"max_pa", flow.max_pressure},
          {"at_needle_pa", infused ? Json(flow.needle_pressure) : Json()},
          {"closure_error_fraction", flow.closure},
          {"states", flow.states},
          {"newton_steps", flow.newton_steps},
          {"linear_iterations", flow.linear_iterations},
          {"open_vessels_least_fraction", flow.least_open},
          {"holes_of_one_needle_error_fraction", flow.manifold_error}};
}

Json fluid_json(const TimeLoop::Fluid& fluid) {
  return {{"injected_m3", fluid.injected},
          {"filtered_m3", fluid.filtered},
          {"lymph_m3", fluid.lymph},
          {"outflow_m3", fluid.outflow},
          {"through_vessel_walls_m3", fluid.through_walls},
          {"leak_m3", fluid.leak}};
}

}  // namespace

Result summary_of_run(const Case& c, const Solution& solution) {
  const TimeLoop& loop = *solution.loop;
  const Setup& setup = loop.setup();
  Result result;
  const TissueMesh& mesh = loop.mesh();
  const TimeLoop::Counts& counts = loop.counts();
  Json& s = result.summary;
  s["status"] = "done";
  s["title"] = c.title;
  s["dose_mol"] = setup.given_intratumoral + setup.given_intravenous;
  s["dose_intratumoral_mol"] = setup.given_intratumoral;
  s["needle_passes"] = needle_passes(c);
  const VolumeDistribution auc = auc_in_target(solution);
  s["tumour"] = tumour_metrics(c, solution, auc);
  s["off_target"] = off_target_metrics(c, solution);
  s["plasma"] = plasma_metrics(c, loop);
  s["therapeutic_index"] = therapeutic_index(s);
  s["targeting_advantage"] = nullptr;
  s["leak_fraction"] = loop.ledger().leak;
  s["ledger"] = ledger_json(loop);
  s["min_concentration"] = counts.lowest_concentration;
  s["c_ref"] = setup.reference_concentration;
  s["deposit"] = deposit_metrics(c, solution);
  s["mesh"] = {{"cells", mesh.triangulation().n_global_active_cells()},
               {"dofs", mesh.dofs().n_dofs()},
               {"h_min_m", mesh.smallest_cell()},
               {"front_in_coarse_cells_s",
                counts.reached_coarse_cells < 0 ? Json() : Json(counts.reached_coarse_cells)}};
  s["regions"] = regions_json(setup, mesh, solution.flow->walls());
  s["time"] = time_json(loop);
  s["memory"] = memory_json(mesh.communicator());
  s["pressure"] = pressure_json(solution.flow->extremes(), !setup.infusions.empty());
  s["fluid"] = fluid_json(loop.fluid());
  s["linear_residual"] = counts.linear_residual;
  s["limiter"] = {{"refused_fraction", counts.proposed > 0 ? counts.refused / counts.proposed : 0.},
                  {"largest_refused_of_drug_in_mesh_fraction", counts.largest_refused_share}};
  s["drug"] = {{"name", c.drug.name}, {"molar_mass_kg_per_mol", nullptr}};
  if (c.drug.molar_mass.given()) s["drug"]["molar_mass_kg_per_mol"] = c.drug.molar_mass.value;
  s["model"] = model_json(c, setup);
  result.tables["series"] = loop.series();
  result.tables["exposure_volume"] = exposure_volume_histogram(solution, auc);
  distance_profiles(solution, result.tables);
  return result;
}

}  // namespace intratumor
