#pragma once

#include <array>
#include <vector>

#include "body/accounts.h"
#include "mesh/tissue_mesh.h"
#include "parameters/coefficients.h"

namespace intratumor {

/// Sites that hold drug, at the nodes of a mesh. With b bound and S sites (both mol at a node) and c the free
/// drug's concentration there,
///   db/dt = association c (S - b) - dissociation b - loss b.
struct BindingSites {
  BindingKinetics kinetics;
  int lost_to = 0;            ///< account of what is lost while bound
  std::vector<double> sites;  ///< [S] mol at owned nodes
};

/// The kinds of sites that a drug has in these tissues: its target, then the matrix. Empty: it binds nowhere.
struct Binding {
  std::vector<BindingSites> kinds;
  int target = -1, matrix = -1;  ///< positions in `kinds`; -1: none
};
Binding make_binding(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                     const DrugBinding& drug, const Accounts& accounts);

/// The bound drug of one step: for every kind of sites its state, and what each implicit stage of the free
/// drug's equation takes from it. Bound drug does not move, so a stage's b is known once c is,
///   b(c) = (memory + theta association c S)/(1 + theta (association c + dissociation + loss)),
/// and the node's equation becomes one for c alone: nothing is split off, however fast drug binds. For memory
/// in [0, S (1 + theta (dissociation + loss))] b lies in [0, S] for every c >= 0, rises with c and is
/// concave, so that Newton's method for the stage cannot miss. Below c = 0 b goes on along its tangent.
class BoundDrug {
 public:
  /// `n`: owned nodes.
  BoundDrug(Binding binding, int n);
  BoundDrug(const BoundDrug&) = delete;
  BoundDrug& operator=(const BoundDrug&) = delete;

  const Binding& binding() const { return binding_; }
  bool any() const { return !kinds_.empty(); }
  int kinds() const { return static_cast<int>(kinds_.size()); }
  const std::vector<double>& amounts(int kind) const { return kinds_[kind].now; }  ///< mol at owned nodes
  void set_amounts(int kind, std::vector<double> amounts) { kinds_[kind].now = std::move(amounts); }
  const std::vector<double>& attempted(int kind) const { return kinds_[kind].next; }
  /// Mean over the attempted step, mol: what the loss of bound drug goes by.
  double mean(int kind, int i) const { return kinds_[kind].mean[i]; }
  void accept();

  /// Stages. Backward Euler over dt from the state:
  void begin_low(double dt);
  /// the trapezoidal stage, theta = (gamma/2) dt, from the state and its concentrations:
  void begin_first(double theta, const Vector& c);
  /// and the BDF2 stage after finish_first, whose b also shares out what a node holds at the end.
  void begin_second(double theta);
  /// Of the stage that has begun: what it takes out of the free drug at node i, mol, and its slope in c.
  double taken(int i, double c) const;
  double slope(int i, double c) const;
  double at_node(int i) const;  ///< scale of the round-off in `taken`, mol
  void finish_low(const Vector& c);
  void finish_first(const Vector& c);
  void finish_second(const Vector& c);
  /// In place of the low-order step: nothing binds, nothing is lost.
  void leave_low_out();

  /// Slope in c of what a low-order step from the state takes at node i, m^3: how much more the node holds
  /// for its drug than its fluid does.
  double slope_now(double dt, int i, double c) const;

  /// Bound at node i, all kinds: at the start, after the low-order step, in the stages; and rates in mol/s.
  double start(int i) const { return sum(i, &Kind::now); }
  double low(int i) const { return sum(i, &Kind::low); }
  double first(int i) const { return sum(i, &Kind::first); }
  double second(int i) const { return sum(i, &Kind::second); }
  double loss_rate(int i) const;  ///< at the start

  /// mol/s at the step's mean.
  double lost(int kind, int i) const { return kinds_[kind].sites->kinetics.loss * kinds_[kind].mean[i]; }
  /// Correction of what is lost to its account from node i, mol, high order less low.
  double loss_correction(int kind, int i, double dt) const;
  int lost_to(int kind) const { return kinds_[kind].sites->lost_to; }
  /// Moves the mean over the step by `share` of the correction.
  void correct_mean(int kind, int i, double share);
  /// Before corrections: a mean below zero would give drug back.
  void limit_means();

  /// Where node i holds `amount` (mol, free and bound) at the end of the step: c, by M c + sum b(c) = amount
  /// with the last stage's b; keeps the b. `limited`: both non-negative, b at most S, by forgetting as much
  /// of the stage's memory as needed.
  double share_out(int i, double lumped, double amount, double guess, bool limited);
  /// What node i would hold at c, mol.
  double capacity(int i, double lumped, double c) const;
  bool at_bounds(int i) const;  ///< every kind's new amount in [0, S], its mean non-negative

  /// Embedded third-order estimate of the bound amounts' error at node i, mol, for weights w of the rates at
  /// the start and in both stages.
  double error(int i, double lumped, double c2, const std::array<double, 3>& w) const;

  bool holds(int i) const;  ///< node i has sites

 private:
  struct Kind {
    const BindingSites* sites;
    std::vector<double> now, next, low, first, second;  // mol
    std::vector<double> mean, high_mean;                // over the step
    std::vector<double> rate;                           // at the start, mol/s
    std::vector<double> memory, known;                  // of the stage
  };
  double sum(int i, std::vector<double> Kind::*of) const;  // over the kinds
  double held(const Kind& kind, int i, double c) const;
  double held_slope(const Kind& kind, int i, double c) const;
  double release(const Kind& kind) const;  // 1 + theta (dissociation + loss)
  void clip_memory(Kind& kind);
  void finish(const Vector& c, std::vector<double> Kind::*to);

  Binding binding_;
  std::vector<Kind> kinds_;
  int n_ = 0;
  double theta_ = 0;  // of the stage, s
};

}  // namespace intratumor
