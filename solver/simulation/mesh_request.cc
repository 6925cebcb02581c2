#include "simulation/mesh_request.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "simulation/tip_place.h"

namespace intratumor {

namespace {

using Part = OctreeRequest::Reach::Part;

/// Cells within the radius that drug reaches from a hole, and how many such radii they fill.
constexpr double cells_round_hole = 2.5;
constexpr double radii_round_hole = 3;

/// How far drug gets by diffusion before it leaves, sqrt(D/k_esc) of the target; where it does not leave,
/// a third of sqrt(4 D t_end), so that three of it are the most that it can spread.
double spread(const TissueCoefficients& t, double until) {
  const double escape = t.escape();
  const double all = std::sqrt(4. * t.diffusivity * until) / 3;
  return escape > 0 ? std::min(std::sqrt(t.diffusivity / escape), all) : all;
}

void add_deposits(const Case& c, const Setup& setup, const std::vector<Deposit>& deposits, double beyond,
                  OctreeRequest& request) {
  const bool edges = edge_cells(c, setup, deposits).halved;
  const bool border = border_halved(c, setup);
  for (const Deposit& d : deposits) {
    request.fine.push_back({d.shape, beyond});
    if (edges) request.fine.push_back({d.shape, c.numerics.h_min / 2, 1, Part::surface});
    if (border)
      request.fine.push_back({d.shape, 2 * spread(setup.tissues[setup.target], c.until), 1, Part::border});
  }
}

void add_holes(const Case& c, const Setup& setup, const Infusion& infusion, double beyond,
               OctreeRequest& request) {
  const int halvings = hole_cells(c, infusion).halvings;
  // What a hole infuses fills the pores of a ball at most, before vessels take fluid up.
  const double pores = setup.tissues[setup.target].fluid_fraction;
  const double volume =
      infusion.rate * infusion.duration / static_cast<double>(infusion.holes.size()) / pores;
  const double radius = std::cbrt(3. * volume / (4. * std::acos(-1.)));
  for (const Ball& hole : infusion.holes) {
    request.fine.push_back({Ball{hole.centre, std::max(radius, hole.radius)}, beyond});
    if (halvings > 0)
      request.fine.push_back(
          {Ball{hole.centre, std::max(radii_round_hole * infusion.drug_radius, hole.radius)}, 0., halvings});
  }
}

}  // namespace

double edge_in_target(const Setup& setup, const Shape& shape) {
  constexpr int parts = 24;
  const dealii::Tensor<1, 3> size = shape.upper() - shape.lower();
  const double s = std::max({size[0], size[1], size[2]}) / parts;
  // One more cube on each side, so that all of the surface is between points.
  const auto point = [&](double i, double j, double k) {
    return Point(shape.lower() + dealii::Tensor<1, 3>({(i - 1) * s, (j - 1) * s, (k - 1) * s}));
  };
  constexpr int n = parts + 3;
  std::vector<char> inside;
  inside.reserve(n * n * n);
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) inside.push_back(shape.contains(point(i, j, k)) ? 1 : 0);
  int cut = 0;
  for (int k = 0; k + 1 < n; ++k)
    for (int j = 0; j + 1 < n; ++j)
      for (int i = 0; i + 1 < n; ++i) {
        int corners = 0;
        for (int corner = 0; corner < 8; ++corner)
          corners += inside[static_cast<std::size_t>(((k + (corner >> 2)) * n + j + (corner >> 1 & 1)) * n +
                                                     i + (corner & 1))];
        if (corners == 0 || corners == 8) continue;
        const Vector3 middle = world_point(setup.image, point(i + 0.5, j + 0.5, k + 0.5));
        if (region_at(setup, middle) == setup.target) ++cut;
      }
  // A plane of any direction cuts 1.5 cubes of s^3 for each s^2 of its area, on average.
  return cut * s * s / 1.5;
}

