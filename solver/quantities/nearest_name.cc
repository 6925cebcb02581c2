#include "quantities/nearest_name.h"

#include <algorithm>
#include <cctype>

namespace intratumor {

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Edit distance with swaps of neighbouring letters (optimal string alignment).
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      const bool same = a[i - 1] == b[j - 1];
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_name(const std::string& word, const std::vector<std::string>& candidates) {
  const std::size_t longest = 60;  // beyond it nobody meant a name, and the distance would cost
  if (word.empty() || word.size() > longest) return "";
  const std::size_t allowed = word.size() < 4 ? 1 : (word.size() < 8 ? 2 : 3);
  std::string best;
  std::size_t best_score = 2 * std::min(allowed, word.size() - 1) + 2;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > longest) continue;
    const std::size_t distance = edit_distance(lower(word), lower(candidate));
    const std::size_t score = 2 * distance + (edit_distance(word, candidate) > distance ? 1 : 0);
    if (score >= best_score) continue;
    best = candidate;
    best_score = score;
  }
  if (!best.empty() || word.size() < 3) return best;
  // What follows a separator may have been left out: 22G for 22G_end_hole.
  for (const std::string& candidate : candidates)
    if (lower(candidate).compare(0, word.size(), lower(word)) == 0) return candidate;
  return "";
}

}  // namespace intratumor
