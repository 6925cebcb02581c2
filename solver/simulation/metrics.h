#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "output/table.h"
#include "simulation/solution.h"

namespace intratumor {

/// Parts of summary.json that a scheme and its comparator share; collective, complete on every rank.

/// AUC of interstitial drug over the target's volume, for the next two.
VolumeDistribution auc_in_target(const Solution& solution);

/// `tumour`: exposure of the target.
nlohmann::ordered_json tumour_metrics(const Case& c, const Solution& solution, const VolumeDistribution& auc);

/// exposure_volume.csv: the share of the target's volume by the AUC that it reaches.
Table exposure_volume_histogram(const Solution& solution, const VolumeDistribution& auc);

/// `plasma`: exposure of the body.
nlohmann::ordered_json plasma_metrics(const Case& c, const TimeLoop& loop);

/// tumour.auc_free over plasma.auc of an object that holds both; null without exposure of the body.
nlohmann::ordered_json therapeutic_index(const nlohmann::ordered_json& of);

/// `ledger`: where the dose is at the end.
nlohmann::ordered_json ledger_json(const TimeLoop& loop);

/// `off_target`: exposure of the tissue round the target, as far as exposure.shell.
nlohmann::ordered_json off_target_metrics(const Case& c, const Solution& solution);

/// profile_from_target.csv and profile_from_source.csv: exposure of all tissue in layers of one distance from
/// the target's surface (negative inside), and from the nearest hole, centre of a deposit, or line of
/// one of shape line; the second is left out where drug enters through no needle or by a mask.
void distance_profiles(const Solution& solution, std::map<std::string, Table>& tables);

/// `deposit`: what the deposits fill; every value null without them.
nlohmann::ordered_json deposit_metrics(const Case& c, const Solution& solution);

}  // namespace intratumor
