#include "simulation/flow_states.h"

#include <algorithm>

#include "quantities/error.h"

namespace intratumor {

namespace {

constexpr std::size_t states_kept = 4;
constexpr double fluid_closure_limit = 1e-8;

FarField far_field(const FarFieldInput& input) {
  FarField f;
  f.value = input.pressure;
  if (input.kind == FarFieldInput::Kind::value) f.kind = FarField::Kind::value;
  if (input.kind == FarFieldInput::Kind::sealed) f.kind = FarField::Kind::sealed;
  return f;
}

std::shared_ptr<FlowGround> make_ground(const Case& c, const Setup& setup, const TissueMesh& mesh,
                                        const RegionOverlap& overlap) {
  auto ground = std::make_shared<FlowGround>();
  FlowProblem& problem = ground->problem;
  problem.mesh = &mesh;
  problem.tissues = setup.tissues;
  problem.far_field = far_field(c.far_field);
  for (std::size_t face = 0; face < box_faces.size(); ++face) {
    const auto own = c.faces.find(box_faces[face]);
    if (own != c.faces.end())
      problem.faces[static_cast<dealii::types::boundary_id>(face)] = far_field(own->second);
  }
  problem.collapse = setup.collapse;
  problem.cell_conductivity = cell_conductivity(mesh, setup.tissues);
  ground->cells = cell_coefficients(mesh, setup.tissues);
  const Vector3& voxel = setup.image.spacing;
  problem.walls =
      make_walls(mesh, setup.tissues, problem.cell_conductivity, ground->cells.accessible_diffusion, overlap,
                 std::max(c.numerics.h_min, *std::max_element(voxel.begin(), voxel.end())));
  ground->accounts = make_accounts(setup.body);
  ground->binding = make_binding(mesh, setup.tissues, setup.binding, ground->accounts);
  return ground;
}

}  // namespace

FlowStates::FlowStates(const Case& c, const Setup& setup, const TissueMesh& mesh, Reporter& reporter,
                       Stopwatch& phases, const RegionOverlap& overlap, std::shared_ptr<FlowGround> ground)
    : setup_(setup), mesh_(mesh), reporter_(reporter), phases_(phases), ground_(std::move(ground)) {
  const auto timed = phases_.measure("operator");
  if (ground_ == nullptr) ground_ = make_ground(c, setup, mesh, overlap);
  for (const Infusion& infusion : setup.infusions) {
    holes_.emplace_back();
    for (const Ball& ball : infusion.holes)
      holes_.back().push_back(make_hole(mesh, ground_->problem.cell_conductivity, ball,
                                        c.path + ": scheme." + std::to_string(infusion.entry)));
  }
}

const FlowStates::State& FlowStates::at(std::vector<char> infusing) {
  infusing.resize(setup_.infusions.size(), 0);
  const auto known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const auto& state) { return state->infusing == infusing; });
  if (known != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, known);
  } else {
    if (kept_.size() == states_kept) kept_.pop_back();
    kept_.push_front(state_of(infusing));
    note(*kept_.front());
  }
  return *kept_.front();
}

std::shared_ptr<FlowStates::State> FlowStates::state_of(const std::vector<char>& infusing) {
  const std::vector<char> none(infusing.size(), 0);
  if (ground_->background == nullptr) ground_->background = compute(none);
  // Of whatever other case's infusions none ran either.
  ground_->background->infusing = none;
  return infusing == none ? ground_->background : compute(infusing);
}

/// Says what a state is, and keeps what is asked of all of them.
void FlowStates::note(const State& state) {
  const FlowState& flow = state.infusion.flow;
  char text[200];
  std::string line;
  std::size_t needle = 0;
  // Nodes within a hole, from which fluid flows evenly, stand above its surface: no tissue does.
  double highest = state.infusion.needle_pressure.empty() ? flow.max_pressure
                                                          : ground_->background->infusion.flow.max_pressure;
  for (std::size_t k = 0; k < state.infusing.size(); ++k) {
    if (state.infusing[k] == 0) continue;
    const double pressure = state.infusion.needle_pressure[needle++];
    std::snprintf(text, sizeof text, "; scheme.%zu infuses at %.3g kPa", setup_.infusions[k].entry,
                  pressure / 1e3);
    line += text;
    extremes_.needle_pressure = std::max(extremes_.needle_pressure, pressure);
    highest = std::max(highest, pressure);
  }
  std::snprintf(text, sizeof text, "flow: pressure up to %.3g kPa (%.1f mmHg)", highest / 1e3,
                highest / 133.322);
  reporter_.info(text + line);
  extremes_.max_pressure = std::max(extremes_.max_pressure, highest);
  extremes_.closure = std::max(extremes_.closure, flow.closure);
  extremes_.least_open = std::min(extremes_.least_open, flow.least_open);
  extremes_.manifold_error = std::max(extremes_.manifold_error, state.infusion.manifold_error);
  extremes_.newton_steps += flow.newton_steps;
  extremes_.linear_iterations += flow.linear_iterations;
  ++extremes_.states;
}

