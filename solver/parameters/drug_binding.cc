// What a drug binds to: reading it, what must stand together, and where it acts.
#include <algorithm>
#include <iterator>

#include "parameters/drug_reader.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

/// Sites that a drug gives for single regions; the first, for messages. nullptr for none.
const Parameter* in_regions(const Drug& drug, Parameter DrugInTissue::*sites) {
  for (const auto& [name, in] : drug.in)
    if ((in.*sites).given()) return &(in.*sites);
  return nullptr;
}

/// Refuses keys that binding does not have before any is reported as missing.
void check_keys(const YamlNode& map, const std::vector<const char*>& keys) {
  if (map.keys().empty()) map.fail("is empty; give it a value, as {uptake: 1e-4 1/s}, or remove it");
  for (const char* key : keys) map.has(key);
  map.done();
}

/// Takes away what the drug's file binds, in single regions as well.
void switch_off(Drug& drug) {
  drug.binding = DrugBindingParameters();
  for (auto in = drug.in.begin(); in != drug.in.end();) {
    for (Parameter* sites : {&in->second.target_concentration, &in->second.matrix_concentration}) {
      if (sites->from_case()) throw InputError(sites->where + ": has no effect beside binding: none");
      *sites = Parameter();
    }
    const auto values = in->second.values();
    const bool empty =
        std::none_of(values.begin(), values.end(), [](const Parameter* value) { return value->given(); });
    in = empty ? drug.in.erase(in) : std::next(in);
  }
}

/// `matrix: {...}`, if it is there.
std::optional<YamlNode> read_matrix(const YamlNode& binding, const std::string& set_by,
                                    const ParameterLibrary& library, DrugBindingParameters& b) {
  const auto matrix = map_at(binding, "matrix", false);
  if (!matrix) return matrix;
  check_keys(*matrix, {"concentration", "dissociation_constant", "association", "turnover"});
  read_by_class(*matrix, "concentration", "matrices", Dimension::molar_concentration,
                limits::matrix_concentration.possible, set_by, false, library, b.matrix_concentration);
  overlay_parameter(*matrix, "dissociation_constant", Dimension::molar_concentration,
                    limits::matrix_dissociation_constant.possible, set_by, false,
                    b.matrix_dissociation_constant);
  overlay_parameter(*matrix, "association", Dimension::association_rate, limits::matrix_association.possible,
                    set_by, false, b.matrix_association);
  overlay_parameter(*matrix, "turnover", Dimension::rate_constant, limits::matrix_turnover.possible, set_by,
                    false, b.matrix_turnover);
  return matrix;
}

/// A target's sites, association and dissociation_constant stand together. `binding` is where the file or
/// case at hand speaks of it, if it does; what `like` names was complete before.
void check_target(const YamlNode& drug_node, const std::optional<YamlNode>& binding, const Drug& drug) {
  const DrugBindingParameters& b = drug.binding;
  const Parameter* in = in_regions(drug, &DrugInTissue::target_concentration);
  const bool sites = in != nullptr || !b.target_concentration.empty();
  if (!sites && !b.association.given() && b.target.empty()) {
    if (b.internalisation.given())
      throw InputError(b.internalisation.where +
                       ": has no effect without a target; give target_concentration and association beside "
                       "it, and the drug's dissociation_constant");
    return;
  }
  if (!sites)
    binding->fail(
        "the key 'target_concentration' is missing: sites by matrix class, as {tumour: 5 nM}; or give "
        "drug.in.REGION.target_concentration");
  if (!b.association.given()) {
    if (!binding) throw InputError(in->where + ": has no effect without drug.binding.association");
    binding->fail("the key 'association' is missing: how fast the target binds, as 1e5 1/(M s)");
  }
  if (!drug.dissociation_constant.given())
    drug_node.fail("the key 'dissociation_constant' is missing: Kd of the target in drug.binding");
}

/// The same of the matrix.
void check_matrix(const std::optional<YamlNode>& matrix, const Drug& drug) {
  const DrugBindingParameters& b = drug.binding;
  const Parameter* in = in_regions(drug, &DrugInTissue::matrix_concentration);
  if (!matrix) {
    if (in != nullptr && !b.matrix_association.given())
      throw InputError(in->where + ": has no effect without drug.binding.matrix");
    return;
  }
  if (in == nullptr && b.matrix_concentration.empty())
    matrix->fail(
        "the key 'concentration' is missing: sites by matrix class, as {tumour: 20 uM}; or give "
        "drug.in.REGION.matrix_concentration");
  if (!b.matrix_dissociation_constant.given()) matrix->required("dissociation_constant");
  if (!b.matrix_association.given()) matrix->required("association");
}

