#include "parameters/library.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace intratumor {

namespace fs = std::filesystem;

ParameterLibrary::ParameterLibrary(const std::string& folder) : folder_(folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) throw InputError(folder + ": no such folder of parameter files");
}

ParameterLibrary ParameterLibrary::find() {
  if (const char* named = std::getenv("INTRATUMOR_PARAMS")) {
    std::error_code ignored;
    if (!fs::is_directory(named, ignored))
      throw InputError("the environment variable INTRATUMOR_PARAMS names '" + std::string(named) +
                       "', which is not a folder; unset it or name a folder with tissues/ and drugs/");
    return ParameterLibrary(named);
  }
  std::vector<fs::path> candidates;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  if (!program.empty())
    candidates.push_back((program.parent_path() / "../share/intratumor/params").lexically_normal());
  candidates.emplace_back(INTRATUMOR_SOURCE_PARAMS);
  for (const fs::path& candidate : candidates)
    if (fs::is_directory(candidate, ignored)) return ParameterLibrary(candidate.string());

  std::string tried;
  for (const fs::path& candidate : candidates) tried += (tried.empty() ? "" : " and ") + candidate.string();
  throw InputError("no folder of parameter files: tried " + tried +
                   "; set the environment variable INTRATUMOR_PARAMS to it");
}

std::vector<std::string> ParameterLibrary::names(const std::string& kind) const {
  std::vector<std::string> result;
  std::error_code error;
  for (fs::directory_iterator entry(fs::path(folder_) / kind, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".yaml") result.push_back(entry->path().stem().string());
  std::sort(result.begin(), result.end());
  return result;
}

bool ParameterLibrary::has(const std::string& kind, const std::string& name) const {
  const std::vector<std::string> known = names(kind);
  return std::find(known.begin(), known.end(), name) != known.end();
}

YamlNode ParameterLibrary::load(const std::string& kind, const std::string& name) const {
  if (!has(kind, name)) throw InputError(unknown(kind, name));
  return YamlNode::load((fs::path(folder_) / kind / (name + ".yaml")).string());
}

YamlNode ParameterLibrary::load(const std::string& kind, const YamlNode& name) const {
  if (!has(kind, name.text())) name.fail(unknown(kind, name.text()));
  return load(kind, name.text());
}

std::string ParameterLibrary::label(const std::string& kind, const std::string& name) {
  return "params/" + kind + "/" + name + ".yaml";
}

std::string ParameterLibrary::unknown(const std::string& kind, const std::string& name) const {
  const std::vector<std::string> known = names(kind);
  std::string message = "no '" + name + "' among the " + kind + " of " + folder_;
  const std::string nearest = nearest_name(name, known);
  if (!nearest.empty()) message += "; did you mean " + nearest + "?";
  if (known.empty()) return message + "; there are none";
  message += " (there are ";
  for (std::size_t i = 0; i < known.size(); ++i) message += (i == 0 ? "" : ", ") + known[i];
  return message + ")";
}

}  // namespace intratumor
