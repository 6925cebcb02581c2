#pragma once

#include <chrono>
#include <map>
#include <string>

namespace intratumor {

/// Wall seconds by phase of the work.
class Stopwatch {
 public:
  /// Adds the time of a scope to a phase.
  class Scope {
   public:
    Scope(Stopwatch& watch, const char* phase) : watch_(watch), phase_(phase), start_(Clock::now()) {}
    ~Scope() { watch_.seconds_[phase_] += std::chrono::duration<double>(Clock::now() - start_).count(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    using Clock = std::chrono::steady_clock;
    Stopwatch& watch_;
    const char* phase_;
    Clock::time_point start_;
  };
  Scope measure(const char* phase) { return Scope(*this, phase); }
  const std::map<std::string, double>& seconds() const { return seconds_; }
  void add(const Stopwatch& other) {
    for (const auto& [phase, s] : other.seconds_) seconds_[phase] += s;
  }

 private:
  std::map<std::string, double> seconds_;
};

}  // namespace intratumor
