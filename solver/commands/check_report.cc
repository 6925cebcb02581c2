#include "commands/check_report.h"

#include <algorithm>
#include <cmath>

#include "commands/amount_text.h"
#include "commands/cost_estimate.h"
#include "commands/text_table.h"
#include "output/clinical_units.h"
#include "output/reporter.h"
#include "simulation/mesh_request.h"
#include "simulation/target_places.h"
#include "simulation/tip_place.h"

namespace intratumor {

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string millilitres(double m3) {
  return readable_number(1e6 * m3);
}

/// Whether --set or the case's file gives `numerics` of its own, which no accuracy changes.
bool own_numerics(const Case& c, const std::vector<std::string>& overrides) {
  return YamlNode::load(c.path, overrides).has("numerics");
}

std::string times_text(const std::vector<double>& times) {
  std::string text;
  for (const double t : times) text += (text.empty() ? "" : ", ") + readable_text(t, Dimension::time);
  return text;
}

/// "1.1 mg (71.9 nmol, 1.8e+07 IU)", in as many units as the drug converts.
std::string amount_text(const Case& c, double mol) {
  constexpr double avogadro = 6.02214076e23;
  const Drug& drug = c.drug;
  const std::string moles = readable_text(mol, Dimension::amount);
  std::string others;
  if (drug.molar_mass.given() && drug.activity.given())
    others += ", " + readable_text(mol * drug.molar_mass.value * drug.activity.value, Dimension::activity);
  if (drug.particles_per_pfu.given())
    others += ", " + readable_text(mol * avogadro / drug.particles_per_pfu.value, Dimension::plaques);
  if (!drug.molar_mass.given()) return moles + (others.empty() ? "" : " (" + others.substr(2) + ")");
  return readable_number(1e6 * mol * drug.molar_mass.value) + " mg (" + moles + others + ")";
}

std::string concentration_text(const Case& c, double mol_per_m3) {
  const ClinicalUnits units{c.drug.molar_mass.given() ? std::optional<double>(c.drug.molar_mass.value)
                                                      : std::nullopt};
  return readable_value(mol_per_m3, units.concentration());
}

std::string duration_or_at_once(double seconds) {
  return seconds > 0 ? "over " + readable_text(seconds, Dimension::time) : "at once";
}

/// "[0.00, 0.60, -0.80]", from entry to tip in the case's space.
std::string direction_text(const Case& c, const Vector3& d) {
  const auto sign = signs_to_ras(c.geometry.space);
  char text[60];
  // Adding 0 turns -0 into 0.
  std::snprintf(text, sizeof text, "[%.2f, %.2f, %.2f]", sign[0] * d[0] + 0., sign[1] * d[1] + 0.,
                sign[2] * d[2] + 0.);
  return text;
}

std::string mode_text(const ModeChoice& choice) {
  const std::string mode = choice.mode == InjectionMode::infusion ? "infusion" : "deposit";
  return choice.by_case ? mode : "auto: " + mode + ", " + choice.why();
}

const char* shape_text(DepositInput::Shape shape) {
  if (shape == DepositInput::Shape::ellipsoid) return "ellipsoid";
  if (shape == DepositInput::Shape::line) return "line";
  return shape == DepositInput::Shape::mask ? "mask" : "sphere";
}

}  // namespace

