#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

/// What a program left behind when it ended.
struct Ended {
  int status = -1;  ///< exit status; 1000 + number when a signal ended it
  std::string out;
  std::string err;
};

/// A running program; its streams go to files in a folder of their own.
class Program {
 public:
  /// Starts arguments[0] in `folder`.
  Program(const std::vector<std::string>& arguments, const std::string& folder);
  ~Program();  ///< kills it when it was not waited for
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  Ended wait();
  void signal(int number);
  pid_t id() const { return id_; }
  bool running();
  /// Waits until its stderr holds `text`; false when it ends first or after a minute.
  bool wait_for_message(const std::string& text);

 private:
  pid_t id_ = -1;
  int state_ = 0;
  bool ended_ = false;
  std::string streams_;
};

/// `intratumor` with these arguments, run in `folder`.
Ended intratumor_in(const std::string& folder, const std::vector<std::string>& arguments);

/// The same under mpirun.
Ended intratumor_on_ranks(int ranks, const std::string& folder, const std::vector<std::string>& arguments);
std::vector<std::string> command_on_ranks(int ranks, const std::vector<std::string>& arguments);

/// Lines of a text that are not empty.
std::vector<std::string> lines_of(const std::string& text);
