#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "output/table.h"
#include "study/plan.h"
#include "study/study_folder.h"

namespace intratumor {

/// What a study has given so far, case by case in the order of their numbers.
struct StudyResults {
  std::vector<StudyFolder::State> states;
  std::vector<StudyFolder::Failure> failures;     ///< empty where none
  std::vector<nlohmann::ordered_json> summaries;  ///< null where the case is not done
  std::size_t count(StudyFolder::State state) const;
  /// The value of a metric by case; NaN where there is none.
  std::vector<double> metric(const std::string& name) const;
  /// Of a case: coarse, standard, fine; empty when it is not known.
  std::string accuracy(std::size_t number) const;
};

/// Reads the summary of every case that is done. ComputationError when one of them cannot be read.
StudyResults read_study_results(const StudyFolder& folder, const Plan& plan);

/// results.csv: a row a case, with its number, status and reason, what varies (SI, units in the names) and
/// every promised metric; coverage_<i>_fraction of each threshold.
std::string results_csv(const Plan& plan, const StudyResults& results);

/// results.h5: the same as arrays, one value a case, in /inputs, /metrics and /status, each with its unit;
/// and /exposure_volume, the histogram of every case: auc (cases x levels of volume fraction),
/// volume_fraction. Written beside and renamed. ComputationError when it cannot be written.
void write_results_hdf5(const StudyFolder& folder, const Plan& plan, const StudyResults& results);

/// Exposure-volume histograms on shared levels: the AUC (mol s/m^3) that at least such a fraction of the
/// tumour's volume receives, a row a case, NaN where there is none. Empty when no case has one.
std::vector<std::vector<double>> exposure_volumes(const StudyFolder& folder, const StudyResults& results,
                                                  const std::vector<double>& fractions);

/// Volume fractions at which histograms of a study are put side by side: 0.01 to 0.99.
std::vector<double> shared_fractions();

}  // namespace intratumor
