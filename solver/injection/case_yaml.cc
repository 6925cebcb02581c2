#include "injection/case_reading.h"

namespace intratumor {

namespace {

std::string quantity_text(double value, Dimension dimension) {
  return exact_text(value) + " " + si_unit(dimension);
}

/// A point of the case, which is RAS, in its space.
std::array<double, 3> in_space(const std::array<double, 3>& point, const std::string& space) {
  const std::array<double, 3> sign = signs_to_ras(space);
  std::array<double, 3> result;
  for (int d = 0; d < 3; ++d) result[d] = point[d] == 0 ? 0 : sign[d] * point[d];
  return result;
}

std::string point_text(const std::array<double, 3>& point, const std::string& space) {
  const std::array<double, 3> p = in_space(point, space);
  return quantities_text({p[0], p[1], p[2]}, Dimension::length);
}

std::string tip_text(const TipPosition& tip, const std::string& space) {
  if (tip.anchor == TipPosition::Anchor::point) return point_text(tip.offset, space);
  std::string place = tip.anchor == TipPosition::Anchor::centroid ? "at: centroid" : "at: deepest";
  if (tip.anchor == TipPosition::Anchor::part)
    place = "part: " + std::to_string(tip.part) + ", of: " + std::to_string(tip.parts);
  if (tip.anchor == TipPosition::Anchor::track) place = "track: " + exact_text(tip.track);
  return "{" + place + ", offset: " + point_text(tip.offset, space) + "}";
}

std::string geometry_text(const GeometryInput& geometry) {
  std::string labels;
  for (const TissueOfLabel& label : geometry.labels)
    labels += (labels.empty() ? "" : ", ") +
              (label.segment.empty() ? std::to_string(label.value) : quoted(label.segment)) + ": " +
              quoted(label.region);
  std::string file = "segmentation: " + quoted(geometry.segmentation) + "\n  labels: {" + labels + "}";
  if (geometry.mesh)
    file = "mesh: " + quoted(geometry.segmentation) +
           "\n  length_unit: " + quantity_text(geometry.mesh->length_unit, Dimension::length) +
           "\n  voxel: " +
           (geometry.mesh->voxel > 0 ? quantity_text(geometry.mesh->voxel, Dimension::length) : "auto") +
           "\n  regions: {" + labels + "}";
  return "geometry:\n  " + file + "\n  background: " + quoted(geometry.background) +
         "\n  target: " + quoted(geometry.target) +
         "\n  component: " + (geometry.largest_piece ? "largest" : "all") +
         "\n  margin: " + quantity_text(geometry.margin, Dimension::length) + "\n  space: " + geometry.space +
         "\n";
}

std::string mode_text(InjectionMode mode) {
  if (mode == InjectionMode::infusion) return "infusion";
  return mode == InjectionMode::deposit ? "deposit" : "auto";
}

Needle needle_of(const NeedleInjection& injection) {
  return {injection.needle, injection.outer_diameter, injection.hole_distances, injection.hole_diameter};
}

/// The needle's numbers alone, without where they are from.
std::string short_text(const Needle& needle) {
  std::string text = "{name: " + quoted(needle.name) +
                     ", outer_diameter: " + quantity_text(needle.outer_diameter.value, Dimension::length) +
                     ", holes: " + quantities_text(needle.hole_distances, Dimension::length);
  if (needle.hole_diameter.given())
    text += ", hole_diameter: " + quantity_text(needle.hole_diameter.value, Dimension::length);
  return text + "}";
}

/// Keys and values of one entry, with `between` from each to the next.
std::string injection_text(const NeedleInjection& injection, const std::string& needle,
                           const std::string& space, const std::string& between) {
  std::string text = "needle: " + needle + between + "tip: " + tip_text(injection.tip, space);
  if (injection.entry) {
    text += between + "entry: " + point_text(*injection.entry, space);
  } else if (injection.direction) {
    const std::array<double, 3> d = in_space(*injection.direction, space);
    text +=
        between + "direction: [" + exact_text(d[0]) + ", " + exact_text(d[1]) + ", " + exact_text(d[2]) + "]";
  }
  return text + between + "volume: " + quantity_text(injection.volume, Dimension::volume) + between +
         "concentration: " + quantity_text(injection.concentration, Dimension::molar_concentration) +
         between + "over: " + quantity_text(injection.duration, Dimension::time) + between +
         "mode: " + mode_text(injection.mode) + between +
         "at: " + quantities_text(injection.times, Dimension::time);
}

std::string mesh_entry_text(const std::vector<NeedleInjection>& needles, const std::string& space) {
  std::string text;
  for (const NeedleInjection& needle : needles)
    text += (text.empty() ? "{" : ", {") +
            injection_text(needle, short_text(needle_of(needle)), space, ", ") + "}";
  return "[" + text + "]";
}

std::string intravenous_text(const IntravenousDose& dose) {
  return "  - intravenous: {dose: " + quantity_text(dose.amount, Dimension::amount) +
         ", over: " + quantity_text(dose.duration, Dimension::time) +
         ", at: " + quantities_text(dose.times, Dimension::time) + "}\n";
}

std::string far_field_text(const FarFieldInput& far_field) {
  if (far_field.kind == FarFieldInput::Kind::equilibrium) return "equilibrium";
  if (far_field.kind == FarFieldInput::Kind::sealed) return "sealed";
  return quantity_text(far_field.pressure, Dimension::pressure);
}

std::string faces_text(const Case& c) {
  if (c.faces.empty()) return far_field_text(c.far_field);
  std::string text;
  for (const auto& [face, far_field] : c.faces)
    text += (text.empty() ? "{" : ", ") + face + ": " + far_field_text(far_field);
  if (c.faces.size() < box_faces.size()) text += ", others: " + far_field_text(c.far_field);
  return text + "}";
}

std::string collapse_text(const CollapseInput& collapse) {
  if (!collapse.on) return "none";
  return "{floor: " + exact_text(collapse.floor) +
         ", width: " + quantity_text(collapse.width, Dimension::pressure) + "}";
}

std::string deposit_text(const DepositInput& deposit) {
  const std::string ratio = ", volume_ratio: " + exact_text(deposit.volume_ratio);
  std::string items = "sphere" + ratio;
  if (deposit.shape == DepositInput::Shape::ellipsoid)
    items = "ellipsoid" + ratio + ", aspect: " + exact_text(deposit.aspect);
  if (deposit.shape == DepositInput::Shape::line)
    items = "line" + ratio + ", length: " + quantity_text(deposit.length, Dimension::length);
  if (deposit.shape == DepositInput::Shape::mask) items = "mask, mask: " + quoted(deposit.mask);
  return "deposit: {shape: " + items + "}\n";
}

std::string exposure_text(const Case& c) {
  std::string thresholds;
  for (const Threshold& threshold : c.thresholds)
    thresholds += (thresholds.empty() ? "" : ", ") + quoted(threshold.text);
  std::string text = "exposure:\n  thresholds: [" + thresholds + "]\n";
  if (!c.thresholds.empty())
    text += "  at_least: " + quantity_text(c.threshold_duration, Dimension::time) + "\n";
  return text + "  shell: " + quantity_text(c.shell, Dimension::length) + "\n";
}

}  // namespace

std::string mesh_entry_yaml(const Case& c) {
  return mesh_entry_text(c.needles, c.geometry.space);
}

std::string resolved_yaml(const Case& c) {
  std::string text = "title: " + quoted(c.title) + "\n" + geometry_text(c.geometry) + "tissues:\n";
  for (std::size_t i = 0; i < c.regions.size(); ++i)
    text += "  " + quoted(c.regions[i]) + ": " + to_yaml(c.tissues[i]) + "\n";
  text += "drug: " + to_yaml(c.drug) + "\npatient: " + to_yaml(c.patient) + "\nscheme:\n";
  for (const NeedleInjection& needle : c.needles)
    text += "  - " + injection_text(needle, to_yaml(needle_of(needle)), c.geometry.space, "\n    ") + "\n";
  for (const IntravenousDose& dose : c.intravenous) text += intravenous_text(dose);
  text += "flow: {far_field: " + faces_text(c) + ", collapse: " + collapse_text(c.collapse) + "}\n";
  if (c.deposit) text += deposit_text(*c.deposit);
  text += exposure_text(c) + "comparator: " + (c.comparator ? "intravenous" : "none") +
          "\nrun:\n  until: " + quantity_text(c.until, Dimension::time) + "\n  accuracy: " + c.accuracy +
          "\n  checkpoint: " +
          (c.checkpoint_interval > 0 ? quantity_text(c.checkpoint_interval, Dimension::time) : "none") +
          "\nnumerics:\n  h_min: " + quantity_text(c.numerics.h_min, Dimension::length) +
          "\n  time_tolerance: " + exact_text(c.numerics.time_tolerance) +
          "\n  coverage_tolerance: " + exact_text(c.numerics.coverage_tolerance) + "\n";
  if (!c.numerics.mesh_for.empty()) text += "  mesh_for:\n";
  for (const auto& needles : c.numerics.mesh_for)
    text += "    - " + mesh_entry_text(needles, c.geometry.space) + "\n";
  std::string maps;
  for (const std::string& map : c.maps) maps += (maps.empty() ? "" : ", ") + map;
  return text + "output:\n  fields: " + quantities_text(c.field_times, Dimension::time) + "\n  maps: [" +
         maps + "]\n";
}

}  // namespace intratumor
