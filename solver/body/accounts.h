#pragma once

#include <string>
#include <vector>

#include "parameters/coefficients.h"

namespace intratumor {

/// Everything that holds drug outside the mesh: compartments of the body and the places from which it does
/// not come back. Amounts in mol. Transfers between accounts are linear: rate * amount of the giver.
struct Accounts {
  struct Transfer {
    int from;
    int to;
    double rate;  ///< 1/s
  };
  std::vector<std::string> names;
  std::vector<Transfer> transfers;
  int plasma = 0;  ///< the only one that feeds tissue
  std::vector<int> peripherals;
  std::vector<int> lymph;  ///< the transit chain; tissue drains into the first
  int eliminated = 0;
  int degraded = 0;
  int outflow = 0;           ///< through the outer boundary of the meshed box
  int leak = 0;              ///< into cavities
  int internalised = 0;      ///< by cells of the tissue: taken up, or with the target that it was bound to
  double plasma_volume = 0;  ///< m^3

  int size() const { return static_cast<int>(names.size()); }
};

/// Plasma with clearance, its peripheral compartments, and the lymph chain that ends in plasma:
///   dA1/dt = -(CL + sum Q)/V1 A1 + sum Q/Vk Ak + k Ln + ...   (amounts)
Accounts make_accounts(const BodyCoefficients& body);

}  // namespace intratumor
