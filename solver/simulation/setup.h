#pragma once

#include <string>
#include <vector>

#include "images/label_image.h"
#include "injection/case.h"
#include "mesh/octree.h"
#include "output/reporter.h"
#include "parameters/coefficients.h"

namespace intratumor {

/// One region of tissue that receives drug from one hole of a needle, in mesh coordinates.
struct Deposit {
  Ball ball;
  double amount = 0;          ///< mol per time
  double concentration = 0;   ///< of what is injected, mol/m^3
  double duration = 0;        ///< s; 0: an initial field
  std::vector<double> times;  ///< s
};

/// A case that has met its image: regions, coefficients and places are known, nothing is meshed yet.
struct Setup {
  LabelImage image;                                ///< cropped to what the mesh may need
  std::vector<std::vector<std::uint16_t>> values;  ///< voxel values of each region
  int target = 0;
  int background = 0;
  std::vector<TissueCoefficients> tissues;
  BodyCoefficients body;
  std::vector<Deposit> deposits;
  double given_intratumoral = 0;  ///< mol over the whole schedule until `until`
  double given_intravenous = 0;
  double injected_concentration = 0;   ///< the scheme's largest [c_inj], mol/m^3
  double reference_concentration = 0;  ///< [c_ref] max of c_inj and dose/V1, mol/m^3
};

/// Reads the image, checks it against the case and places the deposits. Throws InputError.
Setup prepare(const Case& c, Reporter& reporter);

/// What the mesh must resolve; `reach_factor` widens the predicted reach of the deposits.
OctreeRequest mesh_request(const Case& c, const Setup& setup, double reach_factor);

}  // namespace intratumor
