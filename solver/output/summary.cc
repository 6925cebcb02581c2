#include "output/summary.h"

#include <deal.II/base/config.h>
#include <hdf5.h>
#include <mpi.h>
#include <petscversion.h>

#include <cmath>
#include <limits>

#include "images/text_header.h"
#include "output/table.h"

namespace intratumor {

using Json = nlohmann::ordered_json;

namespace {

const char* const auc_unit = "mol s m-3";
const char* const concentration_unit = "mol m-3";

/// Indicators of one scheme, which the comparator has too.
std::vector<PromisedKey> tumour_and_plasma() {
  return {
      {"tumour.auc_free", auc_unit},
      {"tumour.auc_interstitial", auc_unit},
      {"tumour.auc_total", auc_unit},
      {"tumour.cmax_mean", concentration_unit},
      {"tumour.retention_half_life_s", "s"},
      {"tumour.mean_residence_time_s", "s"},
      {"tumour.coverage", nullptr},
      {"tumour.d98", auc_unit},
      {"tumour.d95", auc_unit},
      {"tumour.d50", auc_unit},
      {"tumour.d2", auc_unit},
      {"tumour.homogeneity_index", "1"},
      {"tumour.receptor_occupancy.largest_mean_fraction", "1"},
      {"tumour.receptor_occupancy.time_mean_fraction", "1"},
      {"tumour.receptor_occupancy.end_mean_fraction", "1"},
      {"tumour.receptor_occupancy.mean_at_least_90_percent_s", "s"},
      {"tumour.receptor_occupancy.volume_at_least_90_percent_fraction", "1"},
      {"plasma.auc", auc_unit},
      {"plasma.auc_0_24h", auc_unit},
      {"plasma.auc_0_7d", auc_unit},
      {"plasma.auc_inf", auc_unit},
      {"plasma.cmax", concentration_unit},
      {"plasma.tmax_s", "s"},
  };
}

const std::string comparator = "comparator.";

/// Endings of names and what they say; the longest stands before those it ends in.
const std::vector<std::pair<std::string, std::string>>& unit_endings() {
  static const std::vector<std::pair<std::string, std::string>> endings{
      {"_mol_s_per_m3", "mol s m-3"},
      {"_mol_per_m3", "mol m-3"},
      {"_m3_per_s", "m3 s-1"},
      {"_kg_per_mol", "kg mol-1"},
      {"_mol_per_s", "mol s-1"},
      {"_per_s", "s-1"},
      {"_fraction", "1"},
      {"_fractions", "1"},
      {"_ratio", "1"},
      {"_mol", "mol"},
      {"_bytes", "byte"},
      {"_kg", "kg"},
      {"_pa", "Pa"},
      {"_m3", "m3"},
      {"_m2", "m2"},
      {"_m", "m"},
      {"_s", "s"},
  };
  return endings;
}

Json* find(Json& object, const std::string& path) {
  Json* at = &object;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const auto child = at->is_object() ? at->find(path.substr(begin, end - begin)) : at->end();
    if (!at->is_object() || child == at->end()) return nullptr;
    at = &*child;
    begin = end + 1;
  }
  return at;
}

void set(Json& object, const std::string& path, const Json& value) {
  const std::size_t dot = path.find('.');
  Json& child = object[path.substr(0, dot)];
  if (dot == std::string::npos) {
    child = value;
    return;
  }
  if (child.is_null()) child = Json::object();
  if (child.is_object()) set(child, path.substr(dot + 1), value);
}

/// The mirror of `value` with units in the place of numbers; null when there is none in it.
Json units_of(const Json& value, const std::string& path, std::vector<std::string>& without_unit) {
  if (value.is_object()) {
    Json units = Json::object();
    for (const auto& [key, child] : value.items()) {
      const Json unit = units_of(child, path.empty() ? key : path + "." + key, without_unit);
      if (!unit.is_null()) units[key] = unit;
    }
    return units.empty() ? Json() : units;
  }
  if (value.is_array()) {
    Json units = Json::array();
    bool any = false;
    for (const Json& child : value) {
      units.push_back(units_of(child, path, without_unit));
      any = any || !units.back().is_null();
    }
    return any ? units : Json();
  }
  if (!value.is_number() && !value.is_null()) return Json();
  const std::string unit = unit_of(path);
  if (!unit.empty()) return unit;
  if (value.is_number_integer()) return "1";  // a count
  if (value.is_number()) without_unit.push_back(path);
  return Json();
}

}  // namespace

