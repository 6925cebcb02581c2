#include "mesh/tissue_mesh.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_q.h>
#include <deal.II/fe/fe_simplex_p.h>
#include <deal.II/fe/fe_values.h>
#include <deal.II/fe/mapping_cartesian.h>
#include <deal.II/fe/mapping_fe.h>
#include <deal.II/fe/mapping_q1.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/sparsity_tools.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "quantities/error.h"

namespace intratumor {

using dealii::FEValues;
using dealii::FullMatrix;
using dealii::IndexSet;
namespace DoFTools = dealii::DoFTools;

namespace {
/// Of a cell; less counts as none. All terms of a node scale with the tissue round it, so that slivers do no
/// harm to solvers; what they could do is drown in the round-off of the overlaps they come from.
constexpr double least_tissue = 1e-6;
constexpr double round_off = 1e-9;

std::unique_ptr<dealii::FiniteElement<3>> linear_element(const AnyTriangulation& triangulation) {
  if (triangulation.all_reference_cells_are_simplex()) return std::make_unique<dealii::FE_SimplexP<3>>(1);
  if (triangulation.all_reference_cells_are_hyper_cube()) return std::make_unique<dealii::FE_Q<3>>(1);
  throw InputError("a mesh must be of hexahedra alone or of tetrahedra alone");
}
}  // namespace

TissueMesh::TissueMesh(std::unique_ptr<AnyTriangulation> triangulation, int n_regions,
                       const BoxFractionFunction& fractions, std::vector<char> has_tissue)
    : TissueMesh(
          std::move(triangulation), n_regions,
          [&](const Cell& cell, std::vector<double>& f) { fractions(cell->vertex(0), cell->vertex(7), f); },
          [&](const Cell& cell, unsigned int part, std::vector<double>& f) {
            const Point middle = cell->center(), corner = cell->vertex(part);
            Point lower, upper;
            for (int a = 0; a < 3; ++a) {
              lower[a] = std::min(middle[a], corner[a]);
              upper[a] = std::max(middle[a], corner[a]);
            }
            fractions(lower, upper, f);
          },
          true, std::move(has_tissue)) {}

TissueMesh::TissueMesh(std::unique_ptr<AnyTriangulation> triangulation, int n_regions,
                       const FractionFunction& fractions, bool boxes, std::vector<char> has_tissue)
    : TissueMesh(std::move(triangulation), n_regions, fractions, nullptr, boxes, std::move(has_tissue)) {}

TissueMesh::TissueMesh(std::unique_ptr<AnyTriangulation> triangulation, int n_regions,
                       const FractionFunction& fractions, const PartFunction& of_parts, bool boxes,
                       std::vector<char> has_tissue)
    : triangulation_(std::move(triangulation)),
      n_regions_(n_regions),
      cubes_(boxes && triangulation_->all_reference_cells_are_hyper_cube()),
      element_(linear_element(*triangulation_)),
      dofs_(*triangulation_),
      has_tissue_(std::move(has_tissue)) {
  has_tissue_.resize(n_regions_, 1);
  if (!of_hexahedra())
    mapping_ = std::make_unique<dealii::MappingFE<3>>(*element_);
  else if (boxes)
    mapping_ = std::make_unique<dealii::MappingCartesian<3>>();
  else
    mapping_ = std::make_unique<dealii::MappingQ<3>>(1);
  dofs_.distribute_dofs(*element_);
  find_fractions(fractions, of_parts);
  number_nodes();
  number_boundary();
  build_graph();

  // Of every region and both kinds in one pass; they differ in cells that a border cuts.
  region_volume_.assign(n_regions_, 0.);
  std::vector<Vector> around(n_regions_, make_vector()), nearest(around);
  FEValues<3> fe(*mapping_, *element_, quadrature(), dealii::update_values | dealii::update_JxW_values);
  dealii::Vector<double> of_cell(nodes_per_cell()), by_part(fe.n_quadrature_points);
  std::vector<dealii::types::global_dof_index> indices(nodes_per_cell());
  for_each_cell([&](const Cell& cell, int index) {
    fe.reinit(cell);
    cell->get_dof_indices(indices);
    for (int r = 0; r < n_regions_; ++r) {
      if (!has_tissue_[r]) region_volume_[r] += cell_fraction(index, r) * cell->measure();
      if (!has_tissue_[r] || cell_fraction(index, r) == 0) continue;
      of_cell = 0;
      for (const unsigned int part : fe.quadrature_point_indices()) {
        by_part(part) = part_fraction(index, part, r) * fe.JxW(part);
        for (unsigned int i = 0; i < nodes_per_cell(); ++i)
          of_cell(i) += fe.shape_value(i, part) * by_part(part);
      }
      constraints_.distribute_local_to_global(of_cell, indices, around[r]);
      constraints_.distribute_local_to_global(first_part_[index] < 0 ? of_cell : by_part, indices,
                                              nearest[r]);
    }
  });
  const auto owned = [&](Vector& volume) {
    volume.compress(dealii::VectorOperation::add);
    return std::vector<double>(volume.begin(), volume.begin() + graph_.n_owned);
  };
  for (int r = 0; r < n_regions_; ++r) {
    node_volume_.push_back(owned(around[r]));
    exchange_volume_.push_back(owned(nearest[r]));
    region_volume_[r] = has_tissue_[r] ? global_sum(node_volume_[r], communicator())
                                       : dealii::Utilities::MPI::sum(region_volume_[r], communicator());
  }
}

dealii::Quadrature<3> TissueMesh::quadrature() const {
  if (of_hexahedra()) return dealii::QGauss<3>(2);
  return dealii::QGaussSimplex<3>(2);
}

void TissueMesh::find_fractions(const FractionFunction& fractions, const PartFunction& of_parts) {
  std::vector<double> of_cell(n_regions_), of_part(n_regions_);
  double h_min = std::numeric_limits<double>::max(), tissue_volume = 0;
  for_each_cell([&](const Cell& cell, int) {
    fractions(cell, of_cell);
    double empty = 0, tissue = 0;
    for (int r = 0; r < n_regions_; ++r) (has_tissue_[r] ? tissue : empty) += of_cell[r];
    if (empty == 0) tissue = 1;
    if (tissue < least_tissue) {
      // Given to the others, so that all fractions still sum to 1.
      for (int r = 0; r < n_regions_; ++r) of_cell[r] = has_tissue_[r] ? 0 : of_cell[r] / empty;
      tissue = 0;
    }
    const bool cut = std::count_if(of_cell.begin(), of_cell.end(), [](double f) { return f > 0; }) > 1;
    first_part_.push_back(-1);
    if (cut && tissue > 0 && of_parts != nullptr) {
      first_part_.back() = static_cast<int>(part_fraction_.size()) / n_regions_;
      std::fill(of_cell.begin(), of_cell.end(), 0.);
      for (unsigned int part = 0; part < parts; ++part) {
        of_parts(cell, part, of_part);
        part_fraction_.insert(part_fraction_.end(), of_part.begin(), of_part.end());
        for (int r = 0; r < n_regions_; ++r) of_cell[r] += of_part[r] / parts;
      }
    }
    cell_fraction_.insert(cell_fraction_.end(), of_cell.begin(), of_cell.end());
    cell_tissue_.push_back(tissue);
    tissue_volume += tissue * cell->measure();
    h_min = std::min(h_min, cell->minimum_vertex_distance());
    const dealii::Tensor<1, 3> diagonal = cell->vertex(cell->n_vertices() - 1) - cell->vertex(0);
    for (int a = 0; a < 3; ++a) cubes_ = cubes_ && std::abs(diagonal[a] / diagonal[0] - 1) < round_off;
  });
  h_min_ = dealii::Utilities::MPI::min(h_min, communicator());
  cubes_ = !dealii::Utilities::MPI::logical_or(!cubes_, communicator());
  if (dealii::Utilities::MPI::sum(tissue_volume, communicator()) <= 0)
    throw InputError("the meshed region holds no tissue");
}

/// A node that touches no tissue is constrained to 0.
void TissueMesh::leave_out_empty_nodes(const IndexSet& relevant) {
  const bool any = std::find(cell_tissue_.begin(), cell_tissue_.end(), 0.) != cell_tissue_.end();
  if (!dealii::Utilities::MPI::logical_or(any, communicator())) return;
  dealii::AffineConstraints<double> hanging(relevant);
  DoFTools::make_hanging_node_constraints(dofs_, hanging);
  hanging.close();
  Vector touched(dofs_.locally_owned_dofs(), relevant, communicator());
  dealii::Vector<double> of_cell(nodes_per_cell());
  std::vector<dealii::types::global_dof_index> indices(nodes_per_cell());
  for_each_cell([&](const Cell& cell, int index) {
    if (cell_tissue_[index] == 0) return;
    of_cell = 1;
    cell->get_dof_indices(indices);
    hanging.distribute_local_to_global(of_cell, indices, touched);
  });
  touched.compress(dealii::VectorOperation::add);
  touched.update_ghost_values();
  for (const auto node : relevant)
    if (!constraints_.is_constrained(node) && touched(node) == 0) constraints_.add_line(node);
}

void TissueMesh::number_nodes() {
  IndexSet relevant;
  DoFTools::extract_locally_relevant_dofs(dofs_, relevant);
  constraints_.reinit(relevant);
  DoFTools::make_hanging_node_constraints(dofs_, constraints_);
  leave_out_empty_nodes(relevant);
  constraints_.close();

  pattern_.reinit(dofs_.n_dofs(), dofs_.n_dofs(), relevant);
  DoFTools::make_sparsity_pattern(dofs_, pattern_, constraints_, false);
  dealii::SparsityTools::distribute_sparsity_pattern(pattern_, dofs_.locally_owned_dofs(), communicator(),
                                                     relevant);

  // Ghosts: what the cells here touch, and every column of an owned row (a hanging node at a rank's edge
  // couples further than that).
  IndexSet ghosts(relevant);
  std::vector<dealii::types::global_dof_index> columns;
  for (const auto row : dofs_.locally_owned_dofs())
    for (unsigned int k = 0; k < pattern_.row_length(row); ++k) {
      const auto column = pattern_.column_number(row, k);
      if (!relevant.is_element(column)) columns.push_back(column);
    }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  ghosts.add_indices(columns.begin(), columns.end());
  ghosts.compress();
  partitioner_ = std::make_shared<dealii::Utilities::MPI::Partitioner>(dofs_.locally_owned_dofs(), ghosts,
                                                                       communicator());
  std::map<dealii::types::global_dof_index, Point> points;
  DoFTools::map_dofs_to_support_points(*mapping_, dofs_, points);
  const IndexSet& owned = dofs_.locally_owned_dofs();
  positions_.reserve(owned.n_elements());
  for (const auto i : owned) positions_.push_back(points.at(i));
}

void TissueMesh::number_boundary() {
  const IndexSet& owned = dofs_.locally_owned_dofs();
  on_boundary_.assign(owned.n_elements(), 0);
  for (const auto id : triangulation_->get_boundary_ids()) {
    if (id == symmetry_plane) continue;
    std::vector<int>& nodes = boundary_nodes_[id];
    for (const auto i : DoFTools::extract_boundary_dofs(dofs_, dealii::ComponentMask(), {id}))
      if (owned.is_element(i)) {
        nodes.push_back(static_cast<int>(owned.index_within_set(i)));
        on_boundary_[nodes.back()] = 1;
      }
  }
}

void TissueMesh::build_graph() {
  const IndexSet& owned = dofs_.locally_owned_dofs();
  graph_.n_owned = static_cast<int>(owned.n_elements());
  graph_.begin.assign(1, 0);
  for (const auto row : owned) {
    graph_.is_unknown.push_back(!constraints_.is_constrained(row));
    graph_.diagonal.push_back(-1);
    for (unsigned int k = 0; k < pattern_.row_length(row); ++k) {
      const auto column = pattern_.column_number(row, k);
      if (column == row) graph_.diagonal.back() = static_cast<int>(graph_.column.size());
      graph_.column.push_back(static_cast<int>(partitioner_->global_to_local(column)));
      graph_.global_column.push_back(static_cast<int>(column));
    }
    graph_.begin.push_back(static_cast<int>(graph_.column.size()));
    if (graph_.diagonal.back() < 0) throw ComputationError("internal: a node's row has no diagonal entry");
  }
  graph_.global_begin = graph_.begin;
  build_edges();
}

void TissueMesh::build_edges() {
  const int n = graph_.n_owned;
  // Where each entry stands among those with owned or with ghost columns.
  std::vector<int> place(graph_.entries());
  int owned = 0, ghosts = 0;
  for (std::size_t k = 0; k < place.size(); ++k) place[k] = graph_.column[k] < n ? owned++ : ghosts++;
  // Rows are walked in ascending order, so a row's earlier columns come in that order too.
  std::vector<int> next(graph_.begin.begin(), graph_.begin.end() - 1);
  graph_.edge_begin.assign(1, 0);
  for (int i = 0; i < n; ++i) {
    graph_.owned_diagonal.push_back(place[graph_.diagonal[i]]);
    for (int k = graph_.begin[i]; k < graph_.begin[i + 1]; ++k) {
      const int j = graph_.column[k];
      if (j <= i) continue;
      graph_.edge_end.push_back(j);
      graph_.edge_entry.push_back(place[k]);
      if (j >= n) {
        graph_.edge_mirror.push_back(-1);
        continue;
      }
      int& at = next[j];
      while (at < graph_.begin[j + 1] && graph_.column[at] != i) ++at;
      if (at == graph_.begin[j + 1]) throw ComputationError("internal: the stencil graph is not symmetric");
      graph_.edge_mirror.push_back(place[at]);
    }
    graph_.edge_begin.push_back(static_cast<int>(graph_.edge_end.size()));
  }
}

void TissueMesh::for_each_cell(const std::function<void(const Cell&, int)>& f) const {
  int index = 0;
  for (const auto& cell : dofs_.active_cell_iterators())
    if (cell->is_locally_owned()) f(cell, index++);
}

void TissueMesh::extract(const dealii::PETScWrappers::MPI::SparseMatrix& matrix,
                         std::vector<double>& values) const {
  values.assign(graph_.entries(), 0.);
  const auto first = dofs_.locally_owned_dofs().n_elements() > 0 ? *dofs_.locally_owned_dofs().begin() : 0;
  Mat petsc = matrix;
  for (int i = 0; i < graph_.n_owned; ++i) {
    if (!graph_.is_unknown[i]) continue;
    PetscInt n = 0;
    const PetscInt* columns = nullptr;
    const PetscScalar* entries = nullptr;
    MatGetRow(petsc, static_cast<PetscInt>(first) + i, &n, &columns, &entries);
    // The matrix was made from the same pattern, so both lists are sorted and of one length.
    if (n != graph_.begin[i + 1] - graph_.begin[i])
      throw ComputationError("internal: an assembled row does not match the stencil graph");
    for (PetscInt k = 0; k < n; ++k) {
      if (columns[k] != graph_.global_column[graph_.begin[i] + k])
        throw ComputationError("internal: an assembled row does not match the stencil graph");
      values[graph_.begin[i] + k] = entries[k];
    }
    MatRestoreRow(petsc, static_cast<PetscInt>(first) + i, &n, &columns, &entries);
  }
}

void TissueMesh::assemble(const LocalMatrix& local, std::vector<double>& values) const {
  std::vector<double> unused;
  dealii::PETScWrappers::MPI::SparseMatrix matrix;
  const auto& owned = dofs_.locally_owned_dofs();
  matrix.reinit(owned, owned, pattern_, communicator());
  FEValues<3> fe(*mapping_, *element_, quadrature(),
                 dealii::update_values | dealii::update_gradients | dealii::update_JxW_values |
                     dealii::update_quadrature_points);
  FullMatrix<double> of_cell(nodes_per_cell(), nodes_per_cell());
  std::vector<dealii::types::global_dof_index> indices(nodes_per_cell());
  for_each_cell([&](const Cell& cell, int index) {
    fe.reinit(cell);
    of_cell = 0;
    local(cell, index, fe, of_cell);
    cell->get_dof_indices(indices);
    constraints_.distribute_local_to_global(of_cell, indices, matrix);
  });
  matrix.compress(dealii::VectorOperation::add);
  extract(matrix, values);
}

void TissueMesh::assemble(const LocalMatrix& local, std::vector<double>& values,
                          std::vector<double>& transposed) const {
  assemble(local, values);
  FullMatrix<double> work(nodes_per_cell(), nodes_per_cell());
  assemble(
      [&](const Cell& cell, int index, const FEValues<3>& fe, FullMatrix<double>& m) {
        work = 0;
        local(cell, index, fe, work);
        for (unsigned int i = 0; i < nodes_per_cell(); ++i)
          for (unsigned int j = 0; j < nodes_per_cell(); ++j) m(i, j) = work(j, i);
      },
      transposed);
}

void TissueMesh::assemble(const LocalVector& local, Vector& values) const {
  FEValues<3> fe(*mapping_, *element_, quadrature(),
                 dealii::update_values | dealii::update_gradients | dealii::update_JxW_values |
                     dealii::update_quadrature_points);
  dealii::Vector<double> of_cell(nodes_per_cell());
  std::vector<dealii::types::global_dof_index> indices(nodes_per_cell());
  values.zero_out_ghost_values();
  values = 0;
  for_each_cell([&](const Cell& cell, int index) {
    fe.reinit(cell);
    of_cell = 0;
    if (!local(cell, index, fe, of_cell)) return;
    cell->get_dof_indices(indices);
    constraints_.distribute_local_to_global(of_cell, indices, values);
  });
  values.compress(dealii::VectorOperation::add);
}

double global_sum(const std::vector<double>& values, MPI_Comm comm) {
  double sum = 0;
  for (const double v : values) sum += v;
  return dealii::Utilities::MPI::sum(sum, comm);
}

}  // namespace intratumor
