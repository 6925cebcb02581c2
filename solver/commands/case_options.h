#pragma once

#include <functional>
#include <string>
#include <vector>

namespace intratumor {

struct Reuse;

/// What commands on one case are told on the command line.
struct CaseOptions {
  std::string case_file;
  std::vector<std::string> overrides;  ///< texts of --set
  std::string folder;                  ///< -o; empty: not given
  bool overwrite = false;
  /// Of a run that was interrupted: no; yes; or where it can be, and else from the beginning.
  enum class Resume { no, yes, if_possible };
  Resume resume = Resume::no;
  /// The command that goes on with the run, for people; empty: the same with --resume.
  std::string resumed_by = {};
  bool quiet = false;
  int ranks = 0;            ///< --ranks; 0: not given
  bool keep_fields = true;  ///< fields and maps are written
  /// Told on the first rank why a case failed, before the program may end.
  std::function<void(const std::string&)> on_failure = {};
  Reuse* reuse = nullptr;  ///< what other cases of the same process leave; null: nothing
  bool help = false;       ///< help was asked for and printed; nothing else is set
};

/// A command on one case, and which options it has besides CASE.yaml, --set and --help.
struct CaseCommand {
  const char* name;
  const char* usage;                    ///< printed above the options
  const char* folder = nullptr;         ///< help of -o; null: writes nothing (no -o, --overwrite, --quiet)
  const char* ranks = nullptr;          ///< help of --ranks; null: no such option
  const char* resume = nullptr;         ///< help of --resume; null: no such option
  std::vector<const char*> later = {};  ///< switches of a later version, refused by name
};

/// Reads the options of a command on one case, or prints its help. InputError in one line.
CaseOptions read_case_options(const CaseCommand& command, const std::vector<std::string>& arguments);

}  // namespace intratumor