double share_in_target(const Setup& setup, const Shape& shape) {
  constexpr int parts = 32;
  const dealii::Tensor<1, 3> size = shape.upper() - shape.lower();
  int all = 0, inside = 0;
  for (int k = 0; k < parts; ++k)
    for (int j = 0; j < parts; ++j)
      for (int i = 0; i < parts; ++i) {
        const Point p =
            shape.lower() + dealii::Tensor<1, 3>({(i + 0.5) / parts * size[0], (j + 0.5) / parts * size[1],
                                                  (k + 0.5) / parts * size[2]});
        if (!shape.contains(p)) continue;
        ++all;
        if (region_at(setup, world_point(setup.image, p)) == setup.target) ++inside;
      }
  return all > 0 ? static_cast<double>(inside) / all : 0.;
}

EdgeCells edge_cells(const Case& c, const Setup& setup, const std::vector<Deposit>& deposits) {
  double area = 0;
  for (const Deposit& d : deposits) area += d.edge_in_target;
  const double volume =
      static_cast<double>(setup.segmentation.region_voxels[setup.target]) * setup.segmentation.voxel_volume();
  const double l = spread(setup.tissues[setup.target], c.until);
  const auto error = [&](double h) { return 2. / 3. * h * h / (h + 2 * l) * area / volume; };
  EdgeCells cells;
  cells.error = error(c.numerics.h_min);
  cells.error_halved = error(c.numerics.h_min / 2);
  cells.halved = c.numerics.coverage_tolerance < 1 && cells.error > c.numerics.coverage_tolerance;
  return cells;
}

bool border_halved(const Case& c, const Setup& setup) {
  return c.numerics.coverage_tolerance < 1 &&
         c.numerics.h_min > 2 * spread(setup.tissues[setup.target], c.until);
}

HoleCells hole_cells(const Case& c, const Infusion& infusion) {
  HoleCells cells;
  cells.h = c.numerics.h_min;
  const auto resolved = [&] { return cells_round_hole * cells.h <= infusion.drug_radius; };
  for (; cells.halvings < most_halvings && !resolved(); ++cells.halvings) cells.h /= 2;
  cells.resolved = resolved();
  return cells;
}

std::vector<std::string> smaller_cells_text(const Case& c, const Setup& setup) {
  std::vector<std::string> lines;
  char text[200];
  const EdgeCells edges = edge_cells(c, setup, setup.deposits);
  if (edges.halved) {
    std::snprintf(text, sizeof text,
                  "edges of deposits in cells of %.3g mm: those of %.3g mm would cover up to %.2g%% of the "
                  "target too much, these %.2g%%",
                  1e3 * c.numerics.h_min / 2, 1e3 * c.numerics.h_min, 100 * edges.error,
                  100 * edges.error_halved);
    lines.emplace_back(text);
  }
  if (border_halved(c, setup) && !setup.deposits.empty()) {
    std::snprintf(
        text, sizeof text,
        "target's border within deposits in cells of %.3g mm: the drug that crosses it gets %.2g mm far",
        1e3 * c.numerics.h_min / 2, 1e3 * spread(setup.tissues[setup.target], c.until));
    lines.emplace_back(text);
  }
  for (const Infusion& infusion : setup.infusions) {
    const HoleCells cells = hole_cells(c, infusion);
    if (cells.halvings == 0) continue;
    std::snprintf(text, sizeof text,
                  "scheme.%zu: holes in cells of %.3g mm: the drug leaves within about %.2g mm of them",
                  infusion.entry, 1e3 * cells.h, 1e3 * infusion.drug_radius);
    lines.emplace_back(text);
  }
  return lines;
}

OctreeRequest mesh_request(const Case& c, const Setup& setup, double reach_factor) {
  OctreeRequest request;
  request.image = &setup.image;
  request.values = setup.values;
  request.has_tissue = setup.has_tissue();
  request.background = setup.background;
  request.target = setup.target;
  request.margin = c.geometry.margin;
  request.h_min = c.numerics.h_min;
  const double beyond =
      reach_factor * (3 * spread(setup.tissues[setup.target], c.until) + 2 * c.numerics.h_min);
  const auto add = [&](const PlacedNeedles& needles) {
    add_deposits(c, setup, needles.deposits, beyond, request);
    for (const Infusion& infusion : needles.infusions) add_holes(c, setup, infusion, beyond, request);
  };
  add(setup);
  for (const PlacedNeedles& needles : setup.mesh_for) add(needles);
  return request;
}

}  // namespace intratumor
