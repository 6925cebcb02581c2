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
  if (kind_ == Kind::elliptic) {
    check(KSPSetOptionsPrefix(ksp_, "intratumor_flow_"), what_);
    // Three dimensions: a larger strong threshold, parallel coarsening, the first level's aggressively, and
    // interpolation of few entries keep the coarse levels sparse (hypre's manual, "Options" of BoomerAMG).
    const auto set = [](const char* option, const char* value) {
      PetscOptionsSetValue(nullptr, (std::string("-intratumor_flow_pc_hypre_boomeramg_") + option).c_str(),
                           value);
    };
    set("strong_threshold", "0.5");
    set("coarsen_type", "HMIS");
    set("interp_type", "ext+i");
    set("P_max", "4");
    set("agg_nl", "1");
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
  for (Mat* part : {&updated_, &column_, &row_, &matrix_}) MatDestroy(part);
  VecDestroy(&x_);
  VecDestroy(&b_);
}

void LinearSolver::create_matrix() {
  const Graph& graph = mesh_.graph();
  const auto global = static_cast<PetscInt>(mesh_.dofs().n_dofs());
  const std::vector<double> zeros(graph.entries(), 0.);
  check(MatCreateMPIAIJWithArrays(mesh_.communicator(), graph.n_owned, graph.n_owned, global, global,
                                  graph.global_begin.data(), graph.global_column.data(), zeros.data(),
                                  &matrix_),
        what_);
  check(MatSetOption(matrix_, MAT_NO_OFF_PROC_ENTRIES, PETSC_TRUE), what_);
  const PetscInt* ghost_columns = nullptr;
  check(MatMPIAIJGetSeqAIJ(matrix_, &owned_, &ghost_, &ghost_columns), what_);
  check(KSPSetOperators(ksp_, matrix_, matrix_), what_);
}

LinearSolver::Values LinearSolver::values() {
  if (matrix_ == nullptr) create_matrix();
  Values values{};
  check(MatSeqAIJGetArray(owned_, &values.owned), what_);
  check(MatSeqAIJGetArray(ghost_, &values.ghost), what_);
  // Neither array moves while the matrix lives.
  Values given = values;
  check(MatSeqAIJRestoreArray(owned_, &given.owned), what_);
  check(MatSeqAIJRestoreArray(ghost_, &given.ghost), what_);
  return values;
}

void LinearSolver::values_changed() {
  check(MatAssemblyBegin(matrix_, MAT_FINAL_ASSEMBLY), what_);
  check(MatAssemblyEnd(matrix_, MAT_FINAL_ASSEMBLY), what_);
}

void LinearSolver::set_matrix(const std::vector<double>& given) {
  const Graph& graph = mesh_.graph();
  const Values to = values();
  std::size_t owned = 0, ghost = 0;
  for (std::size_t k = 0; k < given.size(); ++k)
    (graph.column[k] < graph.n_owned ? to.owned[owned++] : to.ghost[ghost++]) = given[k];
  values_changed();
}

void LinearSolver::set_rank_one(const std::vector<double>& column, const std::vector<double>& row) {
  if (updated_ == nullptr) {
    for (Mat* part : {&column_, &row_})
      check(MatCreateDense(mesh_.communicator(), mesh_.graph().n_owned, PETSC_DECIDE, PETSC_DETERMINE, 1,
                           nullptr, part),
            what_);
    check(MatCreateLRC(matrix_, column_, nullptr, row_, &updated_), what_);
    check(KSPSetOperators(ksp_, updated_, matrix_), what_);
  }
  const auto fill = [&](Mat part, const std::vector<double>& values, double sign) {
    double* to = nullptr;
    check(MatDenseGetArray(part, &to), what_);
    for (std::size_t i = 0; i < values.size(); ++i) to[i] = sign * values[i];
    check(MatDenseRestoreArray(part, &to), what_);
    check(MatAssemblyBegin(part, MAT_FINAL_ASSEMBLY), what_);
    check(MatAssemblyEnd(part, MAT_FINAL_ASSEMBLY), what_);
  };
  fill(column_, column, -1.);
  fill(row_, row, 1.);
  check(MatAssemblyBegin(updated_, MAT_FINAL_ASSEMBLY), what_);
  check(MatAssemblyEnd(updated_, MAT_FINAL_ASSEMBLY), what_);
}

void LinearSolver::keep_preconditioner(bool keep) {
  check(KSPSetReusePreconditioner(ksp_, keep ? PETSC_TRUE : PETSC_FALSE), what_);
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
