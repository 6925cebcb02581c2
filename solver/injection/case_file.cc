#include <algorithm>
#include <filesystem>

#include "injection/case_reading.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

struct Accuracy {
  const char* name;
  Numerics numerics;
};

const Accuracy accuracies[] = {{"coarse", {1e-3, 1e-3, 0.08, {}}},
                               {"standard", {0.5e-3, 3e-4, 0.025, {}}},
                               {"fine", {0.25e-3, 1e-4, 0.01, {}}}};

std::optional<YamlNode> optional_map(const YamlNode& root, const std::string& key) {
  auto node = root.optional(key);
  if (node && !node->is_map()) node->fail("must be a map, {key: value, ...}");
  return node;
}

void check_root(const YamlNode& root) {
  if (!root.is_map()) root.fail("is not a case file; expected a map that begins with title: or geometry:");
  check_keys(root,
             {"title", "geometry", "tissues", "drug", "patient", "scheme", "flow", "deposit", "exposure",
              "comparator", "run", "numerics", "output"},
             {});
}

std::vector<std::string> regions_of(const GeometryInput& geometry) {
  std::vector<std::string> regions;
  const auto add = [&regions](const std::string& name) {
    if (std::find(regions.begin(), regions.end(), name) == regions.end()) regions.push_back(name);
  };
  for (const TissueOfLabel& label : geometry.labels) add(label.region);
  add(geometry.background);
  return regions;
}

void read_tissues(const YamlNode& root, const ParameterLibrary& library, Case& c) {
  const auto node = optional_map(root, "tissues");
  if (node) check_keys(*node, c.regions, {});
  for (const std::string& region : c.regions) {
    const auto tissue = node ? node->optional(region) : std::nullopt;
    if (tissue) {
      c.tissues.push_back(read_tissue(*tissue, library));
      if (is_lumen_name(region) && c.tissues.back().region_class == RegionClass::tissue)
        tissue->fail("the region '" + region + "' is one without tissue; give it another name in labels");
    } else if (is_lumen_name(region)) {
      c.tissues.push_back(lumen(region));
    } else if (library.has("tissues", region)) {
      c.tissues.push_back(read_tissue(region, library));
    } else {
      std::string known;
      for (const std::string& name : library.names("tissues")) known += (known.empty() ? "" : ", ") + name;
      (node ? *node : root)
          .fail("the region '" + region + "' has no tissue; give it one, as tissues: {" + region +
                ": viable_tumour} (there are " + known + ")");
    }
  }
}

void read_run(const YamlNode& root, Case& c) {
  const YamlNode run = root.required("run");
  check_keys(run, {"until", "accuracy", "checkpoint"},
             {{"numerics", "numerics stands beside run, not in it"}});
  c.until = run.required("until").quantity(Dimension::time, limits::until.possible);
  if (const auto accuracy = run.optional("accuracy"))
    c.accuracy = accuracy->one_of({"coarse", "standard", "fine"});
  for (const Accuracy& accuracy : accuracies)
    if (c.accuracy == accuracy.name) c.numerics = accuracy.numerics;
  if (const auto checkpoint = run.optional("checkpoint"))
    c.checkpoint_interval = checkpoint->is_scalar() && checkpoint->text() == "none"
                                ? 0
                                : checkpoint->quantity(Dimension::time, limits::checkpoint.possible);

  const auto numerics = optional_map(root, "numerics");
  if (!numerics) return;
  check_keys(*numerics, {"h_min", "time_tolerance", "coverage_tolerance", "mesh_for"}, {});
  if (const auto h_min = numerics->optional("h_min"))
    c.numerics.h_min = h_min->quantity(Dimension::length, limits::cell.possible);
  if (const auto tolerance = numerics->optional("time_tolerance"))
    c.numerics.time_tolerance = tolerance->number(limits::tolerance.possible);
  if (const auto tolerance = numerics->optional("coverage_tolerance"))
    c.numerics.coverage_tolerance = tolerance->number(limits::coverage_tolerance.possible);
}

Parameter number_alone(const Parameter& parameter) {
  Parameter alone;
  alone.value = parameter.value;
  alone.dimension = parameter.dimension;
  alone.set_by = "case";
  return alone;
}

/// `numerics.mesh_for`: schemes like `scheme` itself, of which only the needles' places matter.
void read_mesh_for(const YamlNode& root, const ParameterLibrary& library, Case& c) {
  const auto numerics = optional_map(root, "numerics");
  const auto schemes = numerics ? numerics->optional("mesh_for") : std::nullopt;
  if (!schemes) return;
  if (c.needles.empty()) schemes->fail("has no effect: no needle of the case's own injects");
  Case other = c;
  for (const YamlNode& scheme : schemes->items()) {
    other.needles.clear();
    other.intravenous.clear();
    read_scheme(scheme, library, other);
    if (other.needles.empty()) scheme.fail("has no needle; the mesh resolves places of needles");
    // Where a needle's numbers are from is told of the case's own scheme; here it would only take space.
    for (NeedleInjection& needle : other.needles)
      for (Parameter* diameter : {&needle.outer_diameter, &needle.hole_diameter})
        if (diameter->given()) *diameter = number_alone(*diameter);
    c.numerics.mesh_for.push_back(other.needles);
  }
}

