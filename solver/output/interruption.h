#pragma once

#include <functional>
#include <thread>

namespace intratumor {

/// While it lives, SIGINT, SIGTERM and SIGHUP end the program with exit status 1 after `clean_up`, which runs
/// on a thread of its own while the program may still compute. Signals that are ignored at the start (nohup)
/// stay so. Only one at a time. Make it after MPI is initialized, whose libraries set handlers too.
class Interruption {
 public:
  explicit Interruption(std::function<void()> clean_up);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  std::thread watcher_;
};

}  // namespace intratumor
