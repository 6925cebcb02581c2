#pragma once

#include <string>
#include <vector>

#include "injection/case.h"

namespace intratumor {

/// One value of a resolved case.
struct ResolvedValue {
  std::string path;    ///< as --set takes it, of the resolved case: tissues.tumour.vessel.reflection
  std::string value;   ///< with unit, in those people use
  std::string range;   ///< of published values; empty: none
  std::string basis;   ///< read | remembered | computed | given; empty for what is no parameter
  std::string set_by;  ///< case, --set, params/..., or default
  std::string source;  ///< what the number rests on; empty: nothing is said
};

/// Every value of a case, in the order of case.resolved.yaml, whose list this is. `overrides` are the texts
/// of --set with which it was read. InputError when the case's file cannot be read any more.
std::vector<ResolvedValue> resolved_values(const Case& c, const std::vector<std::string>& overrides);

/// These values as a table for people, a paragraph for each part of the case; sources stand below their
/// value.
std::string resolved_table(const std::vector<ResolvedValue>& values);

}  // namespace intratumor
