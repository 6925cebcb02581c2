#include <algorithm>
#include <charconv>
#include <filesystem>

#include "injection/case_reading.h"

namespace intratumor {

namespace {

constexpr Range possible_margin = {1e-3, 0.2};
constexpr std::size_t longest_name = 60;
constexpr int largest_label = 65535;

std::string read_region_name(const YamlNode& node) {
  const std::string name = node.text();
  if (name == "outside") node.fail("'outside' (no tissue) is not available yet; name a tissue, as muscle");
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == ' ';
  });
  if (name.empty() || name.size() > longest_name || !plain)
    node.fail("'" + name.substr(0, longest_name) +
              "' cannot be the name of a region: letters, digits, blanks, _ and - make one, 60 at most");
  return name;
}

/// The voxel value that a key of `labels` names.
std::uint16_t read_label(const std::string& key, const YamlNode& value) {
  const bool number = !key.empty() && key.find_first_not_of("+-.0123456789") == std::string::npos;
  if (!number)
    value.fail("labels by the name of a segment are not available yet; give the voxel value in place of '" +
               key.substr(0, longest_name) + "', as in labels: {1: kidney, 2: tumour}");
  int label = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), label);
  if (error != std::errc() || end != key.data() + key.size() || label < 0 || label > largest_label)
    value.fail("the label '" + key.substr(0, longest_name) +
               "' must be a voxel value: a whole number from 0 to " + std::to_string(largest_label));
  return static_cast<std::uint16_t>(label);
}

std::vector<TissueOfLabel> read_labels(const YamlNode& node) {
  std::vector<TissueOfLabel> labels;
  for (const std::string& key : node.keys()) {
    const YamlNode value = node.required(key);
    const TissueOfLabel label = {read_label(key, value), read_region_name(value)};
    for (const TissueOfLabel& other : labels)
      if (other.value == label.value)
        value.fail("the label " + std::to_string(label.value) + " is given twice");
    labels.push_back(label);
  }
  if (labels.empty()) node.fail("must name the segmentation's voxel values, as in {1: kidney, 2: tumour}");
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

std::string read_background(const YamlNode& geometry, const std::vector<TissueOfLabel>& labels) {
  if (const auto background = geometry.optional("background")) return read_region_name(*background);
  for (const TissueOfLabel& label : labels)
    if (label.value == 0) return label.region;
  geometry.fail("the key 'background' is missing: the tissue where no label or no image is, as muscle");
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

std::vector<std::uint16_t> GeometryInput::target_values() const {
  std::vector<std::uint16_t> values;
  for (const TissueOfLabel& label : labels)
    if (label.region == target) values.push_back(label.value);
  return values;
}

std::string read_image_path(const YamlNode& node, const std::string& case_path) {
  const std::string name = node.text();
  for (const char* later : {".nrrd", ".nhdr", ".mha", ".mhd"})
    if (ends_with(name, later))
      node.fail("'" + name + "': " + later + " images are not available yet; save it as NIfTI (.nii.gz)");
  if (!ends_with(name, ".nii") && !ends_with(name, ".nii.gz"))
    node.fail("'" + name + "' must be a NIfTI image, a file that ends in .nii or .nii.gz");
  const std::filesystem::path folder = std::filesystem::absolute(case_path).parent_path();
  return (folder / name).lexically_normal().string();
}

GeometryInput read_geometry(const YamlNode& node, const std::string& case_path) {
  const std::string no_mesh = "mesh files are not available yet; give a segmentation";
  check_keys(node, {"segmentation", "labels", "background", "target", "component", "margin", "space"},
             {{"mesh", no_mesh},
              {"length_unit", no_mesh},
              {"regions", no_mesh},
              {"maps", "maps of parameters are not available yet; remove them"}});
  GeometryInput geometry;
  geometry.segmentation = read_image_path(node.required("segmentation"), case_path);
  geometry.labels = read_labels(node.required("labels"));
  geometry.background = read_background(node, geometry.labels);
  geometry.target = read_target(node.required("target"), geometry.labels);
  if (const auto component = node.optional("component"))
    if (component->one_of({"all", "largest"}) == "largest")
      component->fail("'largest' is not available yet; only all");
  if (const auto margin = node.optional("margin"))
    geometry.margin = margin->quantity(Dimension::length, possible_margin);
  if (const auto space = node.optional("space")) geometry.space = space->one_of({"RAS", "LPS"});
  return geometry;
}

}  // namespace intratumor
