#pragma once

#include <vector>

#include "exposure/region_samples.h"
#include "mesh/tissue_mesh.h"
#include "parameters/coefficients.h"

namespace intratumor {

/// What every node has been exposed to, accumulated step by step: integrals use the very mean concentration
/// that fed the accounts; peaks and times above a threshold use the straight line between a step's ends.
class NodalExposure {
 public:
  /// `thresholds` in mol/m^3.
  NodalExposure(const TissueMesh& mesh, std::vector<double> thresholds);

  /// One accepted step: concentrations at its start and end, mean over it, mol/m^3.
  void add(double dt, const Vector& start, const Vector& end, const std::vector<double>& mean);
  /// A jump of the concentration between steps (an instantaneous deposit).
  void peak(const Vector& now);
  /// Goes on from what auc(), cmax() and time_above() gave.
  void restore(std::vector<double> auc, std::vector<double> cmax, std::vector<std::vector<double>> above) {
    auc_ = std::move(auc);
    cmax_ = std::move(cmax);
    above_ = std::move(above);
  }

  const std::vector<double>& auc() const { return auc_; }    ///< mol s/m^3 at owned nodes
  const std::vector<double>& cmax() const { return cmax_; }  ///< mol/m^3
  const std::vector<double>& time_above(std::size_t k) const { return above_[k]; }  ///< s, above threshold k

 private:
  const TissueMesh& mesh_;
  std::vector<double> thresholds_;
  std::vector<double> auc_, cmax_;
  std::vector<std::vector<double>> above_;
};

/// Seconds of a step of dt that the straight line from a to b spends at or above `threshold`.
double time_above_line(double a, double b, double threshold, double dt);

/// The distribution of a nodal field over one region's volume, by the region's samples.
class VolumeDistribution {
 public:
  VolumeDistribution(const RegionSamples& samples, const std::vector<double>& field);

  double volume() const { return volume_; }  ///< m^3, over all ranks
  double mean() const { return mean_; }
  double maximum() const { return maximum_; }
  /// Share of the volume where the field is at least `level`.
  double share_at_least(double level) const;
  /// [D_x] largest value that the share x (0 to 1) of the volume reaches: D95 is value_reached_by(0.95).
  /// Linear between samples, so that round-off cannot make it jump from one to the next.
  double value_reached_by(double share) const;

 private:
  struct Sample {
    double value;
    double above;  // m^3 where the field has this value or more, on this rank
  };
  std::vector<Sample>::const_iterator first_at_least(double level) const;

  MPI_Comm comm_;
  std::vector<Sample> samples_;  // this rank's, ascending
  double volume_ = 0, mean_ = 0, maximum_ = 0;
};

}  // namespace intratumor
