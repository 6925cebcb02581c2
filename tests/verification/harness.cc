#include "harness.h"

#include <deal.II/base/multithread_info.h>
#include <deal.II/grid/grid_generator.h>
#include <deal.II/grid/grid_tools.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace intratumor::verification {

namespace {

struct Row {
  std::string problem, quantity, value, expected, error, target;
  bool passed;
};

bool run_full = false;
std::vector<Row> rows;

std::string digits(double x) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6g", x);
  return text;
}
std::string short_digits(double x) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2g", x);
  return text;
}

void keep(Row row) {
  if (dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
    std::printf("  %-6s %-58s value %-13s expected %-13s error %-9s target %s%s\n", row.problem.c_str(),
                row.quantity.c_str(), row.value.c_str(), row.expected.c_str(), row.error.c_str(),
                row.target.c_str(), row.passed ? "" : "  MISSED");
  std::fflush(stdout);
  rows.push_back(std::move(row));
}

void write_table(const char* path) {
  std::ofstream out(path);
  out << "# Verification\n\nWritten by `./scripts/verify`: every problem at full tolerance. Errors are "
         "relative unless "
         "the quantity says otherwise; an order's error is its distance from the theoretical one.\n\n"
         "| problem | quantity | value | expected | error | target |\n|---|---|---|---|---|---|\n";
  for (const Row& r : rows)
    out << "| " << r.problem << " | " << r.quantity << " | " << r.value << " | " << r.expected << " | "
        << r.error << " | " << r.target << (r.passed ? "" : " **missed**") << " |\n";
}

void refine_levels(Triangulation& mesh, int levels, const Refine& refine) {
  for (int level = 0; level < levels; ++level) {
    for (const auto& cell : mesh.active_cell_iterators())
      if (cell->is_locally_owned() && refine(cell->center(), cell->minimum_vertex_distance()))
        cell->set_refine_flag();
    mesh.execute_coarsening_and_refinement();
  }
}

}  // namespace

bool full() {
  return run_full;
}

void check(const std::string& problem, const std::string& quantity, double value, double expected,
           double error, double target) {
  const bool passed = error <= target;
  keep({problem, quantity, digits(value), digits(expected), short_digits(error), short_digits(target),
        passed});
  EXPECT_LE(error, target) << problem << ": " << quantity;
}
void check_relative(const std::string& problem, const std::string& quantity, double value, double expected,
                    double target) {
  check(problem, quantity, value, expected, std::abs(value - expected) / std::abs(expected), target);
}
void check_absolute(const std::string& problem, const std::string& quantity, double value, double expected,
                    double target) {
  check(problem, quantity + " (absolute)", value, expected, std::abs(value - expected), target);
}
void check_order(const std::string& problem, const std::string& quantity, double value, double expected,
                 double target) {
  check(problem, quantity, value, expected, std::abs(value - expected), target);
}
void report(const std::string& problem, const std::string& quantity, double value) {
  keep({problem, quantity, digits(value), "", "", "", true});
}

std::unique_ptr<Triangulation> box_mesh(const dealii::Point<3>& lower, const dealii::Point<3>& upper,
                                        const std::vector<unsigned int>& cells, int levels,
                                        const Refine& refine) {
  auto mesh = std::make_unique<Triangulation>(MPI_COMM_WORLD);
  dealii::GridGenerator::subdivided_hyper_rectangle(*mesh, cells, lower, upper);
  refine_levels(*mesh, levels, refine);
  return mesh;
}

std::unique_ptr<Triangulation> octant_mesh(double side, unsigned int cells, int levels,
                                           const Refine& refine) {
  auto mesh = std::make_unique<Triangulation>(MPI_COMM_WORLD);
  dealii::GridGenerator::subdivided_hyper_cube(*mesh, cells, 0, side);
  for (const auto& face : mesh->active_face_iterators())
    if (face->at_boundary() &&
        face->center()[0] * face->center()[1] * face->center()[2] < 1e-12 * side * side * side)
      face->set_boundary_id(symmetry_plane);
  refine_levels(*mesh, levels, refine);
  return mesh;
}

std::unique_ptr<Triangulation> sector_mesh(const std::vector<double>& radii, unsigned int n, double width) {
  auto mesh = std::make_unique<Triangulation>(MPI_COMM_WORLD);
  const auto layers = static_cast<unsigned int>(radii.size() - 1);
  dealii::GridGenerator::subdivided_hyper_rectangle(*mesh, {n, n, layers}, dealii::Point<3>(0, 0, 0),
                                                    dealii::Point<3>(1, 1, layers), true);
  for (const auto& face : mesh->active_face_iterators())
    if (face->at_boundary() && face->boundary_id() != 5) face->set_boundary_id(symmetry_plane);
  dealii::GridTools::transform(
      [&](const dealii::Point<3>& p) {
        const dealii::Tensor<1, 3> direction = dealii::Point<3>(width * p[0], width * p[1], 1);
        return dealii::Point<3>(direction *
                                (radii[static_cast<std::size_t>(std::lround(p[2]))] / direction.norm()));
      },
      *mesh);
  return mesh;
}

