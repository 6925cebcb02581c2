// The radial problem: an hour of infusion into a tumour ball in host tissue and the day after, on an octree,
// against the one-dimensional reference of radial/ (its README states the problem).
#include <cmath>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "exposure/exposure.h"
#include "harness.h"
#include "mesh/shape_share.h"

namespace intratumor::verification {
namespace {

using Json = nlohmann::json;

constexpr double mm = 1e-3, hour = 3600;
constexpr double side = 24 * mm;  // of the box; the reference ends at 40 mm, which no drug reaches
const double pi = std::acos(-1.);

struct Drug {
  const char* name;
  double diffusivity, exchange_tumour, exchange_host, reflection;  // m^2/s, 1/s, 1/s
};
constexpr Drug igg{"IgG", 2e-11, 2.45e-5, 2.45e-6, 0.9}, small{"Small", 5e-10, 1e-3, 8e-4, 0.1};

/// Largest errors accepted: relative ones of AUC, of shares above 1% of the dose and of coverage; of smaller
/// shares the difference, over the dose.
struct Targets {
  double auc, share, small_share, coverage;
};
Targets targets(double h) {
  if (h > 0.3 * mm) return {1e-2, 1e-2, 5e-3, 1e-1};
  if (h > 0.2 * mm) return {1e-2, 1e-2, 1e-3, 2.5e-2};
  return {1e-2, 1e-2, 3e-4, 2e-2};
}

const Json& reference() {
  static const Json json = [] {
    std::ifstream file(INTRATUMOR_PROJECT_DIR "/tests/verification/radial/reference.json");
    return Json::parse(file);
  }();
  return json;
}

TissueCoefficients tissue(const Drug& drug, bool tumour) {
  TissueCoefficients t;
  t.hydraulic_conductivity = tumour ? 1e-13 : 3e-14;
  t.vessel_filtration = tumour ? 2e-8 : 1.9e-8;
  t.effective_vascular_pressure = tumour ? 1533.2 : 866.6;
  t.lymph_filtration = tumour ? 0 : 1e-7;
  t.fluid_fraction = t.accessible_fraction = tumour ? 0.30 : 0.15;
  t.diffusivity = drug.diffusivity;
  t.permeability_surface = tumour ? drug.exchange_tumour : drug.exchange_host;
  t.solvent_drag_reflection = drug.reflection;
  t.degradation = reference()["drugs"][drug.name]["degradation_rate_per_s"];
  return t;
}

/// Cells of h where most of the drug comes, of 2 h in the rest of the tumour and just beyond it.
std::unique_ptr<Triangulation> mesh(double h, bool whole) {
  const double coarse = 4 * mm;
  const int levels = static_cast<int>(std::lround(std::log2(coarse / h)));
  const Refine refine = [h](const Point& x, double size) {
    const double nearest = x.norm() - 0.87 * size;
    return nearest < (size < 3 * h ? 7.2 * mm : 10.8 * mm);
  };
  if (!whole) return octant_mesh(side, static_cast<unsigned int>(std::lround(side / coarse)), levels, refine);
  const auto cells = static_cast<unsigned int>(std::lround(2 * side / coarse));
  return box_mesh({-side, -side, -side}, {side, side, side}, {cells, cells, cells}, levels, refine);
}

/// Means over the tumour's volume: of |c - exact| and of exact.
std::pair<double, double> difference(const Problem& p, const std::vector<double>& exact, double spacing) {
  Vector c = p.mesh->make_vector();
  for (int i = 0; i < p.mesh->graph().n_owned; ++i)
    c.local_element(i) = p.stepper->concentration().local_element(i);
  p.mesh->constraints().distribute(c);
  c.update_ghost_values();
  std::vector<dealii::types::global_dof_index> indices(8);
  constexpr int n = 4;
  double sums[3] = {0, 0, 0};
  p.mesh->for_each_cell([&](const TissueMesh::Cell& cell, int index) {
    if (p.mesh->cell_fraction(index, 0) == 0) return;
    cell->get_dof_indices(indices);
    for (int s = 0; s < n * n * n; ++s) {
      const double u[3] = {(s % n + 0.5) / n, (s / n % n + 0.5) / n, (s / (n * n) + 0.5) / n};
      Point x = cell->vertex(0);
      for (int a = 0; a < 3; ++a) x[a] += u[a] * (cell->vertex(7)[a] - cell->vertex(0)[a]);
      const double place = x.norm() / spacing;
      if (x.norm() > 10 * mm) continue;
      double value = 0;
      for (int v = 0; v < 8; ++v)
        value +=
            c(indices[v]) * (v & 1 ? u[0] : 1 - u[0]) * (v & 2 ? u[1] : 1 - u[1]) * (v & 4 ? u[2] : 1 - u[2]);
      const auto at = static_cast<std::size_t>(place);
      const double there = exact[at] + (place - static_cast<double>(at)) * (exact[at + 1] - exact[at]);
      const double volume = cell->measure() / (n * n * n);
      sums[0] += volume * std::abs(value - there);
      sums[1] += volume * there;
      sums[2] += volume;
    }
  });
  for (double& sum : sums) sum = dealii::Utilities::MPI::sum(sum, MPI_COMM_WORLD);
  return {sums[0] / sums[2], sums[1] / sums[2]};
}

class Radial {
 public:
  Radial(const Drug& drug, double h, bool whole)
      : exact_(reference()["drugs"][drug.name]),
        dose_(reference()["problem"]["total_dose_mol"].get<double>() / (whole ? 1 : 8)),
        targets_(targets(h)),
        tolerance_((h < 0.2 * mm ? 1e-4 : 3e-4) * dose_) {
    char text[60];
    std::snprintf(text, sizeof text, "%s, %s, h = %.3g mm: ", drug.name, whole ? "whole ball" : "octant",
                  h / mm);
    name_ = text;
    p_.mesh = std::make_unique<TissueMesh>(mesh(h, whole), 2, ball_fractions(10 * mm));
    p_.tissues = {tissue(drug, true), tissue(drug, false)};
    p_.body.plasma_volume = 1e30;  // a perfect sink
    p_.far_field.kind = FarField::Kind::value;
    p_.source = shape_share(*p_.mesh, p_.tissues, Ball{Point(), 1 * mm}).node;
    for (double& s : p_.source) s *= dose_ / hour;  // c_inj = 1
  }

