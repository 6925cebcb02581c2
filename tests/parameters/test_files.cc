// Every parameter file that is shipped: it reads, and every number in it has a unit, a range that holds it, a
// source and a basis.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <string>

#include "parameters/drug_class.h"
#include "parameters/size_scaling.h"
#include "read_text.h"

namespace intratumor {
namespace {

const char* const kinds[] = {"tissues", "drugs", "drug_classes", "vessels", "matrices", "needles", "schemes"};

/// Texts of numbers: "3e-14 m^2/(Pa s)", "0.3", "90 min".
bool is_number(const std::string& text) {
  return !text.empty() && (std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-') &&
         text.find(',') == std::string::npos;
}

/// SI value of a quantity of any dimension, a plain number among them.
Quantity any_quantity(const std::string& text) {
  std::vector<Dimension> all;
  for (int d = 0; d <= static_cast<int>(Dimension::dimensionless); ++d)
    all.push_back(static_cast<Dimension>(d));
  return parse_quantity(text, all);
}

/// Numbers of the files by basis.
struct Count {
  int read = 0, computed = 0, remembered = 0;
  int all() const { return read + computed + remembered; }
};

void check_provenance(const YAML::Node& node, const std::string& path, Count& count) {
  EXPECT_TRUE(node["source"] && node["source"].as<std::string>().size() >= 5) << path << ": source";
  ASSERT_TRUE(node["basis"]) << path << ": basis";
  const std::string basis = node["basis"].as<std::string>();
  if (basis == "read") ++count.read;
  if (basis == "computed") ++count.computed;
  if (basis == "remembered") ++count.remembered;
  EXPECT_TRUE(basis == "read" || basis == "remembered" || basis == "computed") << path << ": " << basis;
}

void check_entry(const YAML::Node& node, const std::string& path, Count& count) {
  check_provenance(node, path, count);
  const YAML::Node range = node["range"];
  ASSERT_TRUE(range && range.IsSequence() && range.size() == 2) << path << ": range";
  const Quantity value = any_quantity(node["value"].as<std::string>());
  const Quantity low = any_quantity(range[0].as<std::string>());
  const Quantity high = any_quantity(range[1].as<std::string>());
  EXPECT_EQ(value.dimension, low.dimension) << path << ": units";
  EXPECT_EQ(value.dimension, high.dimension) << path << ": units";
  const double slack = 1e-12 * std::abs(value.value);
  EXPECT_LE(low.value, value.value + slack) << path;
  EXPECT_GE(high.value, value.value - slack) << path;
}

/// Walks a file. Numbers stand in entries {value, range, source, basis}, or in a list whose map names one
/// source for all of them (holes of a needle, a rule of volumes).
void check_numbers(const YAML::Node& node, const std::string& path, Count& count) {
  if (node.IsMap() && node["value"]) return check_entry(node, path, count);
  if (node.IsMap() && node["source"] && path.find('.') != std::string::npos)
    return check_provenance(node, path, count);
  if (node.IsMap()) {
    for (const auto& item : node)
      check_numbers(item.second, path + "." + item.first.as<std::string>(), count);
  } else if (node.IsSequence()) {
    for (std::size_t i = 0; i < node.size(); ++i)
      check_numbers(node[i], path + "." + std::to_string(i), count);
  } else if (path.size() < 7 || path.substr(path.size() - 7) != ".stages") {
    EXPECT_FALSE(node.IsScalar() && is_number(node.as<std::string>()))
        << path << ": a number without a source";
  }
}

template <class T>
void check_ranges(const T& value, const std::string& name) {
  for (const NamedParameter& item : parameters(value)) {
    const Parameter& p = *item.parameter;
    if (p.set_by == "default") continue;
    EXPECT_TRUE(p.has_range()) << name << " " << item.key;
    // Ends are read as decimal text in other units than the value.
    const double slack = 1e-12 * std::abs(p.value);
    EXPECT_LE(p.low, p.value + slack) << name << " " << item.key;
    EXPECT_GE(p.high, p.value - slack) << name << " " << item.key;
    EXPECT_FALSE(p.source.empty()) << name << " " << item.key;
    EXPECT_FALSE(p.basis.empty()) << name << " " << item.key;
  }
}

/// A particle wider than the gaps of the brain: its file is right, the pair is refused.
bool shut_out(const std::string& drug, const Tissue& tissue) {
  return drug == "talimogene" && tissue.matrix == "brain";
}

TEST(ParameterFiles, EveryNumberHasUnitRangeSourceAndBasis) {
  Count count;
  for (const std::string kind : kinds)
    for (const std::string& name : shipped().names(kind))
      check_numbers(shipped().load(kind, name).raw(), kind + "/" + name, count);
  std::printf("%d numbers: %d read, %d computed, %d remembered\n", count.all(), count.read, count.computed,
              count.remembered);
  EXPECT_GT(count.all(), 400);
  EXPECT_GT(count.read, 100);
}

TEST(ParameterFiles, AllRead) {
  const ParameterLibrary library = shipped();
  for (const std::string& name : library.names("tissues"))
    check_ranges(read_tissue(name, library), "tissue " + name);
  for (const std::string& name : library.names("drugs"))
    check_ranges(read_drug(name, library), "drug " + name);
  for (const std::string& name : library.names("vessels"))
    for (const auto& pore : read_vessel_class(name, library).pores) {
      EXPECT_LE(pore.radius.low, pore.radius.value);
      EXPECT_LE(pore.area_per_length.low, pore.area_per_length.value) << name;
      EXPECT_GE(pore.area_per_length.high, pore.area_per_length.value) << name;
    }
  for (const std::string& name : library.names("matrices"))
    EXPECT_LE(read_matrix_class(name, library).diffusivity_factor.value, 1) << name;
}

TEST(ParameterFiles, TheNamesThatCasesUse) {
  const ParameterLibrary library = shipped();
  const std::pair<const char*, std::vector<std::string>> expected[] = {
      {"tissues",
       {"brain_grey", "brain_tumour", "brain_white", "capsule", "fat", "kidney", "liver", "lung", "muscle",
        "necrotic", "node", "skin", "viable_tumour"}},
      {"drugs",
       {"adu_s100", "albumin", "cisplatin", "cpg", "doxorubicin", "fab", "gadolinium_dtpa", "generic_igg",
        "il12", "il2", "ipilimumab", "nanobody", "paclitaxel", "talimogene"}},
      {"drug_classes", {"antibody", "fragment", "particle", "protein", "small_molecule"}},
      {"vessels", {"brain", "continuous", "fenestrated", "tumour"}},
      {"matrices", {"brain", "dense", "free", "tumour"}},
      {"needles",
       {"18G_end_hole", "19G_end_hole", "20G_end_hole", "20G_side_holes", "21G_end_hole", "21G_side_holes",
        "22G_end_hole", "22G_side_holes", "23G_end_hole", "24G_end_hole", "25G_end_hole", "26G_end_hole",
        "27G_end_hole", "28G_end_hole", "29G_end_hole", "30G_end_hole"}}};
  for (const auto& [kind, names] : expected) EXPECT_EQ(library.names(kind), names);
}

TEST(ParameterFiles, EveryDrugInEveryTissueHasCoefficients) {
  const ParameterLibrary library = shipped();
  for (const std::string& drug_name : library.names("drugs")) {
    const Drug drug = read_drug(drug_name, library);
    for (const std::string& name : library.names("tissues")) {
      const Tissue tissue = read_tissue(name, library);
      if (shut_out(drug_name, tissue)) {
        EXPECT_THROW(coefficients(tissue, drug, name), InputError);
        continue;
      }
      const TissueCoefficients c = coefficients(tissue, drug, name);
      const std::string pair = drug_name + " in " + name;
      EXPECT_GT(c.diffusivity, 0) << pair;
      EXPECT_LE(c.diffusivity, 1.3e-9) << pair;  // less than any solute in water at 37 C
      EXPECT_GT(c.accessible_fraction, 0) << pair;
      EXPECT_LE(c.accessible_fraction, c.fluid_fraction) << pair;
      EXPECT_EQ(c.permeability_surface > 0, tissue.vessel.exist()) << pair;
      EXPECT_GE(c.solvent_drag_reflection, 0) << pair;
      EXPECT_LE(c.solvent_drag_reflection, 1) << pair;
      EXPECT_GE(c.degradation, 0) << pair;
      EXPECT_LT(c.degradation, 1e-3) << pair;
      EXPECT_LT(c.uptake, 1e-2) << pair;
      EXPECT_EQ(c.target_sites > 0, drug.binding.association.given() && tissue.matrix == "tumour") << pair;
    }
  }
}

TEST(ParameterFiles, TissuesAreTissues) {
  const ParameterLibrary library = shipped();
  for (const std::string& name : library.names("tissues")) {
    const TissueCoefficients c =
        coefficients(read_tissue(name, library), read_drug("gadolinium_dtpa", library), name);
    EXPECT_GE(c.hydraulic_conductivity, 1e-16) << name;
    EXPECT_LE(c.hydraulic_conductivity, 1e-11) << name;
    EXPECT_GE(c.fluid_fraction, 0.05) << name;
    EXPECT_LE(c.fluid_fraction, 0.6) << name;
    EXPECT_GE(c.vessel_filtration, 0) << name;
    EXPECT_LE(c.vessel_filtration, 1e-5) << name;
    // What drives fluid out of vessels is a pressure of blood: 0 to 25 mmHg.
    EXPECT_GE(c.effective_vascular_pressure, 0) << name;
    EXPECT_LE(c.effective_vascular_pressure, 25 * 133.322) << name;
    EXPECT_LE(c.effective_vascular_pressure, c.vascular_pressure) << name;
    EXPECT_GE(c.opening_pressure, 500) << name;
    EXPECT_LE(c.opening_pressure, 5e4) << name;
  }
}

TEST(ParameterFiles, OpeningPressuresOfClasses) {
  const std::pair<const char*, double> expected[] = {
      {"viable_tumour", 8e3}, {"brain_tumour", 4e3}, {"capsule", 33e3},    {"muscle", 12e3}, {"kidney", 6e3},
      {"liver", 4e3},         {"brain_grey", 2e3},   {"brain_white", 2e3}, {"necrotic", 2e3}};
  for (const auto& [name, pressure] : expected)
    EXPECT_DOUBLE_EQ(opening_pressure(read_tissue(name, shipped())), pressure) << name;
}

TEST(ParameterFiles, BodiesAreBodies) {
  const ParameterLibrary library = shipped();
  for (const std::string& name : library.names("drugs"))
    for (const char* species : {"human", "mouse"}) {
      const Drug drug = read_drug(name, library);
      const Patient patient = patient_of(std::string("{species: ") + species + "}");
      const BodyCoefficients body = body_coefficients(drug, patient);
      const double weight = patient.body_weight.value;
      // At least half the plasma; at most what tissues that bind a drug take up.
      EXPECT_GT(body.plasma_volume, 0.02e-3 * weight) << name << " " << species;
      EXPECT_LT(body.plasma_volume, 6e-3 * weight) << name << " " << species;
      EXPECT_GT(body.clearance, 0) << name << " " << species;
      // A first half-life above what the circulation allows.
      EXPECT_GT(body.plasma_volume / body.clearance, 60.) << name << " " << species;
      EXPECT_GT(body.lymph_rate, 0) << name << " " << species;
    }
}

}  // namespace
}  // namespace intratumor