void read_comparator(const YamlNode& root, Case& c) {
  c.comparator = !c.needles.empty();
  const auto comparator = root.optional("comparator");
  if (!comparator) return;
  const bool wanted = comparator->one_of({"intravenous", "none"}) == "intravenous";
  if (wanted && c.needles.empty())
    comparator->fail("has no effect: no needle injects, and the run itself is intravenous");
  c.comparator = wanted;
}

/// The target is tissue, and so is what lies beyond all labels, or it is outside.
void check_classes(const YamlNode& geometry, const Case& c) {
  const auto class_of = [&c](const std::string& region) {
    return c.tissues[std::find(c.regions.begin(), c.regions.end(), region) - c.regions.begin()].region_class;
  };
  if (class_of(c.geometry.target) != RegionClass::tissue)
    geometry.required("target").fail("'" + c.geometry.target + "' has no tissue; name the tumour's region");
  const RegionClass background = class_of(c.geometry.background);
  if (background != RegionClass::tissue && background != RegionClass::outside)
    geometry.fail("the background is '" + c.geometry.background +
                  "', a vessel or cavity; it must be tissue or outside");
}

std::vector<std::string> read_maps(const YamlNode& node) {
  std::vector<std::string> maps;
  for (const YamlNode& item : node.items()) {
    maps.push_back(item.one_of({"auc", "cmax"}));
    if (std::find(maps.begin(), maps.end() - 1, maps.back()) != maps.end() - 1)
      item.fail("the map '" + maps.back() + "' is given twice");
  }
  return maps;
}

void read_output(const YamlNode& root, Case& c) {
  c.field_times = {c.until};
  c.maps = {"auc", "cmax"};
  const auto output = optional_map(root, "output");
  if (!output) return;
  check_keys(*output, {"fields", "maps"}, {});
  if (const auto maps = output->optional("maps")) c.maps = read_maps(*maps);
  const auto fields = output->optional("fields");
  if (!fields) return;
  const bool none = fields->is_sequence() && fields->items().empty();
  c.field_times = none ? std::vector<double>{} : read_times(*fields, limits::schedule.possible);
  if (!none && c.field_times.back() > c.until)
    fields->fail("the last time is after run.until, " + readable_text(c.until, Dimension::time));
}

/// Every region must work with this drug, and the drug with this patient: said before anything is computed.
void check_pairs(const Case& c) {
  std::vector<std::string> names = c.regions;
  for (const Tissue& tissue : c.tissues) names.push_back(tissue.name);
  check_overrides(c.drug, names);
  try {
    check_binding(c.drug, c.tissues, c.regions);
    for (std::size_t i = 0; i < c.regions.size(); ++i) coefficients(c.tissues[i], c.drug, c.regions[i]);
    body_coefficients(c.drug, c.patient);
  } catch (const InputError& error) {
    // What rests on the drug's or tissue's file has no position in the case.
    const std::string message = error.what();
    throw message.find(c.path) == 0 || message.find("--set") == 0 ? error
                                                                  : InputError(c.path + ": " + message);
  }
}

/// Last, so that a case can be put right before its images are at hand.
void check_files(const YamlNode& root, const Case& c) {
  const auto check = [](const YamlNode& node, const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
      node.fail(path.string() + " is a folder; expected a file");
    if (!std::filesystem::exists(path, error)) node.fail("no such file: " + path.string());
  };
  check(root.required("geometry").required(c.geometry.mesh ? "mesh" : "segmentation"),
        c.geometry.segmentation);
  if (c.deposit && c.deposit->shape == DepositInput::Shape::mask)
    check(root.required("deposit").required("mask"), c.deposit->mask);
}

}  // namespace

Case read_case(const std::string& path, const std::vector<std::string>& overrides, ReadingRecord* record) {
  const YamlNode root = YamlNode::load(path, overrides);
  check_root(root);
  const ParameterLibrary library = ParameterLibrary::find();
  Case c;
  c.path = path;
  c.name = std::filesystem::path(path).stem().string();
  if (const auto title = root.optional("title")) c.title = title->text();
  c.geometry = read_geometry(root.required("geometry"), path);
  c.regions = regions_of(c.geometry);
  read_tissues(root, library, c);
  check_classes(root.required("geometry"), c);
  c.drug = read_drug(root.required("drug"), library);
  c.patient = read_patient(root.optional("patient"));
  read_run(root, c);
  read_scheme(root.required("scheme"), library, c);
  read_mesh_for(root, library, c);
  read_flow(optional_map(root, "flow"), c);
  read_deposit(optional_map(root, "deposit"), c);
  read_exposure(root.optional("exposure"), c);
  read_comparator(root, c);
  read_output(root, c);
  check_pairs(c);
  check_files(root, c);
  if (record != nullptr) *record = root.record();
  return c;
}

}  // namespace intratumor
