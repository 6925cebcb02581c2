#include "commands/cost_estimate.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace intratumor {

namespace {

// Calibration: the one place to change when the program becomes faster. Steps and memory were measured on two
// cores with four kidney tumours of 1.8 to 10 mL (9,500 to 104,000 nodes; images of 28 to 115 million
// voxels), 0.3 mL of an antibody, cisplatin or gadolinium-DTPA, 10 min to 90 d, tolerances of 1e-3 to 1e-6;
// seconds with 1 mL of an antibody or cisplatin for 7 d. scripts/benchmark and summary.json give the figures
// (time.phases, memory.peak_over_all_ranks_bytes).
constexpr double step_s_per_node = 1.5e-6;  // a step on one rank; measured 1.4 to 1.7 us
constexpr double binding_factor = 1.8;      // of a step where sites hold the drug; measured 1.75 to 1.9
constexpr double comparator_share = 0.4;    // of the steps' time; 0.35 to 0.4, less beside an infusion
constexpr double setup_s_per_node = 6e-5;   // mesh, flow, operator, metrics on one rank; 50 to 70 us
constexpr double start_s = 0.5;             // libraries, MPI
// Where an infusion presses vessels shut, Newton's steps follow the front of that: 20 to 75 a state of flow,
// 250 to 350 where several holes must find how they share it.
constexpr double newton_s_per_node = 2e-6;  // on one rank
constexpr double newton_steps_one_hole = 40, newton_steps_more_holes = 280;
constexpr double image_s_per_voxel = 2e-9;
constexpr double rank_efficiency = 0.8;  // of every doubling of ranks: they share the memory's bandwidth

constexpr double rank_bytes = 185e6;         // libraries and buffers of each rank
constexpr double image_bytes_per_voxel = 2;  // every rank reads the whole image, then crops it
constexpr double node_bytes = 4300;
constexpr double node_bytes_of_binding = 350;

// Steps: so many for what begins fast, then so many for every e-fold of time. They fall with the tolerance
// as steps of second order with errors that ranks of the ladder round: power 0.3 (0.33 in theory; 35, 46, 63,
// 127 steps at 1e-3, 3e-4, 1e-4, 1e-5).
constexpr double steps_at_start = 6;
constexpr double steps_per_e_fold = 4.6;
constexpr double start_duration = 600;       // s
constexpr double longest_step = 4 * 86400.;  // s, late
constexpr double steps_per_field = 0.5;      // a field's time is an event
// While fluid flows in and carries drug so far; 10 h of 0.5 and 1 uL/min, IgG and cisplatin (0.7 to 3.4 mm).
constexpr double steps_of_front_per_m = 1e4;
constexpr double longest_front = 3.5e-3;
constexpr double tolerance_power = 0.3;
constexpr double reference_tolerance = 1e-3;

struct Dosing {
  double time;
  double amount;
  double front;  // m, how far fluid carries drug through the pores; 0: a deposit
};

std::vector<Dosing> dosings(const Case& c, const Setup& setup) {
  std::vector<Dosing> list;
  for (std::size_t k = 0; k < c.needles.size(); ++k) {
    double front = 0;
    for (const Infusion& infusion : setup.infusions)
      if (infusion.entry == k) front = std::min(infusion.drug_radius, longest_front);
    for (const double t : c.needles[k].times) list.push_back({t, c.needles[k].amount, front});
  }
  for (const IntravenousDose& dose : c.intravenous)
    for (const double t : dose.times) list.push_back({t, dose.amount, 0.});
  std::sort(list.begin(), list.end(), [](const Dosing& a, const Dosing& b) { return a.time < b.time; });
  // What is given at one time acts together.
  std::vector<Dosing> merged;
  for (const Dosing& d : list) {
    if (d.time >= c.until) break;
    if (!merged.empty() && same_time(merged.back().time, d.time)) {
      merged.back().amount += d.amount;
      merged.back().front = std::max(merged.back().front, d.front);
    } else {
      merged.push_back(d);
    }
  }
  return merged;
}

double steps_of(const Case& c, const Setup& setup) {
  const std::vector<Dosing> list = dosings(c, setup);
  double all = 0;
  for (const Dosing& d : list) all += d.amount;
  double steps = c.until / longest_step + steps_per_field * static_cast<double>(c.field_times.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const double until = i + 1 < list.size() ? list[i + 1].time : c.until;
    // The tolerance is relative to the whole dose: a small part of it is followed more coarsely.
    const double tolerance = c.numerics.time_tolerance * all / list[i].amount;
    steps += std::pow(reference_tolerance / tolerance, tolerance_power) *
             (steps_of_front_per_m * list[i].front + steps_at_start +
              steps_per_e_fold * std::log1p((until - list[i].time) / start_duration));
  }
  return steps;
}

/// Of all states of flow with a needle that infuses: as many as there are times at which one starts.
double newton_steps_of(const Setup& setup) {
  double steps = 0;
  for (const Infusion& infusion : setup.infusions) {
    const double pressure = setup.modes[infusion.entry].expected_pressure;
    const TissueCoefficients& tumour = setup.tissues[setup.target];
    if (!setup.collapse.on || pressure < tumour.vascular_pressure) continue;
    const double each = infusion.holes.size() > 1 ? newton_steps_more_holes : newton_steps_one_hole;
    steps += each * static_cast<double>(std::min<std::size_t>(infusion.times.size(), 2));
  }
  return steps;
}

}  // namespace

CostEstimate estimate_cost(const Case& c, const Setup& setup, std::uint64_t nodes, int ranks) {
  const auto n = static_cast<double>(nodes);
  const auto voxels = static_cast<double>(setup.segmentation.voxels());
  const double speed_up = ranks * std::pow(rank_efficiency, std::log2(ranks));
  CostEstimate cost;
  cost.steps = steps_of(c, setup);
  const bool compared = c.comparator && !c.needles.empty();
  const bool binds = setup.binds_target() || setup.binds_matrix();
  const double step_s =
      step_s_per_node * (compared ? 1 + comparator_share : 1) * (binds ? binding_factor : 1);
  cost.wall_s =
      start_s + image_s_per_voxel * voxels +
      n * (setup_s_per_node + step_s * cost.steps + newton_s_per_node * newton_steps_of(setup)) / speed_up;
  const double nodes_bytes = (node_bytes + (binds ? node_bytes_of_binding : 0)) * n;
  cost.memory_bytes = ranks * (rank_bytes + std::max(image_bytes_per_voxel * voxels, nodes_bytes / ranks));
  return cost;
}

}  // namespace intratumor