std::string image_text(const Case& c, const Setup& setup) {
  const SegmentationFacts& facts = setup.segmentation;
  char text[300];
  const bool mesh = c.geometry.mesh.has_value();
  const std::string stored = mesh ? ", into which the mesh is turned" : "; stored as " + facts.orientation;
  std::snprintf(text, sizeof text, "  %d x %d x %d voxels of %.4g x %.4g x %.4g mm%s\n", facts.size[0],
                facts.size[1], facts.size[2], 1e3 * facts.spacing[0], 1e3 * facts.spacing[1],
                1e3 * facts.spacing[2], stored.c_str());
  Rows rows = {{mesh ? "group" : "label", "region", "voxels", "mL",
                mesh ? "mL of its cells" : "of it to later labels"}};
  for (const SegmentationFacts::Label& label : facts.labels) {
    const std::string lost =
        label.lost > 0 ? millilitres(static_cast<double>(label.lost) * facts.voxel_volume()) : "";
    rows.push_back({label.name, setup.regions[static_cast<std::size_t>(label.region)],
                    count_text(label.voxels),
                    millilitres(static_cast<double>(label.voxels) * facts.voxel_volume()),
                    mesh ? millilitres(label.in_mesh) : lost});
  }
  std::string pieces = "  target " + c.geometry.target + ": ";
  constexpr std::size_t most_listed = 6;
  for (std::size_t i = 0; i < std::min(facts.pieces.size(), most_listed); ++i)
    pieces += (i > 0 ? ", " : "") + millilitres(static_cast<double>(facts.pieces[i]) * facts.voxel_volume());
  pieces += facts.pieces.size() == 1
                ? " mL in one piece\n"
                : " mL in " + count_text(facts.pieces.size()) + " pieces" +
                      (facts.pieces.size() > most_listed ? " (the largest)" : "") +
                      (c.geometry.largest_piece ? ", the largest counts\n" : ", all count\n");
  return std::string(mesh ? "mesh: " : "segmentation: ") + facts.format + "\n" + text +
         text_table(rows, "  ", true) + pieces;
}

std::string regions_text(const Case& c, const Setup& setup) {
  const SegmentationFacts& facts = setup.segmentation;
  const Octree octree = octree_tables(mesh_request(c, setup, 1.));
  Rows rows = {{"region", "voxels", "mL", "mL meshed", "tissue"}};
  for (std::size_t r = 0; r < setup.regions.size(); ++r) {
    const auto index = static_cast<int>(r);
    const std::size_t voxels = facts.region_voxels[r];
    const double meshed = octree.region_overlap(index, octree.box.lower, octree.box.upper);
    std::string name = setup.regions[r];
    if (index == setup.target) name += " (target)";
    if (index == setup.background) name += " (background)";
    rows.push_back({name, count_text(voxels), millilitres(static_cast<double>(voxels) * facts.voxel_volume()),
                    millilitres(meshed), setup.tissues[r].tissue});
  }
  char text[100];
  const MeshBox& box = octree.box;
  std::snprintf(text, sizeof text, "meshed: %.0f x %.0f x %.0f mm\n", 1e3 * (box.upper[0] - box.lower[0]),
                1e3 * (box.upper[1] - box.lower[1]), 1e3 * (box.upper[2] - box.lower[2]));
  return text + text_table(rows, "  ", true);
}

