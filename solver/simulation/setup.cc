#include "simulation/setup.h"

#include <algorithm>
#include <cmath>

#include "injection/case_warnings.h"
#include "quantities/error.h"
#include "simulation/placement.h"
#include "simulation/reuse.h"
#include "simulation/segmentation.h"

namespace intratumor {

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

std::vector<char> Setup::has_tissue() const {
  std::vector<char> has;
  for (const TissueCoefficients& t : tissues) has.push_back(t.region_class == RegionClass::tissue ? 1 : 0);
  return has;
}

int Setup::region_of_voxel(int i, int j, int k) const {
  const bool inside =
      i >= 0 && j >= 0 && k >= 0 && i < image.size[0] && j < image.size[1] && k < image.size[2];
  if (inside)
    for (std::size_t r = 0; r < values.size(); ++r)
      if (std::find(values[r].begin(), values[r].end(), image.at(i, j, k)) != values[r].end())
        return static_cast<int>(r);
  return background;
}

bool Setup::is_tissue(int i, int j, int k) const {
  return tissues[static_cast<std::size_t>(region_of_voxel(i, j, k))].region_class == RegionClass::tissue;
}

bool Setup::binds_target() const {
  return binding.target.association > 0 &&
         std::any_of(tissues.begin(), tissues.end(), [](const auto& t) { return t.target_sites > 0; });
}

bool Setup::binds_matrix() const {
  return binding.matrix.association > 0 &&
         std::any_of(tissues.begin(), tissues.end(), [](const auto& t) { return t.matrix_sites > 0; });
}

int region_index(const SegmentedImage& image, const std::string& name) {
  const auto at = std::find(image.regions.begin(), image.regions.end(), name);
  if (at == image.regions.end()) throw ComputationError("internal: no region '" + name + "'");
  return static_cast<int>(at - image.regions.begin());
}

namespace {

SegmentedImage segmented_image(const Case& c, Reporter& reporter, Kept<SegmentedImage>* kept) {
  if (kept == nullptr) return read_segmentation(c, reporter);
  const std::string key = image_key(c);
  std::shared_ptr<SegmentedImage> image = kept->find(key);
  if (image != nullptr) {
    reporter.say_again(image->said);
    return *image;
  }
  reporter.start_noting();
  image = std::make_shared<SegmentedImage>(read_segmentation(c, reporter));
  image->said = reporter.noted();
  kept->keep(key, image);
  return *image;
}

/// What the needles of `numerics.mesh_for` reach, each placed as if it were the case's own.
void place_for_mesh(const Case& c, Setup& setup) {
  Setup other = setup;
  Case one = c;
  Reporter silent;
  for (std::size_t k = 0; k < c.numerics.mesh_for.size(); ++k) {
    one.needles = c.numerics.mesh_for[k];
    other.modes.clear();
    other.deposits.clear();
    other.infusions.clear();
    try {
      place_injections(one, other, silent);
    } catch (const InputError& error) {
      throw InputError(c.path + ": numerics.mesh_for." + std::to_string(k) + ": " + error.what());
    }
    setup.mesh_for.push_back(other);
  }
}

}  // namespace

Setup prepare(const Case& c, Reporter& reporter, Kept<SegmentedImage>* image) {
  Setup setup;
  for (const std::string& text : implausible_values(c)) reporter.warn(text);
  for (const std::string& text : values_without_effect(c)) reporter.warn(text);
  static_cast<SegmentedImage&>(setup) = segmented_image(c, reporter, image);
  for (std::size_t r = 0; r < c.regions.size(); ++r)
    setup.tissues.push_back(coefficients(c.tissues[r], c.drug, c.regions[r]));
  // The target's other pieces are its tissue too.
  while (setup.tissues.size() < setup.regions.size())
    setup.tissues.push_back(TissueCoefficients(setup.tissues[static_cast<std::size_t>(setup.target)]));
  setup.binding = drug_binding(c.drug);
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
  if (!c.numerics.mesh_for.empty()) place_for_mesh(c, setup);
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
  std::vector<std::pair<double, double>> given;  // when, and how much
  const auto add = [&](const auto& entries) {
    for (const auto& entry : entries)
      // What the needle would have given before the end of the run, by vein within it too.
      for (const double t : entry.times)
        given.emplace_back(t, given_before(c.until, entry.amount, t, entry.duration));
  };
  add(setup.deposits);
  add(setup.infusions);
  std::sort(given.begin(), given.end());
  double session = -1;  // when it began
  for (const auto& [t, amount] : given) {
    if (session < 0 || (t > session && t >= session + usual)) {
      session = t;
      by_vein.intravenous.push_back({0., std::min(usual, c.until - t), {t}});
    }
    by_vein.intravenous.back().amount += amount;
  }
  add_up(c, by_vein);
  return by_vein;
}

}  // namespace intratumor
