#include "commands/template.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "commands/command_line.h"
#include "parameters/library.h"
#include "parameters/parameter.h"
#include "quantities/error.h"

namespace intratumor {

namespace fs = std::filesystem;
namespace po = boost::program_options;

namespace {

const char* const usual_template = "central_bolus";

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) throw InputError(path.string() + ": cannot be read");
  return text;
}

constexpr const char* cases_kind = "templates";
constexpr const char* studies_kind = "templates/studies";

fs::path file_of(const ParameterLibrary& library, const std::string& kind, const std::string& name) {
  return fs::path(library.folder()) / kind / (name + ".yaml");
}

/// Shipped beside the parameters, in the sources as where it is installed.
std::string segmentation(const ParameterLibrary& library) {
  std::error_code error;
  const fs::path params = fs::canonical(library.folder(), error);
  const fs::path path = params.parent_path() / "meshes" / "lobulated_tumour.nii.gz";
  if (error || !fs::exists(path, error))
    throw InputError("intratumor template: the segmentation of the templates is not beside the parameters: " +
                     path.string());
  return path.string();
}

/// A path as a URL, which editors take with blanks and all.
std::string file_url(const fs::path& path) {
  const std::string plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-~";
  std::string url = "file://";
  for (const char c : path.string()) {
    char coded[4];
    std::snprintf(coded, sizeof coded, "%%%02X", static_cast<unsigned char>(c));
    url += plain.find(c) == std::string::npos ? std::string(coded) : std::string(1, c);
  }
  return url;
}

std::string text_of(const ParameterLibrary& library, const std::string& name) {
  if (library.has(studies_kind, name)) return contents(file_of(library, studies_kind, name));
  // Knows the names that exist and the nearest.
  if (!library.has(cases_kind, name)) library.load(cases_kind, name);
  const fs::path file = file_of(library, cases_kind, name);
  std::string text = contents(file);
  const fs::path schema = fs::absolute(fs::path(library.folder()) / "case.schema.json");
  const std::pair<std::string, std::string> places[] = {{"@SCHEMA@", file_url(schema.lexically_normal())},
                                                        {"@SEGMENTATION@", quoted(segmentation(library))}};
  for (const auto& [place, by] : places) {
    const std::size_t at = text.find(place);
    if (at == std::string::npos) throw InputError(file.string() + ": holds no " + place);
    text.replace(at, place.size(), by);
  }
  return text;
}

/// The templates with the first line of each, a comment that says what it is.
std::string list_of(const ParameterLibrary& library) {
  std::string text;
  for (const char* kind : {cases_kind, studies_kind})
    for (const std::string& name : library.names(kind)) {
      const std::string first = contents(file_of(library, kind, name));
      const std::size_t begin = first.find_first_not_of("# ");
      text += "  " + name + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') +
              first.substr(begin, first.find('\n') - begin) + "\n";
    }
  return text;
}

}  // namespace

int template_command(const std::vector<std::string>& arguments) {
  po::options_description visible("Options");
  visible.add_options()("help,h", po::bool_switch(), "this text");
  po::options_description all;
  all.add(visible);
  all.add_options()("name", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("name", -1);
  const po::variables_map values = read_options("template", arguments, all, positional);
  if (!is_first_of_launch()) return 0;

  const ParameterLibrary library = ParameterLibrary::find();
  if (values["help"].as<bool>()) {
    std::ostringstream text;
    text << "usage: intratumor template [NAME] > case.yaml\n\n"
            "Prints a commented case that runs as it stands, to be changed; central_bolus without NAME. "
            "study is a\n"
            "study of such a case, for intratumor sweep:\n\n"
         << list_of(library) << "\n"
         << visible;
    std::fputs(text.str().c_str(), stdout);
    return 0;
  }
  std::vector<std::string> names;
  if (values.count("name") > 0) names = values["name"].as<std::vector<std::string>>();
  if (names.size() > 1)
    throw InputError("intratumor template: one name at a time, and there is '" + names[1] + "' beside '" +
                     names[0] + "'");
  std::fputs(text_of(library, names.empty() ? usual_template : names[0]).c_str(), stdout);
  return 0;
}

}  // namespace intratumor
