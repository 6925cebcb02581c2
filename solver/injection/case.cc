#include "injection/case.h"

#include <algorithm>
#include <tuple>

#include "injection/case_reading.h"

namespace intratumor {

namespace {

auto members(const TissueOfLabel& l) {
  return std::tie(l.value, l.region, l.segment);
}

auto members(const GeometryInput& g) {
  return std::tie(g.segmentation, g.mesh, g.background, g.target, g.largest_piece, g.margin, g.space);
}

auto members(const NeedleInjection& n) {
  return std::tie(n.needle, n.outer_diameter, n.outer_radius, n.hole_distances, n.hole_diameter, n.tip.anchor,
                  n.tip.offset, n.tip.part, n.tip.parts, n.tip.track, n.direction, n.entry, n.volume,
                  n.concentration, n.amount, n.duration, n.mode, n.times);
}

auto members(const IntravenousDose& d) {
  return std::tie(d.amount, d.duration, d.times);
}

auto members(const Threshold& t) {
  return std::tie(t.text, t.value);
}

auto members(const DepositInput& d) {
  return std::tie(d.shape, d.volume_ratio, d.aspect, d.length, d.mask);
}

auto members(const Case& c) {
  return std::tie(c.title, c.regions, c.tissues, c.drug, c.patient, c.far_field, c.faces, c.collapse.on,
                  c.collapse.floor, c.collapse.width, c.comparator, c.threshold_duration, c.shell, c.until,
                  c.accuracy, c.numerics.h_min, c.numerics.time_tolerance, c.numerics.coverage_tolerance,
                  c.field_times, c.maps);
}

template <typename T>
bool all_equal(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return members(x) == members(y); });
}

}  // namespace

bool operator==(const Case& a, const Case& b) {
  const bool same_deposit = a.deposit.has_value() == b.deposit.has_value() &&
                            (!a.deposit || members(*a.deposit) == members(*b.deposit));
  return members(a) == members(b) && same_deposit && members(a.geometry) == members(b.geometry) &&
         all_equal(a.geometry.labels, b.geometry.labels) && all_equal(a.needles, b.needles) &&
         all_equal(a.intravenous, b.intravenous) && all_equal(a.thresholds, b.thresholds) &&
         std::equal(a.numerics.mesh_for.begin(), a.numerics.mesh_for.end(), b.numerics.mesh_for.begin(),
                    b.numerics.mesh_for.end(), all_equal<NeedleInjection>);
}

double Case::largest_injected_concentration() const {
  double largest = 0;
  for (const NeedleInjection& needle : needles) largest = std::max(largest, needle.concentration);
  return largest;
}

void check_keys(const YamlNode& map, const std::vector<std::string>& known,
                const std::vector<std::pair<std::string, std::string>>& later) {
  for (const std::string& key : known) map.has(key);
  for (const auto& [key, why] : later) map.refuse(key, why);
  map.done();
}

std::string quantities_text(const std::vector<double>& values, Dimension dimension) {
  std::string text;
  for (const double value : values)
    text += (text.empty() ? "" : ", ") + exact_text(value) + " " + si_unit(dimension);
  return "[" + text + "]";
}

std::array<double, 3> signs_to_ras(const std::string& space) {
  if (space == "LPS") return {-1, -1, 1};
  return {1, 1, 1};
}

std::vector<double> read_times(const YamlNode& node, const Range& range) {
  if (node.is_scalar()) return {node.quantity(Dimension::time, range)};
  std::vector<double> times;
  for (const YamlNode& item : node.items()) {
    times.push_back(item.quantity(Dimension::time, range));
    if (times.size() > 1 && times.back() <= times[times.size() - 2])
      item.fail("'" + item.text() + "' must be later than the time before it; times ascend");
  }
  if (times.empty()) node.fail("is empty; expected times, as [0 min, 7 d]");
  return times;
}

}  // namespace intratumor
