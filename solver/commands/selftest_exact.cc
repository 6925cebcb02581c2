#include <deal.II/grid/grid_generator.h>

#include <algorithm>
#include <cmath>

#include "commands/selftest_checks.h"
#include "quantities/units.h"
#include "transport/step_ladder.h"
#include "transport/stepper.h"

namespace intratumor {

namespace {

double relative(double value, double expected) {
  return std::abs(value / expected - 1);
}

double units_error() {
  struct Known {
    const char* text;
    Dimension dimension;
    double si;
  };
  const Known known[] = {{"5 mg/mL", Dimension::mass_concentration, 5},
                         {"3 nM", Dimension::molar_concentration, 3e-6},
                         {"10 mmHg", Dimension::pressure, 1333.22387415},
                         {"0.5 mL/min", Dimension::volume_rate, 0.5e-6 / 60},
                         {"148 kDa", Dimension::molar_mass, 148},
                         {"60 mL/(100 g)/min", Dimension::perfusion, 1050 * 1e-5},
                         {"2 wk", Dimension::time, 14 * 86400.}};
  double worst = 0;
  for (const Known& k : known) worst = std::max(worst, relative(parse_quantity(k.text, k.dimension), k.si));
  return worst;
}

/// x/(exp(x) - 1) against its series, its reflection and its asymptotes.
double bernoulli_error() {
  double worst = std::max(std::abs(bernoulli(0) - 1), relative(bernoulli(-700), 700));
  for (const double x : {1e-7, 1e-3, 0.03})
    worst = std::max(worst, std::abs(bernoulli(x) - (1 - x / 2 + x * x / 12 - x * x * x * x / 720)));
  for (const double x : {0.1, 1., 30.}) worst = std::max(worst, relative(bernoulli(-x) - bernoulli(x), x));
  return worst;
}

/// Exchange with blood against Patlak's equation, and its limits without filtration and without diffusion.
double patlak_error() {
  TissueCoefficients tissue;
  tissue.permeability_surface = 6e-5;
  tissue.solvent_drag_reflection = 0.9;
  double worst = relative(blood_exchange(tissue, 0).into, 6e-5);
  for (const double filtration : {-6e-4, -1e-6, 1e-6, 6e-4}) {
    const BloodExchange e = blood_exchange(tissue, filtration);
    const double drag = filtration * (1 - 0.9), decay = std::exp(-drag / 6e-5);
    worst = std::max(worst, relative(e.into * 2 - e.out * 3, drag * (2 - 3 * decay) / (1 - decay)));
  }
  tissue.permeability_surface = 0;
  return std::max(worst, relative(blood_exchange(tissue, 1e-4).into, 1e-5));
}

std::unique_ptr<TissueMesh> box(MPI_Comm comm, const Point& upper, const std::vector<unsigned int>& cells,
                                bool layer) {
  auto triangulation = std::make_unique<Triangulation>(comm);
  dealii::GridGenerator::subdivided_hyper_rectangle(*triangulation, cells, Point(), upper, true);
  // A layer knows one direction only: its sides are planes of symmetry.
  if (layer)
    for (const auto& face : triangulation->active_face_iterators())
      if (face->at_boundary() && face->boundary_id() > 1) face->set_boundary_id(symmetry_plane);
  const auto whole = [](const TissueMesh::Cell&, std::vector<double>& fraction) { fraction[0] = 1; };
  return std::make_unique<TissueMesh>(std::move(triangulation), 1, whole, true);
}

TissueCoefficients tumour() {
  TissueCoefficients t;  // Baxter & Jain 1989
  t.hydraulic_conductivity = 3.1e-14;
  t.vessel_filtration = 4.2e-7;
  t.effective_vascular_pressure = 1533;
  t.vascular_pressure = 2080;
  t.fluid_fraction = t.accessible_fraction = 0.24;
  t.diffusivity = 1.4e-11;
  return t;
}

/// Pressure in a layer of perfused tissue between two free surfaces:
///   p = pe (1 - cosh((x - L/2)/l)/cosh(L/(2 l))), l^2 = K/LS.
struct Layer {
  double pressure_error = 0;  ///< relative to pe
  double closure = 0;         ///< of the fluid's ledger
};

Layer layer(MPI_Comm comm) {
  const TissueCoefficients tissue = tumour();
  const double l = std::sqrt(tissue.hydraulic_conductivity / tissue.vessel_filtration), length = 4 * l;
  const auto mesh = box(comm, {length, length / 32, length / 32}, {64, 2, 2}, true);
  FlowProblem problem;
  problem.mesh = mesh.get();
  problem.tissues = {tissue};
  problem.far_field.kind = FarField::Kind::value;
  problem.cell_conductivity = cell_conductivity(*mesh, problem.tissues);
  const FlowState flow = solve_flow(problem);
  double worst = 0;
  for (int i = 0; i < mesh->graph().n_owned; ++i) {
    const double x = mesh->node_positions()[static_cast<std::size_t>(i)][0];
    const double exact = 1 - std::cosh((x - length / 2) / l) / std::cosh(length / 2 / l);
    worst = std::max(worst, std::abs(flow.pressure.local_element(static_cast<unsigned int>(i)) /
                                         tissue.effective_vascular_pressure -
                                     exact));
  }
  return {dealii::Utilities::MPI::max(worst, comm), flow.closure};
}

/// A cube of tissue at rest with the body beside it.
struct Still {
  std::unique_ptr<TissueMesh> mesh;
  TissueOperator op;
  std::unique_ptr<Stepper> stepper;

