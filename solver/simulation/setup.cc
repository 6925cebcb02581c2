#include "simulation/setup.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr double pi = 3.14159265358979323846;

int region_index(const Case& c, const std::string& name) {
  const auto at = std::find(c.regions.begin(), c.regions.end(), name);
  if (at == c.regions.end()) throw ComputationError("internal: no region '" + name + "'");
  return static_cast<int>(at - c.regions.begin());
}

/// Every label named must occur, and every label that occurs (but 0) must be named.
void match_labels(const Case& c, Setup& setup) {
  const auto counts = count_labels(setup.image);
  std::ostringstream present;
  for (const auto& [value, voxels] : counts)
    present << (present.tellp() > 0 ? ", " : "") << value << " (" << voxels << " voxels)";
  setup.values.resize(c.regions.size());
  for (const auto& label : c.geometry.labels) {
    if (label.value != 0 && counts.count(static_cast<std::uint16_t>(label.value)) == 0)
      throw InputError(c.path + ": geometry.labels: label " + std::to_string(label.value) + " ('" +
                       label.region + "') does not occur in " + setup.image.path + "; it holds " +
                       present.str());
    setup.values[region_index(c, label.region)].push_back(static_cast<std::uint16_t>(label.value));
  }
  for (const auto& [value, voxels] : counts) {
    if (value == 0) continue;
    const auto named = std::find_if(c.geometry.labels.begin(), c.geometry.labels.end(),
                                    [value = value](const TissueOfLabel& l) { return l.value == value; });
    if (named == c.geometry.labels.end())
      throw InputError(c.path + ": geometry.labels: " + setup.image.path + " has " + std::to_string(voxels) +
                       " voxels of label " + std::to_string(value) + ", which the case does not name; add " +
                       std::to_string(value) + ": REGION");
  }
}

Vector3 tip_position(const Setup& setup, const TipPosition& tip) {
  Vector3 at{};
  if (tip.anchor == TipPosition::Anchor::centroid) at = centroid(setup.image, setup.values[setup.target]);
  if (tip.anchor == TipPosition::Anchor::deepest)
    at = deepest_point(setup.image, setup.values[setup.target]).position;
  for (int a = 0; a < 3; ++a) at[a] += tip.offset[a];
  return at;
}

Vector3 shaft_direction(const NeedleInjection& needle, const Vector3& tip) {
  Vector3 d{};
  if (needle.direction) {
    for (int a = 0; a < 3; ++a) d[a] = (*needle.direction)[a];
  } else if (needle.entry) {
    for (int a = 0; a < 3; ++a) d[a] = tip[a] - (*needle.entry)[a];
  }
  const double length = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
  if (length > 0)
    for (double& x : d) x /= length;
  return d;
}

/// A point in the space that the case names.
std::string millimetres(const Case& c, const Vector3& p) {
  const auto sign = signs_to_ras(c.geometry.space);
  char text[120];
  std::snprintf(text, sizeof text, "[%.2f mm, %.2f mm, %.2f mm] %s", 1e3 * sign[0] * p[0],
                1e3 * sign[1] * p[1], 1e3 * sign[2] * p[2], c.geometry.space.c_str());
  return text;
}

/// Times of an entry that begin before the run ends.
std::vector<double> times_before(const std::vector<double>& times, double until) {
  std::vector<double> kept;
  for (const double t : times)
    if (t < until) kept.push_back(t);
  return kept;
}

/// Leaves of the image what the meshed box can hold: a whole scan is hundreds of megabytes on every rank.
void crop_image(const Case& c, Setup& setup) {
  VoxelBox box = voxel_box(setup.image, setup.values[setup.target]);
  if (box.empty()) throw InputError(setup.image.path + ": the target region has no voxel");
  for (int a = 0; a < 3; ++a) {
    const double beyond = c.geometry.margin + std::max(OctreeRequest().h_max, c.numerics.h_min);
    const int voxels = static_cast<int>(std::min(1e6, std::ceil(beyond / setup.image.spacing[a]))) + 2;
    box.first[a] -= voxels;
    box.last[a] += voxels;
  }
  setup.image = cropped(setup.image, box);
}

