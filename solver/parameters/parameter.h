#pragma once

#include <limits>
#include <optional>
#include <string>

#include "quantities/units.h"
#include "quantities/yaml_reader.h"

namespace intratumor {

/// A number and what is known of it. In a file either a plain quantity, `1e-14 m^2/(Pa s)`, or a map
/// `{value: 1e-14 m^2/(Pa s), range: [1e-15 m^2/(Pa s), 1e-13 m^2/(Pa s)], source: "...", basis: read}`.
struct Parameter {
  double value = 0;  ///< in the SI unit of `dimension`
  Dimension dimension = Dimension::dimensionless;
  /// Range of published values; infinite where none is given. Says how sure the number is, forbids nothing.
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  std::string source;  ///< publication, or what the number rests on
  std::string basis;   ///< read | remembered | computed | given (by the case)
  std::string set_by;  ///< params/tissues/muscle.yaml, case, or default; empty: never set
  std::string where;   ///< position in the file that was read, for messages; not part of a comparison

  bool given() const { return !set_by.empty(); }
  bool has_range() const;
  /// The case set it, as against a parameter file or a default.
  bool from_case() const { return set_by == "case"; }
};

/// Equal in everything but `where`.
bool operator==(const Parameter& a, const Parameter& b);
inline bool operator!=(const Parameter& a, const Parameter& b) {
  return !(a == b);
}

/// A default of the program itself.
Parameter default_parameter(double value, Dimension dimension, const std::string& source);

/// Reads one entry. `limits` are the physically possible values; `set_by` is recorded unless the entry
/// carries its own. A plain quantity keeps the range of the parameter it `replaces`. InputError with the
/// position.
Parameter read_parameter(const YamlNode& node, Dimension dimension, const Range& limits,
                         const std::string& set_by, const Parameter* replaces = nullptr);

/// Reads `key` of `map` into `parameter`, which may hold a value to change. InputError when it is `needed`,
/// neither there nor set before.
void overlay_parameter(const YamlNode& map, const std::string& key, Dimension dimension, const Range& limits,
                       const std::string& set_by, bool needed, Parameter& parameter);

/// A child that must be a map, when it is there or `needed`. InputError.
std::optional<YamlNode> map_at(const YamlNode& node, const std::string& key, bool needed);

/// `{value: ..., range: [...], source: "...", basis: ..., set_by: "..."}`: read_parameter gives an equal one.
std::string to_yaml(const Parameter& parameter);

/// Text as a double-quoted YAML scalar.
std::string quoted(const std::string& text);

/// A parameter and the key by which a case sets it: `vessel.surface_per_volume`.
struct NamedParameter {
  std::string key;
  const Parameter* parameter;
};

}  // namespace intratumor
