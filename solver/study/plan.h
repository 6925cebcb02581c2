#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "study/study_file.h"

namespace intratumor {

/// One case of a study: what is changed in the base case.
struct PlannedCase {
  std::size_t combination = 0;  ///< of the grids' values: 0 when there is no grid
  std::size_t draw = 0;         ///< row of what is drawn or tried one at a time: 0 when nothing is
  /// Texts of --set, in the order in which they are applied, and the factor that each comes from.
  std::vector<std::string> set;
  std::vector<std::size_t> factor_of_set;
  /// A number in SI or a text for each input column of the plan.
  std::vector<nlohmann::json> inputs;
  /// The same for people: four digits in the study's own unit; of an image its file's name.
  std::vector<std::string> shown;
  /// For people: "scheme = four_deposits, ..."
  std::string label;
};

/// A column of inputs in tables: a factor, or one direction of a shift.
struct InputColumn {
  std::string name;  ///< with its unit: tissues_tumour_hydraulic_conductivity_m2_per_Pa_s
  std::string unit;  ///< SI; "1" without dimension, empty for texts
  std::string path;  ///< as the study names it: tissues.tumour.hydraulic_conductivity; scheme.*.tip x
  std::size_t factor = 0;
};

/// Every case of a study, in the order of their numbers: combinations of the grids outermost, draws within.
struct Plan {
  std::vector<InputColumn> inputs;
  std::vector<PlannedCase> cases;
  std::size_t combinations = 1;
  std::size_t draws = 1;
  /// Of combination c, what tells it from the others: "scheme = four_deposits".
  std::vector<std::string> combination_labels;
  /// The same without the names of what varies: "four_deposits".
  std::vector<std::string> combination_values;
};

/// Draws what is to be drawn and writes every case as changes of the base case. InputError, with the position
/// in the study, when a change cannot be applied to the base's file.
Plan make_plan(const Study& study);

/// Reads the base case and cases of the plan, as many as it takes to try every value of every list and the
/// ends of what is drawn, and any other up to a limit. InputError for what a run would refuse, with the
/// position in the study that it comes from. Returns the images and other files that the cases name.
std::set<std::string> check_plan(const Study& study, const Plan& plan);

/// The same for one case; its error.
[[noreturn]] void rethrow_for_case(const Study& study, const Plan& plan, std::size_t number,
                                   const std::string& message);

/// What the factors of a case set, as texts of --set with the position of the factor each comes from.
/// `values` holds YAML text, or a shift in m as [x, y, z], for each factor.
std::vector<std::pair<std::string, std::size_t>> case_changes(const Study& study,
                                                              const std::string& base_text,
                                                              const std::vector<std::string>& values);

}  // namespace intratumor
