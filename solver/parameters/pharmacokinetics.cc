#include <cmath>
#include <cstdio>

#include "parameters/drug_reader.h"
#include "parameters/limits.h"
#include "parameters/size_scaling.h"

namespace intratumor {

namespace {

const int most_stages = 20;
const std::size_t most_peripherals = 2;

void read_exponents(const YamlNode& node, const std::string& set_by,
                    Pharmacokinetics::WeightExponents& exponents) {
  struct Entry {
    const char* key;
    Parameter& parameter;
    double standard, low, high;
    const char* source;
  };
  const char* const flow = "allometry of flows, 3/4; range: exponents fitted between patients, from memory";
  const char* const size = "allometry of volumes, 1; range: exponents fitted between patients, from memory";
  const Entry list[] = {
      {"clearance", exponents.clearance, 0.75, 0.5, 1, flow},
      {"plasma_volume", exponents.plasma_volume, 1, 0.5, 1.1, size},
      {"peripheral_volume", exponents.peripheral_volume, 1, 0, 1.2, size},
      {"exchange_flow", exponents.exchange_flow, 0.75, 0, 1, flow},
      {"lymph_delay", exponents.lymph_delay, 0, 0, 0.25,
       "taken not to depend on weight within a species; times scale with 1/4 between them"}};
  const auto map = map_at(node, "weight_exponents", false);
  for (const Entry& entry : list) {
    if (!entry.parameter.given()) {
      entry.parameter = default_parameter(entry.standard, Dimension::dimensionless, entry.source);
      entry.parameter.low = entry.low;
      entry.parameter.high = entry.high;
    }
    if (map)
      overlay_parameter(*map, entry.key, Dimension::dimensionless, limits::weight_exponent.possible, set_by,
                        false, entry.parameter);
  }
  if (map) map->done();
}

void read_peripherals(const YamlNode& node, const std::string& set_by, bool complete,
                      std::vector<Pharmacokinetics::Peripheral>& peripherals) {
  const auto list =
      complete ? std::optional<YamlNode>(node.required("peripherals")) : node.optional("peripherals");
  if (!list) return;
  if (!list->is_sequence()) list->fail("must be a list of {volume, exchange_flow}; [] for one compartment");
  const std::vector<YamlNode> items = list->items();
  if (items.size() > most_peripherals) list->fail("at most two peripheral compartments");
  peripherals.clear();
  for (const YamlNode& item : items) {
    if (!item.is_map()) item.fail("must be a map, {volume: 3 L, exchange_flow: 0.04 L/h}");
    Pharmacokinetics::Peripheral peripheral;
    overlay_parameter(item, "volume", Dimension::volume, limits::peripheral_volume.possible, set_by, true,
                      peripheral.volume);
    overlay_parameter(item, "exchange_flow", Dimension::volume_rate, limits::exchange_flow.possible, set_by,
                      true, peripheral.exchange_flow);
    item.done();
    peripherals.push_back(peripheral);
  }
}

/// `clearance: renal`, for a drug whose size is known and species' plasma volume is read.
Parameter renal(const YamlNode& node, const std::string& species, const Drug& drug,
                const Pharmacokinetics& kinetics) {
  if (!drug.hydrodynamic_radius.given()) node.fail("'renal' follows from the drug's size; give drug.size");
  const double radius = drug.hydrodynamic_radius.value;
  Parameter result;
  result.dimension = Dimension::volume_rate;
  char source[160];
  if (species == "mouse") {
    if (!(radius >= smallest_mouse_radius && radius <= largest_mouse_radius)) {
      std::snprintf(source, sizeof source,
                    "'renal' is known in a mouse for radii of 1 to 4.5 nm, not %.3g nm", radius * 1e9);
      node.fail(std::string(source) + "; give a clearance, as 1 mL/h");
    }
    result.value = mouse_elimination(radius) * kinetics.plasma_volume.value;
    std::snprintf(source, sizeof source, "fit of plasma clearance in mice by radius, %.3g nm (cal_kcl.m)",
                  radius * 1e9);
  } else {
    const double mass = drug.molar_mass.given() ? drug.molar_mass.value : molar_mass_of_protein(radius);
    result.value = renal_clearance(mass) * std::pow(kinetics.reference_weight.value / standard_weight, 0.75);
    std::snprintf(source, sizeof source, "glomerular filtration of 7.2 L/h times sieving %.3g at %.4g kDa",
                  glomerular_sieving(mass), mass);
  }
  result.low = result.value / 3;
  result.high = result.value * 3;
  result.source = source;
  result.basis = "computed";
  result.set_by = "size";
  result.where = node.where();
  return result;
}

void read_clearance(const YamlNode& node, const std::string& species, const std::string& set_by,
                    bool complete, const Drug& drug, Pharmacokinetics& kinetics) {
  const auto entry = node.optional("clearance");
  if (entry && entry->is_scalar() && entry->text() == "renal")
    kinetics.clearance = renal(*entry, species, drug, kinetics);
  else
    overlay_parameter(node, "clearance", Dimension::volume_rate, limits::clearance.possible, set_by, complete,
                      kinetics.clearance);
}

}  // namespace

void read_lymph(const YamlNode& lymph, const std::string& set_by, bool needed, Parameter& delay,
                int& stages) {
  overlay_parameter(lymph, "delay", Dimension::time, limits::lymph_delay.possible, set_by, needed, delay);
  if (const auto number = lymph.optional("stages")) stages = number->integer(1, most_stages);
  lymph.done();
}

void read_pharmacokinetics(const YamlNode& drug_node, const std::string& set_by, bool needed,
                           const DrugClass* kind, Drug& drug) {
  const auto all = map_at(drug_node, "pharmacokinetics", needed);
  if (!all) return;
  for (const std::string species : {"human", "mouse"}) {
    const auto node = map_at(*all, species, false);
    if (!node) continue;
    const bool complete = drug.pharmacokinetics.count(species) == 0;
    Pharmacokinetics& kinetics = drug.pharmacokinetics[species];
    overlay_parameter(*node, "reference_weight", Dimension::body_mass, limits::reference_weight.possible,
                      set_by, complete, kinetics.reference_weight);
    overlay_parameter(*node, "plasma_volume", Dimension::volume, limits::plasma_volume.possible, set_by,
                      complete, kinetics.plasma_volume);
    read_clearance(*node, species, set_by, complete, drug, kinetics);
    read_peripherals(*node, set_by, complete && kind == nullptr, kinetics.peripherals);
    read_exponents(*node, set_by, kinetics.weight_exponents);
    if (complete && kind != nullptr) {
      kinetics.lymph_delay = kind->lymph_delay;
      kinetics.lymph_stages = kind->lymph_stages;
    }
    if (const auto lymph = map_at(*node, "lymph", complete && kind == nullptr))
      read_lymph(*lymph, set_by, complete, kinetics.lymph_delay, kinetics.lymph_stages);
    node->done();
  }
  all->done();
}

}  // namespace intratumor
