#include <cmath>

#include "injection/case_amounts.h"
#include "injection/case_reading.h"
#include "injection/named_scheme.h"
#include "injection/needle_line.h"
#include "injection/scheme_reading.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

constexpr int most_parts = 64;

using Point3 = std::array<double, 3>;

Point3 oriented(const Point3& point, const std::string& space) {
  const Point3 sign = signs_to_ras(space);
  // A zero keeps its sign: -0 is not what anyone wrote.
  return {point[0] == 0 ? 0 : sign[0] * point[0], point[1] == 0 ? 0 : sign[1] * point[1], point[2]};
}

Point3 unit_vector(const Point3& v) {
  const double norm = std::hypot(v[0], v[1], v[2]);
  // A vector that is one already stays as it is, so that a resolved case reads back to the same bits.
  if (std::abs(norm - 1) < 1e-12) return v;
  return {v[0] / norm, v[1] / norm, v[2] / norm};
}

Point3 read_direction(const YamlNode& node, const std::string& space) {
  const std::string shape = "must be three plain numbers that are not all 0, from entry to tip, as [0, 0, 1]";
  if (!node.is_sequence()) node.fail(shape);
  const std::vector<YamlNode> items = node.items();
  if (items.size() != 3) node.fail(shape);
  Point3 direction;
  for (int d = 0; d < 3; ++d) direction[d] = items[d].number({-1e6, 1e6});
  if (std::hypot(direction[0], direction[1], direction[2]) < 1e-6) node.fail(shape);
  return unit_vector(oriented(direction, space));
}

TipPosition::Anchor read_anchor(const YamlNode& node) {
  const std::string text = node.text();
  if (text != "centroid" && text != "deepest" && text.find_first_of("0123456789") != std::string::npos)
    node.fail("'" + text + "' is no place: centroid, deepest, or a point [12.5 mm, -40 mm, 118 mm]");
  return node.one_of({"centroid", "deepest"}) == "centroid" ? TipPosition::Anchor::centroid
                                                            : TipPosition::Anchor::deepest;
}

/// Exactly one of `at`, `part` with `of`, and `track`.
void read_place(const YamlNode& node, TipPosition& tip) {
  const auto at = node.optional("at");
  const auto part = node.optional("part");
  const auto of = node.optional("of");
  const auto track = node.optional("track");
  if (int(at.has_value()) + int(part || of) + int(track.has_value()) != 1)
    node.fail("needs one place, as {at: deepest}, {part: 1, of: 4} or {track: 0.5}");
  if (at) {
    tip.anchor = read_anchor(*at);
  } else if (track) {
    tip.anchor = TipPosition::Anchor::track;
    tip.track = track->quantity(Dimension::dimensionless, {0, 1});
  } else {
    tip.anchor = TipPosition::Anchor::part;
    tip.parts = node.required("of").integer(1, most_parts);
    tip.part = node.required("part").integer(1, tip.parts);
  }
}

TipPosition read_tip(const YamlNode& node, const std::string& space) {
  TipPosition tip;
  if (node.is_sequence()) {
    tip.offset = read_point(node, space);
  } else if (node.is_map()) {
    check_keys(node, {"at", "part", "of", "track", "offset"}, {});
    read_place(node, tip);
    if (const auto offset = node.optional("offset")) tip.offset = read_point(*offset, space);
  } else {
    tip.anchor = read_anchor(node);
  }
  return tip;
}

/// Tip and entry from the line that was drawn for the needle.
void read_line(const YamlNode& node, const YamlNode& line, const Case& c, NeedleInjection& injection) {
  for (const char* key : {"tip", "direction", "entry"})
    if (const auto other = node.optional(key))
      other->fail("has no effect beside needle_line, which gives tip and direction; give one of the two");
  injection.needle_line = read_path(line, c.path);
  const NeedleLine drawn = read_needle_line(injection.needle_line, line);
  injection.tip.offset = drawn.tip;
  injection.entry = drawn.entry;
}

NeedleInjection read_injection(const YamlNode& node, const ParameterLibrary& library, const Case& c) {
  check_keys(node,
             {"needle", "intravenous", "use", "tip", "direction", "entry", "needle_line", "volume",
              "concentration", "dose", "dose_per_weight", "rate", "over", "mode", "at"},
             {});
  NeedleInjection injection;
  use_needle(read_needle(node.required("needle"), library), injection);
  if (const auto line = node.optional("needle_line"))
    read_line(node, *line, c, injection);
  else
    injection.tip = read_tip(node.required("tip"), c.geometry.space);
  read_axis(node, c.geometry.space, injection);
  const Amounts amounts = read_amounts(node, c);
  injection.volume = amounts.volume;
  injection.concentration = amounts.concentration;
  injection.amount = amounts.amount;
  injection.duration = read_duration(node, injection.volume);
  injection.mode = read_mode(node, injection.duration);
  injection.times = read_dose_times(node, injection.duration, c.until);
  return injection;
}