  Still(MPI_Comm comm, double degradation, const BodyCoefficients& body, const DrugBinding& binding = {},
        double sites = 0) {
    TissueCoefficients tissue = tumour();
    tissue.target_sites = sites;
    tissue.vessel_filtration = 0;
    tissue.degradation = degradation;
    mesh = box(comm, {1e-3, 1e-3, 1e-3}, {4, 4, 4}, false);
    FlowState flow;
    flow.pressure = mesh->make_vector();
    flow.filtration.assign(static_cast<std::size_t>(mesh->graph().n_owned), 0.);
    flow.lymph = flow.outflow = flow.filtration;
    const std::vector<TissueCoefficients> tissues = {tissue};
    op = make_operator(*mesh, tissues, cell_coefficients(*mesh, tissues), cell_conductivity(*mesh, tissues),
                       flow, Collapse(), make_accounts(body));
    stepper =
        std::make_unique<Stepper>(op, StepperOptions(), make_binding(*mesh, tissues, binding, op.accounts));
  }

  /// Steps to `until` with this tolerance in mol.
  void advance(double until, double tolerance,
               const std::function<void(double, const StepResult&)>& each = nullptr) {
    StepLadder ladder(tolerance, 1.);
    for (double t = 0; t < until * (1 - 1e-12);) {
      const double dt = ladder.propose(until - t);
      const StepResult& step = stepper->attempt(dt, {});
      if (!ladder.judge(dt, step.error())) continue;
      stepper->accept();
      t += dt;
      if (each) each(dt, step);
    }
  }
};

BodyCoefficients body() {
  BodyCoefficients b;  // ipilimumab (Feng 2014)
  b.plasma_volume = 4.15e-3;
  b.clearance = 0.0150e-3 / 3600;
  b.peripherals = {{3.11e-3, 0.0411e-3 / 3600}};
  b.lymph_rate = 1 / 21600.;
  return b;
}

/// A uniform field that decays at rate k: what is left is exp(-k t), its integral (1 - exp(-k t))/k.
double decay_error(MPI_Comm comm) {
  const double k = 1e-4, until = 3e4, c0 = 2;
  Still still(comm, k, body());
  Vector start = still.mesh->make_vector();
  start = c0;
  still.stepper->set_state(start,
                           std::vector<double>(static_cast<std::size_t>(still.op.accounts.size()), 0.));
  const double amount = 0.24e-9 * c0;
  double integral = 0;
  still.advance(until, 1e-8 * amount, [&](double dt, const StepResult& step) {
    double sum = 0;
    for (int i = 0; i < still.mesh->graph().n_owned; ++i)
      sum += still.mesh->node_volume(0, i) * step.node_mean[static_cast<std::size_t>(i)];
    integral += dt * 0.24 * dealii::Utilities::MPI::sum(sum, comm);
  });
  double left = 0;
  for (int i = 0; i < still.mesh->graph().n_owned; ++i)
    left += 0.24 * still.mesh->node_volume(0, i) *
            still.stepper->concentration().local_element(static_cast<unsigned int>(i));
  left = dealii::Utilities::MPI::sum(left, comm);
  return std::max(relative(left, amount * std::exp(-k * until)),
                  relative(integral, -amount * std::expm1(-k * until) / k));
}

/// Drug and sites in a closed volume: db/dt = kon (S - b)(T - b) - koff b, both per fluid, T all drug.
double binding_error(MPI_Comm comm) {
  const double on = 100, off = 1e-2, total = 5e-2, sites = 0.1, until = 0.2, phi = 0.24;
  DrugBinding binding;
  binding.target = {on, off, 0};
  Still still(comm, 0, body(), binding, phi * sites);
  Vector start = still.mesh->make_vector();
  start = total;
  still.stepper->set_state(start,
                           std::vector<double>(static_cast<std::size_t>(still.op.accounts.size()), 0.));
  const double volume = phi * 1e-9;
  still.advance(until, 1e-8 * total * volume);
  const double bound = global_sum(still.stepper->bound().amounts(0), comm) / volume;
  const double sum = sites + total + off / on, root = std::sqrt(sum * sum - 4 * sites * total);
  const double low = (sum - root) / 2, high = (sum + root) / 2, decay = std::exp(-on * root * until);
  return relative(bound, low * high * (1 - decay) / (high - low * decay));
}

/// A bolus into plasma: A exp(-alpha t) + B exp(-beta t) from the rate constants.
double compartments_error(MPI_Comm comm) {
  Still still(comm, 0, body());
  const Accounts& accounts = still.op.accounts;
  std::vector<double> amounts(static_cast<std::size_t>(accounts.size()), 0.);
  const auto plasma = static_cast<std::size_t>(accounts.plasma);
  amounts[plasma] = 1;
  Vector start = still.mesh->make_vector();
  start = 0.;
  still.stepper->set_state(start, amounts);
  const double hours = 24;
  still.advance(hours * 3600, 1e-7);
  const double k10 = 0.0150 / 4.15, k12 = 0.0411 / 4.15, k21 = 0.0411 / 3.11;
  const double s = k10 + k12 + k21, root = std::sqrt(s * s - 4 * k10 * k21);
  const double alpha = (s + root) / 2, beta = (s - root) / 2;
  const double exact =
      ((alpha - k21) * std::exp(-alpha * hours) + (k21 - beta) * std::exp(-beta * hours)) / (alpha - beta);
  return relative(still.stepper->amounts()[plasma], exact);
}

}  // namespace

std::vector<SelfCheck> exact_checks(MPI_Comm comm) {
  return {
      {"units of the clinic", 1e-9, units_error},
      {"Bernoulli function of convection and diffusion", 1e-9, bernoulli_error},
      {"exchange with blood, Patlak's equation and its limits", 1e-9, patlak_error},
      {"pressure in a layer of perfused tissue", 1e-3, [comm] { return layer(comm).pressure_error; }},
      {"fluid that enters and leaves that layer", 1e-10, [comm] { return layer(comm).closure; }},
      {"drug that decays: amount and integral in time", 1e-4, [comm] { return decay_error(comm); }},
      {"drug that binds: Riccati's equation", 1e-4, [comm] { return binding_error(comm); }},
      {"compartments of the body, two exponentials", 1e-5, [comm] { return compartments_error(comm); }},
  };
}

}  // namespace intratumor