const std::vector<PromisedKey>& promised_keys() {
  static const std::vector<PromisedKey> keys = [] {
    static std::vector<std::string> comparator_paths;  // keeps the texts that the keys point to
    std::vector<PromisedKey> list{{"status", nullptr},
                                  {"dose_mol", "mol"},
                                  {"dose_intratumoral_mol", "mol"},
                                  {"tumour.volume_m3", "m3"}};
    const std::vector<PromisedKey> scheme = tumour_and_plasma();
    list.insert(list.end(), scheme.begin(), scheme.end());
    comparator_paths.reserve(scheme.size());
    for (const PromisedKey& key : scheme) {
      comparator_paths.push_back(comparator + key.path);
      list.push_back({comparator_paths.back().c_str(), key.unit});
    }
    const std::vector<PromisedKey> rest{
        {"off_target.shell_m", "m"},
        {"off_target.volume_m3", "m3"},
        {"off_target.auc_free", auc_unit},
        {"therapeutic_index", "1"},
        {"targeting_advantage", "1"},
        {"leak_fraction", "1"},
        {"ledger.free_tumour", "1"},
        {"ledger.free_elsewhere", "1"},
        {"ledger.bound", "1"},
        {"ledger.anchored", "1"},
        {"ledger.internalised", "1"},
        {"ledger.depots", "1"},
        {"ledger.degraded", "1"},
        {"ledger.plasma", "1"},
        {"ledger.peripherals", "1"},
        {"ledger.lymph_chain", "1"},
        {"ledger.eliminated", "1"},
        {"ledger.outflow", "1"},
        {"ledger.leak", "1"},
        {"ledger.closure_error", "1"},
        {"min_concentration", concentration_unit},
        {"c_ref", concentration_unit},
        {"deposit.c0_over_cinj", "1"},
        {"deposit.fraction_in_target", "1"},
        {"mesh.cells", "1"},
        {"mesh.dofs", "1"},
        {"mesh.h_min_m", "m"},
        {"time.steps", "1"},
        {"time.wall_s", "s"},
        {"pressure.max_pa", "Pa"},
        {"pressure.at_needle_pa", "Pa"},
        {"linear_residual", "1"},
        {"limiter.refused_fraction", "1"},
        {"needle_passes", "1"},
        {"model", nullptr},
    };
    list.insert(list.end(), rest.begin(), rest.end());
    return list;
  }();
  return keys;
}

std::string unit_of(const std::string& path) {
  for (const PromisedKey& key : promised_keys())
    if (path == key.path) return key.unit != nullptr ? key.unit : "";
  if (path.rfind(comparator, 0) == 0) return unit_of(path.substr(comparator.size()));
  const std::string name = path.substr(path.rfind('.') + 1);
  if (name == "fraction" || name == "fractions" || name == "residual") return "1";
  for (const auto& [ending, unit] : unit_endings())
    if (ends_with(name, ending)) return unit;
  return "";
}

SummaryGaps complete_summary(Json& summary) {
  SummaryGaps gaps;
  for (const PromisedKey& key : promised_keys()) {
    if (find(summary, key.path) != nullptr) continue;
    // What no scheme of this version computes is null by design: a comparator that was not run is no gap.
    if (std::string(key.path).rfind(comparator, 0) != 0) gaps.missing.push_back(key.path);
    set(summary, key.path, nullptr);
  }
  summary.erase("units");
  Json units = units_of(summary, "", gaps.without_unit);
  if (!summary.contains("versions")) summary["versions"] = versions();
  summary["units"] = units.is_null() ? Json::object() : units;
  return gaps;
}

Json versions() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  char mpi[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(mpi, &length);
  const std::string mpi_text(mpi, static_cast<std::size_t>(length));
  Json list;
  list["intratumor"] = INTRATUMOR_VERSION;
  list["deal.II"] = DEAL_II_PACKAGE_VERSION;
  list["PETSc"] = std::to_string(PETSC_VERSION_MAJOR) + "." + std::to_string(PETSC_VERSION_MINOR) + "." +
                  std::to_string(PETSC_VERSION_SUBMINOR);
  list["HDF5"] = std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
  list["MPI"] = mpi_text.substr(0, mpi_text.find(','));
  list["compiler"] = std::string("C++ ") + __VERSION__;
  return list;
}

void write_summary(const std::string& path, const Json& summary) {
  write_text(path, summary.dump(2) + "\n");
}

Json value_at(const Json& object, const std::string& path) {
  const Json* found = find(const_cast<Json&>(object), path);
  return found != nullptr ? *found : Json();
}

double number_at(const Json& object, const std::string& path) {
  const Json value = value_at(object, path);
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace intratumor
