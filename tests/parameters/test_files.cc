// Every parameter file that is shipped: it reads, and every number in it has a unit, a range, a source and a
// basis.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <string>

#include "parameters/size_scaling.h"
#include "read_text.h"

namespace intratumor {
namespace {

const char* const kinds[] = {"tissues", "drugs", "vessels", "matrices"};

/// Texts of numbers: "3e-14 m^2/(Pa s)", "0.3", "90 min".
bool is_number(const std::string& text) {
  return !text.empty() && (std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-') &&
         text.find(',') == std::string::npos;
}

/// Walks a file; counts the numbers that stand outside an entry {value, range, source, basis} or lack a part
/// of it.
void check_numbers(const YAML::Node& node, const std::string& path, int& entries) {
  if (node.IsMap() && node["value"]) {
    ++entries;
    EXPECT_TRUE(node["range"] && node["range"].IsSequence() && node["range"].size() == 2)
        << path << ": range";
    EXPECT_TRUE(node["source"] && node["source"].as<std::string>().size() >= 5) << path << ": source";
    ASSERT_TRUE(node["basis"]) << path << ": basis";
    const std::string basis = node["basis"].as<std::string>();
    EXPECT_TRUE(basis == "read" || basis == "remembered" || basis == "computed") << path << ": " << basis;
    return;
  }
  if (node.IsMap()) {
    for (const auto& item : node)
      check_numbers(item.second, path + "." + item.first.as<std::string>(), entries);
  } else if (node.IsSequence()) {
    for (std::size_t i = 0; i < node.size(); ++i)
      check_numbers(node[i], path + "." + std::to_string(i), entries);
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

TEST(ParameterFiles, EveryNumberHasUnitRangeSourceAndBasis) {
  int entries = 0;
  for (const std::string kind : kinds)
    for (const std::string& name : shipped().names(kind))
      check_numbers(shipped().load(kind, name).raw(), kind + "/" + name, entries);
  std::cout << entries << " numbers\n";
  EXPECT_GT(entries, 150);
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
  for (const char* name : {"viable_tumour", "necrotic", "muscle", "kidney", "fat"})
    EXPECT_TRUE(library.has("tissues", name)) << name;
  for (const char* name : {"ipilimumab", "cisplatin", "gadolinium_dtpa"})
    EXPECT_TRUE(library.has("drugs", name)) << name;
}

TEST(ParameterFiles, EveryDrugInEveryTissueHasCoefficients) {
  const ParameterLibrary library = shipped();
  for (const std::string& drug_name : library.names("drugs"))
    for (const std::string& name : library.names("tissues")) {
      const Tissue tissue = read_tissue(name, library);
      const TissueCoefficients c = coefficients(tissue, read_drug(drug_name, library), name);
      EXPECT_GT(c.diffusivity, 0) << drug_name << " in " << name;
      EXPECT_GT(c.accessible_fraction, 0) << drug_name << " in " << name;
      EXPECT_LE(c.accessible_fraction, c.fluid_fraction) << drug_name << " in " << name;
      EXPECT_EQ(c.permeability_surface > 0, tissue.vessel.exist()) << drug_name << " in " << name;
    }
}

}  // namespace
}  // namespace intratumor
