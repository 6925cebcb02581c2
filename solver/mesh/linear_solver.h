#pragma once

#include <petscksp.h>

#include <string>
#include <vector>

#include "mesh/tissue_mesh.h"

namespace intratumor {

/// One PETSc matrix on the stencil graph with its Krylov solver; values can be replaced, the pattern stays.
class LinearSolver {
 public:
  enum class Kind {
    elliptic,     ///< conjugate gradients, BoomerAMG
    nonsymmetric  ///< BiCGStab, ILU(0) on each rank's block
  };
  /// `what` names the system in error messages.
  LinearSolver(const TissueMesh& mesh, Kind kind, std::string what);
  ~LinearSolver();
  LinearSolver(const LinearSolver&) = delete;
  LinearSolver& operator=(const LinearSolver&) = delete;

  /// Values in the graph's order.
  void set_matrix(const std::vector<double>& values);

  /// The matrix's own storage, to be filled in place: see Graph for the positions. What was there stays until
  /// it is overwritten; call values_changed() when done.
  struct Values {
    double* owned;
    double* ghost;
  };
  Values values();
  void values_changed();

  /// Solves with A - column row^T from now on; the preconditioner sees A alone. At owned nodes, in the rows'
  /// scale.
  void set_rank_one(const std::vector<double>& column, const std::vector<double>& row);

  /// Whether to go on with the preconditioner of the last solve though the values change.
  void keep_preconditioner(bool keep);

  struct Outcome {
    int iterations = 0;
    double residual = 0;  ///< 2-norm, as the iteration saw it
  };
  /// Solves A x = b from the start value in x until |b - A x|_2 <= max(relative |b|_2, absolute).
  /// Throws ComputationError when the iteration stops short of that.
  Outcome solve(Vector& x, const Vector& b, double relative, double absolute);

 private:
  const TissueMesh& mesh_;
  Kind kind_;
  std::string what_;
  void create_matrix();

  Mat matrix_ = nullptr;
  Mat owned_ = nullptr, ghost_ = nullptr;  // its blocks, held by matrix_
  Mat column_ = nullptr, row_ = nullptr, updated_ = nullptr;
  KSP ksp_ = nullptr;
  Vec x_ = nullptr;
  Vec b_ = nullptr;
};

/// y = A x for a matrix in the graph's order; x must have its ghosts up to date.
void multiply(const Graph& graph, const std::vector<double>& values, const Vector& x, std::vector<double>& y);

}  // namespace intratumor
