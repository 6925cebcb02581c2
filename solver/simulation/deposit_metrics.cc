#include <algorithm>
#include <cmath>

#include "simulation/metrics.h"

namespace intratumor {

namespace {

using Json = nlohmann::ordered_json;

/// Volume that deposits of one time share, over the sum of their volumes: 1 - union/sum, by points in the
/// cells.
double overlap_of_deposits(const Setup& setup, const Octree& octree) {
  double together = 0, apart = 0;
  std::vector<char> counted(setup.deposits.size(), 0);
  for (std::size_t k = 0; k < setup.deposits.size(); ++k) {
    if (counted[k]) continue;
    std::vector<const Shape*> shapes;
    for (std::size_t other = k; other < setup.deposits.size(); ++other)
      if (setup.deposits[other].times == setup.deposits[k].times) {
        counted[other] = 1;
        shapes.push_back(&setup.deposits[other].shape);
      }
    if (shapes.size() < 2) continue;
    octree.mesh->for_each_cell([&](const TissueMesh::Cell& cell, int) {
      constexpr int n = 4;
      const Point lower = cell->vertex(0), upper = cell->vertex(7);
      if (std::none_of(shapes.begin(), shapes.end(),
                       [&](const Shape* shape) { return shape->may_touch(lower, upper); }))
        return;
      const double part = cell->measure() / (n * n * n);
      for (int s = 0; s < n * n * n; ++s) {
        const int step[3] = {s % n, s / n % n, s / (n * n)};
        Point at;
        for (int a = 0; a < 3; ++a) at[a] = lower[a] + (upper[a] - lower[a]) * (step[a] + 0.5) / n;
        int inside = 0;
        for (const Shape* shape : shapes) inside += shape->contains(at) ? 1 : 0;
        apart += inside * part;
        together += (inside > 0 ? 1 : 0) * part;
      }
    });
  }
  const MPI_Comm comm = octree.mesh->communicator();
  together = dealii::Utilities::MPI::sum(together, comm);
  apart = dealii::Utilities::MPI::sum(apart, comm);
  return apart > 0 ? 1. - together / apart : 0.;
}

/// Share of the target's volume inside the deposits when each has `ratio` times the volume injected.
double geometric_coverage(const Setup& setup, const Solution& solution, double ratio, double ratio_used) {
  std::vector<Shape> shapes;
  for (const Deposit& d : setup.deposits) shapes.push_back(d.shape.scaled(ratio / ratio_used));
  std::vector<double> depth;  // inside the nearest surface, m
  for (const Point& p : solution.ground->octree.mesh->node_positions()) {
    double deepest = -1;
    for (const Shape& shape : shapes) deepest = std::max(deepest, -shape.distance(p));
    depth.push_back(deepest);
  }
  return solution.ground->samples[setup.target]->share_at_least(depth, 0.);
}

const char* shape_name(const Case& c) {
  switch (c.deposit ? c.deposit->shape : DepositInput::Shape::sphere) {
    case DepositInput::Shape::sphere:
      return "sphere";
    case DepositInput::Shape::ellipsoid:
      return "ellipsoid";
    case DepositInput::Shape::line:
      return "line";
    case DepositInput::Shape::mask:
      return "mask";
  }
  return "";
}

}  // namespace

Json deposit_metrics(const Case& c, const Solution& solution) {
  const Octree& octree = solution.ground->octree;
  const Setup& setup = solution.loop->setup();
  const std::vector<ShapeShare>& shares = solution.shares;
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
  double meshed = 0, empty = 0;
  for (const ShapeShare& share : shares) {
    meshed += share.volume;
    empty += share.empty_volume;
  }
  deposit["without_tissue_fraction"] = empty / meshed;
  deposit["count"] = setup.deposits.size();
  const Shape& shape = setup.deposits.front().shape;
  deposit["shape"] = shape_name(c);
  deposit["width_m"] = shape.width();
  double volume = 0;
  for (const Deposit& d : setup.deposits) volume += d.shape.volume();
  deposit["volume_m3"] = volume;
  if (!shape.convex()) return deposit;  // a mask is as large as it was drawn
  // The ratio decides the headline: what the target would hold if the fluid opened all its own space (ratio
  // 1), and if it filled every pore (1/phi_f).
  const double full = 1. / setup.tissues[setup.target].fluid_fraction;
  const double used = c.deposit ? c.deposit->volume_ratio : full;
  deposit["volume_ratio"] = used;
  deposit["geometric_coverage"] = {
      {"own_space_fraction", geometric_coverage(setup, solution, 1., used)},
      {"full_percolation_fraction", geometric_coverage(setup, solution, full, used)}};
  return deposit;
}

}  // namespace intratumor
