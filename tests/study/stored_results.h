#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "output/summary.h"
#include "output/table.h"

/// A made-up summary: 5 mg of a drug of 148 kg/mol, half of it by needle, round figures in clinical units.
inline nlohmann::ordered_json made_summary(double scale = 1) {
  nlohmann::ordered_json s;
  s["status"] = "done";
  s["title"] = "Made up, \"quoted\"";
  s["dose_mol"] = 5e-6 / 148;
  s["dose_intratumoral_mol"] = 2.5e-6 / 148;
  s["tumour"]["volume_m3"] = 10e-6;
  s["tumour"]["auc_free"] = scale * 3600. / 148;          // 1000 mg h/L
  s["tumour"]["auc_interstitial"] = scale * 7200. / 148;  // 2000 mg h/L
  s["tumour"]["d95"] = scale * 360. / 148;                // 100 mg h/L
  s["tumour"]["cmax_mean"] = scale * 0.25 / 148;          // 250 ug/mL
  s["tumour"]["retention_half_life_s"] = scale * 9000.;   // 2.5 h
  s["tumour"]["coverage"] = {{{"threshold_mol_per_m3", 0.5 / 148},
                              {"text", "0.1 c_inj"},
                              {"at_least_s", 86400.},
                              {"fraction", scale * 0.25},
                              {"distribution_volume_m3", scale * 5e-6},
                              {"conformity_ratio", scale * 0.125}}};
  s["plasma"] = {{"auc", 36. / 148 / scale},
                 {"auc_0_24h", 18. / 148},  // 10 and 5 mg h/L
                 {"auc_0_7d", 36. / 148 / scale},
                 {"cmax", 0.5e-3 / 148},
                 {"tmax_s", 7200.}};
  s["therapeutic_index"] = 100 * scale * scale;
  s["leak_fraction"] = 0.;
  s["ledger"] = {{"free_tumour", 0.25}, {"free_elsewhere", 0.125}, {"plasma", 0.5},
                 {"bound", 0.0625},     {"depots", 0.03125},       {"eliminated", 0.03125}};
  s["drug"] = {{"name", "antibody"}, {"molar_mass_kg_per_mol", 148.}};
  s["model"]["mode"] = "deposit";
  s["inputs"]["segmentation"]["sha256"] = "abc";
  intratumor::complete_summary(s);
  return s;
}

inline const char* const made_case = R"(title: Made up
geometry: {segmentation: "/some/where.nii", labels: {0: "muscle", 1: "tumour"}, target: "tumour"}
tissues: {tumour: {porosity: {value: 0.3, source: "one book", set_by: "params"}}}
drug: {name: "antibody"}
patient: {species: human}
run: {until: 604800 s, accuracy: coarse}
numerics: {h_min: 0.001 m}
)";

/// Writes a result folder as a run leaves it, without its fields and series.
inline void write_result(const std::string& folder, const nlohmann::ordered_json& summary,
                         const std::string& resolved = made_case) {
  std::filesystem::create_directories(folder);
  intratumor::write_summary(folder + "/summary.json", summary);
  if (!resolved.empty()) intratumor::write_text(folder + "/case.resolved.yaml", resolved);
}
