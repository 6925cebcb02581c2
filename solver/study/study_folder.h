#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "study/plan.h"
#include "study/study_file.h"

namespace intratumor {

/// A folder that holds a study: plan.json (what is to be computed), cases/00007 (a result folder that takes
/// its name when it is whole: that is the record of a finished case), failures/00007.json (why a case
/// failed). Many processes may finish cases at a time; no file is written by more than one. InputError for a
/// folder that cannot be used, ComputationError when something cannot be written.
class StudyFolder {
 public:
  enum class State { open, done, failed };
  struct Failure {
    std::string reason;
    double seconds = 0;
  };

  /// Nothing is touched.
  explicit StudyFolder(const std::string& path);
  ~StudyFolder();
  StudyFolder(const StudyFolder&) = delete;
  StudyFolder& operator=(const StudyFolder&) = delete;

  const std::string& path() const { return path_; }
  bool has_plan() const;

  /// Makes the folder, unless it is there. InputError when it holds something else than a study.
  void make() const;
  /// Keeps others out until this process ends, however it ends: alone for a sweep, shared by those that
  /// compute one case each. InputError when it is taken.
  void lock(bool alone);
  /// In a child of the process that holds the lock: it does not keep the lock alive.
  void forget_lock();

  /// Stores what is to be computed; `files` are those whose content decides results.
  void write_plan(const Study& study, const Plan& plan, const std::set<std::string>& files) const;
  /// What differs between the stored plan and this one, a sentence each; empty when nothing does.
  /// `only_added` tells whether the plan has merely become longer.
  std::vector<std::string> changes(const Study& study, const Plan& plan, bool& only_added) const;
  /// The cases of `plan` in the order of their numbers here: those that are stored keep theirs.
  void order_as_stored(Plan& plan) const;

  struct NamedCase {
    std::string name;  ///< for people, what tells it from the others: "four_deposits, draw 3"
    /// The combination that it is a draw of, "four_deposits"; nothing where nothing is drawn at random.
    std::optional<std::string> draw_of;
    bool independent = true;  ///< of the other draws; of Saltelli's design only two blocks are
  };
  /// Of each case of the stored plan.
  std::vector<NamedCase> named_cases() const;
  std::string case_path(std::size_t number) const;
  State state(std::size_t number) const;
  Failure failure(std::size_t number) const;
  void record_failure(std::size_t number, const Failure& failure) const;
  /// After a case has been finished.
  void forget_failure(std::size_t number) const;
  /// Removes what processes that were killed have left half done. Only with the lock held alone.
  void remove_leftovers() const;

 private:
  std::string failure_path(std::size_t number) const;
  std::string path_;
  int lock_ = -1;
};

/// Writes a file beside its place and renames it when it is safely there.
void write_whole(const std::string& path, const std::string& text);

}  // namespace intratumor
