#include "mesh/linear_solver.h"

#include "quantities/error.h"

namespace intratumor {

namespace {
constexpr int max_iterations = 1000;

void check(PetscErrorCode code, const std::string& what) {
  if (code != 0) throw ComputationError(what + ": PETSc reports error " + std::to_string(code));
}
}  // namespace

LinearSolver::LinearSolver(const TissueMesh& mesh, Kind kind, std::string what)
    : mesh_(mesh), kind_(kind), what_(std::move(what)) {
  const MPI_Comm comm = mesh_.communicator();
  const PetscInt n = mesh_.graph().n_owned;
  const auto global = static_cast<PetscInt>(mesh_.dofs().n_dofs());
  check(VecCreateMPIWithArray(comm, 1, n, global, nullptr, &x_), what_);
  check(VecCreateMPIWithArray(comm, 1, n, global, nullptr, &b_), what_);
  check(KSPCreate(comm, &ksp_), what_);
  PC pc = nullptr;
  check(KSPGetPC(ksp_, &pc), what_);
  if (kind_ == Kind::symmetric) {
    check(KSPSetOptionsPrefix(ksp_, "intratumor_flow_"), what_);
    // Three dimensions: a larger strong threshold keeps coarse stencils small (hypre's manual).
    PetscOptionsSetValue(nullptr, "-intratumor_flow_pc_hypre_boomeramg_strong_threshold", "0.5");
    check(KSPSetType(ksp_, KSPCG), what_);
    check(PCSetType(pc, PCHYPRE), what_);
    check(PCHYPRESetType(pc, "boomeramg"), what_);
    check(PCSetFromOptions(pc), what_);
  } else {
    check(KSPSetType(ksp_, KSPBCGS), what_);
    check(PCSetType(pc, PCBJACOBI), what_);  // ILU(0) on the diagonal block is its default
    check(KSPSetPCSide(ksp_, PC_RIGHT), what_);
  }
  check(KSPSetNormType(ksp_, KSP_NORM_UNPRECONDITIONED), what_);
  check(KSPSetInitialGuessNonzero(ksp_, PETSC_TRUE), what_);
}

LinearSolver::~LinearSolver() {
  KSPDestroy(&ksp_);
  MatDestroy(&matrix_);
  VecDestroy(&x_);
  VecDestroy(&b_);
}

void LinearSolver::set_matrix(const std::vector<double>& values) {
  const Graph& graph = mesh_.graph();
  if (matrix_ == nullptr) {
    const auto global = static_cast<PetscInt>(mesh_.dofs().n_dofs());
    check(MatCreateMPIAIJWithArrays(mesh_.communicator(), graph.n_owned, graph.n_owned, global, global,
                                    graph.global_begin.data(), graph.global_column.data(), values.data(),
                                    &matrix_),
          what_);
  } else {
    check(MatUpdateMPIAIJWithArray(matrix_, values.data()), what_);
  }
  check(KSPSetOperators(ksp_, matrix_, matrix_), what_);
}

LinearSolver::Outcome LinearSolver::solve(Vector& x, const Vector& b, double relative, double absolute) {
  check(VecPlaceArray(x_, x.begin()), what_);
  check(VecPlaceArray(b_, b.begin()), what_);
  check(KSPSetTolerances(ksp_, relative, absolute, 1e30, max_iterations), what_);
  const PetscErrorCode code = KSPSolve(ksp_, b_, x_);
  VecResetArray(x_);
  VecResetArray(b_);
  check(code, what_);
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  Outcome outcome;
  PetscInt iterations = 0;
  KSPGetConvergedReason(ksp_, &reason);
  KSPGetIterationNumber(ksp_, &iterations);
  KSPGetResidualNorm(ksp_, &outcome.residual);
  outcome.iterations = static_cast<int>(iterations);
  if (reason < 0)
    throw ComputationError(what_ + ": the linear solver stopped after " + std::to_string(iterations) +
                           " iterations without converging (" + KSPConvergedReasons[reason] + ", residual " +
                           scientific(outcome.residual) + ")");
  return outcome;
}

void multiply(const Graph& graph, const std::vector<double>& values, const Vector& x,
              std::vector<double>& y) {
  y.resize(graph.n_owned);
  const double* in = x.begin();
  for (int i = 0; i < graph.n_owned; ++i) {
    double sum = 0;
    for (int k = graph.begin[i]; k < graph.begin[i + 1]; ++k) sum += values[k] * in[graph.column[k]];
    y[i] = sum;
  }
}

}  // namespace intratumor
