#include "simulation/setup.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "quantities/error.h"
#include "simulation/placement.h"

namespace intratumor {

namespace {

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
  const double beyond = reach_factor * (reach(setup.tissues[setup.target], c.until) + 2 * c.numerics.h_min);
  for (const Deposit& d : setup.deposits) request.fine.push_back({d.shape, beyond});
  // What a hole infuses fills the pores of a ball at most, before vessels take fluid up.
  const double pores = setup.tissues[setup.target].fluid_fraction;
  for (const Infusion& i : setup.infusions)
    for (const Ball& hole : i.holes) {
      const double volume = i.rate * i.duration / static_cast<double>(i.holes.size()) / pores;
      const double radius = std::cbrt(3. * volume / (4. * std::acos(-1.)));
      request.fine.push_back({Ball{hole.centre, std::max(radius, hole.radius)}, beyond});
    }
  return request;
}

double given_before(double until, double amount, double t, double duration) {
  if (t >= until) return 0.;
  return amount * (duration > 0 ? std::min(1., (until - t) / duration) : 1.);
}

namespace {

/// Sums of what the schedule gives, and the scale of concentrations.
void add_up(const Case& c, Setup& setup) {
  setup.given_intratumoral = setup.given_intravenous = 0;
  const auto sum = [&](const auto& entries, double& given) {
    for (const auto& entry : entries)
      for (const double t : entry.times) given += given_before(c.until, entry.amount, t, entry.duration);
  };
  sum(setup.deposits, setup.given_intratumoral);
  sum(setup.infusions, setup.given_intratumoral);
  sum(setup.intravenous, setup.given_intravenous);
  setup.injected_concentration = 0;
  for (const Deposit& d : setup.deposits)
    setup.injected_concentration = std::max(setup.injected_concentration, d.concentration);
  for (const Infusion& i : setup.infusions)
    setup.injected_concentration = std::max(setup.injected_concentration, i.concentration);
  setup.reference_concentration =
      std::max(setup.injected_concentration, setup.given() / setup.body.plasma_volume);
}

}  // namespace

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
  setup.collapse = {c.collapse.on, c.collapse.floor, c.collapse.width};
  place_injections(c, setup, reporter);
  setup.intravenous = c.intravenous;
  add_up(c, setup);
  if (setup.given() <= 0) throw InputError(c.path + ": scheme: no dose is given before run.until");
  return setup;
}

Setup intravenous_comparator(const Case& c, const Setup& setup) {
  Setup by_vein = setup;
  by_vein.deposits.clear();
  by_vein.infusions.clear();
  by_vein.modes.clear();
  const double usual = c.drug.intravenous_duration.value;
  const auto add = [&](const auto& entries) {
    for (const auto& entry : entries) {
      // What the needle would have given before the end of the run, by vein within it too.
      for (const double t : entry.times)
        by_vein.intravenous.push_back(
            {given_before(c.until, entry.amount, t, entry.duration), std::min(usual, c.until - t), {t}});
    }
  };
  add(setup.deposits);
  add(setup.infusions);
  add_up(c, by_vein);
  return by_vein;
}

}  // namespace intratumor
