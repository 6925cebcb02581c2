#pragma once

#include <deal.II/base/mpi.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "transport/step_ladder.h"
#include "transport/stepper.h"
#include "transport/tr_bdf2.h"

namespace intratumor::verification {

/// --full: every problem at its full tolerance and finest mesh; otherwise the fast set.
bool full();

/// Prints a line, keeps it for the table, and fails the test when error > target.
void check(const std::string& problem, const std::string& quantity, double value, double expected,
           double error, double target);
/// |value - expected| / |expected|
void check_relative(const std::string& problem, const std::string& quantity, double value, double expected,
                    double target);
void check_absolute(const std::string& problem, const std::string& quantity, double value, double expected,
                    double target);
/// An observed order of convergence: |value - expected| <= target.
void check_order(const std::string& problem, const std::string& quantity, double value, double expected,
                 double target);
/// Prints and keeps a figure that has no target.
void report(const std::string& problem, const std::string& quantity, double value);

/// Box [lower, upper] of cells[0] x cells[1] x cells[2] boxes; `refine(cell centre, cell size)` asks for
/// another level.
using Refine = std::function<bool(const dealii::Point<3>& centre, double size)>;
std::unique_ptr<Triangulation> box_mesh(const dealii::Point<3>& lower, const dealii::Point<3>& upper,
                                        const std::vector<unsigned int>& cells, int levels,
                                        const Refine& refine);

/// The octant [0, side]^3 with planes of symmetry at x = 0, y = 0 and z = 0.
std::unique_ptr<Triangulation> octant_mesh(double side, unsigned int cells, int levels, const Refine& refine);

/// Structured sector of a ball: `radii` ascending, directions (u, v, 1) with u, v in [0, width] cut n x n;
/// its side walls are planes of symmetry, so is the inner end.
std::unique_ptr<Triangulation> sector_mesh(const std::vector<double>& radii, unsigned int n,
                                           double width = 1);
/// Radii from r_in on, about `step(r)` apart, with every one of `through` among them.
std::vector<double> layers(double r_in, const std::vector<double>& through,
                           const std::function<double(double)>& step);

/// Region 0 is the ball of radius r round the origin, region 1 the rest: fractions by sub-cell sampling on
/// cut cells.
TissueMesh::BoxFractionFunction ball_fractions(double radius);
TissueMesh::FractionFunction one_region();

/// Constants of Baxter & Jain (1989, 1990) with an IgG's diffusivities; no exchange of drug.
TissueCoefficients baxter_jain_tumour();
TissueCoefficients baxter_jain_host();
/// The tissue with an antibody's exchange: PS (1/s) and reflection by the solvent's drag.
TissueCoefficients antibody_in(TissueCoefficients tissue, double permeability_surface, double reflection);
/// Compartments of ipilimumab (Feng 2014), or of a part of the body; one stage of lymph, 6 h.
BodyCoefficients ipilimumab(double part = 1);

/// A tissue and its mesh-wide operator, ready to step.
struct Problem {
  std::unique_ptr<TissueMesh> mesh;
  std::vector<TissueCoefficients> tissues;
  FarField far_field;
  std::map<dealii::types::boundary_id, FarField> faces;
  std::vector<Wall> walls;
  Collapse collapse = {false};  ///< off
  BodyCoefficients body;
  DrugBinding binding;
  FlowState flow;
  std::unique_ptr<TissueOperator> op;
  std::unique_ptr<Stepper> stepper;

  std::vector<double> source;        ///< of fluid, m^3/s at owned nodes
  std::vector<double> conductivity;  ///< per owned cell; empty: from the tissues

  void solve(bool still = false);  ///< `still`: zero pressure, no flow, no exchange by it
  /// A stepper with the program's tolerances, its error estimate weighted by each node's share of `target`.
  void start(double reference_concentration, int target);
  Vector field(const std::function<double(const dealii::Point<3>&)>& f) const;
  double content(int region) const;  ///< mol in one region
  double total_content() const;
  /// mol on the sites of one region: `sites` says which.
  double bound(int region, double TissueCoefficients::*sites) const;
};

/// A cube of one sealed tissue in which nothing flows.
Problem still_cube(double side, unsigned int cells, const TissueCoefficients& tissue,
                   const BodyCoefficients& body, const DrugBinding& binding = {});

/// Steps as the program takes them (simulation/time_loop.cc): held by the error estimate and by what the
/// limiter refuses of a change. That both take the same steps is a test of its own (control.cc).
struct Advance {
  int steps = 0;
  int rejected = 0;  ///< for whichever reason
  int refused = 0;   ///< of them, those from which the limiter refused too much
};
struct StepControl {
  double dose = 0;             ///< mol; less than a thousandth of it in the mesh counts as that much
  double most_refused = 5e-2;  ///< of a change in one step, over the drug in the mesh
  bool filling = false;        ///< a deposit is being filled: its edge has the same refused at any step
  StepSources sources = {};
};
using EachStep = std::function<void(double t, double dt, const StepResult&)>;  ///< accepted ones only
Advance advance(Problem& p, StepLadder& ladder, double from, double until, const StepControl& control,
                const EachStep& each = nullptr);
/// No sources; a ladder of its own. `tolerance` over the dose (mol).
Advance advance(Problem& p, double from, double until, double dose, double tolerance, double first_step,
                const EachStep& each = nullptr);

}  // namespace intratumor::verification
