#pragma once

#include <yaml-cpp/yaml.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "quantities/units.h"

namespace intratumor {

/// A range that a value must lie in; errors name it.
struct Range {
  double low;
  double high;
  bool low_open = false;   ///< low itself is refused
  bool high_open = false;
};

/// One node of a YAML file that knows where it stands (file, line, column, dotted path as scheme.0.volume), so that
/// every error is one message a person can act on. A map remembers which keys were read; done() refuses the rest and
/// names the nearest known key.
class YamlNode {
 public:
  /// Parses a file. InputError for a missing or unreadable file or text that is not YAML.
  static YamlNode load(const std::string& path);
  /// A node from text (for --set values); `origin` stands for the file name in messages.
  static YamlNode parse(const std::string& text, const std::string& origin);

  bool is_map() const;
  bool is_sequence() const;
  bool is_scalar() const;
  bool has(const std::string& key) const;      ///< also marks the key as known

  YamlNode required(const std::string& key) const;   ///< InputError when missing
  std::optional<YamlNode> optional(const std::string& key) const;
  std::vector<YamlNode> items() const;               ///< of a sequence
  std::vector<std::string> keys() const;             ///< of a map, in the file's order

  std::string text() const;                          ///< a scalar's text
  double quantity(Dimension dimension, const Range& range) const;
  Quantity quantity(const std::vector<Dimension>& dimensions, const Range& range) const;
  double number(const Range& range) const;           ///< a plain number; a unit is an error
  int integer(int low, int high) const;
  bool boolean() const;
  /// One of the listed words; the error names the nearest.
  std::string one_of(const std::vector<std::string>& words) const;

  /// Every key of this map must have been asked for by has, required or optional.
  void done() const;
  /// As above, for keys that exist in a later version: `later` maps key -> what to do instead.
  void refuse(const std::string& key, const std::string& why) const;

  /// Throws InputError "file:line:column: path: message".
  [[noreturn]] void fail(const std::string& message) const;
  std::string where() const;                         ///< "file:line:column: path"
  const std::string& path() const;                   ///< "scheme.0.volume"
  const YAML::Node& raw() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The candidate nearest to `word` by edit distance; empty when none is near.
std::string nearest_name(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace intratumor
