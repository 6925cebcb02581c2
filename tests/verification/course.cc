#include "course.h"

#include <gtest/gtest.h>

namespace intratumor::verification {

Course::Course() {
  setup.collapse.on = false;
  c.numerics.time_tolerance = 3e-4;
}

void Course::run() {
  setup.given_intratumoral = setup.given_intravenous = setup.injected_concentration = 0;
  const auto add = [&](const auto& entries, double& given) {
    for (const auto& entry : entries)
      for (const double t : entry.times) given += given_before(c.until, entry.amount, t, entry.duration);
  };
  add(setup.deposits, setup.given_intratumoral);
  add(setup.infusions, setup.given_intratumoral);
  add(setup.intravenous, setup.given_intravenous);
  const auto strongest = [&](const auto& entries) {
    for (const auto& entry : entries)
      setup.injected_concentration = std::max(setup.injected_concentration, entry.concentration);
  };
  strongest(setup.deposits);
  strongest(setup.infusions);
  setup.reference_concentration =
      std::max(setup.injected_concentration, setup.given() / setup.body.plasma_volume);

  c.numerics.h_min = mesh->smallest_cell();
  flow = std::make_unique<FlowStates>(c, setup, *mesh, silent, phases);
  std::vector<ShapeShare> shares;
  for (const Deposit& d : setup.deposits) shares.push_back(shape_share(*mesh, setup.tissues, d.shape));
  loop = std::make_unique<TimeLoop>(
      TimeLoop::Inputs{&c, &setup, mesh.get(), flow.get(), std::move(shares), &silent, nullptr, false});
  ASSERT_TRUE(loop->run());
}

double Course::tumour_auc() const {
  double sum = 0;
  for (int i = 0; i < mesh->graph().n_owned; ++i)
    sum += mesh->node_volume(setup.target, i) * loop->exposure().auc()[i];
  return setup.tissues[setup.target].accessible_fraction *
         dealii::Utilities::MPI::sum(sum, mesh->communicator()) / mesh->region_volume(setup.target);
}

double Course::reached_volume(double level) const {
  const VolumeDistribution peak(RegionSamples(*mesh, setup.target, nullptr), loop->exposure().cmax());
  return peak.volume() * peak.share_at_least(level);
}

}  // namespace intratumor::verification
