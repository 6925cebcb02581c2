// An infusion that presses the vessels round it shut, against the one-dimensional solution of
// radial/collapse.py, and the same with vessels that stay open.
#include <cmath>

#include "infusion.h"
#include "mesh/shape_share.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, far = 20 * mm;
constexpr double rate = 0.1 * microlitre_per_minute;

struct Reference {
  const char* name;
  bool collapses;
  double pressure[5];  // Pa at `radii`
  double uptake;       // m^3/s into vessels
  double uptake_shut;  // of it where as many as can be are shut: p > pv + width; 0: none are
};
constexpr double radii[] = {1.25 * mm, 1.875 * mm, 2.5 * mm, 3.75 * mm, 5 * mm};
const Reference references[] = {{"vessels collapse",
                                 true,
                                 {3366.30113483, 2289.22262081, 1859.06261479, 1587.70750912, 1524.10215571},
                                 1.66665783617e-12,
                                 2.89054535166e-14},
                                {"vessels stay open",
                                 false,
                                 {2764.52625431, 2010.28818759, 1731.66248047, 1556.58773228, 1515.55039412},
                                 1.66666096934e-12,
                                 0}};

TEST(Collapse, RadialInfusion) {
  for (const double h : {0.3125 * mm, 0.15625 * mm, 0.078125 * mm}) {
    if (h < 0.1 * mm && !full()) continue;
    const int levels = static_cast<int>(std::lround(std::log2(2.5 * mm / h)));
    for (const Reference& expected : references) {
      Problem p;
      p.mesh = std::make_unique<TissueMesh>(
          octant_mesh(far, 8, levels,
                      [h](const Point& x, double size) {
                        // p - pe falls by exp(-r/1.24 mm).
                        return x.norm() < 3 * mm + size || (size > 2.1 * h && x.norm() < 6 * mm + size) ||
                               (size > 4.1 * h && x.norm() < 10 * mm);
                      }),
          1, one_region(), true);
      TissueCoefficients tissue = percolated(3.1e-14, 2e-8);
      tissue.effective_vascular_pressure = 1500;
      tissue.vascular_pressure = 2000;
      p.tissues = {tissue};
      p.collapse.on = expected.collapses;
      p.far_field.kind = FarField::Kind::value;
      p.far_field.value = tissue.effective_vascular_pressure;
      p.source = shape_share(*p.mesh, p.tissues, Ball{Point(), needle_radius}).node;
      for (double& q : p.source) q *= rate / 8;
      p.solve();

      const double second_order = 0.5 * std::pow(h / mm, 2);
      char name[120];
      double worst = 0, shut = 0;
      int found = 0;
      for (int i = 0; i < p.mesh->graph().n_owned; ++i) {
        const double pressure = p.flow.pressure.local_element(i);
        for (int k = 0; k < 5; ++k) {
          if (p.mesh->node_positions()[i].distance(Point(radii[k], 0, 0)) > 1e-9) continue;
          ++found;
          worst = std::max(worst, std::abs(pressure - expected.pressure[k]) /
                                      (expected.pressure[k] - tissue.effective_vascular_pressure));
        }
        if (pressure >= tissue.vascular_pressure + p.collapse.width) shut -= 8 * p.flow.filtration[i];
      }
      ASSERT_EQ(dealii::Utilities::MPI::sum(found, MPI_COMM_WORLD), 5);
      worst = dealii::Utilities::MPI::max(worst, MPI_COMM_WORLD);
      shut = dealii::Utilities::MPI::sum(shut, MPI_COMM_WORLD);
      std::snprintf(name, sizeof name, "%s, h = %.3f mm: largest error of p - pe from 1.25 to 5 mm",
                    expected.name, h / mm);
      check("collapse", name, worst, 0, worst, second_order);
      std::snprintf(name, sizeof name, "%s, h = %.3f mm: taken up by vessels, m^3/s", expected.name, h / mm);
      check_relative("collapse", name, -8 * p.flow.total_filtration, expected.uptake, 1e-4);
      if (!expected.collapses) continue;
      std::snprintf(name, sizeof name, "%s, h = %.3f mm: taken up by those shut", expected.name, h / mm);
      check_relative("collapse", name, shut, expected.uptake_shut, second_order);
      EXPECT_EQ(p.flow.least_open, p.collapse.floor);
    }
  }
}

}  // namespace
}  // namespace intratumor::verification
