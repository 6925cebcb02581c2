#include "study/quantity_text.h"

#include <cctype>
#include <charconv>
#include <stdexcept>

namespace intratumor {

std::optional<WrittenQuantity> written_quantity(const std::string& text) {
  WrittenQuantity result;
  try {
    result.si = parse_quantity(text, all_dimensions());
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
  const std::size_t first = text.find_first_not_of(" \t+");
  const std::size_t last = text.find_last_not_of(" \t");
  const char* const begin = text.data() + first;
  const char* const end = text.data() + last + 1;
  const char* rest = std::from_chars(begin, end, result.number).ptr;
  while (rest < end && std::isspace(static_cast<unsigned char>(*rest)) != 0) ++rest;
  result.unit.assign(rest, end);
  return result;
}

std::string quantity_text(double number, const std::string& unit) {
  return exact_text(number) + (unit.empty() ? "" : " " + unit);
}

bool same_unit(Dimension a, Dimension b) {
  return si_unit(a) == si_unit(b);
}

std::string unit_ending(const std::string& unit) {
  if (unit == "1" || unit.empty()) return "";
  const bool inverse = unit.compare(0, 2, "1/") == 0;
  std::string name = inverse ? "_per_" : "_";
  for (const char c : unit.substr(inverse ? 2 : 0)) {
    if (c == '/') name += "_per_";
    if (c == ' ') name += '_';
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
  }
  return name;
}

}  // namespace intratumor
