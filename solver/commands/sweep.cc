#include "commands/sweep.h"

#include <cstdio>

#include "commands/sweep_options.h"
#include "commands/sweep_plan.h"
#include "commands/sweep_run.h"
#include "study/plan_warnings.h"

namespace intratumor {

int sweep_command(const std::vector<std::string>& arguments) {
  const SweepOptions options = read_sweep_options(arguments);
  if (options.help) return 0;
  const Study study = read_study(options.study_file);
  const Plan plan = make_plan(study);
  if (options.mode == SweepOptions::Mode::list) {
    check_plan(study, plan);
    constexpr std::size_t most_estimated = 16;
    const StudyCost cost = estimate_study(study, plan, most_estimated);
    std::fputs(plan_text(study, plan, cost, options.jobs).c_str(), stdout);
    std::fflush(stdout);
    std::vector<std::string> warnings = plan_warnings(study, plan);
    warnings.insert(warnings.end(), cost.misfits.begin(), cost.misfits.end());
    for (const std::string& warning : warnings) std::fprintf(stderr, "warning: %s\n", warning.c_str());
    return 0;
  }
  if (options.mode == SweepOptions::Mode::status) return print_status(options, study, plan);
  if (options.mode == SweepOptions::Mode::index) return run_cases(options, study, plan);
  if (options.mode == SweepOptions::Mode::slurm) return submit_study(options, study, plan);
  if (options.mode == SweepOptions::Mode::gather) return gather_results(options, study, plan);
  return run_sweep(options, study, plan);
}

}  // namespace intratumor
