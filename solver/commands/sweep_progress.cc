#include "commands/sweep_progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "commands/amount_text.h"

namespace intratumor {

namespace {

constexpr double minute_s = 60;

}  // namespace

SweepProgress::SweepProgress(std::size_t all, std::size_t before, bool quiet)
    : all_(all), before_(before), quiet_(quiet), live_(isatty(STDERR_FILENO) != 0) {}

std::string SweepProgress::text(int running, int jobs) const {
  std::string line = std::to_string(before_ + done_) + " of " + std::to_string(all_) + " done, " +
                     std::to_string(running) + " running, " + std::to_string(failed_) + " failed";
  const std::size_t ended = done_ + failed_;
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const std::size_t waiting = all_ - before_ - std::min(ended, all_ - before_);
  // Of the first cases only: half of each worker's is behind it.
  if (ended >= static_cast<std::size_t>(jobs) && waiting > 0)
    line += ", about " +
            duration_text(elapsed / static_cast<double>(ended) *
                          std::max(0.5, static_cast<double>(waiting) - 0.5 * running)) +
            " left";
  return line;
}

void SweepProgress::failed(std::size_t number, const std::string& label, const std::string& reason) {
  ++failed_;
  close();
  std::fprintf(stderr, "case %zu failed (%s): %s\n", number, label.c_str(), reason.c_str());
}

void SweepProgress::show(int running, int jobs) {
  if (quiet_) return;
  if (live_) {
    std::fprintf(stderr, "\r%s\033[K", text(running, jobs).c_str());
    std::fflush(stderr);
    line_open_ = true;
    return;
  }
  const std::size_t tenth = 10 * (before_ + done_ + failed_) / std::max<std::size_t>(1, all_);
  const Clock::time_point now = Clock::now();
  if (tenth <= shown_tenth_ && std::chrono::duration<double>(now - last_).count() < minute_s) return;
  shown_tenth_ = tenth;
  last_ = now;
  std::fprintf(stderr, "%s\n", text(running, jobs).c_str());
}

void SweepProgress::close() {
  if (line_open_) std::fputc('\n', stderr);
  line_open_ = false;
}

}  // namespace intratumor
