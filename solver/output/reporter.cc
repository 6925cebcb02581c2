#include "output/reporter.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>

#include "quantities/error.h"

namespace intratumor {

namespace {

using Clock = std::chrono::steady_clock;

/// Seconds between two refreshes of the live line, and between two progress lines elsewhere.
constexpr double live_interval = 0.1;
constexpr double line_interval = 60;

/// Messages on stderr; the live line of progress gives way to them.
class TerminalSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  bool is_terminal() const { return is_terminal_; }

  void show_live(const std::string& line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    winsize window = {};  // a line that wraps could not be cleared
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1;
    const std::size_t width = known ? window.ws_col - 1u : 79u;
    std::fprintf(stderr, "\r\033[K%s", line.substr(0, width).c_str());
    std::fflush(stderr);
    live_ = true;
  }

  void end_live() {
    const std::lock_guard<std::mutex> lock(mutex_);
    clear();
    std::fflush(stderr);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    clear();
    const char* kind = message.level == spdlog::level::err    ? "error: "
                       : message.level == spdlog::level::warn ? "warning: "
                                                              : "";
    std::fprintf(stderr, "%s%.*s\n", kind, static_cast<int>(message.payload.size()), message.payload.data());
  }
  void flush_() override { std::fflush(stderr); }

 private:
  void clear() {
    if (live_) std::fputs("\r\033[K", stderr);
    live_ = false;
  }
  bool is_terminal_ = isatty(STDERR_FILENO) != 0;
  bool live_ = false;
};

/// The log file. Plain stdio, because it must be known at the end whether the file is whole.
class FileSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  FileSink(const std::string& path, const std::string& before)
      : path_(path), file_(std::fopen(path.c_str(), "w")) {
    if (file_ == nullptr) fail();
    std::fwrite(before.data(), 1, before.size(), file_);
  }
  ~FileSink() override {
    if (file_ != nullptr) std::fclose(file_);
  }

  void close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (file_ == nullptr) return;
    const bool broken = std::ferror(file_) != 0;
    const bool unfinished = std::fclose(file_) != 0;
    file_ = nullptr;
    if (broken || unfinished) fail();
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (file_ == nullptr) return;
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    std::fwrite(text.data(), 1, text.size(), file_);
  }
  void flush_() override {
    if (file_ != nullptr) std::fflush(file_);
  }

 private:
  [[noreturn]] void fail() const {
    throw ComputationError(path_ +
                           ": cannot be written: " + (errno != 0 ? std::strerror(errno) : "write failed"));
  }
  std::string path_;
  std::FILE* file_;
};

}  // namespace

struct Reporter::State {
  Options options;
  std::vector<std::string> warnings;
  std::set<std::string> earlier;  ///< warnings of an earlier part of the run
  std::string results;            ///< not yet published
  bool noting = false;
  std::vector<Said> said;
  std::shared_ptr<TerminalSink> terminal;
  std::shared_ptr<FileSink> file;
  std::unique_ptr<spdlog::logger> everywhere;  ///< terminal (unless quiet) and file
  std::unique_ptr<spdlog::logger> file_only;
  Clock::time_point start = Clock::now();
  double last_live = -live_interval;
  double last_line = 0;
  double last_fraction = 0;

  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start).count(); }
};

Reporter::Reporter() : Reporter(Options{false, true, ""}) {}

Reporter::Reporter(const Options& options) : state_(std::make_unique<State>()) {
  state_->options = options;
  if (!options.active) return;
  state_->terminal = std::make_shared<TerminalSink>();
  state_->terminal->set_level(options.quiet ? spdlog::level::warn : spdlog::level::info);
  std::vector<spdlog::sink_ptr> sinks{state_->terminal};
  state_->file_only = std::make_unique<spdlog::logger>("file");
  if (!options.log_file.empty()) {
    state_->file = std::make_shared<FileSink>(options.log_file, options.log_before);
    sinks.push_back(state_->file);
    state_->file_only->sinks().push_back(state_->file);
  }
  state_->everywhere = std::make_unique<spdlog::logger>("intratumor", sinks.begin(), sinks.end());
  if (state_->file) state_->file->set_pattern("%Y-%m-%d %H:%M:%S %l: %v");
  state_->everywhere->flush_on(spdlog::level::warn);
}

Reporter::~Reporter() {
  if (state_->terminal) state_->terminal->end_live();
}

