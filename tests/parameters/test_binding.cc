// What drugs bind to: reading, overlay, writing back, and the coefficients, against values computed by hand.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "read_text.h"

namespace intratumor {
namespace {

/// A Fab with a target and a matrix that hold it; `more` stands beside binding.
std::string anchored(const std::string& more = "") {
  return "{like: fab, dissociation_constant: 2 nM, binding: {target: EGFR, target_concentration: {tumour: 50 "
         "nM, "
         "dense: 1 nM}, association: 1e5 1/(M s), internalisation: 1e-4 1/s, uptake: 2e-5 1/s, matrix: "
         "{concentration: {tumour: 20 uM}, dissociation_constant: 500 nM, association: 1e4 1/(M s), "
         "turnover: 0.36 "
         "1/h}}" +
         more + "}";
}

TissueCoefficients in_tissue(const Drug& drug, const char* tissue, const char* region) {
  return coefficients(read_tissue(tissue, shipped()), drug, region);
}

std::string keys_of_binding(const Drug& drug) {
  std::string keys;
  for (const NamedParameter& item : parameters(drug)) {
    const bool binds = item.key.rfind("binding.", 0) == 0 || item.key.rfind("in.", 0) == 0;
    if (binds) keys += item.key + " ";
  }
  return keys;
}

TEST(Binding, IsReadAndListed) {
  const Drug drug = drug_of(anchored());
  const DrugBindingParameters& b = drug.binding;
  EXPECT_EQ(b.target, "EGFR");
  EXPECT_NEAR(b.target_concentration.at("tumour").value, 50e-6, 1e-18);  // 50 nmol/L in mol/m^3
  EXPECT_EQ(b.target_concentration.count("brain"), 0u);
  EXPECT_NEAR(b.association.value, 100, 1e-12);  // 1e5 L/(mol s) in m^3/(mol s)
  EXPECT_EQ(b.association.dimension, Dimension::association_rate);
  EXPECT_TRUE(b.association.from_case());
  EXPECT_EQ(b.association.basis, "given");
  EXPECT_NEAR(b.matrix_turnover.value, 1e-4, 1e-18);
  EXPECT_EQ(keys_of_binding(drug),
            "binding.target_concentration.dense binding.target_concentration.tumour binding.association "
            "binding.internalisation binding.uptake binding.matrix.concentration.tumour "
            "binding.matrix.dissociation_constant binding.matrix.association binding.matrix.turnover ");
}

TEST(Binding, OfShippedDrugs) {
  const Drug antibody = read_drug("ipilimumab", shipped());
  EXPECT_EQ(antibody.binding.target, "CTLA-4");
  EXPECT_EQ(antibody.binding.association.set_by, "params/drugs/ipilimumab.yaml");
  EXPECT_EQ(antibody.binding.association.basis, "remembered");
  // 2 nM of 1e5 1/(M s): 2e-4 1/s.
  const BindingKinetics target = drug_binding(antibody).target;
  EXPECT_NEAR(target.association, 100, 1e-12);
  EXPECT_NEAR(target.dissociation, 2e-4, 1e-16);
  EXPECT_EQ(target.loss, 1e-4);
  EXPECT_EQ(drug_binding(antibody).matrix.association, 0);
  EXPECT_NEAR(in_tissue(antibody, "viable_tumour", "tumour").target_sites, 5e-6, 1e-18);
  EXPECT_EQ(in_tissue(antibody, "muscle", "host").target_sites, 0);

  // 10 pM of 1e7 1/(M s): 1e-4 1/s.
  EXPECT_NEAR(drug_binding(read_drug("il2", shipped())).target.dissociation, 1e-4, 1e-16);

  // Cells that take up for good are in every tissue.
  const Drug platinum = read_drug("cisplatin", shipped());
  EXPECT_EQ(in_tissue(platinum, "viable_tumour", "tumour").uptake, 2e-4);
  EXPECT_EQ(in_tissue(platinum, "muscle", "host").uptake, 2e-4);
  EXPECT_EQ(drug_binding(platinum).target.association, 0);

  EXPECT_EQ(keys_of_binding(read_drug("generic_igg", shipped())), "");
}

TEST(Binding, KineticsAndSites) {
  const Drug drug = drug_of(anchored());
  const DrugBinding binding = drug_binding(drug);
  EXPECT_NEAR(binding.target.association, 100, 1e-12);
  EXPECT_NEAR(binding.target.dissociation, 100 * 2e-6, 1e-18);
  EXPECT_NEAR(binding.target.loss, 1e-4, 1e-18);
  EXPECT_NEAR(binding.matrix.association, 10, 1e-13);
  EXPECT_NEAR(binding.matrix.dissociation, 10 * 5e-4, 1e-17);
  EXPECT_NEAR(binding.matrix.loss, 1e-4, 1e-18);

  const TissueCoefficients tumour = in_tissue(drug, "viable_tumour", "tumour");
  EXPECT_NEAR(tumour.target_sites, 50e-6, 1e-18);
  EXPECT_NEAR(tumour.matrix_sites, 20e-3, 1e-15);
  EXPECT_EQ(tumour.uptake, 2e-5);
  const TissueCoefficients muscle = in_tissue(drug, "muscle", "host");  // a dense matrix
  EXPECT_NEAR(muscle.target_sites, 1e-6, 1e-18);
  EXPECT_EQ(muscle.matrix_sites, 0);
  EXPECT_EQ(in_tissue(drug, "brain_grey", "cortex").target_sites, 0);

  // A lumen holds none.
  EXPECT_EQ(coefficients(lumen("vessel"), drug, "artery").target_sites, 0);
}

TEST(Binding, OneRegionOrTissue) {
  const Drug drug =
      drug_of(anchored(", in: {rim: {target_concentration: 100 nM, matrix_concentration: 30 uM}, muscle: "
                       "{matrix_concentration: 5 "
                       "uM}}"));
  const TissueCoefficients rim = in_tissue(drug, "viable_tumour", "rim");
  EXPECT_NEAR(rim.target_sites, 100e-6, 1e-17);
  EXPECT_NEAR(rim.matrix_sites, 30e-3, 1e-15);
  EXPECT_NEAR(in_tissue(drug, "viable_tumour", "tumour").target_sites, 50e-6, 1e-18);
  EXPECT_NEAR(in_tissue(drug, "muscle", "host").matrix_sites, 5e-3, 1e-16);
  EXPECT_NEAR(in_tissue(drug, "muscle", "host").target_sites, 1e-6, 1e-18);
  // The region goes before the tissue.
  EXPECT_NEAR(in_tissue(drug, "muscle", "rim").matrix_sites, 30e-3, 1e-15);

  // Sites of single regions are enough.
  const Drug alone =
      drug_of("{like: fab, binding: {association: 1e6 1/(M s)}, in: {tumour: {target_concentration: 3 nM}}}");
  EXPECT_NEAR(in_tissue(alone, "viable_tumour", "tumour").target_sites, 3e-6, 1e-18);
  EXPECT_EQ(in_tissue(alone, "viable_tumour", "rim").target_sites, 0);
}

TEST(Binding, OfACaseGoesOverTheFiles) {
  const Drug plain = read_drug("ipilimumab", shipped());
  const Drug changed = drug_of(
      "{like: ipilimumab, binding: {target_concentration: {tumour: 20 nM, dense: 1 nM}, uptake: 1e-6 1/s}}");
  const DrugBindingParameters& b = changed.binding;
  EXPECT_NEAR(b.target_concentration.at("tumour").value, 20e-6, 1e-18);
  EXPECT_EQ(b.target_concentration.at("tumour").low, plain.binding.target_concentration.at("tumour").low);
  EXPECT_TRUE(b.target_concentration.at("dense").from_case());
  EXPECT_EQ(b.association, plain.binding.association);
  EXPECT_EQ(b.internalisation, plain.binding.internalisation);
  EXPECT_EQ(b.target, "CTLA-4");
  EXPECT_EQ(b.uptake.value, 1e-6);
  // The affinity stands beside binding.
  EXPECT_NEAR(drug_binding(drug_of("{like: ipilimumab, dissociation_constant: 20 nM}")).target.dissociation,
              2e-3, 1e-15);
  // Another anchor leaves the target alone.
  const Drug anchor = drug_of(
      "{like: ipilimumab, binding: {matrix: {concentration: {tumour: 20 uM}, dissociation_constant: 500 nM, "
      "association: 1e4 1/(M s)}}}");
  EXPECT_EQ(drug_binding(anchor).target.loss, drug_binding(plain).target.loss);
  EXPECT_EQ(drug_binding(anchor).matrix.loss, 0);
}

TEST(Binding, None) {
  const Drug none = drug_of("{like: ipilimumab, binding: none}");
  EXPECT_EQ(keys_of_binding(none), "");
  EXPECT_EQ(drug_binding(none).target.association, 0);
  EXPECT_EQ(in_tissue(none, "viable_tumour", "tumour").target_sites, 0);
  EXPECT_TRUE(none.dissociation_constant.given());  // thresholds ask for it
  EXPECT_EQ(in_tissue(drug_of("{like: cisplatin, binding: none}"), "muscle", "host").uptake, 0);
  EXPECT_EQ(drug_of("{like: generic_igg, binding: none}"), read_drug("generic_igg", shipped()));
}

TEST(Binding, IsWrittenBack) {
  const Drug drug =
      drug_of(anchored(", in: {rim: {target_concentration: 100 nM, matrix_concentration: 30 uM}}"));
  EXPECT_EQ(drug, drug_of(to_yaml(drug))) << to_yaml(drug);
  const Drug again = drug_of(to_yaml(drug));
  EXPECT_EQ(keys_of_binding(again), keys_of_binding(drug));
  EXPECT_EQ(again.binding.association, drug.binding.association);
  EXPECT_EQ(again.binding.matrix_turnover, drug.binding.matrix_turnover);
  EXPECT_EQ(drug_binding(again).target.dissociation, drug_binding(drug).target.dissociation);
  const Drug none = drug_of("{like: ipilimumab, binding: none}");
  EXPECT_EQ(none, drug_of(to_yaml(none)));
  // All of it tells drugs apart.
  const std::vector<std::string> differences = {
      anchored(),
      anchored(", in: {rim: {target_concentration: 100 nM}}"),
      anchored(", in: {rim: {matrix_concentration: 30 uM}}"),
      "{like: fab}",
      "{like: fab, binding: {uptake: 1e-4 1/s}}",
      "{like: fab, binding: {target: A, target_concentration: {tumour: 1 nM}, association: 1e5 1/(M s)}}",
      "{like: fab, binding: {target: B, target_concentration: {tumour: 1 nM}, association: 1e5 1/(M s)}}"};
  for (std::size_t i = 0; i < differences.size(); ++i)
    for (std::size_t k = 0; k < differences.size(); ++k)
      EXPECT_EQ(drug_of(differences[i]) == drug_of(differences[k]), i == k) << i << " " << k;
}

TEST(Binding, WhatIsMissingOrIdleIsRefused) {
  const struct {
    const char* drug;
    const char* said;
  } cases[] = {
      {"{like: fab, binding: {target: EGFR}}", "drug.binding: the key 'target_concentration' is missing"},
      {"{like: fab, binding: {association: 1e5 1/(M s)}}", "the key 'target_concentration' is missing"},
      {"{like: fab, binding: {target_concentration: {tumour: 1 nM}}}",
       "drug.binding: the key 'association' is missing"},
      {"{like: fab, in: {tumour: {target_concentration: 1 nM}}}",
       "drug.in.tumour.target_concentration: has no effect without drug.binding.association"},
      {"{like: cisplatin, binding: {target_concentration: {tumour: 1 nM}, association: 1e5 1/(M s)}}",
       "drug: the key 'dissociation_constant' is missing"},
      {"{like: cisplatin, binding: {internalisation: 1e-4 1/s}}",
       "drug.binding.internalisation: has no effect without a target"},
      {"{like: fab, binding: {matrix: {turnover: 1e-6 1/s}}}",
       "drug.binding.matrix: the key 'concentration' is missing"},
      {"{like: fab, binding: {matrix: {concentration: {tumour: 1 uM}, association: 1e4 1/(M s)}}}",
       "drug.binding.matrix: the key 'dissociation_constant' is missing"},
      {"{like: fab, binding: {matrix: {concentration: {tumour: 1 uM}, dissociation_constant: 1 uM}}}",
       "drug.binding.matrix: the key 'association' is missing"},
      {"{like: fab, in: {tumour: {matrix_concentration: 1 uM}}}",
       "has no effect without drug.binding.matrix"},
      {"{like: ipilimumab, binding: none, in: {tumour: {target_concentration: 1 nM}}}",
       "has no effect beside binding: none"},
      {"{like: ipilimumab, binding: off}", "or none"},
      {"{like: ipilimumab, binding: {}}", "is empty"},
      {"{like: ipilimumab, binding: {target_concentration: {tumor: 1 nM}}}", "did you mean tumour"},
      {"{like: ipilimumab, binding: {association: 1e5 1/s}}",
       "is a rate constant; expected an association rate"},
      {"{like: ipilimumab, binding: {association: 0 1/(M s)}}", "more than 0"},
      {"{like: ipilimumab, binding: {internalisation: -1e-4 1/s}}", "internalisation"},
      {"{like: ipilimumab, binding: {matrix: collagen}}", "drug.binding.matrix: must be a map"},
  };
  for (const auto& [text, said] : cases) {
    try {
      drug_of(text);
      ADD_FAILURE() << text << " is accepted";
    } catch (const InputError& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find(said), std::string::npos) << text << ": " << message;
      EXPECT_EQ(message.rfind("test.yaml:1", 0), 0u) << message;
    }
  }
}

TEST(Binding, ActsWhereThereAreSites) {
  const std::vector<Tissue> tissues = {read_tissue("viable_tumour", shipped()), lumen("vessel")};
  const auto refused = [&tissues](const std::string& drug) -> std::string {
    try {
      check_binding(drug_of(drug), tissues, {"tumour", "artery"});
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(refused(anchored()), "");
  EXPECT_EQ(refused("{like: generic_igg}"), "");
  EXPECT_EQ(refused("{like: ipilimumab, binding: {association: 1e4 1/(M s)}}"), "");
  // Sites that a study sets to nothing are given all the same.
  EXPECT_EQ(refused("{like: fab, binding: {target_concentration: {tumour: 0 nM}, association: 1e4 1/(M s)}}"),
            "");
  EXPECT_NE(refused("{like: fab, binding: {target_concentration: {brain: 5 nM}, association: 1e4 1/(M s)}}")
                .find("drug.binding.association: has no effect: no region has sites"),
            std::string::npos);
  EXPECT_NE(
      refused("{like: fab, binding: {matrix: {concentration: {brain: 5 nM}, dissociation_constant: 1 uM, "
              "association: 1e4 1/(M s)}}}")
          .find("drug.binding.matrix.dissociation_constant: has no effect: no region has sites"),
      std::string::npos);
  EXPECT_EQ(
      refused("{like: fab, binding: {association: 1e4 1/(M s)}, in: {tumour: {target_concentration: 5 nM}}}"),
      "");

  const Drug drug = drug_of("{like: ipilimumab, in: {artery: {target_concentration: 5 nM}}}");
  EXPECT_THROW(coefficients(lumen("vessel"), drug, "artery"), InputError);
}

}  // namespace
}  // namespace intratumor
