#pragma once

#include <array>
#include <string>
#include <vector>

#include "injection/case.h"
#include "quantities/yaml_reader.h"

namespace intratumor {

/// What entries of a scheme share, whether written out or made from a pattern. All throw InputError with the
/// position.

/// Three lengths in the case's space; the result is metres in RAS.
std::array<double, 3> read_point(const YamlNode& node, const std::string& space);

/// `direction` or `entry` of a needle whose tip and holes are known.
void read_axis(const YamlNode& node, const std::string& space, NeedleInjection& injection);

/// Seconds, of `over`, or `rate` and the volume.
double read_duration(const YamlNode& node, double volume);

/// `mode`, automatic when there is none.
InjectionMode read_mode(const YamlNode& node, double duration);

/// `at`, 0 when there is none; doses neither overlap nor end after `until`.
std::vector<double> read_dose_times(const YamlNode& node, double duration, double until);

void use_needle(const Needle& needle, NeedleInjection& injection);

}  // namespace intratumor
