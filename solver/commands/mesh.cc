#include "commands/mesh.h"

#include <algorithm>
#include <cmath>

#include "commands/case_options.h"
#include "commands/case_to_folder.h"
#include "commands/text_table.h"
#include "output/clinical_units.h"
#include "output/summary.h"
#include "output/table.h"
#include "quantities/error.h"
#include "simulation/mesh_fields.h"
#include "simulation/mesh_request.h"
#include "simulation/setup.h"

namespace intratumor {

namespace {

constexpr double volume_limit = 1e-9;
/// Where regions without tissue cut cells: slivers of tissue of up to a millionth of a cell fall away.
constexpr double volume_limit_of_slivers = 1e-6;

const CaseCommand& mesh_usage() {
  static const CaseCommand command{
      "mesh",
      "usage: intratumor mesh CASE.yaml [-o DIR] [--set path=value ...] [--overwrite] [--quiet]\n"
      "       mpirun -np N intratumor mesh CASE.yaml ...\n\n"
      "Builds the mesh that a run of this case begins with and writes it with the tissue in every cell:\n"
      "fields.xdmf for ParaView (Xdmf3 Reader S), mesh.json with the volumes of the mesh beside those of\n"
      "the image. Computes nothing else.\n\n",
      "folder of the mesh; ./<case name>.mesh without"};
  return command;
}

/// Volumes of the regions as the image has them, m^3: voxels clipped to the meshed box, one by one; the
/// background also has what of the box lies outside the image.
std::vector<double> image_volumes(const Setup& setup, const MeshBox& box) {
  const LabelImage& image = setup.image;
  std::array<std::vector<double>, 3> width;  // of each voxel inside the box
  double background = 1;
  for (int a = 0; a < 3; ++a) {
    background *= box.upper[a] - box.lower[a];
    for (int i = 0; i < image.size[a]; ++i)
      width[a].push_back(std::max(0., std::min(box.upper[a], (i + 1) * image.spacing[a]) -
                                          std::max(box.lower[a], i * image.spacing[a])));
  }
  std::vector<int> region_of(65536, setup.background);
  for (std::size_t r = 0; r < setup.values.size(); ++r)
    for (const std::uint16_t value : setup.values[r]) region_of[value] = static_cast<int>(r);
  std::vector<double> volumes(setup.values.size(), 0.);
  for (int k = 0; k < image.size[2]; ++k)
    for (int j = 0; j < image.size[1]; ++j)
      for (int i = 0; i < image.size[0]; ++i)
        volumes[static_cast<std::size_t>(region_of[image.at(i, j, k)])] +=
            width[0][static_cast<std::size_t>(i)] * width[1][static_cast<std::size_t>(j)] *
            width[2][static_cast<std::size_t>(k)];
  const auto own = static_cast<std::size_t>(setup.background);
  for (std::size_t r = 0; r < volumes.size(); ++r)
    if (r != own) background -= volumes[r];
  volumes[own] = background;
  return volumes;
}

/// What mesh.json holds; the same on every rank. ComputationError when the mesh has lost tissue.
nlohmann::ordered_json describe(const Setup& setup, const Octree& octree, int ranks) {
  const TissueMesh& mesh = *octree.mesh;
  nlohmann::ordered_json description;
  const double h_min = mesh.smallest_cell();
  description["mesh"] = {{"cells", mesh.triangulation().n_global_active_cells()},
                         {"nodes", mesh.dofs().n_dofs()},
                         {"h_min_m", h_min},
                         {"h_max_m", (octree.box.upper[0] - octree.box.lower[0]) / octree.box.cells[0]},
                         {"levels", mesh.triangulation().n_global_levels()},
                         {"ranks", ranks}};
  const std::vector<double> volumes = image_volumes(setup, octree.box);
  const std::vector<char> has_tissue = setup.has_tissue();
  const bool slivers = std::find(has_tissue.begin(), has_tissue.end(), 0) != has_tissue.end();
  for (std::size_t r = 0; r < setup.regions.size(); ++r) {
    const double meshed = mesh.region_volume(static_cast<int>(r));
    const double difference = volumes[r] > 0 ? std::abs(meshed / volumes[r] - 1) : std::abs(meshed);
    if (!(difference <= (slivers ? volume_limit_of_slivers : volume_limit)))
      throw ComputationError("the mesh does not hold the image's volume of " + setup.regions[r] + ": " +
                             scientific(difference) + " of it is missing or too much");
    description["regions"].push_back({{"region", setup.regions[r]},
                                      {"tissue", setup.tissues[r].tissue},
                                      {"volume_m3", meshed},
                                      {"image_volume_m3", volumes[r]},
                                      {"relative_difference", difference}});
  }
  return description;
}

std::string readable(const nlohmann::ordered_json& description) {
  std::vector<std::vector<std::string>> rows = {
      {"region", "tissue", "mL meshed", "mL in the image", "difference"}};
  for (const auto& region : description["regions"])
    rows.push_back({region["region"], region["tissue"], readable_number(1e6 * number_at(region, "volume_m3")),
                    readable_number(1e6 * number_at(region, "image_volume_m3")),
                    scientific(number_at(region, "relative_difference"))});
  char text[200];
  std::snprintf(text, sizeof text, "%.0f cells of %.3g to %.3g mm in %.0f levels, %.0f nodes\n",
                number_at(description, "mesh.cells"), 1e3 * number_at(description, "mesh.h_min_m"),
                1e3 * number_at(description, "mesh.h_max_m"), number_at(description, "mesh.levels"),
                number_at(description, "mesh.nodes"));
  return "\n" + text_table(rows, "", true) + text;
}

void write_fields(const Case& c, const Setup& setup, const TissueMesh& mesh, const std::string& folder) {
  FieldWriter fields(mesh.communicator(), folder);
  CellFields all = region_fields(mesh, setup.target);
  for (auto& field : tissue_fields(setup.regions, mesh, setup.tissues)) all.push_back(std::move(field));
  fields.mesh(field_mesh(c, setup.image, mesh), all);
  fields.close();
}

}  // namespace

int mesh_command(const std::vector<std::string>& arguments) {
  const CaseOptions options = read_case_options(mesh_usage(), arguments);
  if (options.help) return 0;
  return with_mpi([&](MPI_Comm comm) {
    CaseToFolder command(options, ".mesh", comm);
    nlohmann::ordered_json description;
    return command(
        [&] {
          const Case& c = command.input();
          const Setup setup = prepare(c, command.reporter());
          const Octree octree = make_octree(mesh_request(c, setup, 1.), comm);
          description = describe(setup, octree, command.ranks());
          write_fields(c, setup, *octree.mesh, command.staging());
        },
        [&] {
          description["inputs"] = command.inputs();
          description["warnings"] = command.reporter().warnings();
          description["versions"] = versions();
          write_summary(command.staging() + "/mesh.json", description);
          write_text(command.staging() + "/case.resolved.yaml", command.resolved_text());
          command.reporter().result(readable(description));
          command.reporter().result(
              command.readable_path() +
              "/\n  fields.xdmf            mesh and tissue, for ParaView (Xdmf3 Reader S)\n"
              "  mesh.json              volumes and sizes, in SI units\n"
              "  case.resolved.yaml     the case with every default, log.txt what was shown here");
        });
  });
}

}  // namespace intratumor