void Reporter::info(const std::string& text) {
  if (state_->noting) state_->said.push_back({false, text});
  if (state_->options.active) state_->everywhere->log(spdlog::level::info, text);
}

void Reporter::warn(const std::string& text) {
  if (state_->noting) state_->said.push_back({true, text});
  if (state_->earlier.count(text) == 0) state_->warnings.push_back(text);
  if (state_->options.active) state_->everywhere->log(spdlog::level::warn, text);
}

void Reporter::start_noting() {
  state_->noting = true;
  state_->said.clear();
}

std::vector<Reporter::Said> Reporter::noted() {
  state_->noting = false;
  return std::move(state_->said);
}

void Reporter::say_again(const std::vector<Said>& said) {
  for (const Said& one : said) one.warning ? warn(one.text) : info(one.text);
}

void Reporter::error(const std::string& text) {
  if (state_->options.active) state_->everywhere->log(spdlog::level::err, text);
}

void Reporter::progress(double fraction, double simulated_time_s, const std::string& text) {
  State& state = *state_;
  if (!state.options.active) return;
  const double now = state.elapsed();
  const bool terminal_line = !state.options.quiet && !state.terminal->is_terminal();
  const bool live = !state.options.quiet && state.terminal->is_terminal();
  const bool finished = fraction >= 1 && state.last_fraction < 1;
  const bool line_due =
      finished || fraction >= state.last_fraction + 0.1 || now >= state.last_line + line_interval;
  const bool live_due = live && (finished || now >= state.last_live + live_interval);
  if (!line_due && !live_due) return;

  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f%%", 100 * std::min(1., std::max(0., fraction)));
  std::string line = std::string(percent) + "  " + readable_time(simulated_time_s);
  if (!text.empty()) line += "  " + text;
  if (line_due) {
    (terminal_line ? state.everywhere : state.file_only)->log(spdlog::level::info, line);
    state.last_line = now;
    // tenths, not the fraction itself: steps of 9% must not print every 18%
    state.last_fraction = finished ? 1 : std::floor(10 * fraction + 1e-9) / 10;
  }
  if (live_due) {
    if (fraction > 0.02 && fraction < 1 && now > 5)
      line += "  about " + readable_time(std::ceil(now / fraction - now)) + " left";
    state.terminal->show_live(line);
    state.last_live = now;
  }
}

void Reporter::result(const std::string& text) {
  if (!state_->options.active) return;
  state_->file_only->log(spdlog::level::info, text);
  state_->results += text + "\n";
}

void Reporter::publish() {
  if (!state_->options.active || state_->options.quiet) return;
  state_->terminal->end_live();
  std::fputs(state_->results.c_str(), stdout);
  std::fflush(stdout);
  state_->results.clear();
}

void Reporter::close() {
  if (!state_->options.active) return;
  state_->terminal->end_live();
  if (state_->file) state_->file->close();
}

const std::vector<std::string>& Reporter::warnings() const {
  return state_->warnings;
}

void Reporter::remember(const std::vector<std::string>& warnings) {
  state_->earlier.insert(warnings.begin(), warnings.end());
  std::vector<std::string> all = warnings;
  for (const std::string& text : state_->warnings)
    if (state_->earlier.count(text) == 0) all.push_back(text);
  state_->warnings = all;
}

void Reporter::flush() {
  if (state_->file) state_->file->flush();
}

std::string readable_time(double seconds) {
  char text[48];
  if (!(seconds >= 0)) return "?";
  const auto two = [&](double large, const char* large_unit, double large_size, const char* small_unit,
                       double small_size) {
    double small = std::round((seconds - large * large_size) / small_size);
    if (small * small_size >= large_size) {
      large += 1;
      small = 0;
    }
    if (small == 0) {
      std::snprintf(text, sizeof text, "%.0f %s", large, large_unit);
    } else {
      std::snprintf(text, sizeof text, "%.0f %s %.0f %s", large, large_unit, small, small_unit);
    }
  };
  if (seconds < 59.95) {
    std::snprintf(text, sizeof text, "%.3g s", seconds);
  } else if (seconds < 3599.5) {
    two(std::floor(seconds / 60 + 1e-3), "min", 60, "s", 1);
  } else if (seconds < 86370) {
    two(std::floor(seconds / 3600 + 1e-3), "h", 3600, "min", 60);
  } else {
    two(std::floor(seconds / 86400 + 1e-3), "d", 86400, "h", 3600);
  }
  return text;
}

}  // namespace intratumor
