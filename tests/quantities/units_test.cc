#include "quantities/units.h"

#include <gtest/gtest.h>

#include <cmath>

namespace intratumor {
namespace {

struct Reading {
  const char* text;
  Dimension dimension;
  double si;
};

class Units : public testing::TestWithParam<Reading> {};

TEST_P(Units, ConvertToSi) {
  const Reading& r = GetParam();
  EXPECT_NEAR(parse_quantity(r.text, r.dimension), r.si, 1e-14 * std::abs(r.si)) << r.text;
}

INSTANTIATE_TEST_SUITE_P(
    Usual, Units,
    testing::Values(
        Reading{"1 mL", Dimension::volume, 1e-6}, Reading{"1mL", Dimension::volume, 1e-6},
        Reading{"  +1.5 uL ", Dimension::volume, 1.5e-9}, Reading{"2 µL", Dimension::volume, 2e-9},
        Reading{"1 cm^3", Dimension::volume, 1e-6}, Reading{"15 mm", Dimension::length, 15e-3},
        Reading{"50 um", Dimension::length, 5e-5}, Reading{"-40.0 mm", Dimension::length, -0.04},
        Reading{"2 min", Dimension::time, 120}, Reading{"1 h", Dimension::time, 3600},
        Reading{"7 d", Dimension::time, 604800}, Reading{"1 wk", Dimension::time, 604800},
        Reading{"0.5 mL/min", Dimension::volume_rate, 0.5e-6 / 60},
        Reading{"10 mmHg", Dimension::pressure, 1333.22387415}, Reading{"8 kPa", Dimension::pressure, 8000},
        Reading{"3.1e-14 m^2/(Pa s)", Dimension::hydraulic_conductivity, 3.1e-14},
        Reading{"2e4 1/m", Dimension::area_per_volume, 2e4}, Reading{"5 1/s", Dimension::rate_constant, 5},
        Reading{"5 /s", Dimension::rate_constant, 5}, Reading{"5 s-1", Dimension::rate_constant, 5},
        Reading{"1e-7 1/(Pa s)", Dimension::filtration, 1e-7}));

// What UDUNITS-2 lacks or would read as something else.
INSTANTIATE_TEST_SUITE_P(
    Clinic, Units,
    testing::Values(
        Reading{"2 M", Dimension::molar_concentration, 2000},
        Reading{"3 mM", Dimension::molar_concentration, 3},
        Reading{"30 uM", Dimension::molar_concentration, 0.03},
        Reading{"30 µM", Dimension::molar_concentration, 0.03},
        Reading{"5 nM", Dimension::molar_concentration, 5e-6},
        Reading{"5 pM", Dimension::molar_concentration, 5e-9},
        Reading{"5 mol/L", Dimension::molar_concentration, 5000},
        Reading{"148 kDa", Dimension::molar_mass, 148}, Reading{"300 Da", Dimension::molar_mass, 0.3},
        Reading{"300 g/mol", Dimension::molar_mass, 0.3}, Reading{"10 mcg", Dimension::mass, 1e-8},
        Reading{"10 ug", Dimension::mass, 1e-8}, Reading{"5 mcg/mL", Dimension::mass_concentration, 5e-3},
        Reading{"60 mL/(100 g)/min", Dimension::perfusion, 60 * 1e-6 / 0.1 * 1050 / 60},
        Reading{"0.6 mL/g/min", Dimension::perfusion, 0.6e-6 / 1e-3 * 1050 / 60},
        Reading{"0.01 1/s", Dimension::perfusion, 0.01}, Reading{"0.6 mL/mL/min", Dimension::perfusion, 0.01},
        Reading{"1e5 1/(M s)", Dimension::association_rate, 100},
        Reading{"1e5 1/M/s", Dimension::association_rate, 100},
        Reading{"1e5 L/mol/s", Dimension::association_rate, 100},
        Reading{"0.1 1/(nM h)", Dimension::association_rate, 1 / 0.036},
        Reading{"30 %", Dimension::dimensionless, 0.3}, Reading{"30%", Dimension::dimensionless, 0.3},
        Reading{"0.3", Dimension::dimensionless, 0.3}));

TEST(Units, FirstFittingDimensionIsReturned) {
  const std::vector<Dimension> allowed = {Dimension::mass, Dimension::amount};
  EXPECT_EQ(parse_quantity("5 mg", allowed).dimension, Dimension::mass);
  EXPECT_EQ(parse_quantity("5 nmol", allowed).dimension, Dimension::amount);
  EXPECT_EQ(parse_quantity("70 kg", Dimension::body_mass), 70);
}

struct Refusal {
  const char* text;
  Dimension dimension;
  const char* fragment;
};

class UnitErrors : public testing::TestWithParam<Refusal> {};

TEST_P(UnitErrors, SayWhatWouldBeRight) {
  const Refusal& r = GetParam();
  try {
    parse_quantity(r.text, r.dimension);
    FAIL() << r.text << " was accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find(r.fragment), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("e.g. "), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, UnitErrors,
    testing::Values(
        Refusal{"5", Dimension::volume, "'5' has no unit; expected a volume, e.g. 1 mL"},
        Refusal{"0", Dimension::pressure, "has no unit"}, Refusal{"", Dimension::volume, "is empty"},
        Refusal{"  ", Dimension::volume, "is empty"},
        Refusal{"mL", Dimension::volume, "does not begin with a number"},
        Refusal{"nan mL", Dimension::volume, "not a finite number"},
        Refusal{".nan", Dimension::volume, "not a finite number"},
        Refusal{"-.INF", Dimension::dimensionless, "not a finite number"},
        Refusal{"inf s", Dimension::time, "not a finite number"},
        Refusal{"1e999 mL", Dimension::volume, "too large"},
        Refusal{"1e308 km", Dimension::length, "too large"},
        Refusal{"0x10 mL", Dimension::volume, "unknown unit"}, Refusal{"1,5 mL", Dimension::volume, "comma"},
        Refusal{"5 3 mL", Dimension::volume, "second number"},
        Refusal{"5 mL 3", Dimension::volume, "second number"},
        Refusal{"5 mLL", Dimension::volume, "did you mean mL?"},
        Refusal{"5 mgg/mL", Dimension::mass_concentration, "unknown unit 'mgg' (did you mean mg?)"},
        Refusal{"5 furlongz", Dimension::length, "unknown unit 'furlongz'"},
        Refusal{"5 mL/", Dimension::volume, "cannot be understood"},
        Refusal{"5 mm", Dimension::volume, "is a length; expected a volume"},
        Refusal{"5 h", Dimension::rate_constant, "is a time"},
        Refusal{"5 1/h", Dimension::time, "is a rate constant"},
        Refusal{"3 nm", Dimension::molar_concentration, "is a length"},
        Refusal{"3 mg/kg", Dimension::mass, "is a ratio without dimension"},
        Refusal{"148 kDa", Dimension::mass, "is a molar mass"},
        Refusal{"20 degC", Dimension::length, "wrong dimension"},
        Refusal{"5 m @ 3", Dimension::length, "cannot be understood"},
        Refusal{"5 s since 2000-01-01", Dimension::time, "expected a time"},
        Refusal{"3 MIU", Dimension::amount, "is an activity; expected an amount of substance"},
        Refusal{"1e8 PFU/mL", Dimension::molar_concentration, "is a concentration of plaque-forming units"},
        Refusal{"3 MIU", Dimension::plaques, "is an activity"},
        Refusal{"3 IUs", Dimension::activity, "unknown unit 'IUs' (did you mean IU?)"},
        Refusal{"1e6 IU/mg", Dimension::activity_concentration, "is an activity per mass"}));

INSTANTIATE_TEST_SUITE_P(Activity, Units,
                         testing::Values(Reading{"18e6 IU", Dimension::activity, 18e6},
                                         Reading{"18 MIU", Dimension::activity, 18e6},
                                         Reading{"5 kIU", Dimension::activity, 5e3},
                                         Reading{"1e6 IU/mL", Dimension::activity_concentration, 1e12},
                                         Reading{"3 MIU/mL", Dimension::activity_concentration, 3e12},
                                         Reading{"16.4e6 IU/mg", Dimension::specific_activity, 16.4e12},
                                         Reading{"1e8 PFU", Dimension::plaques, 1e8},
                                         Reading{"1e8 pfu", Dimension::plaques, 1e8},
                                         Reading{"1e8 PFU/mL", Dimension::plaque_concentration, 1e14}));

TEST(Units, LongTextIsRefusedShortly) {
  const std::string text = "1 " + std::string(100000, '(');
  try {
    parse_quantity(text, Dimension::volume);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_LT(std::string(error.what()).size(), 300u);
  }
}

TEST(Units, ValueAndSiUnitReadBackExactly) {
  for (int d = 0; d <= static_cast<int>(Dimension::dimensionless); ++d) {
    const auto dimension = static_cast<Dimension>(d);
    for (const double value :
         {1.0 / 3, 5e-324, 1.7976931348623157e308, 6.02214076e23, 3.1e-14, 0.1, -2.0 / 7}) {
      EXPECT_EQ(parse_quantity(exact_text(value) + " " + si_unit(dimension), dimension), value)
          << describe(dimension);
    }
  }
}

TEST(Units, ExamplesInMessagesAreRight) {
  for (int d = 0; d <= static_cast<int>(Dimension::dimensionless); ++d) {
    const auto dimension = static_cast<Dimension>(d);
    const std::string text = describe(dimension);
    EXPECT_NO_THROW(parse_quantity(text.substr(text.find("e.g. ") + 5), dimension)) << text;
  }
}

TEST(Units, ReadableTextIsShort) {
  EXPECT_EQ(readable_text(5e-4, Dimension::volume), "500 mL");
  EXPECT_EQ(readable_text(604800, Dimension::time), "7 d");
  EXPECT_EQ(readable_text(0, Dimension::time), "0 min");
  EXPECT_EQ(readable_text(90, Dimension::time), "1.5 min");
  EXPECT_EQ(readable_text(1. / 3, Dimension::dimensionless), "0.333333");
}

TEST(Units, DecimalPrefixesConvertToTheNearestDouble) {
  EXPECT_EQ(parse_quantity("1 mL", Dimension::volume), 1e-6);
  EXPECT_EQ(parse_quantity("1 uL", Dimension::volume), 1e-9);
  EXPECT_EQ(parse_quantity("118 mm", Dimension::length), 0.118);
  EXPECT_EQ(parse_quantity("0.5 mL/min", Dimension::volume_rate), 0.5 / 6e7);
  EXPECT_EQ(parse_quantity("5 mg/mL", Dimension::mass_concentration), 5.0);
  EXPECT_EQ(parse_quantity("1 ug/mL", Dimension::mass_concentration), 1e-3);
}

}  // namespace
}  // namespace intratumor