std::string coefficients_text(const Case& c, const Setup& setup) {
  struct Line {
    const char* name;
    const char* unit;
    double TissueCoefficients::*value;
    double factor;
  };
  constexpr double pa_per_mmhg = 133.322387415;
  using T = TissueCoefficients;
  static const std::vector<Line> lines = {
      {"K    hydraulic conductivity", "m^2/(Pa s)", &T::hydraulic_conductivity, 1},
      {"LS   filtration of vessels", "1/(Pa s)", &T::vessel_filtration, 1},
      {"pe   effective vascular pressure", "mmHg", &T::effective_vascular_pressure, 1 / pa_per_mmhg},
      {"pv   vascular pressure", "mmHg", &T::vascular_pressure, 1 / pa_per_mmhg},
      {"LL   filtration of lymph", "1/(Pa s)", &T::lymph_filtration, 1},
      {"pl   pressure of lymph", "mmHg", &T::lymph_pressure, 1 / pa_per_mmhg},
      {"phi_f  fluid fraction", "1", &T::fluid_fraction, 1},
      {"phi_a  accessible to the drug", "1", &T::accessible_fraction, 1},
      {"D    diffusivity", "m^2/s", &T::diffusivity, 1},
      {"PS   exchange with blood", "1/s", &T::permeability_surface, 1},
      {"sf   solvent-drag reflection", "1", &T::solvent_drag_reflection, 1},
      {"kdeg degradation", "1/s", &T::degradation, 1},
      {"uptake  into cells", "1/s", &T::uptake, 1},
      {"Bmax  target, sites", "nM", &T::target_sites, 1e6},
      {"Bmax  matrix, sites", "nM", &T::matrix_sites, 1e6},
      {"p_open tearing, excess", "kPa", &T::opening_pressure, 1e-3},
  };
  Rows rows = {{"coefficients of " + c.drug.name, "unit"}};
  for (std::size_t r = 0; r < setup.regions.size(); ++r)
    if (setup.tissues[r].region_class == RegionClass::tissue) rows[0].push_back(setup.regions[r]);
  for (const Line& line : lines) {
    // Binding only where there is some.
    const bool of_binding =
        line.value == &T::uptake || line.value == &T::target_sites || line.value == &T::matrix_sites;
    if (of_binding && std::none_of(setup.tissues.begin(), setup.tissues.end(),
                                   [&](const T& tissue) { return tissue.*line.value > 0; }))
      continue;
    rows.push_back({line.name, line.unit});
    for (const T& tissue : setup.tissues)
      if (tissue.region_class == RegionClass::tissue)
        rows.back().push_back(readable_number(tissue.*line.value * line.factor));
  }
  std::string text = text_table(rows, "  ", true);
  Rows binding;
  const auto add_kinetics = [&](bool binds, const char* to, const BindingKinetics& k, const char* loss) {
    if (!binds) return;
    binding.push_back({std::string("kon  ") + to, readable_text(k.association, Dimension::association_rate),
                       "association"});
    binding.push_back(
        {std::string("koff ") + to, readable_text(k.dissociation, Dimension::rate_constant), "kon Kd"});
    binding.push_back({std::string("loss ") + to, readable_text(k.loss, Dimension::rate_constant), loss});
  };
  add_kinetics(setup.binds_target(), "target", setup.binding.target, "internalised with the target");
  add_kinetics(setup.binds_matrix(), "matrix", setup.binding.matrix, "degraded with the matrix");
  if (!binding.empty()) text += text_table(binding, "  ");

  const BodyCoefficients& body = setup.body;
  Rows of_body = {
      {"V1", readable_text(body.plasma_volume, Dimension::volume), "plasma volume"},
      {"CL", readable_text(body.clearance, Dimension::volume_rate), "clearance"},
  };
  for (const auto& peripheral : body.peripherals)
    of_body.push_back({"V, Q",
                       readable_text(peripheral.volume, Dimension::volume) + ", " +
                           readable_text(peripheral.exchange_flow, Dimension::volume_rate),
                       "peripheral compartment and its exchange"});
  of_body.push_back({"lymph", readable_text(body.lymph_stages / body.lymph_rate, Dimension::time),
                     "mean delay to plasma, " + std::to_string(body.lymph_stages) +
                         (body.lymph_stages == 1 ? " stage" : " stages")});
  return text + "\nbody of " + readable_text(c.patient.body_weight.value, Dimension::body_mass) + " (" +
         c.patient.species + ")\n" + text_table(of_body);
}

/// ", 63% of it in the target": of the volume of what one entry deposits; how much of the drug that is
/// follows from the fluid of either side.
std::string share_text(const Setup& setup, std::size_t entry) {
  double inside = 0, all = 0;
  for (const Deposit& deposit : setup.deposits)
    if (deposit.entry == entry) {
      all += deposit.shape.volume();
      inside += deposit.shape.volume() * share_in_target(setup, deposit.shape);
    }
  const double share = all > 0 ? inside / all : 0;
  char text[120];
  std::snprintf(text, sizeof text, ", %.0f%% of it in the target%s", 100 * share,
                share < share_in_target_wanted ? ": the rest of it lies beside" : "");
  return text;
}