std::shared_ptr<FlowStates::State> FlowStates::compute(const std::vector<char>& infusing) {
  auto state = std::make_shared<State>();
  state->infusing = infusing;
  std::vector<NeedleFlow> needles;
  std::vector<std::size_t> which;
  for (std::size_t k = 0; k < infusing.size(); ++k)
    if (infusing[k] != 0) {
      needles.push_back({&holes_[k], setup_.infusions[k].rate});
      which.push_back(k);
    }
  {
    const auto timed = phases_.measure("flow");
    if (ground_->solver == nullptr) ground_->solver = std::make_unique<FlowSolver>(ground_->problem);
    // Every infusion begins in tissue at rest, whatever was solved before it.
    if (ground_->background != nullptr)
      ground_->solver->start_from(ground_->background->infusion.flow.pressure);
    state->infusion = solve_infusion(*ground_->solver, needles);
  }
  const FlowState& flow = state->infusion.flow;
  if (flow.closure > fluid_closure_limit)
    throw ComputationError("pressure: the fluid ledger does not close (" + scientific(flow.closure) +
                           " of the fluid that moves)");

  const auto timed = phases_.measure("operator");
  state->op = make_operator(mesh_, setup_.tissues, ground_->cells, ground_->problem.cell_conductivity, flow,
                            setup_.collapse, ground_->accounts, ground_->problem.walls);
  for (std::size_t n = 0; n < needles.size(); ++n) {
    state->drug.resize(mesh_.graph().n_owned, 0.);
    for (std::size_t h = 0; h < needles[n].holes->size(); ++h) {
      const double rate = state->infusion.hole_rate[n][h] * setup_.infusions[which[n]].concentration;
      const std::vector<double>& share = (*needles[n].holes)[h].share;
      for (std::size_t i = 0; i < state->drug.size(); ++i) state->drug[i] += rate * share[i];
    }
  }
  // No other state can come: the multigrid's memory serves the transport.
  if (setup_.infusions.empty()) ground_->solver.reset();
  return state;
}

nlohmann::ordered_json FlowStates::memory() const {
  nlohmann::ordered_json kept = nlohmann::ordered_json::array();
  for (const auto& state : kept_) kept.push_back(state->infusing);
  return {{"kept", kept},
          {"max_pressure", extremes_.max_pressure},
          {"needle_pressure", extremes_.needle_pressure},
          {"closure", extremes_.closure},
          {"least_open", extremes_.least_open},
          {"manifold_error", extremes_.manifold_error},
          {"states", extremes_.states},
          {"newton_steps", extremes_.newton_steps},
          {"linear_iterations", extremes_.linear_iterations}};
}

void FlowStates::recall(const nlohmann::ordered_json& memory) {
  const nlohmann::ordered_json& kept = memory.at("kept");
  for (auto state = kept.rbegin(); state != kept.rend(); ++state) at(state->get<std::vector<char>>());
  memory.at("max_pressure").get_to(extremes_.max_pressure);
  memory.at("needle_pressure").get_to(extremes_.needle_pressure);
  memory.at("closure").get_to(extremes_.closure);
  memory.at("least_open").get_to(extremes_.least_open);
  memory.at("manifold_error").get_to(extremes_.manifold_error);
  memory.at("states").get_to(extremes_.states);
  memory.at("newton_steps").get_to(extremes_.newton_steps);
  memory.at("linear_iterations").get_to(extremes_.linear_iterations);
}

}  // namespace intratumor
