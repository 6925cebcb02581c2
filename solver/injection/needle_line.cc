#include "injection/needle_line.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "injection/case.h"

namespace intratumor {

namespace {

using Json = nlohmann::json;

constexpr double farthest = 5;     // m, as for points of the case
constexpr double shortest = 1e-4;  // m

/// Reads one file; every fault ends at the case's key, with the file's path.
class LineReader {
 public:
  LineReader(const std::string& path, const YamlNode& node) : path_(path), node_(node) {}

  NeedleLine read() const {
    const Json file = parse();
    const Json& line = only_line(file);
    const double metres = metres_per_unit(line);
    const std::array<double, 3> sign = signs(line);
    const Json* const points = member(line, "controlPoints");
    if (points == nullptr || !points->is_array()) fail("the line has no list 'controlPoints'");
    std::vector<std::array<double, 3>> placed;
    for (const Json& point : *points) {
      const std::string status = word(point, "positionStatus", "defined");
      if (status != "defined") continue;  // a point that was begun or skipped has no place
      placed.push_back(position(point, sign, metres));
    }
    if (placed.size() != 2)
      fail("the line has " + std::to_string(placed.size()) +
           " placed points; it needs two: where the needle enters, then its tip");
    const NeedleLine result{placed[0], placed[1]};
    if (std::hypot(result.tip[0] - result.entry[0], result.tip[1] - result.entry[1],
                   result.tip[2] - result.entry[2]) < shortest)
      fail("the two points of the line are one; the first is where the needle enters, the second its tip");
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { node_.fail(path_ + ": " + what); }

  Json parse() const {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path_, error)) node_.fail("no such file: " + path_);
    constexpr std::uintmax_t most_bytes = 1 << 24;
    if (std::filesystem::file_size(path_, error) > most_bytes)
      fail("this is no file of one line: it holds more than 16 MB");
    std::ifstream file(path_);
    try {
      return Json::parse(file);
    } catch (const Json::parse_error& failure) {
      const std::string text = failure.what();
      const std::size_t end = text.find("] ");
      fail("this is not JSON (" + text.substr(end == std::string::npos ? 0 : end + 2) +
           "); save the line from 3D Slicer's Markups as .mrk.json");
    }
  }

  static const Json* member(const Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found != object.end() ? &*found : nullptr;
  }

  static std::string word(const Json& object, const char* name, const std::string& otherwise) {
    const Json* const found = member(object, name);
    if (found == nullptr) return otherwise;
    return found->is_string() ? found->get<std::string>() : found->dump();
  }

  const Json& only_line(const Json& file) const {
    const Json* const markups = member(file, "markups");
    if (markups == nullptr || !markups->is_array())
      fail("there is no list 'markups' in it; save the line from 3D Slicer's Markups as .mrk.json");
    const Json* line = nullptr;
    std::string others;
    for (const Json& markup : *markups) {
      const std::string type = word(markup, "type", "?");
      if (type != "Line") {
        others += (others.empty() ? "" : ", ") + type.substr(0, 40);
        continue;
      }
      if (line != nullptr) fail("it holds more than one line; save each needle's line in a file of its own");
      line = &markup;
    }
    if (line == nullptr)
      fail("it holds no line (type Line) but " + (others.empty() ? "nothing" : others) +
           "; draw the needle as a line in 3D Slicer's Markups");
    return *line;
  }

  double metres_per_unit(const Json& line) const {
    const Json* const unit = member(line, "coordinateUnits");
    std::string text = "mm";
    if (unit != nullptr && unit->is_array() && !unit->empty() && (*unit)[0].is_string())
      text = (*unit)[0].get<std::string>();  // [code, coding scheme, meaning]
    else if (unit != nullptr)
      text = word(line, "coordinateUnits", "");
    if (text == "mm") return 1e-3;
    if (text == "um") return 1e-6;
    fail("coordinateUnits is '" + text.substr(0, 40) + "'; it must be mm or um");
  }

  std::array<double, 3> signs(const Json& line) const {
    const std::string space = word(line, "coordinateSystem", "LPS");
    if (space != "LPS" && space != "RAS")
      fail("coordinateSystem is '" + space.substr(0, 40) + "'; it must be LPS or RAS");
    return signs_to_ras(space);
  }

  std::array<double, 3> position(const Json& point, const std::array<double, 3>& sign, double metres) const {
    const Json* const given = member(point, "position");
    std::array<double, 3> place{};
    bool right = given != nullptr && given->is_array() && given->size() == 3;
    for (std::size_t d = 0; right && d < 3; ++d) {
      right = (*given)[d].is_number();
      if (right) place[d] = sign[d] * metres * (*given)[d].get<double>();
      if (place[d] == 0) place[d] = 0;  // -0 is not what anyone drew
      right = right && std::abs(place[d]) <= farthest;
    }
    if (!right) fail("the position of a control point must be three numbers of at most 5 m");
    return place;
  }

  const std::string& path_;
  const YamlNode& node_;
};

}  // namespace

NeedleLine read_needle_line(const std::string& path, const YamlNode& node) {
  return LineReader(path, node).read();
}

}  // namespace intratumor