std::string scheme_text(const Case& c, const Setup& setup) {
  std::string text = "scheme, followed for " + readable_text(c.until, Dimension::time) + "\n";
  std::size_t entry = 0;
  TargetPlaces places(setup.image, setup.values[setup.target], *setup.places);
  for (const NeedleInjection& needle : c.needles) {
    const Vector3 tip = places.tip(needle);
    const ModeChoice& choice = setup.modes[entry];
    text += "  scheme." + std::to_string(entry++) + "  " + needle.needle + "\n";
    const auto region = static_cast<std::size_t>(region_at(setup, tip));
    Rows rows = {{"tip", readable_point(c, tip) + ", in " + setup.regions[region]}};
    if (!needle.needle_line.empty()) rows.push_back({"line", needle.needle_line});
    if (needle.has_direction()) rows.push_back({"direction", direction_text(c, places.direction(needle))});
    if (needle.hole_distances.size() > 1)
      rows.push_back({"holes", std::to_string(needle.hole_distances.size())});
    std::string rate;
    if (needle.duration > 0)
      rate = " (" + readable_text(needle.volume / needle.duration, Dimension::volume_rate) + ")";
    rows.push_back({"volume", readable_text(needle.volume, Dimension::volume) + " " +
                                  duration_or_at_once(needle.duration) + rate});
    rows.push_back(
        {"dose", amount_text(c, needle.amount) + ", " + concentration_text(c, needle.concentration)});
    rows.push_back({"at", times_text(needle.times)});
    rows.push_back({"mode", mode_text(choice)});
    if (choice.mode != InjectionMode::infusion && c.deposit) {
      const bool mask = c.deposit->shape == DepositInput::Shape::mask;
      rows.push_back({"deposit", std::string(shape_text(c.deposit->shape)) +
                                     (mask ? " " + c.deposit->mask
                                           : ", " + millilitres(c.deposit->volume_ratio * needle.volume) +
                                                 " mL in all") +
                                     share_text(setup, entry - 1)});
    }
    text += text_table(rows, "    ");
  }
  for (const IntravenousDose& dose : c.intravenous) {
    text += "  scheme." + std::to_string(entry++) + "  intravenous\n";
    text += text_table({{"dose", amount_text(c, dose.amount) + " " + duration_or_at_once(dose.duration)},
                        {"at", times_text(dose.times)}},
                       "    ");
  }
  text += "  in all    " + amount_text(c, setup.given_intratumoral) + " by needle, " +
          amount_text(c, setup.given_intravenous) + " by vein\n";
  return text;
}

std::string estimates_text(const Case& c, const Setup& setup, int ranks,
                           const std::vector<std::string>& overrides) {
  std::vector<Case> cases;
  if (own_numerics(c, overrides)) {
    cases.push_back(c);
  } else {
    for (const char* accuracy : {"coarse", "standard", "fine"}) {
      std::vector<std::string> changed = overrides;
      changed.push_back(std::string("run.accuracy=") + accuracy);
      cases.push_back(read_case(c.path, changed));
    }
  }
  Rows rows = {{"estimate on " + std::to_string(ranks) + (ranks == 1 ? " rank" : " ranks"), "finest cell",
                "cells", "unknowns", "steps", "memory", "time"}};
  for (const Case& other : cases) {
    const OctreeRequest request = mesh_request(other, setup, 1.);
    const OctreeSize size = octree_size(request, octree_tables(request));
    std::string name = cases.size() == 1 ? "numerics of the case" : other.accuracy;
    if (cases.size() > 1 && other.accuracy == c.accuracy) name += " (this case)";
    rows.push_back({name, readable_text(other.numerics.h_min, Dimension::length)});
    if (!size.complete) {
      rows.back().push_back("more than " + count_text(size.cells));
      continue;
    }
    const CostEstimate cost = estimate_cost(other, setup, size.nodes, ranks);
    for (const std::string& cell :
         {count_text(size.cells), count_text(size.nodes), count_text(static_cast<std::uint64_t>(cost.steps)),
          bytes_text(cost.memory_bytes), duration_text(cost.wall_s)})
      rows.back().push_back(cell);
  }
  std::string smaller;
  for (const std::string& line : smaller_cells_text(c, setup)) smaller += "  " + line + "\n";
  return text_table(rows, "  ", true) + smaller +
         "  Memory of all ranks, time on a machine that does nothing else; within a factor of 2, and more\n"
         "  where drug spreads beyond the finely meshed region and the run starts again with a larger one.\n";
}

}  // namespace intratumor
