#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/checkpoints.h"
#include "simulation/time_loop.h"

namespace intratumor {

/// A mesh and what is asked of it alone.
struct Ground {
  Octree octree;
  /// For every distribution over a region; null of what has no tissue, empty until asked.
  std::vector<std::unique_ptr<RegionSamples>> samples;
  // With the samples:
  std::vector<double> distance_from_target;  ///< m, of owned nodes, negative inside
  double target_cell_size = 0;  ///< edge of the cells that resolve the target, mean over its volume, m
};

/// Everything that one scheme's computation holds: mesh, flow, and the course in time.
struct Solution {
  std::shared_ptr<Ground> ground;
  std::unique_ptr<FieldWriter> fields;
  std::unique_ptr<FlowStates> flow;
  std::vector<ShapeShare> shares;  ///< one per deposit
  std::unique_ptr<TimeLoop> loop;
};

struct Reuse;

struct SolveOptions {
  OctreeRequest mesh;
  std::string field_folder;  ///< for fields.h5; empty: none
  bool stop_at_coarse_cells = false;
  Reuse* reuse = nullptr;              ///< what earlier cases left; null: nothing, and nothing is left
  Checkpoints* checkpoints = nullptr;  ///< null: none
  bool without_course = false;         ///< only what solve_again needs
};

/// Meshes, solves the flow and runs the time loop. The setup must outlive the solution. Empty when drug
/// reached coarse cells and the options ask to stop there; `reached` then says when (s). Throws InputError
/// for an injection that the mesh does not resolve, ComputationError.
std::unique_ptr<Solution> solve(const Case& c, const Setup& setup, const SolveOptions& options, MPI_Comm comm,
                                Reporter& reporter, Stopwatch& phases, double& reached);

/// Takes a solution's course in time away and computes that of another setup without needles on the same mesh
/// and in the same background flow. The case and the setup must outlive the solution.
void solve_again(Solution& solution, const Case& c, const Setup& by_vein, Reporter& reporter,
                 Checkpoints* checkpoints = nullptr);

}  // namespace intratumor
