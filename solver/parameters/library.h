#pragma once

#include <string>
#include <vector>

#include "quantities/yaml_reader.h"

namespace intratumor {

/// The folder of parameter files: `tissues/`, `drugs/`, `vessels/`, `matrices/`, one YAML file a name.
class ParameterLibrary {
 public:
  /// Uses this folder. InputError when it is not a folder.
  explicit ParameterLibrary(const std::string& folder);

  /// Looks in the folder that the environment variable INTRATUMOR_PARAMS names (an error when it is not one),
  /// then in
  /// ../share/intratumor/params beside the running program, then in the sources it was built from. InputError
  /// when none of them exists.
  static ParameterLibrary find();

  const std::string& folder() const { return folder_; }

  /// Names of one kind ("tissues", "drugs", "vessels", "matrices", ...), sorted; empty when there are none.
  std::vector<std::string> names(const std::string& kind) const;
  bool has(const std::string& kind, const std::string& name) const;

  /// The file of one name. InputError for a name that does not exist, with the nearest and all that do.
  YamlNode load(const std::string& kind, const std::string& name) const;
  /// The same for a name that stands in a file: the error says where.
  YamlNode load(const std::string& kind, const YamlNode& name) const;

  /// "params/tissues/muscle.yaml": what Parameter::set_by records.
  static std::string label(const std::string& kind, const std::string& name);

 private:
  std::string unknown(const std::string& kind, const std::string& name) const;

  std::string folder_;
};

}  // namespace intratumor
