#pragma once

#include <string>
#include <vector>

#include "study/plan.h"
#include "study/study_file.h"

namespace intratumor {

/// What a study will take.
struct StudyCost {
  double case_s = 0;                      ///< mean over the cases, on one rank
  double longest_s = 0;                   ///< of one case
  double memory_bytes = 0;                ///< of the largest case
  std::size_t estimated = 0, groups = 0;  ///< groups of cases that were estimated, of all
  /// Cases that do not fit their image, and why; a run records them as failed.
  std::vector<std::string> misfits;
};

/// Estimates one case of every group that differs in what lists decide (geometry, schemes, accuracy), or of
/// `most` groups; reads the images.
StudyCost estimate_study(const Study& study, const Plan& plan, std::size_t most);

/// The plan for people: what varies and how, time and memory, every case with its values.
std::string plan_text(const Study& study, const Plan& plan, const StudyCost& cost, int jobs);

/// One line: how many cases, how long with so many workers on so many cores, how much memory.
std::string cost_text(const Plan& plan, const StudyCost& cost, int jobs, int cores);

/// Cores that this process may use.
int usable_cores();

}  // namespace intratumor
