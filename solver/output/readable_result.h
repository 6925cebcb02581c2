#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "output/table.h"

namespace intratumor {

/// What became of the dose, in a few lines and in the units of the clinic: shares of the dose at some times,
/// exposure of the tumour and of plasma (mg h/L and ug/mL when the molar mass is known, else umol h/L and
/// umol/L), coverage, and how well the ledger closes. `summary` and `series` as in summary.json and
/// series.csv.
std::string readable_result(const std::string& title, const nlohmann::ordered_json& summary,
                            const Table& series, std::optional<double> molar_mass_kg_per_mol);

}  // namespace intratumor
