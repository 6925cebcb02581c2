#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace intratumor {

/// Signals that come so soon after the first are the same one: a batch system sends it to a program and to
/// the script that passes it on, a terminal to mpirun and to what it started.
constexpr std::chrono::milliseconds one_signal{700};

/// While it lives, SIGINT, SIGTERM, SIGHUP and SIGUSR1 end the program after `clean_up`, which runs on a
/// thread of its own while the program may still compute and returns the exit status. A program that can end
/// by itself in a better way asks for that: a first signal is then only remembered, and a second one ends it.
/// Signals that are ignored at the start (nohup) stay so. Only one at a time. Make it after MPI is
/// initialized, whose libraries set handlers too.
class Interruption {
 public:
  /// `remembered`, when given, is called on the same thread when a first signal is only remembered.
  explicit Interruption(std::function<int()> clean_up, std::function<void()> remembered = {});
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// From now on, or no longer, a first signal is only remembered.
  void remember(bool first);
  /// Whether a signal has come that was to be remembered.
  bool requested() const { return requested_; }

 private:
  void watch();

  std::function<int()> clean_up_;
  std::function<void()> remembered_;
  std::atomic<bool> remember_{false};
  std::atomic<bool> requested_{false};
  std::thread watcher_;
};

}  // namespace intratumor
