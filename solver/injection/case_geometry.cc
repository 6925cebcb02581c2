#include <algorithm>
#include <charconv>
#include <filesystem>
#include <stdexcept>

#include "images/label_image.h"
#include "images/mesh_file.h"
#include "injection/case_reading.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

constexpr std::size_t longest_name = 60;
constexpr int largest_label = 65535;
constexpr Range coordinate_unit = {1e-9, 1};  // m

std::string read_region_name(const YamlNode& node) {
  const std::string name = node.text();
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == ' ';
  });
  if (name.empty() || name.size() > longest_name || !plain)
    node.fail("'" + name.substr(0, longest_name) +
              "' cannot be the name of a region: letters, digits, blanks, _ and - make one, 60 at most");
  return name;
}

bool is_number(const std::string& key) {
  return !key.empty() && key.find_first_not_of("+-.0123456789") == std::string::npos;
}

/// The voxel value that a key of `labels` names, or the number of a mesh's group.
std::uint16_t read_value(const std::string& key, const YamlNode& region, bool mesh) {
  int label = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), label);
  const int least = mesh ? 1 : 0;
  if (error != std::errc() || end != key.data() + key.size() || label < least || label > largest_label)
    region.fail("the " + std::string(mesh ? "physical group" : "label") + " '" + key.substr(0, longest_name) +
                "' must be a " + (mesh ? "number" : "voxel value: a whole number") + " from " +
                std::to_string(least) + " to " + std::to_string(largest_label));
  return static_cast<std::uint16_t>(label);
}

/// `named`: whether this kind of file can name its labels.
std::vector<TissueOfLabel> read_labels(const YamlNode& node, bool named, bool mesh) {
  std::vector<TissueOfLabel> labels;
  for (const std::string& key : node.keys()) {
    const YamlNode region = node.required(key);
    TissueOfLabel label;
    if (is_number(key))
      label.value = read_value(key, region, mesh);
    else
      label.segment = key;
    label.region = read_region_name(region);
    if (!label.segment.empty() && !named)
      region.fail("only .seg.nrrd files name their segments; give the voxel value in place of " +
                  label.text() + ", as in labels: {1: kidney, 2: tumour}");
    for (const TissueOfLabel& other : labels)
      if (other.value == label.value && other.segment == label.segment)
        region.fail("the label " + label.text() + " is given twice");
    labels.push_back(label);
  }
  if (labels.empty())
    node.fail(mesh ? "must name the mesh's physical groups, as in {1: tumour, 2: kidney}"
                   : "must name the segmentation's labels, as in {1: kidney, 2: tumour}");
  return labels;
}

/// A region of `labels` that the node names.
std::string read_target(const YamlNode& node, const std::vector<TissueOfLabel>& labels) {
  std::vector<std::string> regions;
  for (const TissueOfLabel& label : labels)
    if (std::find(regions.begin(), regions.end(), label.region) == regions.end())
      regions.push_back(label.region);
  return node.one_of(regions);
}

std::string read_background(const YamlNode& geometry, const std::vector<TissueOfLabel>& labels, bool mesh) {
  if (const auto background = geometry.optional("background")) return read_region_name(*background);
  for (const TissueOfLabel& label : labels)
    if (label.value == 0 && label.segment.empty()) return label.region;
  geometry.fail("the key 'background' is missing: the tissue where no " +
                std::string(mesh ? "cell of the mesh" : "label or no image") + " is, as muscle");
}

/// A unit by itself, or so much of it: "mm", "0.1 mm".
double read_length_unit(const YamlNode& node) {
  const std::string text = node.text();
  const bool alone = text.find_first_of("0123456789+-.") != 0;
  double unit = 0;
  try {
    unit = parse_quantity(alone ? "1 " + text : text, Dimension::length);
  } catch (const std::invalid_argument&) {
    node.fail("'" + text + "' must be the unit of the mesh's coordinates, a length, e.g. mm");
  }
  if (!inside(unit, coordinate_unit))
    node.fail("'" + text + "' is no unit of a mesh's coordinates; nm to m are");
  return unit;
}

/// The file and its labels: `segmentation` with `labels`, or `mesh` with `regions` and `length_unit`.
void read_file(const YamlNode& node, const std::string& case_path, GeometryInput& geometry) {
  if (!node.has("mesh")) {
    for (const char* key : {"regions", "length_unit", "voxel"})
      if (node.has(key))
        node.required(key).fail(
            "has no effect without a mesh; an image has labels, and says itself how large its voxels are");
    geometry.segmentation = read_image_path(node.required("segmentation"), case_path);
    geometry.labels = read_labels(node.required("labels"), can_name_segments(geometry.segmentation), false);
    return;
  }
  const YamlNode file = node.required("mesh");
  for (const char* key : {"segmentation", "labels"})
    if (node.has(key))
      node.required(key).fail(
          "belongs to an image; a mesh has regions: {1: tumour, 2: kidney}. Give a segmentation or a mesh");
  if (!is_mesh_name(file.text()))
    file.fail("'" + file.text() + "' must be " + std::string(kinds_of_mesh) +
              "; Gmsh makes one of other formats, and meshio with file_format='gmsh22'");
  geometry.segmentation = read_path(file, case_path);
  geometry.labels = read_labels(node.required("regions"), true, true);
  MeshFileInput mesh;
  mesh.length_unit = read_length_unit(node.required("length_unit"));
  if (const auto voxel = node.optional("voxel"); voxel && voxel->text() != "auto")
    mesh.voxel = voxel->quantity(Dimension::length, limits::voxel.possible);
  geometry.mesh = mesh;
}

}  // namespace

std::string read_path(const YamlNode& node, const std::string& case_path) {
  const std::filesystem::path folder = std::filesystem::absolute(case_path).parent_path();
  return (folder / node.text()).lexically_normal().string();
}

std::string read_image_path(const YamlNode& node, const std::string& case_path) {
  if (!is_image_name(node.text()))
    node.fail("'" + node.text() + "' must be an image: " + std::string(kinds_of_image));
  return read_path(node, case_path);
}

GeometryInput read_geometry(const YamlNode& node, const std::string& case_path) {
  check_keys(node,
             {"segmentation", "labels", "mesh", "regions", "length_unit", "voxel", "background", "target",
              "component", "margin", "space"},
             {{"maps", "maps of parameters are not available yet; remove them"}});
  GeometryInput geometry;
  read_file(node, case_path, geometry);
  geometry.background = read_background(node, geometry.labels, geometry.mesh.has_value());
  geometry.target = read_target(node.required("target"), geometry.labels);
  if (const auto component = node.optional("component"))
    geometry.largest_piece = component->one_of({"all", "largest"}) == "largest";
  if (const auto margin = node.optional("margin"))
    geometry.margin = margin->quantity(Dimension::length, limits::margin.possible);
  if (const auto space = node.optional("space")) geometry.space = space->one_of({"RAS", "LPS"});
  return geometry;
}

}  // namespace intratumor
