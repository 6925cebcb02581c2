#include "injection/segmentation_file.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr double overlap_accepted = 1e-3;  // of the smallest group's volume

std::optional<MeshFile> mesh_of(const GeometryInput& geometry) {
  if (!geometry.mesh) return std::nullopt;
  return read_mesh_file(geometry.segmentation);
}

ImageHeader header_of(const Case& c, const std::optional<MeshFile>& mesh) {
  if (!mesh) return read_image_header(c.geometry.segmentation);
  ImageHeader header;
  header.segments = mesh->groups;
  for (const auto& group : mesh->volume_by_group()) header.values.insert(group.first);
  return header;
}

}  // namespace

SegmentationFile::SegmentationFile(const Case& c)
    : case_(c), mesh_(mesh_of(c.geometry)), labels_(c, header_of(c, mesh_)) {}

std::vector<double> SegmentationFile::mesh_volumes() const {
  std::vector<double> volumes;
  if (!mesh_) return volumes;
  volumes.assign(case_.geometry.labels.size(), 0.);
  const double unit = std::pow(case_.geometry.mesh->length_unit, 3);
  for (const auto& [group, volume] : mesh_->volume_by_group()) {
    const int label = labels_.position({0, group});
    if (label >= 0) volumes[static_cast<std::size_t>(label)] = unit * volume;
  }
  return volumes;
}

LabelImage SegmentationFile::image(MergedLayers& merged) const {
  const GeometryInput& geometry = case_.geometry;
  if (!mesh_) return read_label_image(geometry.segmentation, labels_.merge_order(), merged);
  merged = MergedLayers();
  MeshPlace place{geometry.mesh->length_unit, signs_to_ras(geometry.space), {}, geometry.margin};
  for (std::size_t k = 0; k < geometry.labels.size(); ++k)
    if (geometry.labels[k].region == geometry.target) place.target.push_back(labels_.stored()[k].value);
  const double voxel = geometry.mesh->voxel > 0 ? geometry.mesh->voxel : voxel_for(*mesh_, place);
  std::size_t shared = 0;
  LabelImage image = voxelised(*mesh_, place, voxel, shared);
  if (static_cast<double>(shared) * image.voxel_volume() > overlap_accepted * smallest_group()) {
    char text[200];
    std::snprintf(
        text, sizeof text,
        ": cells of the mesh overlap in %.3g mL. Is a volume in two physical groups, or saved twice?",
        1e6 * static_cast<double>(shared) * image.voxel_volume());
    throw InputError(geometry.segmentation + text);
  }
  return image;
}

double SegmentationFile::smallest_group() const {
  const std::map<std::uint16_t, double> volume = mesh_->volume_by_group();
  const auto smaller = [](const auto& a, const auto& b) { return a.second < b.second; };
  return std::pow(case_.geometry.mesh->length_unit, 3) *
         std::min_element(volume.begin(), volume.end(), smaller)->second;
}

std::vector<std::string> segmentation_files(const GeometryInput& geometry) {
  std::vector<std::string> files = {geometry.segmentation};
  if (geometry.mesh) return files;
  const std::string data = read_image_header(geometry.segmentation).data_path;
  if (data != geometry.segmentation) files.push_back(data);
  return files;
}

}  // namespace intratumor
