#pragma once

#include <optional>
#include <string>
#include <vector>

#include "images/label_image.h"
#include "images/mesh_file.h"
#include "injection/case.h"
#include "injection/file_labels.h"

namespace intratumor {

/// What a case's geometry names, an image or a mesh, with the case's labels found in it.
class SegmentationFile {
 public:
  /// Reads the header of an image, or a mesh. InputError as reading them and FileLabels.
  explicit SegmentationFile(const Case& c);

  const FileLabels& labels() const { return labels_; }
  /// The image as it is, or the mesh turned into voxels. InputError when cells of a mesh overlap.
  LabelImage image(MergedLayers& merged) const;

  /// Of what the labels of a mesh are, m^3 by position among the case's labels; empty for an image.
  std::vector<double> mesh_volumes() const;

 private:
  double smallest_group() const;  // m^3

  const Case& case_;
  std::optional<MeshFile> mesh_;
  FileLabels labels_;
};

/// The files in which the segmentation is: a detached header says nothing of what its voxels are.
std::vector<std::string> segmentation_files(const GeometryInput& geometry);

}  // namespace intratumor
