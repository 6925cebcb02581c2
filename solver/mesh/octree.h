#pragma once

#include <memory>
#include <vector>

#include "images/label_image.h"
#include "mesh/shape.h"

namespace intratumor {

/// The image's own axes: metres along the canonical axes from the lower corner of voxel (0,0,0).
Point mesh_point(const LabelImage& image, const Vector3& world);
Vector3 world_point(const LabelImage& image, const Point& in_mesh);

/// What the mesh must resolve.
struct OctreeRequest {
  const LabelImage* image = nullptr;
  /// Voxel values of each region; `background` also gets every other voxel and all space outside the image.
  std::vector<std::vector<std::uint16_t>> values;
  std::vector<char> has_tissue;  ///< of each region; empty: all have
  int background = 0;
  int target = 0;
  double margin = 0;    ///< m of tissue round the target's bounding box
  double h_min = 0;     ///< m, finest cell
  double h_max = 4e-3;  ///< m, coarsest cell at most
  /// A shape and what is round it, or only a part of that: what is round its surface within the target, or
  /// the target's border.
  struct Reach {
    enum class Part { all, surface, border };
    Shape shape;
    double grow;    ///< m
    int below = 0;  ///< how often cells of h_min are halved once more
    Part part = Part::all;
  };
  std::vector<Reach> fine;  ///< to be meshed with h_min or finer, besides the target's boundary
};

/// The meshed box, in mesh coordinates: the target's bounding box with its margin, grown to whole coarse
/// cells.
struct MeshBox {
  Point lower, upper;
  std::vector<unsigned int> cells;  ///< coarse cells along each axis
  int levels = 0;                   ///< of refinement down to the finest cells
};
MeshBox mesh_box(const OctreeRequest& request);

/// Static octree of cubes, 2:1 balanced, with the exact overlap of every region with every cell. Faces of the
/// box have the boundary numbers 2 axis + (0 below, 1 above).
/// `region_overlap(r, lower, upper)` of the result gives the exact volume of region r in any box (m^3).
struct Octree {
  std::unique_ptr<TissueMesh> mesh;  ///< null in what octree_tables gives
  MeshBox box;
  std::vector<std::unique_ptr<RegionTable>> tables;  ///< null for the background

  double target_overlap(const Point& lower, const Point& upper) const;
  int target = 0;
  double region_overlap(int region, const Point& lower, const Point& upper) const;
};
Octree make_octree(const OctreeRequest& request, MPI_Comm comm);

/// Box and tables without a mesh: volumes and sizes can be asked for, nothing is built.
Octree octree_tables(const OctreeRequest& request);

/// Whether the cell [lower, upper] is to be split: it is coarser than h_min and the target's boundary comes
/// within h_min of it, or it meets what shall be finer than it is. A cell that need not be split has no part
/// that must.
bool must_refine(const OctreeRequest& request, const Octree& octree, const Point& lower, const Point& upper);
/// Whether any part of the cell [lower, upper] belongs to what `reach` makes fine.
bool meets(const OctreeRequest::Reach& reach, const Octree& octree, const Point& lower, const Point& upper);

/// How large make_octree's mesh would be, counted without building it: seconds and some megabytes where the
/// mesh would take minutes and gigabytes.
struct OctreeSize {
  std::uint64_t cells = 0;
  std::uint64_t nodes = 0;  ///< hanging ones included
  bool complete = true;     ///< false: counting was given up, there are more cells than `limit`
};
OctreeSize octree_size(const OctreeRequest& request, const Octree& tables, std::uint64_t limit = 30000000);

}  // namespace intratumor
