// What of a time loop goes into a checkpoint, and back.
#include <algorithm>

#include "quantities/error.h"
#include "simulation/time_loop.h"

namespace intratumor {

namespace {

using Json = nlohmann::ordered_json;

/// Puts numbers into a JSON object by their names.
struct Put {
  Json& to;
  template <class T>
  void operator()(const char* name, const T& value) const {
    to[name] = value;
  }
  void operator()(const char* name, const std::optional<double>& value) const {
    to[name] = value ? Json(*value) : Json();
  }
};

/// Takes them out again.
struct Take {
  const Json& from;
  template <class T>
  void operator()(const char* name, T& value) const {
    from.at(name).get_to(value);
  }
  void operator()(const char* name, std::optional<double>& value) const {
    value.reset();
    if (!from.at(name).is_null()) value = from.at(name).get<double>();
  }
};

}  // namespace

/// Every number that later steps or results depend on, once for both ways.
template <class Loop, class Visitor>
void TimeLoop::visit_numbers(Loop& loop, const Visitor& visit) {
  visit("event", loop.event_);
  visit("time_s", loop.time_);
  visit("given_mol", loop.given_);
  visit("tumour_cmax", loop.tumour_cmax_);
  visit("expected_in_tumour", loop.expected_in_tumour_);
  visit("tumour_amount", loop.tumour_amount_);
  visit("retained_at_end", loop.retained_at_end_);
  visit("half_life", loop.half_life_);

  auto& ledger = loop.ledger_;
  visit("ledger_free_tumour", ledger.free_tumour);
  visit("ledger_free_elsewhere", ledger.free_elsewhere);
  visit("ledger_bound", ledger.bound);
  visit("ledger_anchored", ledger.anchored);
  visit("ledger_internalised", ledger.internalised);
  visit("ledger_degraded", ledger.degraded);
  visit("ledger_plasma", ledger.plasma);
  visit("ledger_peripherals", ledger.peripherals);
  visit("ledger_lymph_chain", ledger.lymph_chain);
  visit("ledger_eliminated", ledger.eliminated);
  visit("ledger_outflow", ledger.outflow);
  visit("ledger_leak", ledger.leak);
  visit("ledger_given", ledger.given);
  visit("ledger_closure_error", ledger.closure_error);

  auto& counts = loop.counts_;
  visit("steps", counts.steps);
  visit("rejected", counts.rejected);
  visit("low_iterations", counts.low_iterations);
  visit("stage_iterations", counts.stage_iterations);
  visit("newton_iterations", counts.newton_iterations);
  visit("refused", counts.refused);
  visit("proposed", counts.proposed);
  visit("largest_refused_share", counts.largest_refused_share);
  visit("linear_residual", counts.linear_residual);
  visit("temporal_error", counts.temporal_error);
  visit("lowest_concentration", counts.lowest_concentration);
  visit("largest_closure_error", counts.largest_closure_error);
  visit("reached_coarse_cells", counts.reached_coarse_cells);

  auto& bound = loop.bound_.numbers();
  visit("tumour_bound", bound.bound);
  visit("tumour_anchored", bound.anchored);
  visit("tumour_internalised", bound.internalised);
  visit("tumour_held_auc", bound.auc);
  visit("occupancy_highest", bound.highest);
  visit("occupancy_time", bound.occupancy_time);
  visit("time_occupied", bound.time_occupied);

  auto& plasma = loop.plasma_;
  visit("plasma_auc", plasma.auc);
  visit("plasma_auc_24h", plasma.auc_24h);
  visit("plasma_auc_7d", plasma.auc_7d);
  visit("plasma_cmax", plasma.cmax);
  visit("plasma_tmax", plasma.tmax);
  visit("plasma_auc_inf", plasma.auc_inf);

  auto& fluid = loop.fluid_;
  visit("fluid_injected", fluid.injected);
  visit("fluid_filtered", fluid.filtered);
  visit("fluid_lymph", fluid.lymph);
  visit("fluid_outflow", fluid.outflow);
  visit("fluid_through_walls", fluid.through_walls);
  visit("fluid_leak", fluid.leak);
}

CourseState TimeLoop::state() const {
  CourseState state;
  visit_numbers(*this, Put{state.numbers});
  const StepLadder::State ladder = ladder_.state();
  state.numbers["ladder"] = {ladder.rung, ladder.rejected, ladder.refused_before};
  state.numbers["accounts"] = stepper_.amounts();
  state.numbers["matrices"] = {stepper_.step_of_matrices(), stepper_.factorisations()};
  const Vector& c = stepper_.concentration();
  state.nodes = {{"concentration", {c.begin(), c.begin() + in_.mesh->graph().n_owned}},
                 {"auc", exposure_.auc()},
                 {"cmax", exposure_.cmax()}};
  for (std::size_t k = 0; k < in_.c->thresholds.size(); ++k)
    state.nodes.emplace_back("time_above_" + std::to_string(k), exposure_.time_above(k));
  for (int kind = 0; kind < stepper_.bound().kinds(); ++kind)
    state.nodes.emplace_back("bound_" + std::to_string(kind), stepper_.bound().amounts(kind));
  const auto preconditioned = stepper_.preconditioned();
  state.numbers["preconditioned"] = {preconditioned[0].made, preconditioned[1].made};
  for (std::size_t k = 0; k < 2; ++k)
    if (preconditioned[k].made)
      state.nodes.emplace_back("preconditioned_" + std::to_string(k), preconditioned[k].diagonal);
  if (bound_.has_target()) {
    state.nodes.emplace_back("occupancy_peak", bound_.peak());
    state.nodes.emplace_back("occupied_time", bound_.time());
  }
  state.series = series_;
  return state;
}

void TimeLoop::restore(const CourseState& state) {
  visit_numbers(*this, Take{state.numbers});
  const Json& ladder = state.numbers.at("ladder");
  ladder_.restore({ladder.at(0).get<int>(), ladder.at(1).get<int>(), ladder.at(2).get<double>()});
  // Fields by name.
  const auto field = [&state](const std::string& name) -> const std::vector<double>& {
    const auto found =
        std::find_if(state.nodes.begin(), state.nodes.end(), [&](const auto& f) { return f.first == name; });
    if (found == state.nodes.end()) throw ComputationError("the checkpoint has no field " + name);
    return found->second;
  };
  Vector c = in_.mesh->make_vector();
  const std::vector<double>& concentration = field("concentration");
  for (std::size_t i = 0; i < concentration.size(); ++i)
    c.local_element(static_cast<unsigned int>(i)) = concentration[i];
  stepper_.set_state(c, state.numbers.at("accounts").get<std::vector<double>>());
  std::vector<std::vector<double>> above;
  for (std::size_t k = 0; k < in_.c->thresholds.size(); ++k)
    above.push_back(field("time_above_" + std::to_string(k)));
  for (int kind = 0; kind < stepper_.bound().kinds(); ++kind)
    stepper_.set_bound(kind, field("bound_" + std::to_string(kind)));
  if (bound_.has_target()) bound_.restore(field("occupancy_peak"), field("occupied_time"));
  const Json& matrices = state.numbers.at("matrices");
  stepper_.make_matrices(matrices.at(0).get<double>(), matrices.at(1).get<int>());
  std::array<Stepper::Factored, 2> preconditioned;
  for (std::size_t k = 0; k < 2; ++k)
    if (state.numbers.at("preconditioned").at(k).get<bool>())
      preconditioned[k] = {true, field("preconditioned_" + std::to_string(k))};
  stepper_.make_preconditioners(preconditioned);
  exposure_.restore(field("auc"), field("cmax"), std::move(above));
  series_ = state.series;
  resumed_ = true;
}

}  // namespace intratumor
