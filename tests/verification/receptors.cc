// V17: a whole case with a target.
#include <cmath>

#include "bound.h"
#include "exposure/exposure.h"
#include "harness.h"
#include "mesh/shape_share.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, hour = 3600;
const double pi = std::acos(-1.);

/// V16's tumour and host with a target in the tumour: 1 mg of an antibody, by one-dimensional finite volumes.
TEST(Binding, V17TumourWithATarget) {
  // Sites fill far down the slope of the deposit's edge: cells of h there, twice that around.
  for (const double h : {0.25 * mm, 0.125 * mm}) {
    if (h < 0.2 * mm && !full()) continue;
    Problem p;
    const auto refine = [h](const Point& x, double size) {
      const double r = x.norm();
      const bool near = r < 7 * mm + size || std::abs(r - 10 * mm) < 1.5 * mm + size;
      return std::abs(r - 5 * mm) < 0.7 * mm + size || (near && size > 2.5 * h);
    };
    p.mesh = std::make_unique<TissueMesh>(octant_mesh(32 * mm, 8, h < 0.2 * mm ? 5 : 4, refine), 2,
                                          ball_fractions(10 * mm));
    TissueCoefficients tumour = antibody_in(baxter_jain_tumour(), 6e-5, 0.9);
    tumour.target_sites = 1e-4;
    p.tissues = {tumour, antibody_in(baxter_jain_host(), 1.4e-6, 0.95)};
    p.binding.target = {100., 1e-4, 1.93e-5};
    p.body = ipilimumab(1. / 8);
    p.solve();
    const double dose = 6.6667e-9 / 8, radius = 5 * mm;
    p.start(dose / (0.24 * 4 * pi / 3 * std::pow(radius, 3) / 8), 0);
    std::vector<double> nodes = shape_share(*p.mesh, p.tissues, Ball{Point(), radius}).node;
    for (double& x : nodes) x *= dose;
    p.stepper->give_to_tissue(nodes);
    double worst = 0, below = 0, newton = 0;
    int steps = 0;
    const auto each = [&](double, double, const StepResult& step) {
      worst = std::max(worst, out_of_bounds(p));
      below = std::max(below, -lowest(p));
      newton += step.newton_iterations;
      ++steps;
    };
    struct Expected {
      double hours, free, bound, internalised, plasma, occupancy, occupied;
    };
    double now = 0;
    for (const Expected& e : {Expected{1. / 6, 0.85246, 0.00939, 0.00010, 0.13788, 0.1495, 0.1470},
                              {1, 0.40076, 0.01168, 0.00072, 0.58218, 0.1859, 0.1820},
                              {6, 0.00352, 0.01421, 0.00547, 0.91381, 0.2262, 0.2013},
                              {24, 2e-5, 0.00576, 0.01721, 0.73898, 0.0918, 0},
                              {72, 1e-5, 0.00179, 0.02712, 0.50030, 0.0284, 0},
                              {168, 0, 0.00110, 0.03606, 0.34941, 0.0175, 0}}) {
      advance(p, now, e.hours * hour, dose, 3e-4, 10., each);
      now = e.hours * hour;
      const std::vector<double>& sites = p.stepper->bound().binding().kinds[0].sites;
      std::vector<double> occupancy = p.stepper->bound().amounts(0);
      double all_sites = 0;
      for (std::size_t i = 0; i < occupancy.size(); ++i) {
        occupancy[i] = sites[i] > 0 ? occupancy[i] / sites[i] : 0.;
        all_sites += sites[i];
      }
      all_sites = dealii::Utilities::MPI::sum(all_sites, MPI_COMM_WORLD);
      const VolumeDistribution occupied(RegionSamples(*p.mesh, 0, nullptr), occupancy);
      const auto& amounts = p.stepper->amounts();
      char name[80];
      std::snprintf(name, sizeof name, "h = %.3f mm, after %.3g h: ", h / mm, e.hours);
      const std::string where = name;
      check_absolute("V17", where + "free in the tumour, share of dose", p.content(0) / dose, e.free, 5e-3);
      check_absolute("V17", where + "bound, share of dose", all_bound(p) / dose, e.bound, 1e-3);
      check_absolute("V17", where + "internalised, share of dose",
                     amounts[p.op->accounts.internalised] / dose, e.internalised, 1e-3);
      check_absolute("V17", where + "plasma, share of dose", amounts[p.op->accounts.plasma] / dose, e.plasma,
                     5e-3);
      check_absolute("V17", where + "mean occupancy", all_bound(p) / all_sites, e.occupancy,
                     h < 0.2 * mm ? 1e-2 : 1.2e-2);
      check_absolute("V17", where + "share of the tumour with occupancy above 0.9",
                     occupied.share_at_least(0.9), e.occupied, 1e-2);
      check_absolute("V17", where + "ledger", everything(p) / dose, 1., 1e-10);
    }
    char name[80];
    std::snprintf(name, sizeof name, "h = %.3f mm: ", h / mm);
    const std::string where = name;
    check("V17", where + "occupancy beyond 0 or 1", worst, 0, worst, 1e-14);
    check("V17", where + "lowest concentration over c0", below / 0.0530516, 0, below / 0.0530516, 1e-12);
    report("V17", where + "steps", steps);
    report("V17", where + "Newton iterations a system", newton / (3. * steps));
  }
}

}  // namespace
}  // namespace intratumor::verification
