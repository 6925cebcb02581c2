#pragma once

#include <string>
#include <vector>

#include "injection/case.h"
#include "simulation/setup.h"

namespace intratumor {

/// Parts of what `check` prints, each a paragraph that ends with a line's end.

/// The segmentation's file: format, size, spacing, orientation, labels with their volumes, pieces of the
/// target.
std::string image_text(const Case& c, const Setup& setup);

/// Regions with the voxels of the whole image, and what of them the meshed box holds.
std::string regions_text(const Case& c, const Setup& setup);

/// Coefficients of the equations by region, and those of the body for this patient.
std::string coefficients_text(const Case& c, const Setup& setup);

/// Every injection in the units of the clinic, and where its tip is.
std::string scheme_text(const Case& c, const Setup& setup);

/// Mesh and cost by accuracy, or for the case's own sizes where it gives any.
std::string estimates_text(const Case& c, const Setup& setup, int ranks,
                           const std::vector<std::string>& overrides);

}  // namespace intratumor
