#include "quantities/units.h"

#include <udunits2.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "quantities/nearest_name.h"

namespace intratumor {

namespace {

/// What messages and files call a dimension.
struct DimensionText {
  Dimension dimension;
  const char* name;
  const char* example;
  const char* unit;  ///< SI, as UDUNITS-2 reads it
};

constexpr std::array<DimensionText, 25> dimension_texts = {{
    {Dimension::length, "a length", "15 mm", "m"},
    {Dimension::area_per_volume, "an area per volume", "200 1/cm", "1/m"},
    {Dimension::volume, "a volume", "1 mL", "m^3"},
    {Dimension::time, "a time", "10 min", "s"},
    {Dimension::rate_constant, "a rate constant", "1e-4 1/s", "1/s"},
    {Dimension::association_rate, "an association rate", "1e5 1/(M s)", "m^3/(mol s)"},
    {Dimension::volume_rate, "a volume rate", "0.5 mL/min", "m^3/s"},
    {Dimension::pressure, "a pressure", "10 mmHg", "Pa"},
    {Dimension::hydraulic_conductivity, "a hydraulic conductivity", "3.1e-14 m^2/(Pa s)", "m^2/(Pa s)"},
    {Dimension::vessel_conductivity, "a hydraulic conductivity of vessel walls", "2e-11 m/(Pa s)",
     "m/(Pa s)"},
    {Dimension::filtration, "a filtration coefficient", "1e-7 1/(Pa s)", "1/(Pa s)"},
    {Dimension::diffusivity, "a diffusivity", "1e-11 m^2/s", "m^2/s"},
    {Dimension::permeability, "a permeability", "3e-9 m/s", "m/s"},
    {Dimension::amount, "an amount of substance", "30 nmol", "mol"},
    {Dimension::mass, "a mass", "5 mg", "kg"},
    {Dimension::molar_concentration, "a molar concentration", "30 uM", "mol/m^3"},
    {Dimension::mass_concentration, "a concentration by mass", "5 mg/mL", "kg/m^3"},
    {Dimension::molar_mass, "a molar mass", "148 kDa", "kg/mol"},
    {Dimension::body_mass, "a body weight", "70 kg", "kg"},
    {Dimension::perfusion, "a perfusion", "60 mL/(100 g)/min", "1/s"},
    {Dimension::activity, "an activity", "18e6 IU", "IU"},
    {Dimension::activity_concentration, "an activity concentration", "1e6 IU/mL", "IU/m^3"},
    {Dimension::specific_activity, "an activity per mass", "16e6 IU/mg", "IU/kg"},
    {Dimension::plaques, "a number of plaque-forming units", "1e8 PFU", "PFU"},
    {Dimension::plaque_concentration, "a concentration of plaque-forming units", "1e8 PFU/mL", "PFU/m^3"},
}};

/// Density that turns blood flow per tissue mass into flow per tissue volume, kg/m^3.
constexpr double tissue_density = 1050;

constexpr std::size_t longest_unit = 100;

const std::vector<std::string>& common_units() {
  static const std::vector<std::string> units = {
      "m",  "cm", "mm", "um", "nm",  "L",    "mL",    "uL",  "nL",   "cm^3", "s",    "min", "h",
      "d",  "wk", "g",  "kg", "mg",  "ug",   "ng",    "mol", "mmol", "umol", "nmol", "M",   "mM",
      "uM", "nM", "pM", "Pa", "kPa", "mmHg", "cmH2O", "Da",  "kDa",  "%",    "IU",   "MIU", "PFU"};
  return units;
}

struct FreeUnit {
  void operator()(ut_unit* unit) const { ut_free(unit); }
};
using Unit = std::unique_ptr<ut_unit, FreeUnit>;

/// The unit system with the units that the clinic uses and UDUNITS-2 lacks; nullptr when its database is
/// missing.
ut_system* unit_system() {
  static ut_system* const system = [] {
    ut_set_error_message_handler(ut_ignore);
    ut_system* const s = ut_read_xml(nullptr);
    if (s == nullptr) return s;
    const auto add = [s](const char* name, bool prefixable, const char* definition) {
      const Unit unit(ut_parse(s, definition, UT_ASCII));
      if (prefixable)
        ut_map_symbol_to_unit(name, UT_ASCII, unit.get());
      else
        ut_map_name_to_unit(name, UT_ASCII, unit.get());
    };
    add("M", true, "mol/L");
    add("Da", true, "g/mol");
    add("mcg", true, "ug");
    add("wk", false, "7 day");
    // Units of biological effect have no SI unit: each is a dimension of its own, and only a drug converts
    // it.
    for (const char* name : {"IU", "PFU"}) {
      const Unit unit(ut_new_base_unit(s));
      ut_map_symbol_to_unit(name, UT_ASCII, unit.get());
      ut_map_unit_to_symbol(unit.get(), name, UT_ASCII);
    }
    add("pfu", false, "PFU");
    return s;
  }();
  return system;
}

/// UDUNITS-2 keeps its last status and error handler for the whole process.
std::mutex& udunits_mutex() {
  static std::mutex mutex;
  return mutex;
}

const DimensionText& text_of(Dimension dimension) {
  for (const DimensionText& t : dimension_texts)
    if (t.dimension == dimension) return t;
  static const DimensionText plain = {Dimension::dimensionless, "a plain number", "0.3", "1"};
  return plain;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string trimmed(const std::string& text) {
  const char* const blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> words_of(const std::string& unit) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < unit.size();) {
    std::size_t end = i;
    while (end < unit.size() && is_word(unit[end])) ++end;
    // cmH2O is one word; the exponent of m2 is none of it.
    while (end > i && end + 1 < unit.size() && is_digit(unit[end]) && is_word(unit[end + 1])) {
      ++end;
      while (end < unit.size() && is_word(unit[end])) ++end;
    }
    if (end > i) words.push_back(unit.substr(i, end - i));
    i = end > i ? end : i + 1;
  }
  return words;
}

/// UDUNITS-2 takes numbers as factors anywhere, so "5 3 mL" would be 15 mL. Only 1 (as in 1/s) and 100 (as in
/// mL/(100 g)/min) are meant.
bool has_stray_number(const std::string& unit) {
  for (std::size_t i = 0; i < unit.size();) {
    if (!is_digit(unit[i])) {
      ++i;
      continue;
    }
    const std::size_t start = i;
    while (i < unit.size() && (is_digit(unit[i]) || unit[i] == '.')) ++i;
    std::size_t before = start;
    if (before > 0 && (unit[before - 1] == '-' || unit[before - 1] == '+')) --before;
    const bool exponent = before > 0 && (is_word(unit[before - 1]) || unit[before - 1] == '^' ||
                                         (before > 1 && unit.compare(before - 2, 2, "**") == 0));
    const std::string number = unit.substr(start, i - start);
    if (!exponent && number != "1" && number != "100") return true;
  }
  return false;
}

std::string short_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string expected(const std::vector<Dimension>& allowed) {
  std::string text;
  for (std::size_t i = 0; i < allowed.size(); ++i)
    text += (i == 0 ? "" : (i + 1 == allowed.size() ? " or " : ", ")) + describe(allowed[i]);
  return text;
}

bool contains(const std::vector<Dimension>& list, Dimension dimension) {
  for (const Dimension d : list)
    if (d == dimension) return true;
  return false;
}

bool is_not_finite(const std::string& text) {
  std::string word;
  for (const char c :
       text.substr(text.find_first_not_of("+-.") == std::string::npos ? 0 : text.find_first_not_of("+-.")))
    word += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  word = word.substr(0, word.find(' '));
  return word == "nan" || word == "inf" || word == "infinity";
}

[[noreturn]] void refuse(const std::string& text, const std::string& what,
                         const std::vector<Dimension>& allowed) {
  throw std::invalid_argument("'" + text.substr(0, longest_unit) + "' " + what + "; expected " +
                              expected(allowed));
}

/// Products of decimal prefixes pick up errors in the last digit; the short decimal nearby is what was meant.
double near_decimal(double value) {
  char decimal[32];
  std::snprintf(decimal, sizeof decimal, "%.12g", value);
  const double meant = std::strtod(decimal, nullptr);
  return std::abs(meant - value) <= 5e-16 * std::abs(value) ? meant : value;
}

/// Multiplier from `unit` to the SI unit of `dimension`; 0 when it is another dimension.
double factor_to(const ut_unit* unit, const char* si) {
  const Unit target(ut_parse(unit_system(), si, UT_ASCII));
  // ut_are_convertible also accepts the reciprocal dimension.
  if (!ut_are_convertible(unit, target.get())) return 0;
  const std::unique_ptr<cv_converter, void (*)(cv_converter*)> converter(
      ut_get_converter(const_cast<ut_unit*>(unit), target.get()), cv_free);
  if (converter == nullptr) return 0;
  const double one = cv_convert_double(converter.get(), 1.0);
  const double zero = cv_convert_double(converter.get(), 0.0);
  const double two = cv_convert_double(converter.get(), 2.0);
  if (zero != 0 || std::abs(two - 2 * one) > 1e-9 * std::abs(one)) return 0;
  return near_decimal(one);
}

double factor_to(const ut_unit* unit, Dimension dimension) {
  const double factor = factor_to(unit, text_of(dimension).unit);
  if (factor == 0 && dimension == Dimension::perfusion) return tissue_density * factor_to(unit, "m^3/(kg s)");
  return factor;
}

/// What a unit is, for the message that it is the wrong thing.
std::string found_dimension(const ut_unit* unit, const std::string& text) {
  for (const DimensionText& t : dimension_texts)
    if (factor_to(unit, t.dimension) != 0) return std::string("is ") + t.name;
  if (factor_to(unit, Dimension::dimensionless) != 0)
    return text.find('/') == std::string::npos ? "is a plain number" : "is a ratio without dimension";
  return "has the wrong dimension";
}

[[noreturn]] void refuse_unit(const std::string& text, const std::string& unit,
                              const std::vector<Dimension>& allowed) {
  for (const std::string& word : words_of(unit)) {
    if (Unit(ut_parse(unit_system(), word.c_str(), UT_UTF8)) != nullptr) continue;
    const std::string nearest = nearest_name(word, common_units());
    refuse(
        text,
        "has the unknown unit '" + word + "'" + (nearest.empty() ? "" : " (did you mean " + nearest + "?)"),
        allowed);
  }
  refuse(text, "has a unit that cannot be understood, '" + unit + "'", allowed);
}

}  // namespace

Quantity parse_quantity(const std::string& given, const std::vector<Dimension>& allowed) {
  const std::string text = trimmed(given);
  if (text.empty()) throw std::invalid_argument("is empty; expected " + expected(allowed));
  if (is_not_finite(text)) refuse(text, "is not a finite number", allowed);

  const std::size_t sign = text[0] == '+' ? 1 : 0;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data() + sign, text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) refuse(text, "is too large or too small a number", allowed);
  if (error != std::errc()) refuse(text, "does not begin with a number", allowed);
  std::string unit = trimmed(text.substr(end - text.data()));

