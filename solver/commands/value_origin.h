#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "injection/case.h"
#include "injection/named_scheme.h"

namespace intratumor {

/// Who set the values of a resolved case: what the case's own file says, with --set applied.
class ValueOrigin {
 public:
  using Path = std::vector<std::string>;

  /// InputError when the case's file cannot be read any more.
  ValueOrigin(const Case& c, const std::vector<std::string>& overrides);

  /// "case", "--set", "params/...", or "default", for a path of the resolved case.
  std::string of(const Path& resolved) const;

 private:
  /// What an entry of the resolved scheme was made from.
  struct Entry {
    Path at;                               ///< in the case: {"scheme", "0"}, or {"scheme"}
    std::optional<SchemePattern> pattern;  ///< of a named scheme
  };

  void add_entries(const YAML::Node& node, const Path& at, const char* kind);
  std::string of_case(const Path& path) const;
  std::string of_pattern(const Entry& entry, const Path& rest) const;
  std::string given(const Path& path) const;
  std::string file_of(const Path& path, std::size_t depth, const std::string& name) const;
  std::string missing(const Path& path, std::size_t depth, const std::string& base) const;

  YamlNode file_;
  YAML::Node root_;
  std::vector<std::string> overrides_;  ///< their paths
  std::vector<Entry> entries_;          ///< one for each of the resolved scheme
};

}  // namespace intratumor
