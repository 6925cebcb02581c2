#pragma once

#include <deal.II/base/mpi.h>
#include <deal.II/base/partitioner.h>
#include <deal.II/distributed/tria.h>
#include <deal.II/dofs/dof_handler.h>
#include <deal.II/fe/fe_values.h>
#include <deal.II/fe/mapping.h>
#include <deal.II/lac/affine_constraints.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/la_parallel_vector.h>
#include <deal.II/lac/petsc_sparse_matrix.h>

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace intratumor {

using Vector = dealii::LinearAlgebra::distributed::Vector<double>;
using Triangulation = dealii::parallel::distributed::Triangulation<3>;  ///< of hexahedra, an octree
/// Any mesh that ranks share; of tetrahedra a parallel::shared one, as p4est knows no other cells than its
/// own.
using AnyTriangulation = dealii::Triangulation<3>;
using Point = dealii::Point<3>;

/// Faces with this boundary number are planes of symmetry: nothing crosses them, whatever holds at the outer
/// boundary.
constexpr dealii::types::boundary_id symmetry_plane = 99;

/// The stencil of every node that this rank owns, as compressed rows. Hanging nodes are condensed into their
/// neighbours: they keep a row with nothing but its diagonal and carry no unknown.
struct Graph {
  int n_owned = 0;                ///< rows; local indices from n_owned on are ghosts
  std::vector<int> begin;         ///< n_owned + 1
  std::vector<int> column;        ///< local index of each entry; within a row in the order of global numbers
  std::vector<int> diagonal;      ///< position of each row's diagonal entry
  std::vector<char> is_unknown;   ///< false for hanging nodes
  std::vector<int> global_begin;  ///< the same rows with global numbers, as PETSc wants them
  std::vector<int> global_column;
  std::size_t entries() const { return column.size(); }

  /// Every pair of neighbours once: a flux between two nodes is computed once and booked at both ends.
  /// Edge e of row i (edge_begin[i] <= e < edge_begin[i + 1]) leads to node edge_end[e], which is a later row
  /// or a ghost; a pair across ranks is an edge on both of them.
  std::vector<int> edge_begin;  ///< n_owned + 1
  std::vector<int> edge_end;    ///< local index
  /// Positions as PETSc stores a distributed matrix: entries with owned columns and with ghost columns apart,
  /// each in the order of rows.
  std::vector<int> edge_entry;      ///< of (i, j), among owned columns or, where j is a ghost, among ghosts
  std::vector<int> edge_mirror;     ///< of (j, i), among owned columns; -1 where j is a ghost
  std::vector<int> owned_diagonal;  ///< of each row's diagonal, among owned columns
  std::size_t edges() const { return edge_end.size(); }
};

/// Calls f(e, i, j) for every edge e from owned node i to j, which may be a ghost.
template <class F>
void for_each_edge(const Graph& graph, const F& f) {
  for (int i = 0; i < graph.n_owned; ++i)
    for (int e = graph.edge_begin[i]; e < graph.edge_begin[i + 1]; ++e) f(e, i, graph.edge_end[e]);
}

/// Everything about space that can be computed before the first step: Q1 elements on a distributed octree (or
/// any hexahedral mesh) or P1 on tetrahedra, hanging-node constraints, the share of each region in each cell
/// and around each node, and the stencil graph. Accessors only read. Lengths in metres in the mesh's own
/// frame.
///
/// Regions may be without tissue (air, the lumen of a vessel): a node that touches no tissue carries no
/// unknown, like a hanging node, and its value is 0. A cell that is partly tissue scales its terms by that
/// share, so all entries of a node that only such cells touch are small alike.
class TissueMesh {
 public:
  using Cell = dealii::DoFHandler<3>::active_cell_iterator;
  /// Fills in the volume fraction of every region in one cell; they must sum to 1.
  using FractionFunction = std::function<void(const Cell&, std::vector<double>&)>;
  /// The same in any box: asked for a cell and, where a border cuts it, for its eight equal parts, so that it
  /// is known where in the cell each region lies.
  using BoxFractionFunction =
      std::function<void(const Point& lower, const Point& upper, std::vector<double>&)>;
  static constexpr unsigned int parts = 8;

  /// Of cells that are axis-parallel boxes. `has_tissue`: of each region; empty: all have. InputError when
  /// there is no tissue at all.
  TissueMesh(std::unique_ptr<AnyTriangulation> triangulation, int n_regions,
             const BoxFractionFunction& fractions, std::vector<char> has_tissue = {});
  /// Of any hexahedra, or of tetrahedra; a region is spread evenly through a cell that it shares with others.
  /// `boxes`: they are axis-parallel boxes (allows a cheaper mapping).
  TissueMesh(std::unique_ptr<AnyTriangulation> triangulation, int n_regions,
             const FractionFunction& fractions, bool boxes, std::vector<char> has_tissue = {});

  MPI_Comm communicator() const { return triangulation_->get_communicator(); }
  int n_regions() const { return n_regions_; }
  const Graph& graph() const { return graph_; }
  const AnyTriangulation& triangulation() const { return *triangulation_; }
  /// False: its cells are tetrahedra.
  bool of_hexahedra() const { return triangulation_->all_reference_cells_are_hyper_cube(); }
  /// Its cells are axis-parallel cubes.
  bool of_cubes() const { return cubes_; }
  unsigned int nodes_per_cell() const { return element_->n_dofs_per_cell(); }
  const dealii::DoFHandler<3>& dofs() const { return dofs_; }
  const dealii::Mapping<3>& mapping() const { return *mapping_; }
  const dealii::AffineConstraints<double>& constraints() const { return constraints_; }
  /// Owned and ghost nodes of vectors used in computing.
  const std::shared_ptr<const dealii::Utilities::MPI::Partitioner>& partitioner() const {
    return partitioner_;
  }
  Vector make_vector() const { return Vector(partitioner_); }
  /// Nodes that a rank's vectors hold: its own, then ghosts.
  int n_local() const { return graph_.n_owned + static_cast<int>(partitioner_->n_ghost_indices()); }

  bool has_tissue(int region) const { return has_tissue_[region] != 0; }
  /// Volume of region r around owned node i, m^3: its shape function at the parts' points times the part;
  /// hanging nodes' shares passed on to the nodes that carry them. 0 for regions without tissue.
  double node_volume(int region, int i) const { return node_volume_[region][i]; }
  /// The same by the parts of cells that are nearer to the node than to any other: where the vessels and the
  /// lymph of a region act. A border behind which drug is soon gone is then felt half a cell too early or too
  /// late, by chance; with shape functions' integrals it is always felt too early.
  double exchange_volume(int region, int i) const { return exchange_volume_[region][i]; }
  /// Fraction of region r in the owned cell that comes `cell`-th among the owned cells.
  double cell_fraction(int cell, int region) const { return cell_fraction_[cell * n_regions_ + region]; }
  /// The same in a part of it, which is where the part-th of 2x2x2 Gauss points stands. A tetrahedron is in
  /// one piece, whatever the point.
  double part_fraction(int cell, unsigned int part, int region) const {
    const int first = first_part_[cell];
    return first < 0 ? cell_fraction(cell, region) : part_fraction_[(first + part) * n_regions_ + region];
  }
  /// Fraction of tissue in it, of whichever region: 0 to 1.
  double cell_tissue(int cell) const { return cell_tissue_[cell]; }
  int n_owned_cells() const { return static_cast<int>(cell_fraction_.size()) / n_regions_; }
  /// m^3, over all ranks.
  double region_volume(int region) const { return region_volume_[region]; }
  double smallest_cell() const { return h_min_; }
  /// Position of each owned node (hanging ones included), m.
  const std::vector<Point>& node_positions() const { return positions_; }
  /// True for owned nodes on the outer boundary (planes of symmetry are not part of it).
  const std::vector<char>& on_boundary() const { return on_boundary_; }
  /// The same by boundary number: owned nodes on the faces that have it.
  const std::map<dealii::types::boundary_id, std::vector<int>>& boundary_nodes() const {
    return boundary_nodes_;
  }

  /// Calls f(cell, position among owned cells) for every owned cell.
  void for_each_cell(const std::function<void(const Cell&, int)>& f) const;

  /// Assembles a condensed matrix: `local` fills the square matrix of a cell's nodes from its FEValues
  /// (values, gradients, JxW on 2x2x2 points; in a tetrahedron on those of a rule that is exact for products
  /// of two shape functions). Values come back in the graph's order; rows of hanging nodes are zero.
  using LocalMatrix =
      std::function<void(const Cell&, int, const dealii::FEValues<3>&, dealii::FullMatrix<double>&)>;
  void assemble(const LocalMatrix& local, std::vector<double>& values) const;
  /// The same for a matrix and its transpose in one pass.
  void assemble(const LocalMatrix& local, std::vector<double>& values, std::vector<double>& transposed) const;
  /// Assembles a condensed vector from a value for each of a cell's nodes.
  using LocalVector =
      std::function<bool(const Cell&, int, const dealii::FEValues<3>&, dealii::Vector<double>&)>;
  void assemble(const LocalVector& local, Vector& values) const;

 private:
  /// In the part-th of a cell's eight parts.
  using PartFunction = std::function<void(const Cell&, unsigned int part, std::vector<double>&)>;
  TissueMesh(std::unique_ptr<AnyTriangulation> triangulation, int n_regions,
             const FractionFunction& fractions, const PartFunction& of_parts, bool boxes,
             std::vector<char> has_tissue);
  void find_fractions(const FractionFunction& fractions, const PartFunction& of_parts);
  void number_nodes();
  void leave_out_empty_nodes(const dealii::IndexSet& relevant);
  void number_boundary();
  void build_graph();
  void build_edges();
  void extract(const dealii::PETScWrappers::MPI::SparseMatrix& matrix, std::vector<double>& values) const;

  dealii::Quadrature<3> quadrature() const;

  std::unique_ptr<AnyTriangulation> triangulation_;
  int n_regions_;
  bool cubes_;  // axis-parallel ones
  std::unique_ptr<dealii::Mapping<3>> mapping_;
  std::unique_ptr<dealii::FiniteElement<3>> element_;
  dealii::DoFHandler<3> dofs_;
  dealii::AffineConstraints<double> constraints_;
  std::shared_ptr<const dealii::Utilities::MPI::Partitioner> partitioner_;
  dealii::DynamicSparsityPattern pattern_;
  Graph graph_;
  std::vector<char> has_tissue_;
  std::vector<double> cell_fraction_, cell_tissue_;
  std::vector<int> first_part_;        // of each cell; -1: all its parts are alike
  std::vector<double> part_fraction_;  // by region, of the parts of cells that differ in them
  std::vector<std::vector<double>> node_volume_, exchange_volume_;
  std::vector<double> region_volume_;
  std::vector<Point> positions_;
  std::vector<char> on_boundary_;
  std::map<dealii::types::boundary_id, std::vector<int>> boundary_nodes_;
  double h_min_ = 0;
};

/// Sum over owned unknowns of a[i] * b[i] over all ranks.
double global_sum(const std::vector<double>& values, MPI_Comm comm);

}  // namespace intratumor
