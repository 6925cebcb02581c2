#pragma once

#include "injection/case.h"
#include "mesh/octree.h"
#include "simulation/setup.h"

namespace intratumor {

/// How often cells of h_min are halved at most where smaller ones are wanted.
constexpr int most_halvings = 3;

/// What the mesh must resolve; `reach_factor` widens the predicted reach of the injections. Cells of h_min at
/// the target's border and wherever the needles' drug may get; smaller ones
/// - round a hole, where the drug that it infuses leaves within few cells, and
/// - at the edges of deposits within the target, where cells of h_min would shift the coverage by more than
///   numerics.coverage_tolerance of the target's volume (edge_cells).
OctreeRequest mesh_request(const Case& c, const Setup& setup, double reach_factor);

/// Cells at the edges of deposits within the target.
struct EdgeCells {
  int halvings = 0;           ///< below h_min
  double h = 0;               ///< m
  double expected_error = 0;  ///< of the coverage, were they h_min: of the target's volume, 1
};

/// As small as numerics.coverage_tolerance asks for. In cells of h an edge is smeared over a cell, and what a
/// hundredth of c_inj covers ends (2/3) h too far out; less where diffusion spreads it over more than a cell,
/// by h/(h + 2 l) with l = sqrt(D/k_esc). Within a factor of 1.5 of what was measured (DECISIONS.md).
EdgeCells edge_cells(const Case& c, const Setup& setup, const std::vector<Deposit>& deposits);

/// Cells round the holes of an infusion: 2.5 within the radius that the drug reaches, if it can be.
struct HoleCells {
  int halvings = 0;  ///< below h_min
  double h = 0;      ///< m
  bool resolved = false;
};
HoleCells hole_cells(const Case& c, const Infusion& infusion);

/// A line for each kind of place where cells are smaller than h_min, and why.
std::vector<std::string> smaller_cells_text(const Case& c, const Setup& setup);

}  // namespace intratumor
