#include "commands/sweep_workers.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>

#include "commands/case_to_folder.h"
#include "commands/together.h"
#include "output/interruption.h"
#include "quantities/error.h"

namespace intratumor {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int tick_ms = 1000;
constexpr double patience_s = 60;  // for workers to end their case: a step, and its checkpoint

struct Worker {
  pid_t id = -1;
  int socket = -1;
  int messages = -1;  ///< a file without a name that its stderr goes to
  bool busy = false;
  std::size_t number = 0;
  int group = -1;  ///< of its last case
  Clock::time_point since;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool write_all(int file, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = send(file, at, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool read_all(int file, void* data, std::size_t size) {
  char* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t n = read(file, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&set, number);
  return set;
}

/// The life of a worker; does not return.
[[noreturn]] void live(int socket, int messages, pid_t parent, const SweepWorkers::Work& work) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  // Ctrl-C reaches every process of a terminal; the parent decides what it means.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  const sigset_t watched = watched_signals();
  sigprocmask(SIG_UNBLOCK, &watched, nullptr);
  const int nothing = open("/dev/null", O_RDWR);
  if (dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(messages, 2) < 0) _exit(1);
  // One rank alone needs no daemon of Open MPI beside it.
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  work.at_start();
  const int status = with_mpi([&](MPI_Comm comm) {
    std::uint64_t number = 0;
    while (read_all(socket, &number, sizeof number)) {
      const std::int32_t ended = work.compute(number, comm);
      std::fflush(nullptr);
      if (!write_all(socket, &ended, sizeof ended)) return 1;
    }
    work.at_end();
    return 0;
  });
  _exit(status);
}

std::string last_message(int messages) {
  char text[4096];
  const off_t size = lseek(messages, 0, SEEK_END);
  const ssize_t n = pread(messages, text, sizeof text, std::max<off_t>(0, size - off_t(sizeof text)));
  std::string all(text, n > 0 ? static_cast<std::size_t>(n) : 0), last;
  for (std::size_t start = 0; start < all.size();) {
    const std::size_t end = std::min(all.find('\n', start), all.size());
    if (end > start) last = all.substr(start, end - start);
    start = end + 1;
  }
  return last;
}

class Pool {
 public:
  explicit Pool(const SweepWorkers::Work& work) : work_(work) {
    const sigset_t watched = watched_signals();
    sigprocmask(SIG_BLOCK, &watched, &before_);
    signals_ = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals_ < 0) throw ComputationError(std::string("no signalfd: ") + std::strerror(errno));
  }
  ~Pool() {
    for (Worker& worker : workers_) {
      if (worker.busy) kill(worker.id, SIGKILL);
      hang_up(worker);
    }
    for (Worker& worker : workers_) release(worker);
    close(signals_);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  bool run(const std::vector<std::size_t>& cases, int jobs) {
    std::deque<std::size_t> waiting(cases.begin(), cases.end());
    bool go_on = true;
    int running = 0;
    while (go_on && (!waiting.empty() || running > 0)) {
      running = 0;
      for (std::size_t i = 0; i < static_cast<std::size_t>(jobs) && !waiting.empty(); ++i) {
        if (i == workers_.size()) workers_.push_back(start());
        if (workers_[i].id < 0) workers_[i] = start();
        if (workers_[i].busy) continue;
        give(workers_[i], next_for(workers_[i], waiting));
      }
      for (const Worker& worker : workers_) running += worker.busy ? 1 : 0;
      work_.on_tick(running);
      go_on = wait();
      running = 0;
      for (const Worker& worker : workers_) running += worker.busy ? 1 : 0;
    }
    if (go_on) return true;
    stop();
    return false;
  }

 private:
  Worker start() {
    int sockets[2];
    Worker worker;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
      throw ComputationError(std::string("no socket for a worker: ") + std::strerror(errno));
    std::FILE* messages = std::tmpfile();
    if (messages == nullptr)
      throw ComputationError(std::string("no temporary file for a worker: ") + std::strerror(errno));
    worker.messages = fcntl(fileno(messages), F_DUPFD_CLOEXEC, 3);
    std::fclose(messages);
    std::fflush(nullptr);
    const pid_t parent = getpid();
    worker.id = fork();
    if (worker.id < 0)
      throw ComputationError(std::string("no process for a worker: ") + std::strerror(errno));
    if (worker.id == 0) {
      close(sockets[0]);
      close(signals_);
      for (const Worker& other : workers_)
        if (other.socket >= 0) close(other.socket);
      live(sockets[1], worker.messages, parent, work_);
    }
    close(sockets[1]);
    worker.socket = sockets[0];
    return worker;
  }

  /// The next case of the worker's group; else one whose group no other is at; else the next of all.
  std::size_t next_for(const Worker& worker, std::deque<std::size_t>& waiting) const {
    const auto is_free = [this](std::size_t number) {
      return std::none_of(workers_.begin(), workers_.end(), [&](const Worker& other) {
        return other.busy && other.group == work_.group(number);
      });
    };
    auto next = std::find_if(waiting.begin(), waiting.end(),
                             [&](std::size_t number) { return work_.group(number) == worker.group; });
    if (next == waiting.end()) next = std::find_if(waiting.begin(), waiting.end(), is_free);
    if (next == waiting.end()) next = waiting.begin();
    const std::size_t number = *next;
    waiting.erase(next);
    return number;
  }

  void give(Worker& worker, std::size_t number) {
    const std::uint64_t sent = number;
    worker.group = work_.group(number);
    if (ftruncate(worker.messages, 0) != 0) lseek(worker.messages, 0, SEEK_SET);
    lseek(worker.messages, 0, SEEK_SET);
    worker.busy = true;
    worker.number = number;
    worker.since = Clock::now();
    // One that has just ended is noticed when its answer does not come.
    write_all(worker.socket, &sent, sizeof sent);
  }

  /// Waits for the next event or tick; false when it is to stop.
  bool wait() {
    std::vector<pollfd> events = {{signals_, POLLIN, 0}};
    std::vector<std::size_t> of;
    for (std::size_t i = 0; i < workers_.size(); ++i)
      if (workers_[i].busy) {
        events.push_back({workers_[i].socket, POLLIN, 0});
        of.push_back(i);
      }
    if (poll(events.data(), events.size(), tick_ms) <= 0) return true;
    signalfd_siginfo signal;
    if (events[0].revents != 0 && read(signals_, &signal, sizeof signal) > 0) return false;
    bool go_on = true;
    for (std::size_t e = 1; e < events.size(); ++e)
      if (events[e].revents != 0) {
        const CaseEnd end = end_of(workers_[of[e - 1]]);
        // Who tells one process to end means all of them.
        go_on = !end.interrupted && work_.on_end(end) && go_on;
      }
    return go_on;
  }

  CaseEnd end_of(Worker& worker) {
    CaseEnd end{worker.number, false, false, seconds_since(worker.since), ""};
    std::int32_t status = 1;
    if (read_all(worker.socket, &status, sizeof status)) {
      worker.busy = false;
      end.good = status == 0;
      return end;
    }
    int state = 0;
    while (waitpid(worker.id, &state, 0) < 0 && errno == EINTR) {
    }
    const std::string message = last_message(worker.messages);
    if (WIFSIGNALED(state)) {
      end.reason = std::string("the process was ended by a signal (") + strsignal(WTERMSIG(state)) + ")" +
                   (WTERMSIG(state) == SIGKILL ? "; was there enough memory?" : "") +
                   (message.empty() ? "" : ": " + message);
    } else {
      end.interrupted = WIFEXITED(state) && WEXITSTATUS(state) == interrupted_status;
      end.reason = message.empty() ? "the process ended" : message;
    }
    worker.id = -1;
    release(worker);
    return end;
  }

  static void hang_up(Worker& worker) {
    if (worker.socket >= 0) close(worker.socket);
    if (worker.messages >= 0) close(worker.messages);
    worker.socket = worker.messages = -1;
    worker.busy = false;
  }

  /// It sees the end of its socket and goes; one that does not is killed.
  static void release(Worker& worker) {
    hang_up(worker);
    const Clock::time_point start = Clock::now();
    while (worker.id >= 0 && waitpid(worker.id, nullptr, WNOHANG) == 0) {
      if (seconds_since(start) > patience_s) kill(worker.id, SIGKILL);
      poll(nullptr, 0, 2);
    }
    worker.id = -1;
  }

  /// Those at work write a checkpoint or drop what they have begun; a second signal, or too long a wait,
  /// kills them.
  void stop() {
    for (const Worker& worker : workers_)
      if (worker.busy) kill(worker.id, SIGTERM);
    const Clock::time_point start = Clock::now();
    for (Worker& worker : workers_) {
      if (!worker.busy) continue;
      while (waitpid(worker.id, nullptr, WNOHANG) == 0) {
        signalfd_siginfo signal;
        const bool again = read(signals_, &signal, sizeof signal) > 0 && Clock::now() - start > one_signal;
        if (again || seconds_since(start) > patience_s) kill(worker.id, SIGKILL);
        poll(nullptr, 0, 10);
      }
      worker.id = -1;
      release(worker);
    }
  }

  const SweepWorkers::Work& work_;
  std::vector<Worker> workers_;
  int signals_ = -1;
  sigset_t before_;
};

}  // namespace

bool SweepWorkers::run(const std::vector<std::size_t>& cases, int jobs, const Work& work) {
  return Pool(work).run(cases, jobs);
}

}  // namespace intratumor