void place_deposits(const Case& c, Setup& setup, Reporter& reporter) {
  const double target_fluid = setup.tissues[setup.target].fluid_fraction;
  const double ratio = c.deposit ? c.deposit->volume_ratio : 1. / target_fluid;
  for (std::size_t k = 0; k < c.needles.size(); ++k) {
    const NeedleInjection& needle = c.needles[k];
    const std::string entry = "scheme." + std::to_string(k);
    const Vector3 tip = tip_position(setup, needle.tip);
    const Vector3 direction = shaft_direction(needle, tip);
    const auto n_holes = static_cast<double>(needle.hole_distances.size());
    const double radius = std::cbrt(3. * ratio * needle.volume / n_holes / (4. * pi));
    reporter.info(entry + ": " + needle.needle + ", tip at " + millimetres(c, tip));
    for (const double back : needle.hole_distances) {
      Vector3 hole = tip;
      for (int a = 0; a < 3; ++a) hole[a] -= back * direction[a];
      Deposit deposit;
      deposit.ball = {mesh_point(setup.image, hole), radius};
      deposit.amount = needle.amount / n_holes;
      deposit.concentration = needle.concentration;
      deposit.duration = needle.duration;
      deposit.times = times_before(needle.times, c.until);
      setup.deposits.push_back(deposit);
    }
  }
  // The whole ball must lie in the meshed box.
  const OctreeRequest request = mesh_request(c, setup, 1.);
  const MeshBox box = mesh_box(request);
  for (const Deposit& d : setup.deposits)
    for (int a = 0; a < 3; ++a)
      if (d.ball.centre[a] - d.ball.radius < box.lower[a] ||
          d.ball.centre[a] + d.ball.radius > box.upper[a]) {
        char text[400];
        std::snprintf(
            text, sizeof text,
            "%s: scheme: a deposit of radius %.1f mm round %s does not fit into the region of interest (the "
            "target and %.0f mm of tissue round it); move the tip, inject less, or raise geometry.margin",
            c.path.c_str(), 1e3 * d.ball.radius,
            millimetres(c, world_point(setup.image, d.ball.centre)).c_str(), 1e3 * c.geometry.margin);
        throw InputError(text);
      }
}

/// How far drug spreads beyond a deposit: 3 sqrt(D/k_esc) of the target, at most sqrt(4 D t_end).
double reach(const TissueCoefficients& t, double until) {
  const double escape = (t.permeability_surface / t.accessible_fraction) + t.degradation;
  const double diffusive = std::sqrt(4. * t.diffusivity * until);
  return escape > 0 ? std::min(3. * std::sqrt(t.diffusivity / escape), diffusive) : diffusive;
}

}  // namespace

OctreeRequest mesh_request(const Case& c, const Setup& setup, double reach_factor) {
  OctreeRequest request;
  request.image = &setup.image;
  request.values = setup.values;
  request.background = setup.background;
  request.target = setup.target;
  request.margin = c.geometry.margin;
  request.h_min = c.numerics.h_min;
  const double beyond = reach(setup.tissues[setup.target], c.until) + 2 * c.numerics.h_min;
  for (const Deposit& d : setup.deposits)
    request.fine.push_back({d.ball.centre, d.ball.radius + reach_factor * beyond});
  return request;
}

Setup prepare(const Case& c, Reporter& reporter) {
  Setup setup;
  setup.image = read_label_image(c.geometry.segmentation);
  setup.target = region_index(c, c.geometry.target);
  setup.background = region_index(c, c.geometry.background);
  match_labels(c, setup);
  crop_image(c, setup);
  for (std::size_t r = 0; r < c.regions.size(); ++r)
    setup.tissues.push_back(coefficients(c.tissues[r], c.drug, c.regions[r]));
  setup.body = body_coefficients(c.drug, c.patient);
  if (!setup.body.scaled_from.empty())
    reporter.warn("drug " + c.drug.name + " has no pharmacokinetics of a " + c.patient.species +
                  ": those of a " + setup.body.scaled_from +
                  " are scaled by body weight; compare drug.pharmacokinetics." + c.patient.species +
                  " with measured values");
  if (setup.tissues[setup.target].accessible_fraction <= 0)
    throw InputError(c.path + ": tissues." + c.geometry.target +
                     ": the drug finds no accessible volume in the target");
  place_deposits(c, setup, reporter);

  // What an entry gives at time t before the run ends.
  const auto before_end = [&](double amount, double t, double duration) {
    if (t >= c.until) return 0.;
    return amount * (duration > 0 ? std::min(1., (c.until - t) / duration) : 1.);
  };
  for (const Deposit& d : setup.deposits)
    for (const double t : d.times) setup.given_intratumoral += before_end(d.amount, t, d.duration);
  for (const IntravenousDose& dose : c.intravenous)
    for (const double t : dose.times) setup.given_intravenous += before_end(dose.amount, t, dose.duration);
  setup.injected_concentration = c.largest_injected_concentration();
  setup.reference_concentration =
      std::max(setup.injected_concentration,
               (setup.given_intratumoral + setup.given_intravenous) / setup.body.plasma_volume);
  if (setup.given_intratumoral + setup.given_intravenous <= 0)
    throw InputError(c.path + ": scheme: no dose is given before run.until");
  return setup;
}

}  // namespace intratumor
