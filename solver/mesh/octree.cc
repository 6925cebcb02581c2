#include "mesh/octree.h"

#include <deal.II/grid/grid_generator.h>

#include <algorithm>
#include <cmath>

#include "quantities/error.h"

namespace intratumor {

namespace {

Vector3 as_vector(const Point& p) {
  return {p[0], p[1], p[2]};
}

double box_volume(const Point& lower, const Point& upper) {
  return (upper[0] - lower[0]) * (upper[1] - lower[1]) * (upper[2] - lower[2]);
}

void widen(const Point& lower, const Point& upper, double by, Point& wide_lower, Point& wide_upper) {
  for (int a = 0; a < 3; ++a) {
    wide_lower[a] = lower[a] - by;
    wide_upper[a] = upper[a] + by;
  }
}

/// Whether the target's border comes within `width` of the cell.
bool at_border(const Octree& octree, const Point& lower, const Point& upper, double width) {
  Point wide_lower, wide_upper;
  widen(lower, upper, width, wide_lower, wide_upper);
  const double volume = box_volume(wide_lower, wide_upper);
  const double inside = octree.target_overlap(wide_lower, wide_upper);
  return inside > 1e-9 * volume && inside < (1 - 1e-9) * volume;
}

}  // namespace

Point mesh_point(const LabelImage& image, const Vector3& world) {
  const Vector3 index = image.index(world);
  return {(index[0] + 0.5) * image.spacing[0], (index[1] + 0.5) * image.spacing[1],
          (index[2] + 0.5) * image.spacing[2]};
}

Vector3 world_point(const LabelImage& image, const Point& p) {
  return image.world(
      {p[0] / image.spacing[0] - 0.5, p[1] / image.spacing[1] - 0.5, p[2] / image.spacing[2] - 0.5});
}

MeshBox mesh_box(const OctreeRequest& request) {
  const LabelImage& image = *request.image;
  const VoxelBox target = voxel_box(image, request.values[request.target]);
  if (target.empty()) throw InputError(image.path + ": the target region has no voxel");

  MeshBox box;
  double coarse = request.h_min;
  while (2 * coarse <= request.h_max * (1 + 1e-9)) {
    coarse *= 2;
    ++box.levels;
  }
  int below = 0;
  for (const OctreeRequest::Reach& reach : request.fine) below = std::max(below, reach.below);
  box.levels += below;
  for (int a = 0; a < 3; ++a) {
    const double low = target.first[a] * image.spacing[a] - request.margin;
    const double high = (target.last[a] + 1) * image.spacing[a] + request.margin;
    const auto n = static_cast<unsigned int>(std::ceil((high - low) / coarse - 1e-9));
    box.cells.push_back(n);
    box.lower[a] = (low + high - n * coarse) / 2;
    box.upper[a] = box.lower[a] + n * coarse;
  }
  return box;
}

double Octree::region_overlap(int region, const Point& lower, const Point& upper) const {
  if (tables[region] != nullptr) return tables[region]->overlap(as_vector(lower), as_vector(upper));
  double rest = box_volume(lower, upper);
  for (const auto& table : tables)
    if (table != nullptr) rest -= table->overlap(as_vector(lower), as_vector(upper));
  return std::max(0., rest);
}

double Octree::target_overlap(const Point& lower, const Point& upper) const {
  return region_overlap(target, lower, upper);
}

Octree octree_tables(const OctreeRequest& request) {
  const LabelImage& image = *request.image;
  Octree octree;
  octree.box = mesh_box(request);
  octree.target = request.target;
  const MeshBox& box = octree.box;

  // Tables of the meshed part of the image only.
  std::array<int, 3> first{}, last{};
  for (int a = 0; a < 3; ++a) {
    first[a] = std::max(0, static_cast<int>(std::floor(box.lower[a] / image.spacing[a])));
    last[a] = std::min(image.size[a] - 1, static_cast<int>(std::floor(box.upper[a] / image.spacing[a])));
  }
  const int n_regions = static_cast<int>(request.values.size());
  for (int r = 0; r < n_regions; ++r) {
    octree.tables.push_back(nullptr);
    if (r != request.background)
      octree.tables.back() = std::make_unique<RegionTable>(image, request.values[r], first, last);
  }
  return octree;
}

bool meets(const OctreeRequest::Reach& reach, const Octree& octree, const Point& lower, const Point& upper) {
  Point wide_lower, wide_upper;
  switch (reach.part) {
    case OctreeRequest::Reach::Part::surface:
      widen(lower, upper, reach.grow, wide_lower, wide_upper);
      return reach.shape.may_cut(wide_lower, wide_upper) &&
             octree.target_overlap(wide_lower, wide_upper) > 1e-9 * box_volume(wide_lower, wide_upper);
    case OctreeRequest::Reach::Part::border:
      return reach.shape.may_touch(lower, upper, reach.grow) && at_border(octree, lower, upper, 0.);
    default:
      return reach.shape.may_touch(lower, upper, reach.grow);
  }
}

bool must_refine(const OctreeRequest& request, const Octree& octree, const Point& lower, const Point& upper) {
  const double size = upper[0] - lower[0];
  for (const OctreeRequest::Reach& reach : request.fine)
    if (size > 1.5 * std::ldexp(request.h_min, -reach.below) && meets(reach, octree, lower, upper))
      return true;
  return size > 1.5 * request.h_min && at_border(octree, lower, upper, request.h_min);
}

Octree make_octree(const OctreeRequest& request, MPI_Comm comm) {
  Octree octree = octree_tables(request);
  const MeshBox& box = octree.box;
  const int n_regions = static_cast<int>(request.values.size());

  auto triangulation = std::make_unique<Triangulation>(comm);
  dealii::GridGenerator::subdivided_hyper_rectangle(*triangulation, box.cells, box.lower, box.upper, true);
  for (int level = 0; level < box.levels; ++level) {
    bool any = false;
    for (const auto& cell : triangulation->active_cell_iterators()) {
      if (!cell->is_locally_owned()) continue;
      if (!must_refine(request, octree, cell->vertex(0), cell->vertex(7))) continue;
      cell->set_refine_flag();
      any = true;
    }
    if (!dealii::Utilities::MPI::logical_or(any, comm)) break;
    triangulation->execute_coarsening_and_refinement();
  }

  const auto fractions = [&octree, n_regions, &request](const Point& lower, const Point& upper,
                                                        std::vector<double>& f) {
    const double volume = box_volume(lower, upper);
    double rest = 1;
    for (int r = 0; r < n_regions; ++r) {
      if (r == request.background) continue;
      f[r] = octree.tables[r]->overlap(as_vector(lower), as_vector(upper)) / volume;
      if (f[r] < 1e-12) f[r] = 0;  // round-off of the table's differences
      rest -= f[r];
    }
    f[request.background] = rest < 1e-12 ? 0. : rest;
  };
  octree.mesh =
      std::make_unique<TissueMesh>(std::move(triangulation), n_regions, fractions, request.has_tissue);
  return octree;
}

}  // namespace intratumor
