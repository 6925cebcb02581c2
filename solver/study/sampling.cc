#include "study/sampling.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "quantities/error.h"

namespace intratumor {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

const char* const program_name = "intratumor-openturns";

/// Beside this program, where it is installed for programs, or where it was built.
std::string program_path() {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<fs::path> places = {here / program_name, here / ".." / "libexec" / "intratumor" / program_name,
                                  fs::path(INTRATUMOR_OPENTURNS)};
  for (const fs::path& place : places)
    if (access(place.c_str(), X_OK) == 0) return place.string();
  throw ComputationError(std::string("the program ") + program_name +
                         ", which draws the cases of a study, is not beside " +
                         (here / "intratumor").string());
}

/// A file without a name, which goes when it is closed.
class ScratchFile {
 public:
  ScratchFile() {
    std::string name = (fs::temp_directory_path() / "intratumor_XXXXXX").string();
    descriptor_ = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) throw ComputationError(name + ": " + std::strerror(errno));
    unlink(name.c_str());
  }
  ~ScratchFile() { close(descriptor_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  int descriptor() const { return descriptor_; }
  void write_all(const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t n = ::write(descriptor_, text.data() + done, text.size() - done);
      if (n < 0 && errno != EINTR)
        throw ComputationError(std::string("temporary file: ") + std::strerror(errno));
      if (n > 0) done += static_cast<std::size_t>(n);
    }
    lseek(descriptor_, 0, SEEK_SET);
  }
  std::string read_all() {
    lseek(descriptor_, 0, SEEK_SET);
    std::string text;
    char block[65536];
    for (ssize_t n = 0; (n = ::read(descriptor_, block, sizeof block)) != 0;) {
      if (n > 0) text.append(block, static_cast<std::size_t>(n));
      if (n < 0 && errno != EINTR) break;
    }
    return text;
  }

 private:
  int descriptor_ = -1;
};

Json ask(const Json& request) {
  const std::string path = program_path();
  ScratchFile in, out, err;
  in.write_all(request.dump());
  const pid_t id = fork();
  if (id < 0) throw ComputationError(path + ": no process: " + std::strerror(errno));
  if (id == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (dup2(in.descriptor(), 0) >= 0 && dup2(out.descriptor(), 1) >= 0 && dup2(err.descriptor(), 2) >= 0)
      execl(path.c_str(), program_name, static_cast<char*>(nullptr));
    _exit(127);
  }
  int state = 0;
  while (waitpid(id, &state, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
    std::string reason = err.read_all();
    for (char& c : reason)
      if (c == '\n') c = ' ';
    throw ComputationError(std::string(program_name) +
                           " failed: " + (reason.empty() ? "it was ended" : reason));
  }
  try {
    return Json::parse(out.read_all());
  } catch (const Json::exception& error) {
    throw ComputationError(std::string(program_name) + " gave no answer: " + error.what());
  }
}

Json input_of(const Distribution& d) {
  const char* kind = "normal";
  if (d.kind == Distribution::Kind::lognormal) kind = "lognormal";
  if (d.kind == Distribution::Kind::uniform) kind = "uniform";
  if (d.kind == Distribution::Kind::triangular) kind = "triangular";
  return {{"distribution", kind},
          {"parameters", d.parameters},
          {"low", std::isfinite(d.low) ? Json(d.low) : Json()},
          {"high", std::isfinite(d.high) ? Json(d.high) : Json()}};
}

Json inputs_of(const std::vector<Distribution>& distributions) {
  Json inputs = Json::array();
  for (const Distribution& distribution : distributions) inputs.push_back(input_of(distribution));
  return inputs;
}

}  // namespace

Points draw(DesignBlock::Kind kind, std::size_t size, std::uint32_t seed,
            const std::vector<Distribution>& distributions) {
  const char* design = nullptr;
  if (kind == DesignBlock::Kind::latin_hypercube) design = "latin_hypercube";
  if (kind == DesignBlock::Kind::sobol) design = "sobol";
  if (kind == DesignBlock::Kind::saltelli) design = "saltelli";
  if (design == nullptr) throw std::logic_error("this design draws nothing");
  return ask({{"task", "sample"},
              {"design", design},
              {"size", size},
              {"seed", seed},
              {"inputs", inputs_of(distributions)}})
      .at("points")
      .get<Points>();
}

Points quantiles(const std::vector<Distribution>& distributions, const std::vector<double>& levels) {
  return ask({{"task", "quantiles"}, {"levels", levels}, {"inputs", inputs_of(distributions)}})
      .at("points")
      .get<Points>();
}

SobolIndices sobol_indices(std::size_t inputs, const std::vector<double>& outputs) {
  const Json answer = ask({{"task", "indices"}, {"inputs", inputs}, {"outputs", outputs}});
  const auto list = [&](const char* key) { return answer.at(key).get<std::vector<double>>(); };
  return {list("first"), list("first_low"), list("first_high"),
          list("total"), list("total_low"), list("total_high")};
}

}  // namespace intratumor
