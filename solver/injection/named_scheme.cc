#include "injection/named_scheme.h"

#include <algorithm>
#include <limits>

#include "images/pieces.h"
#include "images/region_shape.h"
#include "injection/case_amounts.h"
#include "injection/case_reading.h"
#include "injection/scheme_reading.h"
#include "injection/segmentation_file.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

constexpr int most_tips = 64;
constexpr Range possible_length = {0, 1, true};  // m
const char* const whole =
    "{use: four_deposits, needle: 22G_end_hole, volume: 1 mL, concentration: 5 mg/mL, rate: 1 mL/min}";

std::vector<TipPosition> parts(int count) {
  std::vector<TipPosition> tips;
  for (int part = 1; part <= count; ++part) {
    TipPosition tip;
    tip.anchor = TipPosition::Anchor::part;
    tip.part = part;
    tip.parts = count;
    tips.push_back(tip);
  }
  return tips;
}

/// From the far end back, as a needle is pulled.
std::vector<TipPosition> along_track(int count) {
  std::vector<TipPosition> tips;
  for (int n = count; n > 0; --n) {
    TipPosition tip;
    tip.anchor = TipPosition::Anchor::track;
    tip.track = (n - 0.5) / count;
    tips.push_back(tip);
  }
  return tips;
}

void read_pattern(const YamlNode& node, SchemePattern& pattern) {
  check_keys(node, {"place", "parts", "track", "order", "source", "basis"}, {});
  const auto place = node.optional("place");
  const auto in_parts = node.optional("parts");
  const auto track = node.optional("track");
  if (int(place.has_value()) + int(in_parts.has_value()) + int(track.has_value()) != 1)
    node.fail("needs one of place, parts and track");
  if (in_parts) pattern.tips = parts(in_parts->integer(1, most_tips));
  if (track) pattern.tips = along_track(track->integer(1, most_tips));
  if (place) {
    TipPosition tip;
    tip.anchor = place->one_of({"deepest", "centroid"}) == "deepest" ? TipPosition::Anchor::deepest
                                                                     : TipPosition::Anchor::centroid;
    pattern.tips = {tip};
  }
  if (const auto order = node.optional("order"))
    pattern.together = order->one_of({"one_after_another", "together"}) == "together";
}

void read_volume_rule(const YamlNode& node, SchemePattern& pattern) {
  check_keys(node, {"rows", "source", "basis"}, {});
  const YamlNode rows = node.required("rows");
  const std::vector<YamlNode> items = rows.items();
  if (items.empty()) rows.fail("needs at least one row, {volume: 1 mL}");
  for (std::size_t i = 0; i < items.size(); ++i) {
    check_keys(items[i], {"up_to", "volume"}, {});
    SchemePattern::VolumeRow row;
    row.volume = items[i].required("volume").quantity(Dimension::volume, limits::volume.possible);
    row.up_to = std::numeric_limits<double>::infinity();
    if (i + 1 < items.size())
      row.up_to = items[i].required("up_to").quantity(Dimension::length, possible_length);
    else if (items[i].has("up_to"))
      items[i].fail("the last row holds for all that is longer; leave out up_to");
    if (i > 0 && row.up_to <= pattern.volume_rule.back().up_to) items[i].fail("lengths must ascend");
    pattern.volume_rule.push_back(row);
  }
}

std::optional<InjectionMode> mode_of_pattern(const YamlNode& file) {
  const auto mode = file.optional("mode");
  if (!mode) return std::nullopt;
  return mode->one_of({"infusion", "deposit"}) == "infusion" ? InjectionMode::infusion
                                                             : InjectionMode::deposit;
}

/// Longest dimension of the case's target, m.
double longest_of_target(const Case& c) {
  const SegmentationFile file(c);
  MergedLayers merged;
  LabelImage image = file.image(merged);
  const std::vector<std::uint16_t> in_image = file.labels().in_image();
  std::vector<std::uint16_t> target;
  for (std::size_t k = 0; k < in_image.size(); ++k)
    if (c.geometry.labels[k].region == c.geometry.target) target.push_back(in_image[k]);
  if (c.geometry.largest_piece) {
    std::uint16_t other = 0;  // any label that is not the target's: nothing else of the image is used
    while (other < 65535 && std::count(target.begin(), target.end(), other) > 0) ++other;
    Pieces(image, target).relabel_smaller(image, other);
  }
  return longest_dimension(image, target);
}