  void run() {
    p_.solve();
    p_.start(1, 0);
    StepLadder ladder(tolerance_, 40.);
    ladder.restart(hour);
    StepControl control;
    control.dose = dose_;
    control.sources.node[0] = control.sources.node[1] = control.sources.node[2] = &p_.source;
    follow(ladder, 0, hour / 6, control);
    at("at_10_min", "after 10 min", 1. / 6);
    follow(ladder, hour / 6, hour, control);
    at("at_1_h", "after 1 h");
    profile();
    const double hour_seconds = seconds();
    const std::unique_ptr<TissueOperator> during = std::move(p_.op);
    p_.source.clear();
    p_.solve();
    p_.stepper->set_operator(*p_.op);
    control.sources = {};
    follow(ladder, hour, 6 * hour, control);
    at("at_6_h", "after 6 h");
    follow(ladder, 6 * hour, 24 * hour, control);
    at("at_24_h", "after 24 h");
    const double highest = exact_["max_c_over_all_times_mol_per_m3"];
    check("radial", name_ + "highest c over c_inj, by how much too high", highest_, highest,
          std::max(0., highest_ - highest), 1e-2);
    check("radial", name_ + "lowest c over c_inj", lowest_, 0, std::max(0., -lowest_), 1e-12);
    report("radial", name_ + "unknowns", static_cast<double>(p_.mesh->dofs().n_dofs()));
    report("radial", name_ + "steps", work_.steps);
    report("radial", name_ + "steps repeated", work_.rejected);
    report("radial", name_ + "of them for what the limiter refused", work_.refused);
    report("radial", name_ + "share of antidiffusion refused", refused_ / proposed_);
    report("radial", name_ + "CPU seconds to 1 h", hour_seconds);
    report("radial", name_ + "CPU seconds to 24 h", seconds());
  }

 private:
  double seconds() const { return static_cast<double>(std::clock() - start_) / CLOCKS_PER_SEC; }

