#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "quantities/units.h"

namespace intratumor {

/// A study as its file says it, every default filled in. Nothing here has been drawn or applied to the case.

/// A probability distribution of one number, in the unit of its factor.
struct Distribution {
  enum class Kind { normal, lognormal, uniform, triangular };
  Kind kind = Kind::uniform;
  /// normal: mean, standard deviation; lognormal: median, factor (68% lie within a factor of the median);
  /// uniform: low, high; triangular: low, mode, high.
  std::vector<double> parameters;
  /// Bounds at which a normal or lognormal distribution is cut off; infinite where it is not.
  double low = 0, high = 0;
};

/// What a study varies: one path of the case (as --set takes it), and what it takes in turn or at random.
struct Factor {
  enum class Kind {
    values,        ///< a list or a range; drawn at random, each is equally likely
    distribution,  ///< one number
    shift          ///< a needle's tip is moved in three directions alike
  };
  std::string path;
  std::string where;  ///< "study.yaml:4:11: vary.scheme", for messages
  Kind kind = Kind::values;
  std::vector<std::string> values;  ///< YAML in one line each
  std::vector<std::string> names;   ///< of the values, for people and tables; empty: none are given
  Distribution distribution;        ///< also of each direction of a shift
  std::string unit;                 ///< of the distribution's numbers; empty: none
  /// Columns of a table: 3 of a shift, else 1.
  std::size_t inputs() const { return kind == Kind::shift ? 3 : 1; }
};

/// One part of a design; the parts are crossed with each other.
struct DesignBlock {
  enum class Kind { grid, latin_hypercube, sobol, saltelli, one_at_a_time };
  Kind kind = Kind::grid;
  /// Positions of factors. In a grid each group is walked through entry by entry (zipped) and the groups are
  /// crossed; elsewhere each group holds one factor.
  std::vector<std::vector<std::size_t>> groups;
  std::size_t size = 0;                           ///< draws; of Saltelli's design, the base sample
  std::uint32_t seed = 1;                         ///< of whatever is drawn at random
  std::array<double, 2> quantiles{{0.05, 0.95}};  /// one at a time: where distributions are tried
  std::vector<std::size_t> factors() const;       ///< all of its groups
  bool is_random() const { return kind != Kind::grid && kind != Kind::one_at_a_time; }
  /// How many of its `rows`, the first ones, are a sample: of Saltelli's design two blocks, the others depend
  /// on them; of what is tried one at a time the reference.
  std::size_t independent(std::size_t rows) const {
    return kind == Kind::one_at_a_time ? 1 : kind == Kind::saltelli ? 2 * size : rows;
  }
};

/// A number of summary.json that the study is about.
struct StudyMetric {
  std::string name;  ///< "tumour.d95", "tumour.coverage.0"
  bool more_is_better = true;
};

struct Study {
  std::string path;
  std::string name;  ///< the file's stem; names the default folder
  std::string title;
  std::string base;        ///< path of the base case
  std::string base_where;  ///< position in the study file
  std::vector<Factor> factors;
  std::vector<DesignBlock> design;
  std::vector<StudyMetric> metrics;
  bool keep_fields = false;  ///< fields and maps of every case
};

/// The part of the design that is drawn or tried one at a time; null when all is a grid.
const DesignBlock* drawn_block(const Study& study);

/// Reads a study file. The base case is not opened. InputError with the position.
Study read_study(const std::string& path);

/// The study with every default filled in, as YAML that read_study accepts: paths absolute, seeds written
/// out.
std::string resolved_study(const Study& study);

}  // namespace intratumor