/// Two of volume, concentration and dose; one is enough beside a volume that follows from the target.
Amounts read_total(const YamlNode& node, const SchemePattern& pattern, const Case& c) {
  const bool volume = node.has("volume"), concentration = node.has("concentration");
  const bool dose = node.has("dose") || node.has("dose_per_weight");
  const bool by_rule = !pattern.volume_rule.empty() && !volume && !(concentration && dose);
  if (!by_rule) return read_amounts(node, c);
  if (!concentration && !dose)
    node.fail("needs one of concentration and dose; scheme " + pattern.name + " gives the volume");
  double longest = 0;
  try {
    longest = longest_of_target(c);
  } catch (const InputError& error) {
    node.fail("the volume follows from the longest dimension of the target: " + std::string(error.what()));
  }
  return read_amounts_of_volume(node, c, pattern.volume(longest));
}

/// Seconds in which all is given: by the case, else at the pattern's rate.
double read_total_duration(const YamlNode& node, const SchemePattern& pattern, double volume) {
  if (pattern.rate.given() && !node.has("rate") && !node.has("over")) return volume / pattern.rate.value;
  return read_duration(node, volume);
}

}  // namespace

double SchemePattern::volume(double longest_dimension) const {
  for (const VolumeRow& row : volume_rule)
    if (longest_dimension <= row.up_to) return row.volume;
  return volume_rule.back().volume;
}

SchemePattern read_scheme_pattern(const YamlNode& name, const ParameterLibrary& library) {
  const YamlNode file = library.load("schemes", name);
  SchemePattern pattern;
  pattern.name = name.text();
  const std::string why = "a scheme of params/ carries no amount and no needle; the case gives them";
  check_keys(file, {"description", "pattern", "mode", "rate", "volume_by_longest_dimension"},
             {{"needle", why},
              {"volume", why},
              {"concentration", why},
              {"dose", why},
              {"dose_per_weight", why},
              {"over", "a scheme of params/ carries no duration; give it a rate, or leave it to the case"},
              {"at", "a scheme of params/ carries no times; the case gives them"}});
  read_pattern(*map_at(file, "pattern", true), pattern);
  pattern.mode = mode_of_pattern(file);
  overlay_parameter(file, "rate", Dimension::volume_rate, limits::rate.possible,
                    ParameterLibrary::label("schemes", pattern.name), false, pattern.rate);
  if (const auto rule = map_at(file, "volume_by_longest_dimension", false)) read_volume_rule(*rule, pattern);
  return pattern;
}

void read_named_scheme(const YamlNode& node, const ParameterLibrary& library, Case& c) {
  const YamlNode use = node.required("use");
  check_keys(node,
             {"use", "needle", "direction", "entry", "volume", "concentration", "dose", "dose_per_weight",
              "rate", "over", "mode", "at", "offset"},
             {{"tip", "has no effect: the scheme '" + use.text() + "' says where the needle goes"},
              {"needle_line", "has no effect: the scheme '" + use.text() +
                                  "' says where the needle goes; give direction or entry"}});
  const SchemePattern pattern = read_scheme_pattern(use, library);
  const Needle needle = read_needle(node.required("needle"), library);
  const Amounts total = read_total(node, pattern, c);
  const double duration = read_total_duration(node, pattern, total.volume);
  InjectionMode mode = read_mode(node, duration);
  if (pattern.mode && !node.has("mode")) mode = *pattern.mode;
  if (mode == InjectionMode::infusion && duration == 0)
    node.fail("scheme " + pattern.name + " infuses, which needs time; give over more than 0 s, or a rate");
  const std::vector<double> times = read_dose_times(node, duration, c.until);

  const auto count = static_cast<double>(pattern.tips.size());
  const double share_of_time = pattern.together ? duration : duration / count;
  for (std::size_t n = 0; n < pattern.tips.size(); ++n) {
    NeedleInjection injection;
    use_needle(needle, injection);
    injection.tip = pattern.tips[n];
    if (const auto offset = node.optional("offset"))
      injection.tip.offset = read_point(*offset, c.geometry.space);
    read_axis(node, c.geometry.space, injection);
    injection.volume = total.volume / count;
    injection.concentration = total.concentration;
    injection.amount = injection.volume * injection.concentration;
    injection.duration = share_of_time;
    injection.mode = mode;
    const double start = pattern.together ? 0 : static_cast<double>(n) * share_of_time;
    for (const double t : times) injection.times.push_back(t + start);
    c.needles.push_back(injection);
  }
}

void refuse_bare_name(const YamlNode& name, const ParameterLibrary& library) {
  const SchemePattern pattern = read_scheme_pattern(name, library);
  std::string text = whole;
  const std::string example = "four_deposits";
  text.replace(text.find(example), example.size(), pattern.name);
  name.fail("a named scheme carries no amount; give needle, amount and rate as scheme: " + text);
}

}  // namespace intratumor