  if (unit.empty()) {
    if (contains(allowed, Dimension::dimensionless)) return {number, Dimension::dimensionless};
    refuse(text, "has no unit", allowed);
  }
  if (unit[0] == ',') refuse(text, "has a comma; write a point, as in 0.5", allowed);
  if (unit[0] == '/') unit = "1" + unit;
  if (unit.size() > longest_unit ||
      unit.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 %^*/().+-\xC2\xB5\xCE\xBC"
          "\xB2\xB3\xB9\xB7\xE2\x81\xBB") != std::string::npos)
    refuse(text, "has a unit that cannot be understood", allowed);
  if (has_stray_number(unit)) refuse(text, "has a second number where its unit should be", allowed);

  const std::lock_guard<std::mutex> lock(udunits_mutex());
  if (unit_system() == nullptr)
    throw InputError(
        "the database of units of UDUNITS-2 cannot be read; install it (Debian: libudunits2-data) "
        "or set UDUNITS2_XML_PATH to udunits2.xml");
  const Unit parsed(ut_parse(unit_system(), unit.c_str(), UT_UTF8));
  if (parsed == nullptr) refuse_unit(text, unit, allowed);
  for (const Dimension dimension : allowed) {
    const double factor = factor_to(parsed.get(), dimension);
    if (factor == 0) continue;
    // Dividing by 1000 keeps 118 mm at 0.118 m, where multiplying by 0.001 does not.
    const double inverse = near_decimal(1 / factor);
    const double value = inverse > 1 && std::floor(inverse) == inverse ? number / inverse : number * factor;
    if (!std::isfinite(value)) refuse(text, "is too large", allowed);
    return {value, dimension};
  }
  refuse(text, found_dimension(parsed.get(), unit), allowed);
}

double parse_quantity(const std::string& text, Dimension dimension) {
  return parse_quantity(text, std::vector<Dimension>{dimension}).value;
}

const std::vector<Dimension>& all_dimensions() {
  static const std::vector<Dimension> list = [] {
    std::vector<Dimension> all;
    for (const DimensionText& t : dimension_texts) all.push_back(t.dimension);
    all.push_back(Dimension::dimensionless);
    return all;
  }();
  return list;
}

std::string describe(Dimension dimension) {
  const DimensionText& text = text_of(dimension);
  return std::string(text.name) + ", e.g. " + text.example;
}

std::string si_unit(Dimension dimension) {
  return text_of(dimension).unit;
}

std::string readable_text(double value, Dimension dimension) {
  if (dimension == Dimension::dimensionless) return short_text(value);
  std::string unit = text_of(dimension).example;
  unit = unit.substr(unit.find(' ') + 1);
  if (dimension == Dimension::time) {
    for (const char* longer : {"s", "min", "h", "d"})
      if (std::abs(value) >= parse_quantity(std::string("1 ") + longer, dimension)) unit = longer;
  }
  return short_text(value / parse_quantity("1 " + unit, dimension)) + " " + unit;
}

std::string exact_text(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

}  // namespace intratumor
