// Two deposits together against the sum of each alone; a needle that gives nothing beside a dose by vein.
#include <cmath>

#include "course.h"
#include "harness.h"
#include "mesh/shape_share.h"

namespace intratumor::verification {
namespace {

constexpr double mm = 1e-3, hour = 3600;

std::unique_ptr<TissueMesh> tumour_in_tissue() {
  return std::make_unique<TissueMesh>(
      box_mesh({-8 * mm, -8 * mm, -8 * mm}, {8 * mm, 8 * mm, 8 * mm}, {8, 8, 8}, 2,
               [](const Point& x, double size) { return x.norm() < 4 * mm + size; }),
      2, ball_fractions(5 * mm));
}

std::vector<TissueCoefficients> tissues() {
  TissueCoefficients tumour = baxter_jain_tumour(), host = baxter_jain_host();
  tumour.permeability_surface = 6e-5;
  tumour.solvent_drag_reflection = 0.9;
  tumour.degradation = 1e-6;
  host.permeability_surface = 1.4e-6;
  host.solvent_drag_reflection = 0.95;
  return {tumour, host};
}

BodyCoefficients body() {
  BodyCoefficients b;
  b.plasma_volume = 4e-3;
  b.clearance = 4e-9;
  b.peripherals = {{3e-3, 1e-8}};
  b.lymph_stages = 2;
  b.lymph_rate = 1 / (6 * hour);
  return b;
}

/// The second overlaps the first and reaches into the host tissue.
const Ball first{Point(-1.6 * mm, 0.3 * mm, 0.2 * mm), 1.7 * mm},
    second{Point(1.4 * mm, -0.5 * mm, 1.1 * mm), 1.9 * mm};
constexpr double first_amount = 4e-9, second_amount = 7e-9, filling = 600;  // mol, mol, s

struct Given {
  bool first, second;
  double amount() const { return (first ? first_amount : 0) + (second ? second_amount : 0); }
};

struct State {
  std::vector<double> field, amounts;
};

class TwoDeposits {
 public:
  TwoDeposits() {
    p_.mesh = tumour_in_tissue();
    p_.tissues = tissues();
    p_.body = body();
    p_.solve();
    first_ = shape_share(*p_.mesh, p_.tissues, first).node;
    second_ = shape_share(*p_.mesh, p_.tissues, second).node;
    for (double& x : first_) x *= first_amount;
    for (double& x : second_) x *= second_amount / filling;
  }

  /// Fixed steps; the first deposit at once, the second over ten minutes.
  State fixed_steps(Given given, bool limited) {
    StepperOptions options;
    options.limited = limited;
    options.stage_tolerance = 1e-14;
    options.reference_concentration = 1;
    p_.stepper = std::make_unique<Stepper>(*p_.op, options);
    if (given.first) p_.stepper->give_to_tissue(first_);
    double t = 0;
    for (double dt = 60; t < 6 * hour; t += dt) {
      if (t >= filling) dt = std::min(dt * std::sqrt(2.), 1800.);
      p_.stepper->attempt(dt, sources(given.second && t < filling));
      p_.stepper->accept();
    }
    const Vector& c = p_.stepper->concentration();
    return {{c.begin(), c.begin() + p_.mesh->graph().n_owned}, p_.stepper->amounts()};
  }

  /// AUC (mol s/m^3) of the tumour's mean over a day, in the program's steps.
  double auc(Given given) {
    p_.start(1, 0);
    if (given.first) p_.stepper->give_to_tissue(first_);
    double auc = 0;
    const auto each = [&](double, double dt, const StepResult& step) {
      double mean = 0;
      for (int i = 0; i < p_.mesh->graph().n_owned; ++i)
        mean += p_.mesh->node_volume(0, i) * step.node_mean[i];
      auc += dt * p_.tissues[0].accessible_fraction * dealii::Utilities::MPI::sum(mean, MPI_COMM_WORLD) /
             p_.mesh->region_volume(0);
    };
    StepLadder ladder(3e-4 * given.amount(), 10.);
    StepControl control;
    control.dose = given.amount();
    control.filling = given.second;
    control.sources = sources(given.second);
    advance(p_, ladder, 0, filling, control, each);
    control.filling = false;
    control.sources = {};
    advance(p_, ladder, filling, 24 * hour, control, each);
    return auc;
  }

 private:
  StepSources sources(bool filled) const {
    StepSources s;
    if (filled) s.node[0] = s.node[1] = s.node[2] = &second_;
    return s;
  }

