#pragma once

#include <vector>

#include "simulation/setup.h"

namespace intratumor {

/// A piece of the schedule in which nothing begins or ends.
struct Segment {
  double from = 0, to = 0;       ///< s
  std::vector<char> infusing;    ///< which of the setup's infusions run
  std::vector<char> depositing;  ///< which deposits are being filled
  double intravenous = 0;        ///< mol/s into plasma
  /// Duration of the shortest of what begins at `from`; infinite when nothing does. s
  double shortest_start = 0;
  double ended_infusion = 0;  ///< mol/s of the needles that stop infusing at `from`

  bool any_deposit() const;
};

/// Every time at which something begins, ends or is written, from 0 to the end of the run, ascending. Times
/// that round-off alone keeps apart are one.
std::vector<double> event_times(const Case& c, const Setup& setup);

Segment make_segment(const Setup& setup, double from, double to);

/// When the last needle has given its last dose, s; 0 without needles.
double end_of_injections(const Setup& setup);

}  // namespace intratumor
