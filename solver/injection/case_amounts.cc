#include "injection/case_amounts.h"

#include <limits>
#include <stdexcept>

#include "injection/case_reading.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

constexpr double largest_concentration = limits::concentration.possible.high;
constexpr double avogadro = 6.02214076e23;  // 1/mol
/// The drug decides what is too much of an activity.
const Range positive = {0, std::numeric_limits<double>::max(), true};

const std::vector<Dimension> amounts = {Dimension::mass, Dimension::amount, Dimension::activity,
                                        Dimension::plaques};
const std::vector<Dimension> concentrations = {Dimension::mass_concentration, Dimension::molar_concentration,
                                               Dimension::activity_concentration,
                                               Dimension::plaque_concentration};

/// What converts a quantity of the drug, or a message that names what is missing.
double conversion(const YamlNode& node, const Parameter& parameter, const Drug& drug, const char* key,
                  const char* example, const char* other) {
  if (parameter.given()) return parameter.value;
  node.fail("'" + node.text() + "' needs the " + key + " of the drug, and " + drug.name +
            " gives none; set drug." + key + ", as " + example + ", or give it " + other);
}

double molar_mass(const YamlNode& node, const Drug& drug) {
  return conversion(node, drug.molar_mass, drug, "molar_mass", "150 kDa", "in mol");
}

/// An amount in mol, or a concentration in mol/m^3.
double in_moles(const YamlNode& node, const Quantity& q, const Drug& drug) {
  switch (q.dimension) {
    case Dimension::mass:
    case Dimension::mass_concentration:
      return q.value / molar_mass(node, drug);
    case Dimension::activity:
    case Dimension::activity_concentration:
      return q.value / conversion(node, drug.activity, drug, "activity", "16e6 IU/mg", "by mass or in mol") /
             molar_mass(node, drug);
    case Dimension::plaques:
    case Dimension::plaque_concentration:
      return q.value *
             conversion(node, drug.particles_per_pfu, drug, "particles_per_pfu", "50", "by mass or in mol") /
             avogadro;
    default:
      return q.value;
  }
}

/// A dose per body weight, as 3 mg/kg, times the weight, kg.
Quantity dose_of_weight(const YamlNode& node, double body_weight) {
  const std::string text = node.text();
  const std::string what = "'" + text + "' must be a dose per body weight, as 3 mg/kg";
  const std::size_t slash = text.rfind('/');
  if (slash == std::string::npos) node.fail(what);
  Quantity dose;
  try {
    dose = parse_quantity(text.substr(0, slash), amounts);
    dose.value *= body_weight / parse_quantity("1 " + text.substr(slash + 1), Dimension::body_mass);
  } catch (const std::invalid_argument& error) {
    node.fail(what + ": " + error.what());
  }
  return dose;
}

/// Fails where not exactly two are given, at the one that --set added when it is the third.
void check_amounts(const YamlNode& node, const std::vector<std::optional<YamlNode>>& given_amounts) {
  std::string found;
  std::size_t given = 0;
  YamlNode place = node;
  for (const auto& amount : given_amounts) {
    if (!amount) continue;
    ++given;
    found += (found.empty() ? "" : ", ") + amount->path().substr(amount->path().rfind('.') + 1);
    if (amount->where().rfind("--set", 0) == 0) place = *amount;
  }
  if (given == 2) return;
  const bool added = given > 2 && place.path() != node.path();
  (given > 2 ? place : node)
      .fail("needs exactly two of volume, concentration and dose; found " + (found.empty() ? "none" : found) +
            (added ? "; --set takes none away: set the whole entry, --set " + node.path() + "='{...}'" : ""));
}

double concentration_of_dose(const Dose& dose, const Case& c, double volume) {
  const double concentration = dose.amount(c) / volume;
  if (concentration > largest_concentration)
    dose.node.fail("in this volume it gives " + readable_text(concentration, Dimension::molar_concentration) +
                   "; at most " + readable_text(largest_concentration, Dimension::molar_concentration) +
                   " is possible");
  return concentration;
}

}  // namespace

double Dose::amount(const Case& c) const {
  const Quantity given =
      per_weight ? dose_of_weight(node, c.patient.body_weight.value) : node.quantity(amounts, positive);
  const double mol = in_moles(node, given, c.drug);
  const bool too_heavy = given.dimension == Dimension::mass && given.value > limits::mass.possible.high;
  if (!(given.value > 0) || too_heavy || mol > limits::amount.possible.high)
    node.fail("'" + node.text() + "' must be more than 0 and give at most " +
              readable_text(limits::mass.possible.high, Dimension::mass) + " or " +
              readable_text(limits::amount.possible.high, Dimension::amount));
  return mol;
}

std::optional<Dose> optional_dose(const YamlNode& entry) {
  const auto dose = entry.optional("dose");
  const auto per_weight = entry.optional("dose_per_weight");
  if (dose && per_weight) per_weight->fail("has no effect beside dose; give one of the two");
  if (dose) return Dose{*dose, false};
  if (per_weight) return Dose{*per_weight, true};
  return std::nullopt;
}

double read_concentration(const YamlNode& node, const Drug& drug) {
  const Quantity given = node.quantity(concentrations, positive);
  if (given.dimension == Dimension::mass_concentration &&
      given.value > limits::mass_concentration.possible.high)
    node.fail("'" + node.text() + "' must be at most " +
              readable_text(limits::mass_concentration.possible.high, Dimension::mass_concentration));
  const double c = in_moles(node, given, drug);
  if (c > largest_concentration)
    node.fail("'" + node.text() + "' must be at most " +
              readable_text(largest_concentration, Dimension::molar_concentration));
  return c;
}

Amounts read_amounts(const YamlNode& node, const Case& c) {
  const auto volume = node.optional("volume");
  const auto concentration = node.optional("concentration");
  const auto dose = optional_dose(node);
  check_amounts(node, {volume, concentration, dose ? std::optional<YamlNode>(dose->node) : std::nullopt});
  Amounts result;
  if (volume) result.volume = volume->quantity(Dimension::volume, limits::volume.possible);
  if (concentration) result.concentration = read_concentration(*concentration, c.drug);
  if (!volume) {
    result.volume = dose->amount(c) / result.concentration;
    if (result.volume > limits::volume.possible.high)
      dose->node.fail("at this concentration it takes " + readable_text(result.volume, Dimension::volume) +
                      "; at most " + readable_text(limits::volume.possible.high, Dimension::volume) +
                      " can be injected");
  }
  if (!concentration) result.concentration = concentration_of_dose(*dose, c, result.volume);
  result.amount = result.volume * result.concentration;
  return result;
}

Amounts read_amounts_of_volume(const YamlNode& node, const Case& c, double volume) {
  const auto concentration = node.optional("concentration");
  Amounts result;
  result.volume = volume;
  result.concentration = concentration ? read_concentration(*concentration, c.drug)
                                       : concentration_of_dose(*optional_dose(node), c, volume);
  result.amount = result.volume * result.concentration;
  return result;
}

}  // namespace intratumor
