#pragma once

#include <stdexcept>
#include <string>

namespace intratumor {

/// Bad input or usage: the program ends with exit status 2. The message is complete for a person: where
/// (file, line and column, or key), what was found, what would be right.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The computation failed (a solver did not converge, the ledger did not close): exit status 1.
class ComputationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Somebody asked the program to end before it was done: exit status 3 when a checkpoint stands from which it
/// can go on, else 1.
class Interrupted : public std::runtime_error {
 public:
  Interrupted(const std::string& message, bool can_go_on)
      : std::runtime_error(message), can_go_on(can_go_on) {}
  bool can_go_on;
};

/// A text that somebody gave, for a message: on one line, without what a terminal would take for a command,
/// at most `longest` bytes.
std::string excerpt(const std::string& text, std::size_t longest = 60);

/// Three digits, for messages: "1.2e-08".
std::string scientific(double value);

}  // namespace intratumor
