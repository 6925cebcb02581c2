#include "quantities/error.h"

#include <algorithm>
#include <cstdio>

namespace intratumor {

std::string excerpt(const std::string& text, std::size_t longest) {
  std::string result = text.substr(0, longest);
  std::replace_if(
      result.begin(), result.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
      '?');
  if (text.size() <= longest) return result;
  // No half of a letter.
  while (!result.empty() && (static_cast<unsigned char>(result.back()) & 0xc0) == 0x80) result.pop_back();
  if (!result.empty() && static_cast<unsigned char>(result.back()) >= 0xc0) result.pop_back();
  return result + "...";
}

std::string scientific(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

}  // namespace intratumor
