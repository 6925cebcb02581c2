#include "simulation/maps_of_run.h"

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "mesh/voxel_samples.h"
#include "output/map_writer.h"

namespace intratumor {

namespace {

MapText map_text(const std::string& quantity, const std::string& intent) {
  return {"intratumor " INTRATUMOR_VERSION ": " + quantity, intent};
}

}  // namespace

void write_maps(const std::vector<std::string>& which, const std::string& folder, const Octree& octree,
                const LabelImage& image, const NodalExposure& exposure,
                const std::function<bool(int i, int j, int k)>& in_tissue) {
  if (which.empty()) return;
  std::vector<const std::vector<double>*> fields;
  std::vector<MapText> texts;
  for (const std::string& name : which) {
    if (name == "auc") {
      fields.push_back(&exposure.auc());
      texts.push_back(map_text("AUC of interstitial concentration, mol s/m^3", "AUC mol s/m^3"));
    } else if (name == "cmax") {
      fields.push_back(&exposure.cmax());
      texts.push_back(map_text("largest interstitial concentration, mol/m^3", "Cmax mol/m^3"));
    } else {
      throw std::logic_error("no map is called '" + name + "'");
    }
  }
  const MPI_Comm comm = octree.mesh->communicator();
  const std::string maps = folder + "/maps";
  if (dealii::Utilities::MPI::this_mpi_process(comm) == 0) {
    std::error_code error;  // shows as a file that cannot be written
    std::filesystem::create_directories(maps, error);
  }
  const VoxelSamples samples = sample_at_voxels(*octree.mesh, octree.box, image, fields, in_tissue);
  for (std::size_t f = 0; f < which.size(); ++f)
    write_map(comm, maps + "/" + which[f] + ".nii.gz", image.file_grid, texts[f], samples.voxel,
              samples.values[f]);
  write_map(comm, maps + "/roi.nii.gz", image.file_grid, map_text("1 in the meshed region", "meshed region"),
            samples.voxel, std::vector<std::uint8_t>(samples.voxel.size(), 1));
}

}  // namespace intratumor
