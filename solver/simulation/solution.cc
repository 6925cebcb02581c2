#include "simulation/solution.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "images/surface_distance.h"
#include "quantities/error.h"
#include "simulation/mesh_request.h"
#include "simulation/region_counts.h"
#include "simulation/reuse.h"

namespace intratumor {

namespace {

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

/// A shape that falls between the points that sample it would lose its dose.
void check_resolved(const Case& c, const TissueMesh& mesh, const Deposit& d, const ShapeShare& share) {
  if (std::abs(share.volume / d.shape.volume() - 1.) < 0.1 && share.accessible_volume > 0) return;
  char text[300];
  std::snprintf(
      text, sizeof text,
      "%s: scheme.%zu: a deposit %.3g mm wide is too small for cells of %.3g mm; inject more, or give "
      "numerics.h_min a smaller value",
      c.path.c_str(), d.entry, 1e3 * d.shape.width(), 1e3 * mesh.smallest_cell());
  throw InputError(text);
}

/// The mesh that the last case left, or a new one.
std::shared_ptr<Ground> ground_for(const OctreeRequest& request, const std::string& key, Reuse* reuse,
                                   MPI_Comm comm) {
  std::shared_ptr<Ground> ground = reuse != nullptr ? reuse->ground.find(key) : nullptr;
  if (ground != nullptr) return ground;
  if (reuse != nullptr) {
    reuse->flow.keep("", nullptr);
    reuse->ground.keep("", nullptr);
  }
  ground = std::make_shared<Ground>();
  ground->octree = make_octree(request, comm);
  if (reuse != nullptr) reuse->ground.keep(key, ground);
  return ground;
}

/// False when drug reached coarse cells and the options ask to stop there.
bool run_course(const Case& c, const Setup& setup, const SolveOptions& options, MPI_Comm comm,
                Reporter& reporter, Stopwatch& phases, Solution& solution, double& reached) {
  const Octree& octree = solution.ground->octree;
  if (!options.field_folder.empty() && !c.field_times.empty()) {
    solution.fields = std::make_unique<FieldWriter>(comm, options.field_folder);
    describe_mesh(c, octree, setup, *solution.fields);
  }
  std::optional<CourseState> begin;
  if (options.checkpoints != nullptr)
    begin = options.checkpoints->attach(octree, *solution.flow, solution.fields.get());
  TimeLoop::Inputs inputs{&c,
                          &setup,
                          octree.mesh.get(),
                          solution.flow.get(),
                          solution.shares,
                          &reporter,
                          solution.fields.get(),
                          options.stop_at_coarse_cells,
                          options.checkpoints};
  solution.loop = std::make_unique<TimeLoop>(inputs, begin ? &*begin : nullptr);
  begin.reset();
  bool finished = false;
  {
    const auto timed = phases.measure("time_loop");
    finished = solution.loop->run();
  }
  phases.add(solution.loop->stepper().phases());
  reached = solution.loop->counts().reached_coarse_cells;
  if (finished && solution.fields != nullptr) solution.fields->close();
  return finished;
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

/// What distributions of drug in space are asked of. Where the target's border runs through a cell, its
/// samples know on which side they lie; those of other tissues take the cell's share.
void sample(const Setup& setup, Ground& ground) {
  const Octree& octree = ground.octree;
  const TissueMesh& mesh = *octree.mesh;
  const std::vector<char> has_tissue = setup.has_tissue();
  ground.samples.resize(setup.regions.size());
  for (std::size_t r = 0; r < setup.regions.size(); ++r) {
    const int region = static_cast<int>(r);
    if (region == setup.target)
      ground.samples[r] = std::make_unique<RegionSamples>(
          mesh, region,
          [&octree](const Point& lower, const Point& upper) { return octree.target_overlap(lower, upper); });
    else if (has_tissue[r])
      ground.samples[r] = std::make_unique<RegionSamples>(mesh, region, nullptr, 2);
  }
  const SurfaceDistance distance(setup.image, setup.values[setup.target]);
  for (const Point& p : mesh.node_positions())
    ground.distance_from_target.push_back(distance({p[0], p[1], p[2]}));
  ground.target_cell_size = mean_cell_size(mesh, setup.target);
}

}  // namespace

std::unique_ptr<Solution> solve(const Case& c, const Setup& setup, const SolveOptions& options, MPI_Comm comm,
                                Reporter& reporter, Stopwatch& phases, double& reached) {
  auto solution = std::make_unique<Solution>();
  Reuse* const reuse = options.reuse;
  const std::string mesh_is = reuse != nullptr ? mesh_key(reuse->image.key(), options.mesh) : "";
  const std::string flow_is = reuse != nullptr ? flow_key(c, mesh_is) : "";
  {
    const auto timed = phases.measure("mesh");
    solution->ground = ground_for(options.mesh, mesh_is, reuse, comm);
  }
  Ground& ground = *solution->ground;
  const Octree& octree = ground.octree;
  const TissueMesh& mesh = *octree.mesh;
  char text[200];
  std::snprintf(text, sizeof text, "mesh: %llu cells, %llu nodes, finest %.3g mm; target %.3f mL",
                static_cast<unsigned long long>(mesh.triangulation().n_global_active_cells()),
                static_cast<unsigned long long>(mesh.dofs().n_dofs()), 1e3 * mesh.smallest_cell(),
                1e6 * mesh.region_volume(setup.target));
  reporter.info(text);
  for (const std::string& line : smaller_cells_text(c, setup)) reporter.info(line);
  warn_of_few_cells(setup, mesh, reporter);

  solution->flow = std::make_unique<FlowStates>(
      c, setup, mesh, reporter, phases,
      [&octree](int region, const Point& lower, const Point& upper) {
        return octree.region_overlap(region, lower, upper);
      },
      reuse != nullptr ? reuse->flow.find(flow_is) : nullptr);
  if (reuse != nullptr) reuse->flow.keep(flow_is, solution->flow->ground());
  {
    const auto timed = phases.measure("operator");
    for (const Deposit& d : setup.deposits) {
      solution->shares.push_back(shape_share(mesh, setup.tissues, d.shape));
      check_resolved(c, mesh, d, solution->shares.back());
    }
  }
  if (!options.without_course && !run_course(c, setup, options, comm, reporter, phases, *solution, reached))
    return nullptr;
  const auto timed = phases.measure("metrics");
  if (ground.samples.empty()) sample(setup, ground);
  return solution;
}

void solve_again(Solution& solution, const Case& c, const Setup& by_vein, Reporter& reporter,
                 Checkpoints* checkpoints) {
  solution.loop.reset();  // before another takes as much memory
  solution.fields.reset();
  solution.shares.clear();
  const Octree& octree = solution.ground->octree;
  std::optional<CourseState> begin;
  if (checkpoints != nullptr) begin = checkpoints->attach(octree, *solution.flow, nullptr);
  TimeLoop::Inputs inputs{&c,      &by_vein, octree.mesh.get(), solution.flow.get(), {}, &reporter,
                          nullptr, false,    checkpoints};
  solution.loop = std::make_unique<TimeLoop>(inputs, begin ? &*begin : nullptr);
  solution.loop->run();
}

}  // namespace intratumor
