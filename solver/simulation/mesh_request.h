#pragma once

#include "injection/case.h"
#include "mesh/octree.h"
#include "simulation/setup.h"

namespace intratumor {

/// How often cells of h_min are halved at most, round holes.
constexpr int most_halvings = 3;

/// What the mesh must resolve; `reach_factor` widens the predicted reach of the injections. Cells of h_min at
/// the target's border and wherever the needles' drug may get; smaller ones
/// - round a hole, where the drug that it infuses leaves within few cells,
/// - at the edges of deposits within the target, where cells of h_min would shift the coverage by more than
///   numerics.coverage_tolerance of the target's volume (edge_cells), and
/// - at the target's border within deposits, where drug that crosses it leaves within such a cell
///   (border_halved).
OctreeRequest mesh_request(const Case& c, const Setup& setup, double reach_factor);

/// m^2 of the surface of a shape that lie in the target, within a sixth.
double edge_in_target(const Setup& setup, const Shape& shape);

/// Share of a shape's volume that lies in the target, within about a hundredth.
double share_in_target(const Setup& setup, const Shape& shape);
/// Of a deposit's drug; where less starts in the target, that is told.
constexpr double share_in_target_wanted = 0.9;

/// Cells at the edges of deposits within the target, and how much too large a share of it they are expected
/// to cover.
struct EdgeCells {
  bool halved = false;      ///< below h_min, once
  double error = 0;         ///< with cells of h_min: of the target's volume, 1
  double error_halved = 0;  ///< with cells of half of that
};

/// Halved where h_min would exceed numerics.coverage_tolerance. In cells of h an edge is smeared over a cell,
/// and what a hundredth of c_inj covers ends (2/3) h too far out; less where diffusion spreads it over more
/// than a cell, by h/(h + 2 l) with l = sqrt(D/k_esc). Within a factor of 1.5 of what was measured where
/// deposits do not overlap, an upper bound where they do (DECISIONS.md).
EdgeCells edge_cells(const Case& c, const Setup& setup, const std::vector<Deposit>& deposits);

/// Whether cells at the target's border are halved within deposits: they are longer than 2 sqrt(D/k_esc), so
/// that what diffuses from tissue that keeps its drug into tissue whose vessels take it would be smeared over
/// more than the layer in which it does. Not where numerics.coverage_tolerance is 1, which asks for cells of
/// one size.
bool border_halved(const Case& c, const Setup& setup);

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
