#pragma once

#include <string>
#include <utility>
#include <vector>

#include "injection/case.h"
#include "mesh/octree.h"
#include "output/field_writer.h"
#include "parameters/coefficients.h"

namespace intratumor {

using CellFields = std::vector<std::pair<std::string, std::vector<float>>>;

/// This rank's part of the mesh in the space that the case names, as the writer of fields takes it.
FieldMesh field_mesh(const Case& c, const LabelImage& image, const TissueMesh& mesh);

/// By owned cell: `region`, the position in the case's list of the region with the largest share, and
/// `target_fraction`.
CellFields region_fields(const TissueMesh& mesh, int target);

/// By owned cell: the share of each region (fraction_NAME, blanks and dashes as _) and the tissue terms that
/// flow and transport use there; units stand in the names. `regions` and `tissues`: names and terms of each.
CellFields tissue_fields(const std::vector<std::string>& regions, const TissueMesh& mesh,
                         const std::vector<TissueCoefficients>& tissues);

}  // namespace intratumor
