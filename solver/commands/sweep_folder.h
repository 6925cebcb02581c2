#pragma once

#include <set>
#include <string>
#include <vector>

#include "commands/sweep_options.h"
#include "study/results.h"
#include "study/study_folder.h"

namespace intratumor {

/// What the ways of running a study share.

/// -o, or the study's name.
std::string folder_of(const SweepOptions& options, const Study& study);

/// Brings the plan into the order of the folder's, or says what has changed.
void match_plan(const StudyFolder& folder, const Study& study, Plan& plan, bool extend);

/// A new folder, or one that goes on; locked, with a plan.
void open_folder(const SweepOptions& options, const Study& study, Plan& plan,
                 const std::set<std::string>& files, StudyFolder& folder);

/// Numbers of the cases that the options ask for.
std::vector<std::size_t> cases_to_run(const SweepOptions& options, const StudyFolder& folder,
                                      const Plan& plan);

/// Writes what all that is done so far says, and shows it.
StudyResults gather(const SweepOptions& options, const StudyFolder& folder, const Study& study,
                    const Plan& plan);

/// A line on stderr, unless quiet.
void say(const SweepOptions& options, const std::string& text);

/// What is said before a study is computed: its title and what it takes (cost_text), and warnings of its
/// plan.
void announce(const SweepOptions& options, const Study& study, const Plan& plan, const std::string& cost);

}  // namespace intratumor
