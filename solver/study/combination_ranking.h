#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace intratumor {

/// What combinations of a study's grids have of one metric.
struct CombinationValues {
  std::vector<double> by_draw;  ///< NaN: none
  double error = 0;             ///< numerical, of the median
  std::string group;            ///< only combinations of one group are ranked against each other
};

struct CombinationPlace {
  std::size_t combination = 0;
  std::string place;      ///< in its group: "1", "2=" where the error does not tell; "-" without a value
  double median = 0;      ///< over the draws
  double best_share = 0;  ///< of the draws in which all of the group have a value: it is the best; ties, also
                          ///< within the error, share
};

/// Groups in the order of their first combination, within each the best median first.
std::vector<CombinationPlace> rank_combinations(const std::vector<CombinationValues>& combinations,
                                                bool more_is_better);

/// Places of values that are sorted, best first, NaN last: equal ones where two differ by no more than the
/// larger error of them and the first of that place.
std::vector<std::string> places_of(const std::vector<double>& sorted, const std::vector<double>& errors);

}  // namespace intratumor