std::vector<double> layers(double r_in, const std::vector<double>& through,
                           const std::function<double(double)>& step) {
  std::vector<double> radii = {r_in};
  for (const double end : through) {
    const double start = radii.back();
    std::vector<double> part = {start};
    while (part.back() < end * (1 - 1e-9)) part.push_back(part.back() + step(part.back()));
    for (std::size_t k = 1; k < part.size(); ++k)
      radii.push_back(start + (part[k] - start) * (end - start) / (part.back() - start));
    radii.back() = end;
  }
  return radii;
}

TissueCoefficients baxter_jain_tumour() {
  TissueCoefficients t;
  t.hydraulic_conductivity = 3.09776e-14;
  t.vessel_filtration = 4.200357e-7;
  t.effective_vascular_pressure = 1533.203;
  t.fluid_fraction = t.accessible_fraction = 0.24;
  t.diffusivity = 1.4e-11;
  return t;
}

TissueCoefficients baxter_jain_host() {
  TissueCoefficients t;
  t.hydraulic_conductivity = 6.39804e-15;
  t.vessel_filtration = 1.890161e-8;
  t.effective_vascular_pressure = 866.593;
  t.lymph_filtration = 9.975848e-8;
  t.fluid_fraction = t.accessible_fraction = 0.20;
  t.diffusivity = 7e-12;
  return t;
}

TissueCoefficients antibody_in(TissueCoefficients tissue, double permeability_surface, double reflection) {
  tissue.permeability_surface = permeability_surface;
  tissue.solvent_drag_reflection = reflection;
  return tissue;
}

BodyCoefficients ipilimumab(double part) {
  constexpr double hour = 3600;
  // CL 0.0150 L/h, V1 4.15 L, Q 0.0411 L/h, V2 3.11 L.
  BodyCoefficients body;
  body.plasma_volume = 4.15e-3 * part;
  body.clearance = 0.0150e-3 / hour * part;
  body.peripherals = {{3.11e-3 * part, 0.0411e-3 / hour * part}};
  body.lymph_stages = 1;
  body.lymph_rate = 1 / (6 * hour);
  return body;
}

TissueMesh::BoxFractionFunction ball_fractions(double radius) {
  return [radius](const dealii::Point<3>& low, const dealii::Point<3>& high, std::vector<double>& fraction) {
    double nearest = 1e300, farthest = 0;
    for (int v = 0; v < 8; ++v) {
      const dealii::Point<3> corner((v & 1) != 0 ? high[0] : low[0], (v & 2) != 0 ? high[1] : low[1],
                                    (v & 4) != 0 ? high[2] : low[2]);
      nearest = std::min(nearest, corner.norm());
      farthest = std::max(farthest, corner.norm());
    }
    double inside = 0;
    if (farthest <= radius) {
      inside = 1;
    } else if (nearest - low.distance(high) < radius) {
      constexpr int n = 16;
      for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j)
          for (int k = 0; k < n; ++k) {
            const dealii::Point<3> p(low[0] + (i + 0.5) / n * (high[0] - low[0]),
                                     low[1] + (j + 0.5) / n * (high[1] - low[1]),
                                     low[2] + (k + 0.5) / n * (high[2] - low[2]));
            if (p.norm() <= radius) inside += 1. / (n * n * n);
          }
    }
    fraction[0] = inside;
    fraction[1] = 1 - inside;
  };
}

TissueMesh::FractionFunction one_region() {
  return [](const TissueMesh::Cell&, std::vector<double>& fraction) { fraction[0] = 1; };
}

void Problem::solve(bool still) {
  FlowProblem problem;
  problem.mesh = mesh.get();
  problem.tissues = tissues;
  problem.far_field = far_field;
  problem.faces = faces;
  problem.walls = walls;
  problem.collapse = collapse;
  problem.cell_conductivity = conductivity.empty() ? cell_conductivity(*mesh, tissues) : conductivity;
  problem.source = source;
  if (still) {
    flow.pressure = mesh->make_vector();
    flow.pressure.update_ghost_values();
    flow.filtration.assign(mesh->graph().n_owned, 0.);
    flow.lymph = flow.outflow = flow.filtration;
    for (auto& t : tissues) t.vessel_filtration = t.lymph_filtration = 0;
  } else {
    flow = solve_flow(problem);
  }
  op = std::make_unique<TissueOperator>(make_operator(*mesh, tissues, cell_coefficients(*mesh, tissues),
                                                      problem.cell_conductivity, flow, problem.collapse,
                                                      make_accounts(body), walls));
}

