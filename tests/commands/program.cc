#include "program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "../output/scratch_folder.h"

Program::Program(const std::vector<std::string>& arguments, const std::string& folder) {
  std::string streams = (std::filesystem::temp_directory_path() / "intratumor_streams_XXXXXX").string();
  if (mkdtemp(streams.data()) == nullptr) throw std::runtime_error("no folder for streams");
  streams_ = streams;
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string out = streams_ + "/out";
  const std::string err = streams_ + "/err";
  id_ = fork();
  if (id_ < 0) throw std::runtime_error("no process");
  if (id_ == 0) {
    setpgid(0, 0);
    const int out_file = open(out.c_str(), O_WRONLY | O_CREAT, 0600);
    const int err_file = open(err.c_str(), O_WRONLY | O_CREAT, 0600);
    const int in_file = open("/dev/null", O_RDONLY);
    if (chdir(folder.c_str()) == 0 && dup2(in_file, 0) >= 0 && dup2(out_file, 1) >= 0 &&
        dup2(err_file, 2) >= 0)
      execvp(argv[0], argv.data());
    _exit(127);
  }
}

Program::~Program() {
  if (!ended_) {
    kill(-id_, SIGKILL);
    waitpid(id_, &state_, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(streams_, ignored);
}

bool Program::running() {
  if (!ended_) ended_ = waitpid(id_, &state_, WNOHANG) == id_;
  return !ended_;
}

Ended Program::wait() {
  if (!ended_) waitpid(id_, &state_, 0);
  ended_ = true;
  return {WIFEXITED(state_) ? WEXITSTATUS(state_) : 1000 + WTERMSIG(state_), contents_of(streams_ + "/out"),
          contents_of(streams_ + "/err")};
}

void Program::signal(int number) {
  kill(id_, number);
}

bool Program::wait_for_message(const std::string& text) {
  for (int i = 0; i < 6000; ++i) {
    const bool still = running();
    if (contents_of(streams_ + "/err").find(text) != std::string::npos) return still;
    if (!still) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

Ended intratumor_in(const std::string& folder, const std::vector<std::string>& arguments) {
  std::vector<std::string> all{INTRATUMOR_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return Program(all, folder).wait();
}

std::vector<std::string> command_on_ranks(int ranks, const std::vector<std::string>& arguments) {
  std::vector<std::string> all{INTRATUMOR_MPIRUN, "--oversubscribe", "-np", std::to_string(ranks),
                               INTRATUMOR_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

Ended intratumor_on_ranks(int ranks, const std::string& folder, const std::vector<std::string>& arguments) {
  return Program(command_on_ranks(ranks, arguments), folder).wait();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}
