#pragma once

#include <memory>
#include <string>
#include <vector>

namespace intratumor {

/// What a run tells people: messages and progress on stderr, results on stdout, and the same lines in a log
/// file. One rank reports; on the others every call does nothing.
class Reporter {
 public:
  struct Options {
    bool active = true;           ///< false on every rank but 0
    bool quiet = false;           ///< only warnings and errors reach the terminal; the log file gets all
    std::string log_file;         ///< empty: none. ComputationError when it cannot be opened
    std::string log_before = {};  ///< what it begins with: the lines of an earlier part of the run
  };

  /// Says nothing anywhere but remembers warnings: for tests and for ranks other than 0.
  Reporter();
  explicit Reporter(const Options& options);
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  void info(const std::string& text);
  void warn(const std::string& text);
  void error(const std::string& text);

  /// What info and warn were told between two calls can be told again, to this reporter or another.
  struct Said {
    bool warning;
    std::string text;
  };
  void start_noting();
  std::vector<Said> noted();  ///< since start_noting; ends it
  void say_again(const std::vector<Said>& said);

  /// How far a run is: `fraction` from 0 to 1, simulated time in s, and a few words ("step 41, dt 3 min").
  /// One live line on a terminal; elsewhere, and in the log file, a line every tenth of the way or every
  /// minute. Cheap: call it at every step.
  void progress(double fraction, double simulated_time_s, const std::string& text);

  /// A result for people: into the log file now, onto stdout by publish(), when it is known to be safe on
  /// disk.
  void result(const std::string& text);

  /// Ends the live line and the log file. ComputationError when the log file is not whole.
  void close();

  /// Shows the results on stdout, unless quiet.
  void publish();

  /// Texts of all warnings so far, also on a silent reporter.
  const std::vector<std::string>& warnings() const;
  /// Warnings of an earlier part of the run; one that is said again counts once.
  void remember(const std::vector<std::string>& warnings);

  /// Brings all lines into the log file.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// "3 min 20 s", "1 h 5 min", "2 d 4 h": a time in s for people.
std::string readable_time(double seconds);

}  // namespace intratumor
