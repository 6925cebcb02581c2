// Permeability, diffusivity and accessible fraction by size, against values computed independently from the
// same published formulas and printed with two digits.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <tuple>

#include "parameters/coefficients.h"
#include "parameters/size_scaling.h"
#include "read_text.h"

namespace intratumor {
namespace {

struct Row {
  const char* species;
  double radius_nm, diffusivity, permeability, accessible;  ///< accessible at a fluid fraction of 0.5
};

const Row table[] = {{"cisplatin, Gd-DTPA", 0.35, 8.2e-10, 1.1e-6, 0.48},
                     {"ADU-S100", 0.5, 5.6e-10, 6.8e-7, 0.47},
                     {"CpG 20-30 mer", 1.6, 1.5e-10, 5.8e-8, 0.40},
                     {"nanobody", 1.9, 1.2e-10, 3.3e-8, 0.38},
                     {"IL-2", 2.0, 1.1e-10, 2.8e-8, 0.38},
                     {"scFv", 2.3, 9.0e-11, 1.7e-8, 0.36},
                     {"Fab", 2.9, 6.4e-11, 6.8e-9, 0.33},
                     {"albumin", 3.5, 4.7e-11, 5.4e-9, 0.30},
                     {"IL-12", 3.6, 4.5e-11, 5.3e-9, 0.30},
                     {"IL2-albumin-lumican", 5.0, 2.4e-11, 3.7e-9, 0.23},
                     {"IgG", 5.4, 2.0e-11, 3.5e-9, 0.22},
                     {"liposome", 50, 5.4e-13, 2.5e-10, 0.045},
                     {"HSV-1", 90, 2.7e-13, 9e-11, 0.041}};

/// Half a unit of the last printed digit, and a little for values that were rounded at a tie.
double half_digit(double printed, int digits) {
  return 0.52 * std::pow(10, std::floor(std::log10(printed)) - digits + 1);
}

TEST(SizeScaling, PublishedTable) {
  const VesselClass vessels = read_vessel_class("tumour", shipped());
  const MatrixClass matrix = read_matrix_class("tumour", shipped());
  std::printf("%-20s %7s  %-22s %-22s %-18s\n", "species", "R nm", "D m2/s (error)", "P m/s (error)",
              "phi_a (error)");
  for (const Row& row : table) {
    const double radius = row.radius_nm * 1e-9;
    const double diffusivity = scaled_diffusivity(radius, matrix);
    const double permeability = scaled_permeability(radius, vessels);
    const double accessible = 0.5 * scaled_accessible_ratio(radius, matrix);
    std::printf("%-20s %7.2f  %.3e (%+5.1f%%)    %.3e (%+5.1f%%)    %.4f (%+5.1f%%)\n", row.species,
                row.radius_nm, diffusivity, 100 * (diffusivity / row.diffusivity - 1), permeability,
                100 * (permeability / row.permeability - 1), accessible,
                100 * (accessible / row.accessible - 1));
    EXPECT_NEAR(diffusivity, row.diffusivity, half_digit(row.diffusivity, 2)) << row.species;
    // The virus is printed with one digit.
    EXPECT_NEAR(permeability, row.permeability, half_digit(row.permeability, row.radius_nm > 60 ? 1 : 2))
        << row.species;
    EXPECT_NEAR(accessible, row.accessible, half_digit(row.accessible, 2)) << row.species;
  }
}

/// What follows from D, P and phi_a: how fast a deposit empties into blood, and how far drug gets until then.
TEST(SizeScaling, HalfLivesAndReachOfTheTable) {
  const VesselClass vessels = read_vessel_class("tumour", shipped());
  const MatrixClass matrix = read_matrix_class("tumour", shipped());
  const double minute = 60, hour = 3600;
  const struct {
    const char* species;
    double radius_nm, sparse, dense, reach_mm;  ///< half-lives at S/V of 7e3 and 2e4 1/m; reach at 7e3
    double unit;
  } rows[] = {{"CpG", 1.6, 11, 4, 0.38, minute},      {"nanobody", 1.9, 19, 6.7, 0.44, minute},
              {"IL-2", 2.0, 22, 7.8, 0.46, minute},   {"scFv", 2.3, 35, 12, 0.52, minute},
              {"Fab", 2.9, 1.35, 0.47, 0.67, hour},   {"albumin", 3.5, 1.52, 0.53, 0.61, hour},
              {"IL-12", 3.6, 1.55, 0.54, 0.60, hour}, {"fusion", 5.0, 1.7, 0.60, 0.46, hour},
              {"IgG", 5.4, 1.7, 0.60, 0.42, hour},    {"liposome", 50, 5.0, 1.7, 0.12, hour},
              {"HSV-1", 90, 12, 4.3, 0.13, hour}};
  for (const auto& row : rows) {
    const double radius = row.radius_nm * 1e-9;
    const double accessible = 0.5 * scaled_accessible_ratio(radius, matrix);
    const double permeability = scaled_permeability(radius, vessels);
    const auto half_life = [&](double surface) {
      return std::log(2) * accessible / (permeability * surface);
    };
    const double escape = permeability * 7e3 / accessible;
    const double reach = 1e3 * std::sqrt(scaled_diffusivity(radius, matrix) / escape);
    std::printf("%-9s %.3g (table %.3g), %.3g (%.3g), reach %.3f mm (%.2f)\n", row.species,
                half_life(7e3) / row.unit, row.sparse, half_life(2e4) / row.unit, row.dense, reach,
                row.reach_mm);
    EXPECT_NEAR(half_life(7e3) / row.unit, row.sparse, 0.05 * row.sparse) << row.species;
    EXPECT_NEAR(half_life(2e4) / row.unit, row.dense, 0.05 * row.dense) << row.species;
    EXPECT_NEAR(reach, row.reach_mm, 0.006) << row.species;
  }
}

/// The table's small molecules: by what the wall lets through, and with blood flows of 5e-3 and 1e-3 1/s.
TEST(SizeScaling, SmallMoleculesOfTheTableAreLimitedByBloodFlow) {
  const VesselClass vessels = read_vessel_class("tumour", shipped());
  const MatrixClass matrix = read_matrix_class("tumour", shipped());
  const struct {
    const char* species;
    double radius_nm, by_wall, by_fast_blood, by_slow_blood, reach_mm;  ///< half-lives in s
  } rows[] = {{"cisplatin", 0.35, 42, 1.4 * 60, 5.5 * 60, 0.22}, {"CDN", 0.5, 68, 1.8 * 60, 5.5 * 60, 0.23}};
  for (const auto& row : rows) {
    const double radius = row.radius_nm * 1e-9;
    const double accessible = 0.5 * scaled_accessible_ratio(radius, matrix);
    const double wall = scaled_permeability(radius, vessels) * 7e3;
    const auto half_life = [&](double exchange) { return std::log(2) * accessible / exchange; };
    const double reach = 1e3 * std::sqrt(scaled_diffusivity(radius, matrix) * accessible / wall);
    const double fast = half_life(flow_limited_exchange(wall, 5e-3)),
                 slow = half_life(flow_limited_exchange(wall, 1e-3));
    std::printf("%-9s %.0f s by the wall, %.0f and %.0f by blood flow, reach %.3f mm\n", row.species,
                half_life(wall), fast, slow, reach);
    EXPECT_NEAR(half_life(wall), row.by_wall, 0.05 * row.by_wall) << row.species;
    EXPECT_NEAR(fast, row.by_fast_blood, 0.05 * row.by_fast_blood) << row.species;
    EXPECT_NEAR(slow, row.by_slow_blood, 0.05 * row.by_slow_blood) << row.species;
    EXPECT_NEAR(reach, row.reach_mm, 0.006) << row.species;
  }
}

TEST(SizeScaling, RadiusFromMolarMass) {
  EXPECT_NEAR(hydrodynamic_radius(150) * 1e9, 4.84, 0.01);   // IgG
  EXPECT_NEAR(hydrodynamic_radius(1) * 1e9, 0.912, 1e-12);   // by definition
  EXPECT_NEAR(hydrodynamic_radius(66.5) * 1e9, 3.69, 0.01);  // albumin
  EXPECT_NEAR(free_diffusivity(5e-9), 6e-11, 1e-22);
}

TEST(SizeScaling, HindranceAtItsKnots) {
  EXPECT_EQ(pore_hindrance(0), 1);
  EXPECT_NEAR(pore_hindrance(0.7), 0.09 / 25.01092, 1e-12);
  EXPECT_NEAR(pore_hindrance(0.9), 0.01 / 737.25652, 1e-12);
  EXPECT_EQ(pore_hindrance(0.9001), 0);
  EXPECT_EQ(pore_partition(0.9001), 0);
  for (double lambda = 0; lambda < 0.95; lambda += 0.001)
    EXPECT_GE(pore_hindrance(lambda), pore_hindrance(lambda + 0.001)) << lambda;
}

TEST(SizeScaling, ClassesOfVessels) {
  const double igg = 5.4e-9;
  const auto permeability = [&](const char* name, double radius) {
    return scaled_permeability(radius, read_vessel_class(name, shipped()));
  };
  std::printf("IgG: tumour %.3g, continuous %.3g, fenestrated %.3g, brain %.3g m/s\n",
              permeability("tumour", igg), permeability("continuous", igg), permeability("fenestrated", igg),
              permeability("brain", igg));
  EXPECT_NEAR(permeability("continuous", igg), 2e-10, 0.15e-10);
  // Combinations of the tumour's small and large pores.
  for (const double radius : {0.35e-9, 2e-9, 3.5e-9, 5.4e-9, 50e-9}) {
    VesselClass small = read_vessel_class("tumour", shipped());
    VesselClass large = small;
    small.pores.pop_back();
    large.pores.erase(large.pores.begin());
    const double s = scaled_permeability(radius, small), l = scaled_permeability(radius, large);
    EXPECT_NEAR(permeability("tumour", radius), s + l, 1e-12 * (s + l));
    EXPECT_NEAR(permeability("continuous", radius), s + 0.055 * l, 1e-12 * (s + l));
    EXPECT_NEAR(permeability("fenestrated", radius), 10 * s + l, 1e-11 * (s + l));
    EXPECT_NEAR(permeability("brain", radius), 1e-3 * (s + 0.055 * l), 1e-14 * (s + l));
  }
}

TEST(SizeScaling, ClassesOfMatrix) {
  const double radius = 5.4e-9;
  const MatrixClass tumour = read_matrix_class("tumour", shipped());
  const MatrixClass dense = read_matrix_class("dense", shipped());
  const MatrixClass free = read_matrix_class("free", shipped());
  EXPECT_NEAR(scaled_diffusivity(radius, dense), 0.5 * scaled_diffusivity(radius, tumour), 1e-24);
  EXPECT_EQ(scaled_accessible_ratio(radius, dense), scaled_accessible_ratio(radius, tumour));
  EXPECT_EQ(scaled_diffusivity(radius, free), free_diffusivity(radius));
  EXPECT_EQ(scaled_accessible_ratio(radius, free), 1);
  const double brain = scaled_diffusivity(0.35e-9, read_matrix_class("brain", shipped()));
  EXPECT_GT(brain, 0.3 * free_diffusivity(0.35e-9));
  EXPECT_LT(brain, 0.4 * free_diffusivity(0.35e-9));
}

TEST(SizeScaling, SolventDragReflectionBetweenItsPoints) {
  const VesselClass vessels = read_vessel_class("tumour", shipped());
  EXPECT_DOUBLE_EQ(scaled_reflection(0.1e-9, vessels).value, 0.03);
  EXPECT_NEAR(scaled_reflection(2.9e-9, vessels).value, 0.5, 1e-12);
  EXPECT_NEAR(scaled_reflection(0.5 * (2.9e-9 + 3.55e-9), vessels).value, 0.55, 1e-12);
  EXPECT_DOUBLE_EQ(scaled_reflection(200e-9, vessels).value, 1);
}

/// The defaults below the table of sizes: tumour vessels and those of the host (low confidence).
TEST(SizeScaling, SolventDragReflectionOfTheTable) {
  const VesselClass tumour = read_vessel_class("tumour", shipped());
  const VesselClass host = read_vessel_class("continuous", shipped());
  const struct {
    const char* species;
    double radius_nm, tumour, host, within;
  } rows[] = {{"< 1 kDa", 0.5, 0.03, 0.05, 1e-9}, {"nanobody, IL-2", 1.95, 0.35, 0.5, 1e-9},
              {"Fab", 2.9, 0.5, 0.85, 1e-9},      {"albumin, IL-12", 3.55, 0.6, 0.93, 1e-9},
              {"liposome", 50, 0.95, 1, 1e-9},    {"virus", 90, 1, 1, 1e-9}};
  for (const auto& row : rows) {
    EXPECT_NEAR(scaled_reflection(row.radius_nm * 1e-9, tumour).value, row.tumour, row.within) << row.species;
    EXPECT_NEAR(scaled_reflection(row.radius_nm * 1e-9, host).value, row.host, row.within) << row.species;
  }
  for (const auto& [vessels, low, high] : {std::tuple(&tumour, 0.7, 0.9), std::tuple(&host, 0.95, 0.99)}) {
    const double of_igg = scaled_reflection(5.4e-9, *vessels).value;
    EXPECT_GE(of_igg, low);
    EXPECT_LE(of_igg, high);
  }
}

}  // namespace
}  // namespace intratumor
