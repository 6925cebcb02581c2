#include "simulation/simulate.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "quantities/error.h"
#include "quantities/units.h"
#include "simulation/summary_of_run.h"
#include "simulation/time_loop.h"

namespace intratumor {

namespace {

constexpr int max_repeats = 2;  // with a larger reach
constexpr double reach_growth = 2.;
constexpr double fluid_closure_limit = 1e-8;
constexpr double fraction_in_target_wanted = 0.9;
constexpr double overlap_accepted = 0.02;

FarField far_field(const Case& c) {
  FarField f;
  f.value = c.far_field.pressure;
  if (c.far_field.kind == FarFieldInput::Kind::value) f.kind = FarField::Kind::value;
  if (c.far_field.kind == FarFieldInput::Kind::sealed) f.kind = FarField::Kind::sealed;
  return f;
}

void describe_mesh(const Case& c, const Octree& octree, const Setup& setup, FieldWriter& fields) {
  const TissueMesh& mesh = *octree.mesh;
  FieldMesh out;
  out.global_nodes = mesh.dofs().n_dofs();
  const auto& owned = mesh.dofs().locally_owned_dofs();
  out.first_node = owned.n_elements() > 0 ? *owned.begin() : 0;
  out.frame = c.geometry.space;
  const auto sign = signs_to_ras(c.geometry.space);
  for (const Point& p : mesh.node_positions()) {
    const Vector3 world = world_point(setup.image, p);
    for (int a = 0; a < 3; ++a) out.coordinates_mm.push_back(1e3 * sign[a] * world[a]);
  }
  constexpr std::array<int, 8> vtk = {0, 1, 3, 2, 4, 5, 7, 6};
  std::vector<dealii::types::global_dof_index> indices(8);
  std::vector<float> region, target;
  mesh.for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    cell->get_dof_indices(indices);
    for (const int v : vtk) out.cells.push_back(indices[v]);
    int largest = 0;
    for (int r = 1; r < mesh.n_regions(); ++r)
      if (mesh.cell_fraction(index, r) > mesh.cell_fraction(index, largest)) largest = r;
    region.push_back(static_cast<float>(largest));
    target.push_back(static_cast<float>(mesh.cell_fraction(index, setup.target)));
  });
  fields.mesh(out, {{"region", region}, {"target_fraction", target}});
}

/// A ball that falls between the points that sample it would lose its dose.
void check_resolved(const Case& c, const TissueMesh& mesh, const Deposit& d, const BallShare& share) {
  const double volume = 4. / 3. * std::acos(-1.) * std::pow(d.ball.radius, 3);
  if (std::abs(share.volume / volume - 1.) < 0.1 && share.accessible_volume > 0) return;
  char text[300];
  std::snprintf(
      text, sizeof text,
      "%s: scheme: a deposit of radius %.3g mm is too small for cells of %.3g mm; inject more, or give "
      "numerics.h_min a smaller value",
      c.path.c_str(), 1e3 * d.ball.radius, 1e3 * mesh.smallest_cell());
  throw InputError(text);
}

void warn_about_deposit(const Result& result, Reporter& reporter) {
  const auto& inside = result.summary["deposit"]["fraction_in_target"];
  if (inside.is_number() && inside.get<double>() < fraction_in_target_wanted) {
    char text[160];
    std::snprintf(text, sizeof text, "only %.0f%% of the deposited drug starts inside the target",
                  100 * inside.get<double>());
    reporter.warn(text);
  }
  const auto& overlap = result.summary["deposit"]["overlap_fraction"];
  if (overlap.is_number() && overlap.get<double>() > overlap_accepted) {
    char text[200];
    std::snprintf(
        text, sizeof text,
        "deposits given at the same time overlap in %.0f%% of their volume; concentrations add up there, "
        "where fluid would have spread farther",
        100 * overlap.get<double>());
    reporter.warn(text);
  }
}

}  // namespace

Result simulate(const Case& c, MPI_Comm comm, Reporter& reporter, const std::string& field_folder) {
  Stopwatch phases;
  Setup setup;
  {
    const auto timed = phases.measure("image");
    setup = prepare(c, reporter);
  }
  double reach_factor = 1;
  for (int repeat = 0;; ++repeat) {
    Octree octree;
    {
      const auto timed = phases.measure("mesh");
      octree = make_octree(mesh_request(c, setup, reach_factor), comm);
    }
    const TissueMesh& mesh = *octree.mesh;
    char text[200];
    std::snprintf(text, sizeof text, "mesh: %llu cells, %llu nodes, finest %.3g mm; target %.3f mL",
                  static_cast<unsigned long long>(mesh.triangulation().n_global_active_cells()),
                  static_cast<unsigned long long>(mesh.dofs().n_dofs()), 1e3 * mesh.smallest_cell(),
                  1e6 * mesh.region_volume(setup.target));
    reporter.info(text);

    FlowProblem problem;
    FlowState flow;
    {
      const auto timed = phases.measure("flow");
      problem.mesh = &mesh;
      problem.tissues = setup.tissues;
      problem.far_field = far_field(c);
      problem.cell_conductivity = cell_conductivity(mesh, setup.tissues);
      flow = solve_flow(problem);
    }
    if (flow.closure > fluid_closure_limit)
      throw ComputationError("pressure: the fluid ledger does not close (" + scientific(flow.closure) +
                             " of the fluid that moves)");
    std::snprintf(text, sizeof text, "flow: pressure up to %.0f Pa (%.1f mmHg)", flow.max_pressure,
                  flow.max_pressure / 133.322);
    reporter.info(text);

    TissueOperator op;
    std::vector<BallShare> shares;
    {
      const auto timed = phases.measure("operator");
      op = make_operator(mesh, setup.tissues, cell_coefficients(mesh, setup.tissues),
                         problem.cell_conductivity, flow, problem.collapse, make_accounts(setup.body));
      for (const Deposit& d : setup.deposits) {
        shares.push_back(ball_share(mesh, setup.tissues, d.ball));
        check_resolved(c, mesh, d, shares.back());
      }
    }
    std::unique_ptr<FieldWriter> fields;
    if (!field_folder.empty() && !c.field_times.empty()) {
      fields = std::make_unique<FieldWriter>(comm, field_folder);
      describe_mesh(c, octree, setup, *fields);
    }
    TimeLoop loop(
        {&c, &setup, &mesh, &op, shares, &reporter, fields.get(), &flow.pressure, repeat < max_repeats});
    bool finished = false;
    {
      const auto timed = phases.measure("time_loop");
      finished = loop.run();
    }
    if (!finished) {
      reach_factor *= reach_growth;
      reporter.info("drug spread beyond the finely meshed region after " +
                    readable_time(loop.counts().reached_coarse_cells) + "; starting again with a larger one");
      continue;
    }
    if (loop.counts().reached_coarse_cells >= 0)
      reporter.warn("drug spread beyond the finely meshed region after " +
                    readable_time(loop.counts().reached_coarse_cells) +
                    "; the far part of its distribution is resolved by coarser cells");
    if (fields != nullptr) fields->close();
    phases.add(loop.stepper().phases());
    Result result;
    {
      const auto timed = phases.measure("metrics");
      result = summary_of_run(c, setup, octree, flow, loop, shares, phases);
    }
    warn_about_deposit(result, reporter);
    return result;
  }
}

}  // namespace intratumor
