#include "simulation/placement.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "flow/hole.h"
#include "quantities/error.h"
#include "simulation/mesh_request.h"
#include "simulation/target_places.h"
#include "simulation/tip_place.h"

namespace intratumor {

namespace {

/// A needle in its place.
struct Placed {
  std::size_t entry;
  const NeedleInjection* needle;
  Vector3 tip{}, direction{};
  std::vector<Vector3> holes;
  std::vector<double> times;  ///< before the run ends
};

Placed place(const Case& c, TargetPlaces& places, std::size_t entry) {
  Placed p;
  p.entry = entry;
  p.needle = &c.needles[entry];
  try {
    p.tip = places.tip(*p.needle);
  } catch (const InputError& error) {
    throw InputError(c.path + ": scheme." + std::to_string(entry) + ".tip: " + error.what());
  }
  p.direction = places.direction(*p.needle);
  for (const double back : p.needle->hole_distances) {
    Vector3 hole = p.tip;
    for (int a = 0; a < 3; ++a) hole[a] -= back * p.direction[a];
    p.holes.push_back(hole);
  }
  for (const double t : p.needle->times)
    if (t < c.until) p.times.push_back(t);
  return p;
}

/// The rule of `auto`, by the hole that stands worst.
ModeChoice choose_mode(const Case& c, const Setup& setup, const Placed& p) {
  const NeedleInjection& needle = *p.needle;
  ModeChoice choice;
  choice.by_case = needle.mode != InjectionMode::automatic;
  choice.mode = choice.by_case ? needle.mode : InjectionMode::deposit;
  if (needle.duration == 0) {
    if (needle.mode == InjectionMode::infusion)
      throw InputError(c.path + ": scheme." + std::to_string(p.entry) +
                       ".mode: an infusion takes time; give rate, or over more than 0 s");
    choice.tissue = setup.tissues[region_at(setup, p.holes[0])].tissue;
    return choice;
  }
  const double rate = needle.volume / needle.duration / static_cast<double>(p.holes.size());
  double worst = -1;
  for (std::size_t h = 0; h < p.holes.size(); ++h) {
    const TissueCoefficients& tissue = setup.tissues[region_at(setup, p.holes[h])];
    const double pressure = infusion_pressure(tissue, setup.collapse, rate, needle.hole_radius(h));
    if (tissue.opening_pressure <= 0 && !choice.by_case)
      throw InputError(c.path + ": scheme." + std::to_string(p.entry) +
                       ".mode: auto asks at which pressure " + tissue.tissue +
                       " tears, and its opening_pressure is not known; give it or say mode: "
                       "infusion or deposit");
    const double share = tissue.opening_pressure > 0 ? pressure / tissue.opening_pressure : 0;
    if (share <= worst) continue;
    worst = share;
    choice.expected_pressure = pressure;
    choice.opening_pressure = tissue.opening_pressure;
    choice.tissue = tissue.tissue;
  }
  if (!choice.by_case && !choice.above_opening_pressure()) choice.mode = InjectionMode::infusion;
  return choice;
}

/// "; at most ... would not tear it": the rate of the whole needle, to two digits.
std::string gentle_rate_text(const Setup& setup, const Placed& p) {
  const auto holes = static_cast<double>(p.holes.size());
  double least = std::numeric_limits<double>::max();
  for (std::size_t h = 0; h < p.holes.size(); ++h) {
    const TissueCoefficients& tissue = setup.tissues[region_at(setup, p.holes[h])];
    double low = 0, high = p.needle->volume / p.needle->duration / holes;
    for (int k = 0; k < 40; ++k) {
      const double rate = (low + high) / 2;
      const double pressure = infusion_pressure(tissue, setup.collapse, rate, p.needle->hole_radius(h));
      (pressure > tissue.opening_pressure ? high : low) = rate;
    }
    least = std::min(least, low * holes);
  }
  char text[80];
  std::snprintf(text, sizeof text, "; at most %.2g uL/min would not tear it", 60e9 * least);
  return text;
}

double deposit_ratio(const Case& c, const Setup& setup) {
  return c.deposit ? c.deposit->volume_ratio : 1. / setup.tissues[setup.target].fluid_fraction;
}

/// The voxels of an image that are not 0, wherever its grid lies.
Shape mask_shape(const Case& c, const Setup& setup) {
  const auto mask = std::make_shared<const LabelImage>(read_label_image(c.deposit->mask));
  std::vector<std::uint16_t> filled;
  std::size_t voxels = 0;
  for (const auto& [value, count] : count_labels(*mask))
    if (value != 0) {
      filled.push_back(value);
      voxels += count;
    }
  if (voxels == 0)
    throw InputError(c.path + ": deposit.mask: " + c.deposit->mask + " holds no voxel that is not 0");
  const VoxelBox box = voxel_box(*mask, filled);
  Point lower(1e300, 1e300, 1e300), upper(-1e300, -1e300, -1e300);
  for (int corner = 0; corner < 8; ++corner) {
    Vector3 index{};
    for (int a = 0; a < 3; ++a) index[a] = (corner >> a & 1) != 0 ? box.last[a] + 0.5 : box.first[a] - 0.5;
    const Point p = mesh_point(setup.image, mask->world(index));
    for (int a = 0; a < 3; ++a) {
      lower[a] = std::min(lower[a], p[a]);
      upper[a] = std::max(upper[a], p[a]);
    }
  }
  LabelImage frame = setup.image;  // its geometry only
  frame.labels.clear();
  const auto inside = [mask, frame](const Point& p) {
    const Vector3 index = mask->index(world_point(frame, p));
    std::array<int, 3> voxel{};
    for (int a = 0; a < 3; ++a) {
      voxel[a] = static_cast<int>(std::lround(index[a]));
      if (voxel[a] < 0 || voxel[a] >= mask->size[a]) return false;
    }
    return mask->at(voxel[0], voxel[1], voxel[2]) != 0;
  };
  const double finest = *std::min_element(mask->spacing.begin(), mask->spacing.end());
  return Shape::any(inside, lower, upper, finest, static_cast<double>(voxels) * mask->voxel_volume());
}

/// What one entry fills: a shape round every hole, or one for the whole needle.
std::vector<Shape> deposit_shapes(const Case& c, const Setup& setup, const Placed& p) {
  using Form = DepositInput::Shape;
  const Form form = c.deposit ? c.deposit->shape : Form::sphere;
  if (form == Form::mask) return {mask_shape(c, setup)};
  const double volume = deposit_ratio(c, setup) * p.needle->volume;
  const auto n_holes = static_cast<double>(p.holes.size());
  // The image's axes are a rotation of the world's.
  const Point tip = mesh_point(setup.image, p.tip);
  Vector3 behind = p.tip;
  for (int a = 0; a < 3; ++a) behind[a] -= p.direction[a];
  const dealii::Tensor<1, 3> axis = tip - mesh_point(setup.image, behind);
  if (form == Form::line) {
    const double length = c.deposit->length;
    return {Shape::rod(tip, Point(tip - length * axis), rod_radius(volume, length))};
  }
  const double radius = std::cbrt(3. * volume / n_holes / (4. * std::acos(-1.)));
  std::vector<Shape> shapes;
  for (const Vector3& hole : p.holes) {
    const Point centre = mesh_point(setup.image, hole);
    if (form == Form::sphere) {
      shapes.emplace_back(Ball{centre, radius});
    } else {
      const double across = radius / std::cbrt(c.deposit->aspect);
      shapes.push_back(Shape::ellipsoid(centre, axis, c.deposit->aspect * across, across));
    }
  }
  return shapes;
}

/// `what` with its place must lie in the meshed box.
void check_inside(const Case& c, const Setup& setup, const MeshBox& box, const Shape& shape, const Placed& p,
                  const char* what) {
  const bool mask = c.deposit && c.deposit->shape == DepositInput::Shape::mask;
  for (int a = 0; a < 3; ++a) {
    if (shape.lower()[a] >= box.lower[a] && shape.upper()[a] <= box.upper[a]) continue;
    std::string hint = likely_flip(c, setup, *p.needle, p.tip, nullptr);
    if (mask)
      hint =
          "do " + c.deposit->mask + " and " + setup.image.path + " say the same of their space and origin?";
    else if (hint.empty())
      hint = "move the tip, inject less, or raise geometry.margin";
    char text[700];
    std::snprintf(text, sizeof text,
                  "%s: scheme.%zu: %s, %.3g mm wide round %s, does not fit into the region of interest (the "
                  "target and %.0f mm of tissue round it); %s",
                  c.path.c_str(), p.entry, what, 1e3 * (shape.upper()[a] - shape.lower()[a]),
                  readable_point(c, world_point(setup.image, shape.centre())).c_str(),
                  1e3 * c.geometry.margin, hint.c_str());
    throw InputError(text);
  }
}

/// How far infused drug gets before it leaves: the radius of the pores that one hole fills within the drug's
/// mean stay, or within the infusion where that is shorter; m.
double infused_radius(const TissueCoefficients& tissue, double hole_rate, double duration) {
  const double escape = tissue.escape();
  const double stay = escape > 0 ? std::min(duration, 1. / escape) : duration;
  return std::cbrt(3. * hole_rate * stay / (4. * std::acos(-1.) * tissue.accessible_fraction));
}

/// The least of that over the holes.
double least_radius(const Setup& setup, const Placed& p) {
  const double rate = p.needle->volume / p.needle->duration / static_cast<double>(p.holes.size());
  double least = std::numeric_limits<double>::max();
  for (const Vector3& hole : p.holes)
    least = std::min(least, infused_radius(setup.tissues[region_at(setup, hole)], rate, p.needle->duration));
  return least;
}

/// Drug that leaves fast stays within few cells of the hole, however small.
void warn_of_short_stay(const Case& c, const Infusion& infusion, Reporter& reporter) {
  const HoleCells cells = hole_cells(c, infusion);
  if (cells.resolved) return;
  char text[300];
  std::snprintf(
      text, sizeof text,
      "scheme.%zu: the drug leaves so fast that it stays within about %.2g mm of the hole, which cells of "
      "%.2g mm there do not resolve: exposure of the tumour may be off by tens of percent; give "
      "numerics.h_min a smaller value",
      infusion.entry, 1e3 * infusion.drug_radius, 1e3 * cells.h);
  reporter.warn(text);
}

/// Where a hole opens there must be tissue.
void check_tissue(const Case& c, const Setup& setup, const Placed& p) {
  for (std::size_t h = 0; h < p.holes.size(); ++h) {
    const auto region = static_cast<std::size_t>(region_at(setup, p.holes[h]));
    if (setup.tissues[region].region_class == RegionClass::tissue) continue;
    throw InputError(c.path + ": scheme." + std::to_string(p.entry) + ": a hole of the needle, at " +
                     readable_point(c, p.holes[h]) + ", lies in " + setup.regions[region] +
                     ", where there is no tissue; move the tip, or give that label a tissue");
  }
}

}  // namespace

std::string ModeChoice::why() const {
  char text[240];
  if (expected_pressure <= 0) return by_case ? "said by the case" : "given at once";
  const char* relation = opening_pressure <= 0      ? "%s; the pressure at a hole would be %.3g kPa in %s"
                         : above_opening_pressure() ? "%s; the pressure at a hole would be %.3g kPa, above "
                                                      "the %.3g kPa at which %s tears"
                                                    : "%s; the pressure at a hole is about %.3g kPa, below "
                                                      "the %.3g kPa at which %s tears";
  const char* who = by_case ? "said by the case" : "chosen by pressure";
  if (opening_pressure <= 0)
    std::snprintf(text, sizeof text, relation, who, expected_pressure / 1e3, tissue.c_str());
  else
    std::snprintf(text, sizeof text, relation, who, expected_pressure / 1e3, opening_pressure / 1e3,
                  tissue.c_str());
  return text;
}

void place_injections(const Case& c, Setup& setup, Reporter& reporter) {
  const MeshBox box = mesh_box(mesh_request(c, setup, 1.));
  TargetPlaces places(setup.image, setup.values[setup.target], *setup.places);
  for (std::size_t k = 0; k < c.needles.size(); ++k) {
    const Placed p = place(c, places, k);
    const NeedleInjection& needle = *p.needle;
    check_tip(c, setup, box, k, p.tip);
    check_tissue(c, setup, p);
    for (std::size_t h = 0; h < p.holes.size(); ++h)
      check_inside(c, setup, box, Ball{mesh_point(setup.image, p.holes[h]), needle.hole_radius(h)}, p,
                   "a hole of the needle");
    const ModeChoice choice = choose_mode(c, setup, p);
    setup.modes.push_back(choice);
    const std::string entry = "scheme." + std::to_string(k);
    const bool infuses = choice.mode == InjectionMode::infusion;
    reporter.info(entry + ": " + needle.needle + ", tip at " + readable_point(c, p.tip) + "; " +
                  (infuses ? "infusion" : "deposit") + ", " +
                  (choice.by_case && !infuses ? "said by the case" : choice.why()));
    if (infuses && choice.above_opening_pressure())
      reporter.warn(entry + ": " + choice.why() +
                    "; flow through intact pores is not what will happen there" + gentle_rate_text(setup, p));
    if (infuses) {
      Infusion infusion;
      infusion.entry = k;
      for (std::size_t h = 0; h < p.holes.size(); ++h)
        infusion.holes.push_back({mesh_point(setup.image, p.holes[h]), needle.hole_radius(h)});
      infusion.rate = needle.volume / needle.duration;
      infusion.concentration = needle.concentration;
      infusion.amount = needle.amount;
      infusion.duration = needle.duration;
      infusion.times = p.times;
      infusion.drug_radius = least_radius(setup, p);
      setup.infusions.push_back(infusion);
      warn_of_short_stay(c, infusion, reporter);
      warn_of_tip(c, setup, k, p.tip, reporter);
      continue;
    }
    const std::vector<Shape> shapes = deposit_shapes(c, setup, p);
    for (const Shape& shape : shapes) {
      check_inside(c, setup, box, shape, p, "a deposit");
      setup.deposits.push_back({k, shape, needle.amount / static_cast<double>(shapes.size()),
                                needle.concentration, needle.duration, p.times,
                                edge_in_target(setup, shape)});
    }
    warn_of_tip(c, setup, k, p.tip, reporter);
  }
}

}  // namespace intratumor
