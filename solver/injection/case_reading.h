#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "injection/case.h"
#include "parameters/library.h"
#include "quantities/yaml_reader.h"

namespace intratumor {

/// The parts of read_case, and what they share. All throw InputError with the position.

/// Refuses keys of a map that are neither in `known` nor in `later`, and those in `later` with their reason.
/// Done before a map is read, so that a misspelt key is not reported as a missing one.
void check_keys(const YamlNode& map, const std::vector<std::string>& known,
                const std::vector<std::pair<std::string, std::string>>& later);

/// Quantities of one dimension as `[1 s, 2 s]`, in SI and exact.
std::string quantities_text(const std::vector<double>& values, Dimension dimension);

/// Times that ascend strictly, each within `range`: a list, or a single one.
std::vector<double> read_times(const YamlNode& node, const Range& range);

/// A concentration in mol/m^3, given so or by mass.
double read_concentration(const YamlNode& node, const Drug& drug);

/// Absolute path of a file that the case names, so that a resolved case finds it from any folder; whether it
/// exists is not asked.
std::string read_path(const YamlNode& node, const std::string& case_path);

/// The same of an image, whose name must end as one.
std::string read_image_path(const YamlNode& node, const std::string& case_path);

/// `geometry`; everything but the existence of the image.
GeometryInput read_geometry(const YamlNode& node, const std::string& case_path);

/// `scheme` into needles and intravenous doses; geometry's space, drug, patient and horizon are set in `c`.
void read_scheme(const YamlNode& node, const ParameterLibrary& library, Case& c);

/// `flow`; tissues are set in `c`.
void read_flow(const std::optional<YamlNode>& node, Case& c);

/// `deposit`; geometry, tissues and the scheme are set in `c`.
void read_deposit(const std::optional<YamlNode>& node, Case& c);

/// `exposure`; the scheme and the drug are set in `c`.
void read_exposure(const std::optional<YamlNode>& node, Case& c);

}  // namespace intratumor
