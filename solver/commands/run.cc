#include "commands/run.h"

#include <optional>

#include "commands/case_options.h"
#include "commands/case_to_folder.h"
#include "output/readable_result.h"
#include "output/summary.h"
#include "output/table.h"
#include "simulation/simulate.h"

namespace intratumor {

namespace {

const CaseCommand& run_usage() {
  static const CaseCommand command{
      "run",
      "usage: intratumor run CASE.yaml [-o DIR] [--set path=value ...] [--overwrite] [--resume] [--quiet]\n"
      "       mpirun -np N intratumor run CASE.yaml ...\n\n"
      "Computes one case from its image to its summary and writes a result folder. Ctrl-C, SIGTERM and "
      "SIGUSR1\n"
      "end it with a checkpoint from which --resume goes on; others are written on the way "
      "(run.checkpoint).\n\n",
      "result folder; ./<case name>.out without", nullptr,
      "go on with a run that was interrupted; begin it when there is none"};
  return command;
}

std::string where_to_look(const CaseToFolder& run, const Result& result) {
  std::string text = "\n" + run.readable_path() +
                     "/\n  summary.json             every number, in SI units\n"
                     "  series.csv               the course in time\n"
                     "  exposure_volume.csv      how evenly the tumour is exposed\n"
                     "  profile_from_target.csv  exposure by distance from the tumour's surface\n";
  if (result.tables.count("profile_from_source") > 0)
    text += "  profile_from_source.csv  the same from where drug was injected\n";
  if (!run.input().field_times.empty())
    text += "  fields.xdmf              concentration and pressure in space, for ParaView (Xdmf3 Reader S)\n";
  if (!run.input().maps.empty())
    text += std::string("  maps/                    on ") +
            (run.input().geometry.mesh ? "the voxels of the mesh" : "the segmentation's own grid") +
            ", to lay over the scan in Slicer\n";
  return text + "  case.resolved.yaml       the case with every default, log.txt what was shown here";
}

void write_result(CaseToFolder& run, Result& result) {
  const std::string& staging = run.staging();
  const Case& c = run.input();
  nlohmann::ordered_json& summary = result.summary;
  summary["inputs"] = run.inputs();
  summary["warnings"] = run.reporter().warnings();
  summary["time"]["wall_s"] = run.elapsed();
  summary["time"]["resumed"] = run.checkpoints() == nullptr ? 0 : run.checkpoints()->parts_before();
  const SummaryGaps gaps = complete_summary(summary);
  for (const std::string& key : gaps.missing)
    run.reporter().warn("summary.json: " + key + " was not computed");
  for (const std::string& key : gaps.without_unit)
    run.reporter().warn("summary.json: " + key + " has no unit");
  write_summary(staging + "/summary.json", summary);
  for (const auto& [name, table] : result.tables) write_csv(staging + "/" + name + ".csv", table);
  write_text(staging + "/case.resolved.yaml", run.resolved_text());
  const double molar_mass = c.drug.molar_mass.value;
  run.reporter().result(
      readable_result(c.title, summary, result.tables.at("series"),
                      c.drug.molar_mass.given() ? std::optional<double>(molar_mass) : std::nullopt));
  run.reporter().result(where_to_look(run, result));
}

}  // namespace

int run_case(const CaseOptions& options, MPI_Comm comm) {
  CaseToFolder run(options, ".out", comm, CaseToFolder::Keeps::checkpoints);
  Result result;
  return run(
      [&] {
        result = simulate(run.input(), comm, run.reporter(), options.keep_fields ? run.staging() : "",
                          options.reuse, run.checkpoints());
        result.summary["mesh"]["ranks"] = run.ranks();
      },
      [&] { write_result(run, result); });
}

int run_command(const std::vector<std::string>& arguments) {
  const CaseOptions options = read_case_options(run_usage(), arguments);
  if (options.help) return 0;
  return with_mpi([&](MPI_Comm comm) { return run_case(options, comm); });
}

}  // namespace intratumor
