// The harness steps as the program does: one problem by both.
#include <algorithm>
#include <cmath>

#include "course.h"
#include "harness.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, hour = 3600;

/// A tumour of 6 mm in host tissue, infused at its centre.
std::unique_ptr<TissueMesh> tumour_in_tissue() {
  return std::make_unique<TissueMesh>(
      box_mesh({-12 * mm, -12 * mm, -12 * mm}, {12 * mm, 12 * mm, 12 * mm}, {6, 6, 6}, 2,
               [](const Point& x, double size) { return x.norm() < 5 * mm + size; }),
      2, ball_fractions(6 * mm));
}

TEST(Control, HarnessStepsAsTheProgram) {
  Course course;
  course.mesh = tumour_in_tissue();
  TissueCoefficients tumour = baxter_jain_tumour(), host = baxter_jain_host();
  tumour.hydraulic_conductivity = 1e-13;
  tumour.vessel_filtration = 2e-8;
  tumour.permeability_surface = 1e-3;  // next to nothing is left at the end
  tumour.solvent_drag_reflection = 0.9;
  host.permeability_surface = 1.4e-6;
  host.solvent_drag_reflection = 0.95;
  course.setup.tissues = {tumour, host};
  course.setup.body.plasma_volume = 1e3;  // gives next to nothing back
  course.setup.body.lymph_rate = 1 / (6 * hour);
  Infusion infusion;
  infusion.holes = {Ball{Point(), 1 * mm}};
  infusion.amount = 200e-9;  // c_inj = 1
  infusion.duration = hour;
  infusion.rate = infusion.amount / infusion.duration;
  infusion.concentration = 1;
  infusion.times = {0};
  course.setup.infusions = {infusion};
  course.c.until = 6 * hour;
  course.run();
  const TimeLoop::Counts& counts = course.loop->counts();

  Problem p;
  p.mesh = tumour_in_tissue();
  p.tissues = course.setup.tissues;
  p.body = course.setup.body;
  p.source = shape_share(*p.mesh, infusion.holes[0]).node;
  for (double& s : p.source) s *= infusion.rate;
  p.solve();
  p.start(course.setup.reference_concentration, 0);
  StepLadder ladder(course.c.numerics.time_tolerance * infusion.amount, 40.);
  ladder.restart(infusion.duration);
  StepControl control;
  control.dose = infusion.amount;
  control.sources.node[0] = control.sources.node[1] = control.sources.node[2] = &p.source;
  const Advance infused = advance(p, ladder, 0, hour, control);
  // When it ends, the next step follows how long its drug stays.
  ladder.restart(std::max(40., p.total_content() / infusion.rate));
  const std::unique_ptr<TissueOperator> during = std::move(p.op);
  p.source.clear();
  p.solve();
  p.stepper->set_operator(*p.op);
  control.sources = {};
  const Advance after = advance(p, ladder, hour, 6 * hour, control);

  EXPECT_GT(infused.refused, 0) << "the limiter holds no step: this would show nothing";
  const auto same = [](const char* what, int harness, int program) {
    check("control", what, harness, program, std::abs(harness - program), 0);
  };
  same("steps by the harness and by the program", infused.steps + after.steps, counts.steps);
  same("steps repeated", infused.rejected + after.rejected, counts.rejected);
  check_relative("control", "tumour's share of the dose", p.content(0) / infusion.amount,
                 course.loop->ledger().free_tumour, 1e-10);
}

}  // namespace
}  // namespace intratumor::verification
