// write_maps SEGMENTATION LABEL FOLDER: meshes one label of an image and writes maps of known fields, with
// x, y, z in RAS metres of the world: auc = 1000 + 1000 x + 2000 y - 3000 z, cmax = (x - x0)^2 + ... + 1e-6,
// the squared distance to the label's centroid. Hanging nodes get nonsense, as they may during a run. Prints
// the box's volume (m^3), its coarsest cell (m), the centroid (m). check_maps.py reads the maps back.
#include <deal.II/base/mpi.h>

#include <cstdio>
#include <cstdlib>

#include "quantities/error.h"
#include "simulation/maps_of_run.h"

using namespace intratumor;

namespace {

int write_maps_of(const std::string& path, std::uint16_t label, const std::string& folder) {
  constexpr double margin = 6e-3;
  LabelImage image = read_label_image(path);
  VoxelBox crop = voxel_box(image, {label});
  for (int a = 0; a < 3; ++a) {
    const int voxels = static_cast<int>(margin / image.spacing[a]);
    crop.first[a] -= voxels;
    crop.last[a] += voxels;
  }
  image = cropped(image, crop);
  OctreeRequest request;
  request.image = &image;
  request.values = {{}, {label}};
  request.background = 0;
  request.target = 1;
  request.margin = margin;
  request.h_min = 1e-3;
  const Octree octree = make_octree(request, MPI_COMM_WORLD);
  const TissueMesh& mesh = *octree.mesh;

  const Vector3 middle = centroid(image, {label});
  Vector largest = mesh.make_vector();
  std::vector<double> mean;
  for (int i = 0; i < mesh.graph().n_owned; ++i) {
    const Vector3 w = world_point(image, mesh.node_positions()[i]);
    double squared = 0;
    for (int a = 0; a < 3; ++a) squared += (w[a] - middle[a]) * (w[a] - middle[a]);
    const bool unknown = mesh.graph().is_unknown[i];
    mean.push_back(unknown ? 1000 + 1000 * w[0] + 2000 * w[1] - 3000 * w[2] : 1e30);
    largest.local_element(i) = unknown ? squared + 1e-6 : 1e30;
  }
  NodalExposure exposure(mesh, {});
  exposure.add(1, largest, largest, mean);
  write_maps({"auc", "cmax"}, folder, octree, image, exposure);

  double volume = 1;
  for (int a = 0; a < 3; ++a) volume *= octree.box.upper[a] - octree.box.lower[a];
  if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
    std::printf("%.17g %.17g %.17g %.17g %.17g\n", volume,
                (octree.box.upper[0] - octree.box.lower[0]) / octree.box.cells[0], middle[0], middle[1],
                middle[2]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  int no_arguments = 1;
  const dealii::Utilities::MPI::MPI_InitFinalize mpi(no_arguments, argv, 1);
  try {
    if (argc == 4) return write_maps_of(argv[1], static_cast<std::uint16_t>(std::atoi(argv[2])), argv[3]);
  } catch (const InputError& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (const ComputationError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 2;
}
