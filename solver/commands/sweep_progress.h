#pragma once

#include <chrono>
#include <string>

namespace intratumor {

/// How far a study is, on stderr: one live line on a terminal, elsewhere a line every tenth of the way or
/// every minute.
class SweepProgress {
 public:
  /// `before`: cases that were done already, of `all`.
  SweepProgress(std::size_t all, std::size_t before, bool quiet);

  void done() { ++done_; }
  /// Also says why.
  void failed(std::size_t number, const std::string& label, const std::string& reason);
  void show(int running, int jobs);
  /// Ends the live line.
  void close();

  std::size_t failures() const { return failed_; }

 private:
  using Clock = std::chrono::steady_clock;
  std::string text(int running, int jobs) const;

  std::size_t all_, before_;
  bool quiet_, live_;
  std::size_t done_ = 0, failed_ = 0;
  std::size_t shown_tenth_ = 0;
  bool line_open_ = false;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

}  // namespace intratumor
