#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace intratumor {

/// A part of a case that two results must share for their numbers to be compared.
struct ComparedInput {
  std::string what;   ///< "horizon", "tissues"
  std::string value;  ///< equal for equal inputs, "" when it is not known
  std::string shown;  ///< the same for people; empty when it is too long to show
};

/// What a run left behind, as far as comparing runs needs it.
struct StoredResult {
  std::string folder;              ///< as it was named
  std::string name;                ///< short, and no other result's of the same reading
  nlohmann::ordered_json summary;  ///< summary.json, SI
  std::optional<double> until;     ///< s, from case.resolved.yaml
  std::string accuracy;            ///< from there too; empty when it is not known
  std::vector<ComparedInput> inputs;
  std::size_t draws = 1;  ///< whose medians the summary holds

  std::optional<double> molar_mass() const;  ///< of its drug, kg/mol
  std::string segmentation() const;          ///< equal for one tumour; empty when it is not known
};

struct NamedFolder {
  NamedFolder(std::string where, std::string called = "")
      : folder(std::move(where)), name(std::move(called)) {}
  std::string folder;
  std::string name;  ///< empty: that of the folder
  /// More draws of the same, to be read as one result: the median of every number. What a result says of its
  /// inputs is the first draw's.
  std::vector<std::string> other_draws;
};

/// Reads result folders, in the order given. InputError for a folder that is missing, is no result folder,
/// holds a summary that is no JSON or lacks the keys without which nothing can be compared, and for a folder
/// named twice. A missing case.resolved.yaml leaves `until`, `accuracy` and most inputs unknown.
std::vector<StoredResult> read_results(const std::vector<NamedFolder>& folders);

/// The same dose by vein that a run computed beside its own (comparator.* of its summary), as a result of its
/// own; none when the run has no comparator.
std::optional<StoredResult> intravenous_comparator(const StoredResult& result);

}  // namespace intratumor
