#pragma once

#include <map>
#include <string>

#include "parameters/drug.h"
#include "parameters/drug_class.h"

namespace intratumor {

/// The parts of read_drug, and what they share. All throw InputError with the position.

/// Reads `pharmacokinetics: {SPECIES: {...}}` over what the drug has; its mass and size are known. `kind`
/// gives what the entry leaves out, when the drug names a class.
void read_pharmacokinetics(const YamlNode& drug_node, const std::string& set_by, bool needed,
                           const DrugClass* kind, Drug& drug);

/// Reads `{delay, stages}`.
void read_lymph(const YamlNode& lymph, const std::string& set_by, bool needed, Parameter& delay, int& stages);

/// Reads `binding` over what the drug has, after `in` and dissociation_constant: what a target or the matrix
/// needs must be complete with them.
void read_binding(const YamlNode& drug_node, const std::string& set_by, const ParameterLibrary& library,
                  Drug& drug);

/// Reads `key: {CLASS: value}` over `values`, with the names of `kind` (vessels, matrices) as classes.
void read_by_class(const YamlNode& node, const std::string& key, const std::string& kind, Dimension dimension,
                   const Range& limits, const std::string& set_by, bool needed,
                   const ParameterLibrary& library, std::map<std::string, Parameter>& values);

}  // namespace intratumor
