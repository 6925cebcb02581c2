// V19: a needle and a tumour turned and shifted against the grid.
#include <cmath>

#include "course.h"
#include "harness.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, hour = 3600;
const double pi = std::acos(-1.);

/// How tumour and needle lie in the grid. The needle is the tumour's long axis; what it gives lies 2 mm off
/// the centre, so that a part leaves the tumour at its end.
struct Pose {
  const char* name;
  double azimuth, elevation;  // of the axis, rad
  Point centre;               // in cells

  dealii::Tensor<1, 3> axis() const {
    return Point(std::cos(elevation) * std::cos(azimuth), std::cos(elevation) * std::sin(azimuth),
                 std::sin(elevation));
  }
  Point injection(double h) const { return h * centre + 2 * mm * axis(); }
};
const Pose poses[] = {{"along the grid", 0, 0, Point()},
                      {"turned by 38 and 27 degrees, shifted", 0.663, 0.471, Point(0.37, -0.21, 0.44)},
                      {"turned by 74 and -51 degrees, shifted", 1.292, -0.890, Point(-0.12, 0.49, 0.26)}};

constexpr double along = 6 * mm, across = 4.5 * mm;  // half lengths of the tumour

TissueMesh::BoxFractionFunction fractions(const Shape& tumour) {
  return [tumour](const Point& lower, const Point& upper, std::vector<double>& fraction) {
    fraction[0] = 0;
    if (tumour.may_touch(lower, upper)) {
      constexpr int n = 8;
      for (int s = 0; s < n * n * n; ++s) {
        const int step[3] = {s % n, s / n % n, s / (n * n)};
        Point x = lower;
        for (int a = 0; a < 3; ++a) x[a] += (step[a] + 0.5) / n * (upper[a] - lower[a]);
        if (tumour.contains(x)) fraction[0] += 1. / (n * n * n);
      }
    }
    fraction[1] = 1 - fraction[0];
  };
}

/// 6 h of a tumour that is given 60 uL through a needle.
void prepare_tumour(Course& course, const Pose& pose, double h) {
  const Point centre = h * pose.centre;
  const Shape tumour = Shape::ellipsoid(centre, pose.axis(), along, across);
  const int levels = static_cast<int>(std::lround(std::log2(2 * mm / h)));
  course.mesh = std::make_unique<TissueMesh>(
      box_mesh({-10 * mm, -10 * mm, -10 * mm}, {10 * mm, 10 * mm, 10 * mm}, {10, 10, 10}, levels,
               [&](const Point& x, double size) {
                 const Point half(size / 2, size / 2, size / 2);
                 return tumour.may_touch(Point(x - half), x + half, h);
               }),
      2, fractions(tumour));
  TissueCoefficients inside = baxter_jain_tumour(), outside = baxter_jain_host();
  inside.hydraulic_conductivity = 1e-13;
  inside.vessel_filtration = 2e-8;
  inside.permeability_surface = 2.45e-5;
  outside.permeability_surface = 2.45e-6;
  inside.solvent_drag_reflection = outside.solvent_drag_reflection = 0.9;
  course.setup.tissues = {inside, outside};
  course.setup.body.plasma_volume = 4e-3;
  course.setup.body.clearance = 4e-9;
  course.setup.body.lymph_rate = 1 / (6 * hour);
  course.c.until = 6 * hour;
}

constexpr double volume = 60e-9;  // m^3; c_inj = 1

/// Through two holes, an end hole and one 3 mm behind it, in half an hour.
void infuse(Course& course, const Pose& pose, double h) {
  Infusion infusion;
  const Point tip = pose.injection(h) + 1.5 * mm * pose.axis();
  infusion.holes = {Ball{tip, 0.3588 * mm}, Ball{tip - 3 * mm * pose.axis(), 0.3588 * mm}};
  infusion.duration = 0.5 * hour;
  infusion.rate = volume / infusion.duration;
  infusion.concentration = 1;
  infusion.amount = volume;
  infusion.times = {0};
  course.setup.infusions = {infusion};
}

/// An ellipsoid along the needle, twice as long as wide, at once; it fills the pores.
void deposit(Course& course, const Pose& pose, double h) {
  const double filled = volume / course.setup.tissues[0].fluid_fraction;
  const double width = std::cbrt(filled * 3 / (4 * pi) / 2);
  const Shape shape = Shape::ellipsoid(pose.injection(h), pose.axis(), 2 * width, width);
  course.setup.deposits = {{0, shape, volume, 1., 0., {0.}}};
}

/// What must not depend on the pose, and by how much it may.
struct Figure {
  const char* name;
  double value, target;
};

/// Root mean square of the tumour's AUC along the needle and in a direction across it, round its mean, m.
std::array<double, 2> spread(const Course& course, const Pose& pose) {
  const dealii::Tensor<1, 3> axis = pose.axis();
  const dealii::Tensor<1, 3> across_it = Point(-std::sin(pose.azimuth), std::cos(pose.azimuth), 0);
  double sums[5] = {0, 0, 0, 0, 0};
  for (int i = 0; i < course.mesh->graph().n_owned; ++i) {
    const double weight = course.mesh->node_volume(0, i) * course.loop->exposure().auc()[i];
    const double u = axis * course.mesh->node_positions()[i],
                 v = across_it * course.mesh->node_positions()[i];
    const double terms[5] = {1, u, u * u, v, v * v};
    for (int k = 0; k < 5; ++k) sums[k] += weight * terms[k];
  }
  for (double& sum : sums) sum = dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
  const auto deviation = [&](int k) {
    return std::sqrt(sums[k + 1] / sums[0] - std::pow(sums[k] / sums[0], 2));
  };
  return {deviation(1), deviation(3)};
}

void turn(const char* what, void (*give)(Course&, const Pose&, double), double h) {
  std::vector<Figure> first;
  for (const Pose& pose : poses) {
    if (&pose == &poses[2] && !full()) break;
    Course course;
    prepare_tumour(course, pose, h);
    give(course, pose, h);
    course.run();
    char text[120];
    std::snprintf(text, sizeof text, "%s, h = %.3g mm, %s: ", what, h / mm, pose.name);
    const std::string name = text;
    const auto [along_it, across_it] = spread(course, pose);
    const std::vector<Figure> figures = {{"tumour AUC, mol s/m^3", course.tumour_auc(), 1e-2},
                                         {"V_d over V_i", course.reached_volume(0.5) / volume, 2e-2},
                                         {"spread of the AUC along the needle, mm", along_it / mm, 1e-2},
                                         {"spread of the AUC across it, mm", across_it / mm, 1e-2}};
    for (std::size_t k = 0; k < figures.size(); ++k) {
      if (first.empty())
        report("V19", name + figures[k].name, figures[k].value);
      else
        check_relative("V19", name + figures[k].name, figures[k].value, first[k].value, figures[k].target);
    }
    if (first.empty()) first = figures;
    report("V19", name + "drug left in the tumour, of the dose", course.loop->ledger().free_tumour);
    report("V19", name + "steps", course.loop->counts().steps);
    report("V19", name + "unknowns", static_cast<double>(course.mesh->dofs().n_dofs()));
  }
}

TEST(Rotation, V19Infusion) {
  turn("infusion", infuse, full() ? 0.25 * mm : 0.5 * mm);
}

TEST(Rotation, V19Deposit) {
  turn("deposit", deposit, full() ? 0.25 * mm : 0.5 * mm);
}

}  // namespace
}  // namespace intratumor::verification
