#include "lump.h"

#include <cmath>

#include "output/table.h"

using namespace intratumor;

int lump(int i, int j, int k) {
  const double x = i - 11, y = 1.2 * (j - 10), z = 1.5 * (k - 7.5);
  const bool inside = x * x / 25 + y * y / 16 + z * z / 20 < 1 ||
                      (x - 4) * (x - 4) + (y - 2) * (y - 2) + (z - 1) * (z - 1) < 8;
  return inside ? 2 : i > 15 ? 1 : 0;
}

files::NrrdFile stored(const Grid& grid, const std::array<int, 3>& axis, int flips, const Labels& labels) {
  std::array<int, 3> n{};
  Vector3 origin = grid.origin;
  files::NrrdFile file;
  std::string sizes, directions;
  char text[200];
  for (int f = 0; f < 3; ++f) {
    const int a = axis[f], sign = flips >> f & 1 ? -1 : 1;
    n[f] = grid.size[a];
    std::snprintf(text, sizeof text, "(%.17g,%.17g,%.17g) ", sign * grid.matrix[0][a],
                  sign * grid.matrix[1][a], sign * grid.matrix[2][a]);
    directions += text;
    sizes += std::to_string(n[f]) + " ";
    if (sign < 0)
      for (int r = 0; r < 3; ++r) origin[r] += grid.matrix[r][a] * (n[f] - 1);
  }
  std::snprintf(text, sizeof text, "(%.17g,%.17g,%.17g)", origin[0], origin[1], origin[2]);
  file.set("sizes", sizes).set("space directions", directions).set("space origin", text);
  file.data.clear();
  std::array<int, 3> q{};
  for (q[2] = 0; q[2] < n[2]; ++q[2])
    for (q[1] = 0; q[1] < n[1]; ++q[1])
      for (q[0] = 0; q[0] < n[0]; ++q[0]) {
        std::array<int, 3> p{};
        for (int f = 0; f < 3; ++f) p[axis[f]] = flips >> f & 1 ? n[f] - 1 - q[f] : q[f];
        file.data.push_back(static_cast<unsigned char>(labels(p[0], p[1], p[2])));
      }
  return file;
}

std::string point_text(const Vector3& lps) {
  char text[120];
  std::snprintf(text, sizeof text, "[%.9f mm, %.9f mm, %.9f mm]", lps[0], lps[1], lps[2]);
  return text;
}

std::string case_text(const Grid& grid, const std::string& image, const std::string& labels) {
  return "title: Lump\ngeometry:\n  segmentation: " + image + "\n  labels: " + labels +
         "\n  background: muscle\n  target: tumour\n  margin: 4 mm\n  space: LPS\n"
         "tissues: {tumour: viable_tumour}\ndrug: cisplatin\nscheme:\n"
         "  - needle: {like: 22G_side_holes, holes: [1 mm, 3 mm]}\n    tip: " +
         point_text(grid.at(12.3, 10.1, 6.2)) + "\n    entry: " + point_text(grid.at(16.3, 25, 40)) +
         "\n    volume: 0.02 mL\n    concentration: 1 mg/mL\n    over: 1 min\n    mode: deposit\n"
         "comparator: none\nrun: {until: 30 min, accuracy: coarse}\noutput: {fields: [], maps: []}\n";
}

Json results_of(const std::string& folder) {
  Json summary = Json::parse(contents_of(folder + "/summary.json"));
  for (const char* key :
       {"time", "memory", "inputs", "versions", "linear_residual", "limiter", "units", "title"})
    summary.erase(key);
  summary["ledger"].erase("closure_error");
  return summary;
}

double difference(const Json& a, const Json& b, const std::string& path) {
  double worst = 0;
  EXPECT_EQ(a.type(), b.type()) << path;
  EXPECT_EQ(a.size(), b.size()) << path;
  if (a.is_structured()) {
    for (auto it = a.begin(), jt = b.begin(); it != a.end() && jt != b.end(); ++it, ++jt)
      worst = std::max(worst, difference(*it, *jt, path + "/" + (a.is_object() ? it.key() : "")));
  } else if (a.is_number_float()) {
    // Pressures' closure, and what is round-off in itself.
    if (path.find("closure") != std::string::npos || path.find("min_concentration") != std::string::npos)
      return 0;
    const double x = a.get<double>(), y = b.get<double>(), size = std::max(std::abs(x), std::abs(y));
    const double own = path.rfind("/ledger/", 0) == 0 ? 1 : size;
    if (size > 0) worst = std::abs(x - y) / own;
    EXPECT_LT(worst, 1e-6) << path;
  } else {
    EXPECT_EQ(a, b) << path;
  }
  return worst;
}

std::string value_in(const std::string& folder, const std::string& path) {
  return Json::parse(contents_of(folder + "/summary.json")).at(Json::json_pointer(path)).dump();
}

Ended check_of(const ScratchFolder& scratch, const std::vector<std::string>& changes,
               const std::string& command) {
  std::vector<std::string> arguments{command, "lump.yaml"};
  for (const std::string& change : changes) arguments.insert(arguments.end(), {"--set", change});
  return intratumor_in(scratch.path(), arguments);
}

void expect_said(const std::string& text, const std::vector<std::string>& words) {
  for (const std::string& word : words)
    EXPECT_NE(text.find(word), std::string::npos) << word << " in\n" << text;
}

void write_lump(const ScratchFolder& scratch, const Labels& labels) {
  const Grid grid;
  stored(grid, {0, 1, 2}, 0, labels).write(scratch / "lump.nrrd");
  write_text(scratch / "lump.yaml", case_text(grid, "lump.nrrd", plain_labels));
}
