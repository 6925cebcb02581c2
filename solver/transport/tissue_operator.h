#pragma once

#include <algorithm>
#include <vector>

#include "body/accounts.h"
#include "flow/flow.h"

namespace intratumor {

/// B(x) = x/(exp(x) - 1), accurate for every x.
double bernoulli(double x);

/// Exchange of one tissue with blood, per tissue volume: amount rate = into * cp - out * c, equation (2)'s
/// Jex. Both coefficients are non-negative for either sign of the filtration [1/s]. `open` is the share of
/// vessels not collapsed; the filtration already has it.
struct BloodExchange {
  double into = 0;
  double out = 0;
};
BloodExchange blood_exchange(const TissueCoefficients& tissue, double filtration, double open = 1);
/// The same from permeability times area and the fluid's part that carries drug, both per volume or both of a
/// whole wall: amount rate = into * c_inside - out * c.
BloodExchange wall_exchange(double permeability_surface, double drag);

/// Per owned cell: what convection, diffusion and storage need.
struct CellCoefficients {
  std::vector<double> accessible;  ///< [phi_a] per cell volume
  std::vector<double>
      accessible_diffusion;  ///< [phi_a D] m^2/s, harmonic mean by fraction, times the tissue's share
  std::vector<double> velocity_ratio;  ///< [f = phi_a/phi_f] of the tissue in the cell
};
CellCoefficients cell_coefficients(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues);

/// The graph of tissue and body for one state of flow. Every transfer is a flux between two nodes, or a node
/// and an account; arrays run over the edges (i, j) of the mesh's stencil graph, or over owned nodes.
struct TissueOperator {
  const TissueMesh* mesh = nullptr;
  Accounts accounts;
  /// By edge, m^3: [m_ij] mass of phi_a, consistent where convection rules, else half lumped.
  std::vector<double> mass;
  std::vector<double> galerkin;    ///< by edge, m^3/s: [k_ij] convection and diffusion
  std::vector<double> transposed;  ///< by edge, m^3/s: [k_ji]
  std::vector<double> diagonal;    ///< by node, m^3/s: [k_ii], minus the column's other entries
  std::vector<double> lumped;      ///< [M_i] m^3
  std::vector<double> viscosity;   ///< [sum_j d_ij] m^3/s
  /// By edge, m^3/s: the part of d_ij that obtuse angles need, where diffusion alone has a positive entry,
  /// and by node the sum of the rest. The low order needs all of d_ij; what the stages keep of it in long
  /// steps is meant for convection, and kept diffusion would be so much more of it at any mesh. Empty: cells
  /// are cubes.
  std::vector<double> obtuse, convective;
  struct Exit {
    int account;
    std::vector<double> rate;  ///< [lambda_ik] m^3/s: amount rate = rate * c
  };
  std::vector<Exit> exits;
  std::vector<double> loss;  ///< [L_i] sum of the exits' rates
  std::vector<double> feed;  ///< 1/s: amount rate into the node per mol in plasma
  double total_feed = 0;     ///< sum over all ranks
  /// Of an edge's d_ij and of a node's sum, what convection needs.
  double convective_part(int e, double d) const {
    return obtuse.empty() ? d : std::max(0., d - obtuse[static_cast<std::size_t>(e)]);
  }
  const std::vector<double>& convective_viscosity() const { return obtuse.empty() ? viscosity : convective; }
  /// By node, m^3/s: what the fluid that needles bring carries away of the node's concentration; 0: none.
  /// The drug in it over this is the concentration that it fills the node with.
  std::vector<double> inlet;
};

/// `walls` and the flow's share through them belong together. A vessel's wall exchanges drug with plasma;
/// what enters a cavity has leaked, and none comes back.
TissueOperator make_operator(const TissueMesh& mesh, const std::vector<TissueCoefficients>& tissues,
                             const CellCoefficients& cells, const std::vector<double>& conductivity,
                             const FlowState& flow, const Collapse& collapse, const Accounts& accounts,
                             const std::vector<Wall>& walls = {});

/// [d_ij] artificial diffusion of an edge: what makes both its off-diagonal entries non-positive.
inline double edge_viscosity(double k_ij, double k_ji) {
  const double larger = k_ij > k_ji ? k_ij : k_ji;
  return larger > 0 ? larger : 0;
}

}  // namespace intratumor