IntravenousDose read_intravenous(const YamlNode& entry, const Case& c) {
  check_keys(entry, {"intravenous", "needle", "use"}, {});
  const YamlNode node = entry.required("intravenous");
  check_keys(node, {"dose", "dose_per_weight", "over", "at"}, {});
  IntravenousDose dose;
  const auto given = optional_dose(node);
  dose.amount = (given ? *given : Dose{node.required("dose"), false}).amount(c);
  const auto over = node.optional("over");
  dose.duration =
      over ? over->quantity(Dimension::time, limits::over.possible) : c.drug.intravenous_duration.value;
  dose.times = read_dose_times(node, dose.duration, c.until);
  return dose;
}

}  // namespace

std::array<double, 3> read_point(const YamlNode& node, const std::string& space) {
  const std::string shape = "must be three lengths, as [12.5 mm, -40 mm, 118 mm]";
  if (!node.is_sequence()) node.fail(shape);
  const std::vector<YamlNode> items = node.items();
  if (items.size() != 3) node.fail(shape);
  Point3 point;
  for (int d = 0; d < 3; ++d) point[d] = items[d].quantity(Dimension::length, limits::coordinate.possible);
  return oriented(point, space);
}

void read_axis(const YamlNode& node, const std::string& space, NeedleInjection& injection) {
  const auto direction = node.optional("direction");
  const auto entry = node.optional("entry");
  if (direction && entry) entry->fail("has no effect beside direction; give one of the two");
  if (direction) injection.direction = read_direction(*direction, space);
  if (entry) injection.entry = read_point(*entry, space);
  if (injection.entry && injection.tip.anchor == TipPosition::Anchor::point) {
    const Point3& from = *injection.entry;
    const Point3& to = injection.tip.offset;
    const Point3 along = {to[0] - from[0], to[1] - from[1], to[2] - from[2]};
    if (std::hypot(along[0], along[1], along[2]) < 1e-6) entry->fail("must differ from the tip");
    injection.direction = unit_vector(along);
  }
  if (!injection.has_direction() && (injection.hole_distances.size() > 1 || injection.hole_distances[0] > 0))
    node.fail("the key 'direction' is missing: holes along the shaft need it, as direction: [0, 0, 1]");
}

double read_duration(const YamlNode& node, double volume) {
  const auto rate = node.optional("rate");
  const auto over = node.optional("over");
  if (rate.has_value() == over.has_value())
    node.fail(std::string("needs exactly one of rate and over; found ") + (rate ? "both" : "none"));
  if (over) return over->quantity(Dimension::time, limits::over.possible);
  return volume / rate->quantity(Dimension::volume_rate, limits::rate.possible);
}

InjectionMode read_mode(const YamlNode& node, double duration) {
  const auto mode = node.optional("mode");
  if (!mode) return InjectionMode::automatic;
  if (mode->is_scalar() && mode->text() == "cavity")
    mode->fail("mode 'cavity' comes with a later version: say auto, infusion or deposit");
  const std::string name = mode->one_of({"auto", "infusion", "deposit"});
  if (name == "auto") return InjectionMode::automatic;
  if (name == "deposit") return InjectionMode::deposit;
  if (duration == 0)
    mode->fail("an infusion needs time; give over more than 0 s, or say mode: deposit for an initial field");
  return InjectionMode::infusion;
}

std::vector<double> read_dose_times(const YamlNode& node, double duration, double until) {
  const auto at = node.optional("at");
  const std::vector<double> times = at ? read_times(*at, limits::schedule.possible) : std::vector<double>{0};
  const double end = times.back() + duration;
  if (end > until && !same_time(end, until))
    (at ? *at : node)
        .fail("the last dose ends after run.until, " + readable_text(until, Dimension::time) +
              "; give it a later end");
  if (duration == 0 && same_time(times.back(), until))
    (at ? *at : node)
        .fail("a dose given at once at the very end of the run has no effect; give run.until a later time");
  for (std::size_t i = 1; i < times.size(); ++i)
    if (times[i] < times[i - 1] + duration && !same_time(times[i], times[i - 1] + duration))
      at->fail("the dose at " + readable_text(times[i], Dimension::time) + " begins before the one at " +
               readable_text(times[i - 1], Dimension::time) + " has ended, after " +
               readable_text(duration, Dimension::time));
  return times;
}

void use_needle(const Needle& needle, NeedleInjection& injection) {
  injection.needle = needle.name;
  injection.outer_diameter = needle.outer_diameter;
  injection.outer_radius = needle.outer_diameter.value / 2;
  injection.hole_distances = needle.hole_distances;
  injection.hole_diameter = needle.hole_diameter;
}

void read_scheme(const YamlNode& node, const ParameterLibrary& library, Case& c) {
  if (node.is_scalar()) refuse_bare_name(node, library);
  if (node.is_map()) {
    read_named_scheme(node, library, c);
    return;
  }
  for (const YamlNode& entry : node.items()) {
    if (entry.has("use")) {
      read_named_scheme(entry, library, c);
      continue;
    }
    const bool by_needle = entry.has("needle");
    const bool by_vein = entry.has("intravenous");
    if (by_needle && by_vein) entry.fail("holds both needle and intravenous; make two entries of it");
    if (by_vein)
      c.intravenous.push_back(read_intravenous(entry, c));
    else
      c.needles.push_back(read_injection(entry, library, c));
  }
  if (c.needles.empty() && c.intravenous.empty()) node.fail("is empty; expected a list of entries");
}

}  // namespace intratumor
