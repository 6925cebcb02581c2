#pragma once

#include <nlohmann/json.hpp>

#include "output/table.h"
#include "simulation/solution.h"

namespace intratumor {

/// Parts of summary.json that a scheme and its comparator share; collective, complete on every rank.

/// `tumour`: exposure of the target; fills in the exposure-volume histogram.
nlohmann::ordered_json tumour_metrics(const Case& c, const Solution& solution, Table& histogram);

/// `plasma`: exposure of the body.
nlohmann::ordered_json plasma_metrics(const Case& c, const TimeLoop& loop);

/// tumour.auc_free over plasma.auc of an object that holds both; null without exposure of the body.
nlohmann::ordered_json therapeutic_index(const nlohmann::ordered_json& of);

/// `ledger`: where the dose is at the end.
nlohmann::ordered_json ledger_json(const TimeLoop& loop);

/// `deposit`: what the deposits fill; every value null without them.
nlohmann::ordered_json deposit_metrics(const Case& c, const Solution& solution);

}  // namespace intratumor
