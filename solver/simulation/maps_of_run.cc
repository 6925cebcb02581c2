#include "simulation/maps_of_run.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "mesh/voxel_samples.h"
#include "output/map_writer.h"

namespace intratumor {

namespace {

MapText map_text(const std::string& quantity, const std::string& intent) {
  return {"intratumor " INTRATUMOR_VERSION ": " + quantity, intent};
}

/// Number of the region of every voxel round the meshed box, from 1; T holds all numbers.
template <class T>
void write_regions(const std::string& folder, const Octree& octree, const LabelImage& image,
                   const std::function<int(int i, int j, int k)>& region_of) {
  const MPI_Comm comm = octree.mesh->communicator();
  std::vector<std::pair<std::uint64_t, T>> numbers;
  if (dealii::Utilities::MPI::this_mpi_process(comm) == 0) {
    std::array<int, 3> first{}, end{};
    for (int a = 0; a < 3; ++a) {
      const double lower = octree.box.lower[a] / image.spacing[a],
                   upper = octree.box.upper[a] / image.spacing[a];
      first[a] = std::max(-image.file_first[a], static_cast<int>(std::floor(lower)) - 1);
      end[a] = std::min(image.file_size(a) - image.file_first[a], static_cast<int>(std::ceil(upper)) + 1);
    }
    for (int k = first[2]; k < end[2]; ++k)
      for (int j = first[1]; j < end[1]; ++j)
        for (int i = first[0]; i < end[0]; ++i)
          numbers.emplace_back(image.file_voxel(i, j, k), static_cast<T>(1 + region_of(i, j, k)));
    std::sort(numbers.begin(), numbers.end());
  }
  std::vector<std::uint64_t> voxel;
  std::vector<T> values;
  for (const auto& [at, number] : numbers) {
    voxel.push_back(at);
    values.push_back(number);
  }
  write_map(comm, folder + "/regions.nii.gz", image.file_grid,
            map_text("position in regions of summary.json, from 1", "region"), voxel, values);
}

}  // namespace

void write_region_map(const std::string& folder, const Octree& octree, const LabelImage& image,
                      std::size_t regions, const std::function<int(int i, int j, int k)>& region_of) {
  if (regions <= std::numeric_limits<std::uint8_t>::max())
    write_regions<std::uint8_t>(folder + "/maps", octree, image, region_of);
  else
    write_regions<float>(folder + "/maps", octree, image, region_of);
}

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