  Problem p_;
  std::vector<double> first_, second_;
};

/// Largest difference between `together` and the sum of both, over the largest of `together`.
double difference(const std::vector<double>& together, const std::vector<double>& a,
                  const std::vector<double>& b) {
  double largest = 0, apart = 0;
  for (std::size_t i = 0; i < together.size(); ++i) {
    largest = std::max(largest, std::abs(together[i]));
    apart = std::max(apart, std::abs(together[i] - a[i] - b[i]));
  }
  return dealii::Utilities::MPI::max(apart, MPI_COMM_WORLD) /
         dealii::Utilities::MPI::max(largest, MPI_COMM_WORLD);
}

TEST(Superposition, TwoDeposits) {
  TwoDeposits deposits;
  for (const bool limited : {false, true}) {
    const State together = deposits.fixed_steps({true, true}, limited),
                a = deposits.fixed_steps({true, false}, limited),
                b = deposits.fixed_steps({false, true}, limited);
    const double field = difference(together.field, a.field, b.field);
    double accounts = 0;
    for (std::size_t k = 0; k < together.amounts.size(); ++k)
      accounts = std::max(accounts, std::abs(together.amounts[k] - a.amounts[k] - b.amounts[k]) /
                                        (first_amount + second_amount));
    if (limited) {
      report("two", "the limiter on, fixed steps: difference of the fields, over the largest c", field);
      report("two", "the limiter on, fixed steps: of the accounts, over the dose", accounts);
    } else {
      check("two", "limiter off, fixed steps: fields together and as a sum, over the largest c", field, 0,
            field, 1e-10);
      check("two", "limiter off, fixed steps: accounts, over the dose", accounts, 0, accounts, 1e-10);
    }
  }
  check_relative("two", "as the program steps: tumour AUC together and as a sum, mol s/m^3",
                 deposits.auc({true, true}), deposits.auc({true, false}) + deposits.auc({false, true}), 5e-3);
}

/// What a needle of the scheme does that gives no drug. (A case's file cannot say so: doses are above 0.)
enum class Needle { none, empty_deposit, idle_infusion };

std::unique_ptr<Course> by_vein(Needle needle) {
  auto course = std::make_unique<Course>();
  course->mesh = tumour_in_tissue();
  course->setup.tissues = tissues();
  course->setup.body = body();
  course->setup.intravenous = {{1e-6, hour, {0.}}};
  course->c.until = 6 * hour;
  if (needle == Needle::empty_deposit) {
    course->setup.deposits = {{0, Shape(first), 0., 0., hour, {0.}}};
  } else if (needle == Needle::idle_infusion) {
    Infusion infusion;
    infusion.holes = {Ball{first.centre, 0.36 * mm}};
    infusion.duration = hour;
    infusion.times = {0.};
    course->setup.infusions = {infusion};
  }
  course->run();
  return course;
}

TEST(Superposition, NothingByNeedleIsIntravenous) {
  const auto alone = by_vein(Needle::none);
  const std::vector<double>& expected = alone->loop->exposure().auc();
  for (const Needle needle : {Needle::empty_deposit, Needle::idle_infusion}) {
    const auto both = by_vein(needle);
    const std::string name = needle == Needle::empty_deposit ? "empty deposit" : "idle infusion";
    const double apart =
        difference(both->loop->exposure().auc(), expected, std::vector<double>(expected.size(), 0.));
    check("vein", name + " and a dose by vein: AUC at all nodes", apart, 0, apart, 1e-13);
    check_relative("vein", name + " and a dose by vein: plasma AUC, mol s/m^3", both->loop->plasma().auc,
                   alone->loop->plasma().auc, 1e-13);
    const std::vector<double>&rows = both->loop->series().rows.back(),
          &plain = alone->loop->series().rows.back();
    double worst = 0;
    for (std::size_t k = 1; k + 1 < rows.size(); ++k)  // the last is the ledger's error
      worst = std::max(worst, std::abs(rows[k] - plain[k]) / std::max(1e-30, std::abs(plain[k])));
    check("vein", name + " and a dose by vein: amounts and ledger after 6 h", worst, 0, worst, 1e-12);
    check("vein", name + " and a dose by vein: steps", both->loop->counts().steps,
          alone->loop->counts().steps, std::abs(both->loop->counts().steps - alone->loop->counts().steps), 0);
  }
}

}  // namespace
}  // namespace intratumor::verification