  void follow(StepLadder& ladder, double from, double until, const StepControl& control) {
    const Advance a =
        advance(p_, ladder, from, until, control, [&](double, double dt, const StepResult& step) {
          double mean = 0;
          const Vector& c = p_.stepper->concentration();
          for (int i = 0; i < p_.mesh->graph().n_owned; ++i) {
            mean += p_.mesh->node_volume(0, i) * step.node_mean[i];
            lowest_ = std::min(lowest_, c.local_element(i));
            highest_ = std::max(highest_, c.local_element(i));
          }
          auc_ += dt * p_.tissues[0].accessible_fraction * dealii::Utilities::MPI::sum(mean, MPI_COMM_WORLD) /
                  p_.mesh->region_volume(0);
          refused_ += step.limiter.refused;
          proposed_ += step.limiter.proposed;
        });
    lowest_ = dealii::Utilities::MPI::min(lowest_, MPI_COMM_WORLD);
    highest_ = dealii::Utilities::MPI::max(highest_, MPI_COMM_WORLD);
    work_.steps += a.steps;
    work_.rejected += a.rejected;
    work_.refused += a.refused;
  }

  /// `given`: share of the dose that has been given by then.
  void at(const char* key, const std::string& when, double given = 1) {
    const Json& e = exact_[key];
    const auto& amounts = p_.stepper->amounts();
    const Accounts& accounts = p_.op->accounts;
    check_relative("radial", name_ + "AUC of the tumour's mean " + when + ", mol s/m^3", auc_,
                   e["auc_tumour_mean_phi_a_c_mol_s_per_m3"], targets_.auc);
    const auto share = [&](const char* what, double amount, const char* of) {
      const std::string quantity = name_ + what + "'s share of the dose " + when;
      const double expected = e[of];
      if (expected > 1e-2)
        check_relative("radial", quantity, amount / dose_, expected, targets_.share);
      else
        check_absolute("radial", quantity, amount / dose_, expected, targets_.small_share);
    };
    share("tumour", p_.content(0), "tumour_share_of_total_dose");
    share("host", p_.content(1), "host_tissue_share_of_total_dose");
    share("blood", amounts[accounts.plasma], "taken_up_by_blood_share_of_total_dose");
    share("lymph", amounts[accounts.lymph[0]], "lymph_share_of_total_dose");
    share("degradation", amounts[accounts.degraded], "degraded_share_of_total_dose");
    share("outflow", amounts[accounts.outflow], "outflow_share_of_total_dose");
    double total = p_.total_content();
    for (const double a : amounts) total += a;
    check("radial", name_ + "ledger " + when, total / dose_, given, std::abs(total / dose_ - given), 1e-10);
  }

  void profile() {
    const Vector& c = p_.stepper->concentration();
    const VolumeDistribution above(RegionSamples(*p_.mesh, 0, nullptr),
                                   {c.begin(), c.begin() + p_.mesh->graph().n_owned});
    check_relative("radial", name_ + "coverage, c > 0.1 c_inj after 1 h", above.share_at_least(0.1),
                   exact_["at_1_h"]["coverage_above_10_percent_of_c_inj_share_of_tumour_volume"],
                   targets_.coverage);
    const std::vector<double> radius = reference()["profile_radius_mm"];
    const auto [error, mean] =
        difference(p_, exact_["profile_c_mol_per_m3"]["at_1_h"], (radius[1] - radius[0]) * mm);
    report("radial", name_ + "L1 error of c in the tumour after 1 h, over c's mean", error / mean);
  }

  std::clock_t start_ = std::clock();
  const Json& exact_;
  double dose_;  // mol
  Targets targets_;
  double tolerance_;  // of the error estimate, mol
  std::string name_;
  Problem p_;
  double auc_ = 0, lowest_ = 0, highest_ = 0, refused_ = 0, proposed_ = 0;
  Advance work_;
};

TEST(Radial, AntibodyOnAnOctant) {
  for (const double h : {0.5 * mm, 0.25 * mm, 0.125 * mm})
    if (h > 0.2 * mm || full()) Radial(igg, h, false).run();
}

TEST(Radial, SmallMoleculeOnAnOctant) {
  for (const double h : {0.5 * mm, 0.25 * mm, 0.125 * mm})
    if (h > 0.3 * mm || full()) Radial(small, h, false).run();
}

/// At the first level whose coverage is within 2%, for its CPU time.
TEST(Radial, WholeBall) {
  if (full()) Radial(igg, 0.25 * mm, true).run();
}

}  // namespace
}  // namespace intratumor::verification
