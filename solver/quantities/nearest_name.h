#pragma once

#include <string>
#include <vector>

namespace intratumor {

/// The candidate nearest to `word` by edit distance (insertions, deletions, replacements and swaps of
/// neighbours; a difference in case alone counts least); empty when none is near enough to be what was meant.
std::string nearest_name(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace intratumor
