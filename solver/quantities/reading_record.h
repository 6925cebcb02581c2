#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

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

/// How a reader took a value.
struct ReadAs {
  enum class Kind { quantity, number, integer, boolean, word };
  Kind kind;
  std::vector<Dimension> dimensions;  ///< of a quantity: those it may have
  Range range{};                      ///< of a quantity, number or integer
  std::vector<std::string> words;     ///< of a word: those it may be
};

/// What a reader asked of one node of a file.
struct ReadNode {
  std::set<std::string> known;  ///< keys that may stand there
  std::set<std::string> later;  ///< keys that are refused with a reason of their own
  std::vector<ReadAs> values;
};

/// What the readers asked of a file, by dotted path, as scheme.0.volume. Only nodes that the file has are in
/// it. The schema of cases is held against it.
using ReadingRecord = std::map<std::string, ReadNode>;

}  // namespace intratumor
