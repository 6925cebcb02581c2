#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "images/label_image.h"

namespace intratumor {

/// Cells of a volume mesh, by the physical group that they belong to (by volume in a file without groups).
/// Hexahedra, prisms and pyramids are cut into tetrahedra along the same diagonals from both sides of a face;
/// curved cells are taken by their corners.
struct MeshFile {
  std::string path;
  std::string format;          ///< for people: "Gmsh MSH 4.1, 5120 tetrahedra, 12 prisms"
  std::vector<Vector3> nodes;  ///< in the file's own unit
  struct Tetrahedron {
    std::array<std::uint32_t, 4> node;  ///< positions in `nodes`
    std::uint16_t group;                ///< its number, from 1
  };
  std::vector<Tetrahedron> cells;
  std::vector<NamedLabel> groups;  ///< those of volumes that have names

  /// In the file's unit, cubed.
  double volume(const Tetrahedron& cell) const;
  std::map<std::uint16_t, double> volume_by_group() const;
};

/// Whether a file's name ends as a mesh's does.
bool is_mesh_name(const std::string& name);
constexpr const char* kinds_of_mesh = "a Gmsh mesh (.msh, formats 4.1 and 2.2, text or binary)";

/// Reads a Gmsh mesh. Surfaces, lines and points in it are passed over. Throws InputError, naming the file
/// and the line or section, for what is no such mesh, is cut short, has no volume cells or cells in two
/// groups.
MeshFile read_mesh_file(const std::string& path);

/// Where a mesh lies, and what of it is the target.
struct MeshPlace {
  double length_unit = 0;             ///< of the mesh, m
  Vector3 signs{1, 1, 1};             ///< of its axes in RAS
  std::vector<std::uint16_t> target;  ///< groups
  double margin = 0;                  ///< m round the target's box that voxels cover, also where no cell is
};

/// The mesh as an image: every voxel has the group of the cell that its centre lies in, or 0. Voxels of at
/// most `voxel` (m) divide the target's bounding box evenly, so that flat sides keep their place, and go on
/// to one beyond the mesh and the margin on every side; axes are those of RAS. `shared`: how many voxels lie
/// in two cells that overlap. Throws InputError when no cell belongs to the target and when these are too
/// many voxels.
LabelImage voxelised(const MeshFile& mesh, const MeshPlace& place, double voxel, std::size_t& shared);

/// Edge of voxels (m) that show the target well: a 64th of the cube as large, rounded down to two digits, or
/// as much coarser as keeps the whole mesh within `most_mesh_voxels`.
double voxel_for(const MeshFile& mesh, const MeshPlace& place);
constexpr double most_mesh_voxels = 1e8;

}  // namespace intratumor