const Parameter* sites_of(const Drug& drug, const Tissue& tissue, const std::string& region,
                          Parameter DrugInTissue::*in, const std::map<std::string, Parameter>& by_class) {
  if (tissue.region_class != RegionClass::tissue) return nullptr;
  if (const Parameter* own = override_of(drug, region, tissue.name, in)) return own;
  const auto found = by_class.find(tissue.matrix);
  return found == by_class.end() ? nullptr : &found->second;
}

}  // namespace

void read_binding(const YamlNode& drug_node, const std::string& set_by, const ParameterLibrary& library,
                  Drug& drug) {
  const auto binding = drug_node.optional("binding");
  std::optional<YamlNode> matrix;
  if (binding && !binding->is_map()) {
    if (!binding->is_scalar() || binding->text() != "none")
      binding->fail("must be a map, as {uptake: 1e-4 1/s}, or none");
    return switch_off(drug);
  }
  if (binding) {
    DrugBindingParameters& b = drug.binding;
    check_keys(*binding,
               {"target", "target_concentration", "association", "internalisation", "uptake", "matrix"});
    if (const auto target = binding->optional("target")) b.target = target->text();
    read_by_class(*binding, "target_concentration", "matrices", Dimension::molar_concentration,
                  limits::target_concentration.possible, set_by, false, library, b.target_concentration);
    overlay_parameter(*binding, "association", Dimension::association_rate, limits::association.possible,
                      set_by, false, b.association);
    overlay_parameter(*binding, "internalisation", Dimension::rate_constant, limits::internalisation.possible,
                      set_by, false, b.internalisation);
    overlay_parameter(*binding, "uptake", Dimension::rate_constant, limits::uptake.possible, set_by, false,
                      b.uptake);
    matrix = read_matrix(*binding, set_by, library, b);
  }
  check_target(drug_node, binding, drug);
  check_matrix(matrix, drug);
}

const Parameter* target_sites(const Drug& drug, const Tissue& tissue, const std::string& region) {
  return sites_of(drug, tissue, region, &DrugInTissue::target_concentration,
                  drug.binding.target_concentration);
}

const Parameter* matrix_sites(const Drug& drug, const Tissue& tissue, const std::string& region) {
  return sites_of(drug, tissue, region, &DrugInTissue::matrix_concentration,
                  drug.binding.matrix_concentration);
}

void check_binding(const Drug& drug, const std::vector<Tissue>& tissues,
                   const std::vector<std::string>& regions) {
  bool target = false, matrix = false;
  for (std::size_t i = 0; i < tissues.size(); ++i) {
    target = target || target_sites(drug, tissues[i], regions[i]) != nullptr;
    matrix = matrix || matrix_sites(drug, tissues[i], regions[i]) != nullptr;
  }
  const auto useless = [](const Parameter& value, const std::string& by_class, const std::string& in) {
    if (value.from_case())
      throw InputError(value.where + ": has no effect: no region has sites; give drug.binding." + by_class +
                       " for the matrix class of one, or drug.in.REGION." + in);
  };
  const DrugBindingParameters& b = drug.binding;
  if (!target)
    for (const Parameter* value : {&b.association, &b.internalisation})
      useless(*value, "target_concentration", "target_concentration");
  if (!matrix)
    for (const Parameter* value :
         {&b.matrix_dissociation_constant, &b.matrix_association, &b.matrix_turnover})
      useless(*value, "matrix.concentration", "matrix_concentration");
}

DrugBinding drug_binding(const Drug& drug) {
  const auto kinetics = [](const Parameter& association, const Parameter& constant, const Parameter& loss) {
    return BindingKinetics{association.value, association.value * constant.value, loss.value};
  };
  const DrugBindingParameters& b = drug.binding;
  return {kinetics(b.association, drug.dissociation_constant, b.internalisation),
          kinetics(b.matrix_association, b.matrix_dissociation_constant, b.matrix_turnover)};
}

}  // namespace intratumor
