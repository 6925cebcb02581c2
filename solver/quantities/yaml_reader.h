#pragma once

#include <yaml-cpp/yaml.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "quantities/error.h"
#include "quantities/nearest_name.h"
#include "quantities/units.h"

namespace intratumor {

/// A range that a value must lie in; errors name it.
struct Range {
  double low;
  double high;
  bool low_open = false;  ///< low itself is refused
  bool high_open = false;
};

bool inside(double value, const Range& range);
/// "at least 1 mm and less than 2 m"; of SI values.
std::string describe(const Range& range, Dimension dimension);

/// One node of a YAML file that knows where it stands (file, line, column, dotted path as scheme.0.volume),
/// so that every error is one message a person can act on. A map remembers which keys were read; done()
/// refuses the rest and names the nearest known key.
class YamlNode {
 public:
  /// Parses a file and applies `overrides`, the texts of --set (see apply_overrides). InputError for a
  /// missing or unreadable file, text that is not YAML, more than one document, a key given twice, and
  /// aliases that multiply.
  static YamlNode load(const std::string& path, const std::vector<std::string>& overrides = {});
  /// The same from text; `origin` stands for the file name in messages.
  static YamlNode parse(const std::string& text, const std::string& origin,
                        const std::vector<std::string>& overrides = {});

  bool is_map() const;
  bool is_sequence() const;
  bool is_scalar() const;
  bool created() const;                    ///< in no file: --set made it on the way to a key
  bool has(const std::string& key) const;  ///< also marks the key as known

  /// The value of a key; InputError when it is missing or empty, or this is no map.
  YamlNode required(const std::string& key) const;
  /// The same, but a missing key is allowed.
  std::optional<YamlNode> optional(const std::string& key) const;
  std::vector<YamlNode> items() const;    ///< of a sequence
  std::vector<std::string> keys() const;  ///< of a map, in the file's order

  std::string text() const;  ///< a scalar's text
  double quantity(Dimension dimension, const Range& range) const;
  Quantity quantity(const std::vector<Dimension>& dimensions, const Range& range) const;
  double number(const Range& range) const;  ///< a plain number; a unit is an error
  int integer(int low, int high) const;
  bool boolean() const;
  /// One of the listed words; the error names the nearest.
  std::string one_of(const std::vector<std::string>& words) const;

  /// Every key of this map must have been asked for by has, required or optional.
  void done() const;
  /// Fails at `key` with `why` when the map has it: for keys that a later version knows.
  void refuse(const std::string& key, const std::string& why) const;

  /// Throws InputError "file:line:column: path: message"; for a value set on the command line
  /// "--set path=value: path: message".
  [[noreturn]] void fail(const std::string& message) const;
  std::string where() const;        ///< "file:line:column: path"
  const std::string& path() const;  ///< "scheme.0.volume"
  const YAML::Node& raw() const;

 private:
  struct State;
  explicit YamlNode(std::shared_ptr<State> state);
  std::shared_ptr<State> child(const std::string& key, const YAML::Node& value) const;
  std::optional<YamlNode> find(const std::string& key) const;
  [[noreturn]] void fail_at_key(const std::string& key, const std::string& message) const;
  void require_map() const;
  std::string found() const;

  std::shared_ptr<State> state_;
};

}  // namespace intratumor