Problem still_cube(double side, unsigned int cells, const TissueCoefficients& tissue,
                   const BodyCoefficients& body, const DrugBinding& binding) {
  Problem p;
  p.mesh = std::make_unique<TissueMesh>(
      box_mesh({}, {side, side, side}, {cells, cells, cells}, 0, [](auto&, double) { return false; }), 1,
      one_region(), true);
  p.tissues = {tissue};
  p.body = body;
  p.binding = binding;
  p.far_field.kind = FarField::Kind::sealed;
  p.solve(true);
  return p;
}

void Problem::start(double reference_concentration, int target) {
  StepperOptions options;
  options.reference_concentration = reference_concentration;
  options.stage_tolerance = 1e-8;
  stepper = std::make_unique<Stepper>(*op, options, make_binding(*mesh, tissues, binding, op->accounts));
  const int n = mesh->graph().n_owned;
  std::vector<double> weight(n, 0.);
  for (int i = 0; i < n; ++i) {
    double all = 0;
    for (int r = 0; r < mesh->n_regions(); ++r) all += mesh->node_volume(r, i);
    if (all > 0) weight[i] = mesh->node_volume(target, i) / all;
  }
  stepper->set_error_weights(weight);
}

Vector Problem::field(const std::function<double(const dealii::Point<3>&)>& f) const {
  Vector v = mesh->make_vector();
  for (int i = 0; i < mesh->graph().n_owned; ++i) v.local_element(i) = f(mesh->node_positions()[i]);
  return v;
}

double Problem::content(int region) const {
  double sum = 0;
  for (int i = 0; i < mesh->graph().n_owned; ++i)
    sum += mesh->node_volume(region, i) * tissues[region].accessible_fraction *
           stepper->concentration().local_element(i);
  return dealii::Utilities::MPI::sum(sum, mesh->communicator());
}

double Problem::bound(int region, double TissueCoefficients::*sites) const {
  const BoundDrug& bound = stepper->bound();
  const Binding& kinds = bound.binding();
  const int kind = sites == &TissueCoefficients::target_sites ? kinds.target : kinds.matrix;
  if (kind < 0) return 0;
  double sum = 0;
  for (int i = 0; i < mesh->graph().n_owned; ++i)
    if (kinds.kinds[kind].sites[i] > 0)
      sum += bound.amounts(kind)[i] * mesh->node_volume(region, i) * tissues[region].*sites /
             kinds.kinds[kind].sites[i];
  return dealii::Utilities::MPI::sum(sum, mesh->communicator());
}

double Problem::total_content() const {
  double sum = 0;
  for (int r = 0; r < mesh->n_regions(); ++r) sum += content(r);
  return sum;
}

Advance advance(Problem& p, StepLadder& ladder, double from, double until, const StepControl& control,
                const EachStep& each) {
  Stepper& stepper = *p.stepper;
  Advance result;
  double t = from;
  while (t < until) {
    const double remaining = until - t;
    const double dt = ladder.propose(remaining);
    const StepResult& step = stepper.attempt(dt, control.sources);
    if (!step.settled) {
      ladder.reject(dt);
      ++result.rejected;
      continue;
    }
    const double followed = std::max(stepper.attempted_content(), 1e-3 * control.dose);
    const double wasted = control.filling ? 0. : step.limiter.refused_of_change / followed;
    if (!ladder.judge(dt, step.error(), wasted / control.most_refused)) {
      ++result.rejected;
      if (wasted > control.most_refused) ++result.refused;
      continue;
    }
    stepper.accept();
    t = dt == remaining ? until : t + dt;
    ++result.steps;
    if (each) each(t, dt, step);
  }
  return result;
}

Advance advance(Problem& p, double from, double until, double dose, double tolerance, double first_step,
                const EachStep& each) {
  StepLadder ladder(tolerance * dose, first_step);
  StepControl control;
  control.dose = dose;
  return advance(p, ladder, from, until, control, each);
}

}  // namespace intratumor::verification

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  dealii::Utilities::MPI::MPI_InitFinalize mpi(argc, argv, 1);
  dealii::MultithreadInfo::set_thread_limit(1);
  const char* table = nullptr;
  for (int k = 1; k < argc; ++k) {
    if (std::strcmp(argv[k], "--full") == 0) intratumor::verification::run_full = true;
    if (std::strcmp(argv[k], "--table") == 0 && k + 1 < argc) table = argv[++k];
  }
  const int failed = RUN_ALL_TESTS();
  if (table != nullptr && dealii::Utilities::MPI::this_mpi_process(MPI_COMM_WORLD) == 0)
    intratumor::verification::write_table(table);
  return failed;
}
