#include <algorithm>
#include <cmath>

#include "simulation/metrics.h"

namespace intratumor {

namespace {

using Json = nlohmann::ordered_json;

constexpr double profile_reach = 20e-3;  // m outside the target, or from where drug was put

/// Calls use(value of each field, volume in m^3, region) for the samples of all tissue on this rank.
template <std::size_t N, class Use>
void for_each_in_tissue(const Ground& ground, const std::array<const std::vector<double>*, N>& fields,
                        const Use& use) {
  for (std::size_t r = 0; r < ground.samples.size(); ++r)
    if (ground.samples[r] != nullptr)
      ground.samples[r]->for_each(fields, [&](const std::array<double, N>& values, double volume) {
        use(values, volume, static_cast<int>(r));
      });
}

/// Distance (m) of every owned node from where the nearest of the scheme's drug was put: from a hole, the
/// centre of a deposit, or line of one of shape line.
std::vector<double> distance_from_sources(const Setup& setup, const TissueMesh& mesh) {
  std::vector<double> distances;
  for (const Point& p : mesh.node_positions()) {
    double nearest = 1e300;
    for (const Deposit& d : setup.deposits) nearest = std::min(nearest, d.shape.distance_from_middle(p));
    for (const Infusion& infusion : setup.infusions)
      for (const Ball& hole : infusion.holes) nearest = std::min(nearest, p.distance(hole.centre));
    distances.push_back(nearest);
  }
  return distances;
}

/// Whether that is defined: drug comes through needles, and none fills a drawn mask.
bool sources_have_places(const Setup& setup) {
  return !(setup.deposits.empty() && setup.infusions.empty()) &&
         std::all_of(setup.deposits.begin(), setup.deposits.end(),
                     [](const Deposit& d) { return d.shape.convex(); });
}

/// Mean exposure of the tissue in layers of one distance each, as thick as the target's cells.
Table profile(const Solution& solution, const std::vector<double>& distance) {
  const Ground& ground = *solution.ground;
  const MPI_Comm comm = ground.octree.mesh->communicator();
  const double thickness = ground.target_cell_size;
  const NodalExposure& exposure = solution.loop->exposure();
  const std::array<const std::vector<double>*, 3> fields{&distance, &exposure.auc(), &exposure.cmax()};
  const auto layer_of = [thickness](double d) { return static_cast<int>(std::floor(d / thickness)); };
  // Round-off must not decide whether the last one begins at the reach.
  const int last = static_cast<int>(std::ceil(profile_reach / thickness - 1e-6)) - 1;
  int first = last;
  for (const double d : distance) first = std::min(first, layer_of(d));
  first = dealii::Utilities::MPI::min(first, comm);
  const std::size_t n = static_cast<std::size_t>(last - first + 1);
  std::vector<double> sums(3 * n, 0.);  // volume, AUC, Cmax of each layer
  for_each_in_tissue(ground, fields, [&](const std::array<double, 3>& values, double volume, int) {
    const int layer = layer_of(values[0]);
    if (layer < first || layer > last) return;
    double* const at = &sums[3 * static_cast<std::size_t>(layer - first)];
    at[0] += volume;
    at[1] += volume * values[1];
    at[2] += volume * values[2];
  });
  dealii::Utilities::MPI::sum(sums, comm, sums);
  Table table;
  table.columns = {"distance_from_m", "distance_to_m", "volume_m3", "auc_mol_s_per_m3", "cmax_mol_per_m3"};
  for (std::size_t k = 0; k < n; ++k) {
    const double volume = sums[3 * k];
    if (!(volume > 0)) continue;
    const double from = (first + static_cast<int>(k)) * thickness;
    table.rows.push_back(
        {from, from + thickness, volume, sums[3 * k + 1] / volume, sums[3 * k + 2] / volume});
  }
  return table;
}

}  // namespace

Json off_target_metrics(const Case& c, const Solution& solution) {
  const Ground& ground = *solution.ground;
  const Setup& setup = solution.loop->setup();
  const MPI_Comm comm = ground.octree.mesh->communicator();
  const std::array<const std::vector<double>*, 2> fields{&ground.distance_from_target,
                                                         &solution.loop->exposure().auc()};
  double volume = 0, free = 0;
  for_each_in_tissue(ground, fields, [&](const std::array<double, 2>& values, double part, int region) {
    if (region == setup.target || values[0] > c.shell) return;
    volume += part;
    free += part * values[1] * setup.tissues[region].accessible_fraction;
  });
  volume = dealii::Utilities::MPI::sum(volume, comm);
  free = dealii::Utilities::MPI::sum(free, comm);
  Json off_target;
  off_target["shell_m"] = c.shell;
  off_target["volume_m3"] = volume;
  off_target["auc_free"] = volume > 0 ? Json(free / volume) : Json();
  return off_target;
}

void distance_profiles(const Solution& solution, std::map<std::string, Table>& tables) {
  const Ground& ground = *solution.ground;
  const Setup& setup = solution.loop->setup();
  tables["profile_from_target"] = profile(solution, ground.distance_from_target);
  if (sources_have_places(setup))
    tables["profile_from_source"] = profile(solution, distance_from_sources(setup, *ground.octree.mesh));
}

}  // namespace intratumor
