#include "output/interruption.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace intratumor {

namespace {

constexpr int watched_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
constexpr std::size_t n_signals = sizeof watched_signals / sizeof watched_signals[0];
constexpr char stop_watching = 0;
constexpr char interrupted = 1;

// A signal handler reaches nothing but file scope: the pipe to the watching thread, and what to restore.
int pipe_ends[2] = {-1, -1};
struct sigaction previous[n_signals];
std::atomic<bool> alive{false};

extern "C" void on_signal(int) {
  const int kept = errno;
  const ssize_t written = write(pipe_ends[1], &interrupted, 1);
  static_cast<void>(written);
  errno = kept;
}

}  // namespace

Interruption::Interruption(std::function<int()> clean_up, std::function<void()> remembered)
    : clean_up_(std::move(clean_up)), remembered_(std::move(remembered)) {
  if (alive.exchange(true)) throw std::logic_error("two interruptions at a time");
  if (pipe(pipe_ends) != 0) throw std::runtime_error("no pipe for signals");
  watcher_ = std::thread([this] { watch(); });
  for (std::size_t i = 0; i < n_signals; ++i) {
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(watched_signals[i], nullptr, &previous[i]);
    if (previous[i].sa_handler != SIG_IGN || watched_signals[i] == SIGTERM)
      sigaction(watched_signals[i], &action, nullptr);
  }
}

void Interruption::remember(bool first) {
  remember_ = first;
}

void Interruption::watch() {
  std::chrono::steady_clock::time_point first;
  for (;;) {
    char what = stop_watching;
    while (read(pipe_ends[0], &what, 1) < 0 && errno == EINTR) {
    }
    if (what != interrupted) return;
    const auto now = std::chrono::steady_clock::now();
    if (requested_ && now - first < one_signal) continue;
    if (requested_ || !remember_) _exit(clean_up_());
    requested_ = true;
    first = now;
    if (remembered_) remembered_();
  }
}

Interruption::~Interruption() {
  for (std::size_t i = 0; i < n_signals; ++i) sigaction(watched_signals[i], &previous[i], nullptr);
  const ssize_t written = write(pipe_ends[1], &stop_watching, 1);
  static_cast<void>(written);
  watcher_.join();
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  alive = false;
}

}  // namespace intratumor
