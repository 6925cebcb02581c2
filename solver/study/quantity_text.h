#pragma once

#include <optional>
#include <string>

#include "quantities/units.h"

namespace intratumor {

/// A number with its unit as somebody wrote it, and what it is in SI.
struct WrittenQuantity {
  double number = 0;
  std::string unit;  ///< as written; empty: none
  Quantity si;
};

/// Takes "5 mg/mL" apart; nothing when the text is no number with a unit that is known.
std::optional<WrittenQuantity> written_quantity(const std::string& text);

/// "0.5 mL/min"; the number alone when there is no unit.
std::string quantity_text(double number, const std::string& unit);

/// Whether two dimensions have one SI unit, so that their numbers can be put in relation.
bool same_unit(Dimension a, Dimension b);

/// A unit as the end of a column's name: "m^2/(Pa s)" is "_m2_per_Pa_s"; empty for "1".
std::string unit_ending(const std::string& unit);

}  // namespace intratumor
