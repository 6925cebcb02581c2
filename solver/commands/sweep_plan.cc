#include "commands/sweep_plan.h"

#include <sched.h>

#include <algorithm>
#include <map>

#include "commands/amount_text.h"
#include "commands/cost_estimate.h"
#include "commands/text_table.h"
#include "output/reporter.h"
#include "quantities/error.h"
#include "simulation/mesh_request.h"
#include "simulation/setup.h"

namespace intratumor {

namespace {

CostEstimate estimate_case(const Case& c) {
  Reporter silent;
  const Setup setup = prepare(c, silent);
  const OctreeRequest request = mesh_request(c, setup, 1.);
  const OctreeSize size = octree_size(request, octree_tables(request));
  return estimate_cost(c, setup, size.nodes, 1);
}

/// Cases by what lists decide; the draws of distributions hardly change what a case costs.
std::vector<std::vector<std::size_t>> groups_of(const Study& study, const Plan& plan) {
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    std::string key;
    for (std::size_t column = 0; column < plan.inputs.size(); ++column)
      if (study.factors[plan.inputs[column].factor].kind == Factor::Kind::values)
        key += plan.cases[k].inputs[column].dump() + "\n";
    groups[key].push_back(k);
  }
  std::vector<std::vector<std::size_t>> list;
  for (auto& group : groups) list.push_back(std::move(group.second));
  return list;
}

/// Paths of the factors that go together with this one.
std::string others_of(const Study& study, const std::vector<std::size_t>& group, std::size_t factor) {
  std::string text;
  for (const std::size_t other : group)
    if (other != factor) text += (text.empty() ? "" : ", ") + study.factors[other].path;
  return text;
}

std::string design_of(const Study& study, std::size_t factor) {
  for (const DesignBlock& block : study.design) {
    for (const auto& group : block.groups) {
      if (std::find(group.begin(), group.end(), factor) == group.end()) continue;
      const std::string draws = std::to_string(block.size) + " draws, seed " + std::to_string(block.seed);
      switch (block.kind) {
        case DesignBlock::Kind::grid:
          return group.size() > 1 ? "grid, together with " + others_of(study, group, factor) : "grid";
        case DesignBlock::Kind::latin_hypercube:
          return "Latin hypercube, " + draws;
        case DesignBlock::Kind::sobol:
          return "Sobol sequence, " + draws;
        case DesignBlock::Kind::saltelli:
          return "Saltelli's design, base of " + draws;
        case DesignBlock::Kind::one_at_a_time:
          return "one at a time";
      }
    }
  }
  return "";
}

}  // namespace

StudyCost estimate_study(const Study& study, const Plan& plan, std::size_t most) {
  const auto groups = groups_of(study, plan);
  StudyCost cost;
  cost.groups = groups.size();
  double cases = 0;
  for (std::size_t i = 0; i < std::min(most, groups.size()); ++i) {
    const auto& group = groups[i * groups.size() / std::min(most, groups.size())];
    const std::size_t number = group.front();
    CostEstimate one;
    try {
      one = estimate_case(read_case(study.base, plan.cases[number].set));
    } catch (const InputError& error) {
      cost.misfits.push_back("case " + std::to_string(number) + " (" + plan.cases[number].label +
                             ") does not fit its image: " + error.what());
      continue;
    }
    ++cost.estimated;
    const auto count = static_cast<double>(group.size());
    cost.case_s += count * one.wall_s;
    cases += count;
    cost.longest_s = std::max(cost.longest_s, one.wall_s);
    cost.memory_bytes = std::max(cost.memory_bytes, one.memory_bytes);
  }
  if (cases > 0) cost.case_s /= cases;
  return cost;
}

std::string cost_text(const Plan& plan, const StudyCost& cost, int jobs, int cores) {
  const auto count = static_cast<double>(plan.cases.size());
  if (cost.estimated == 0) return count_text(plan.cases.size()) + " cases; none could be estimated";
  const double lanes = std::min<double>(std::min(jobs, cores), count);
  std::string text = count_text(plan.cases.size()) + (plan.cases.size() == 1 ? " case" : " cases") +
                     ", about " + duration_text(cost.case_s) + " and up to " + bytes_text(cost.memory_bytes) +
                     " each: " + duration_text(std::max(cost.longest_s, count * cost.case_s / lanes)) +
                     " with " + std::to_string(jobs) + (jobs == 1 ? " worker" : " workers") +
                     (jobs > cores ? " on " + std::to_string(cores) + (cores == 1 ? " core" : " cores") : "");
  if (cost.estimated < cost.groups)
    text += " (from " + std::to_string(cost.estimated) + " of " + std::to_string(cost.groups) +
            " kinds of cases)";
  return text;
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

std::string plan_text(const Study& study, const Plan& plan, const StudyCost& cost, int jobs) {
  std::string text = "intratumor " INTRATUMOR_VERSION ": " +
                     (study.title.empty() ? study.name : study.title) + " (" + study.path + ")\n" +
                     "  base case " + study.base + "\n\nvaried\n";
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < study.factors.size(); ++i)
    rows.push_back({study.factors[i].path, design_of(study, i)});
  text += text_table(rows) + "\nestimate: " + cost_text(plan, cost, jobs, usable_cores()) +
          "\n  Within a factor of 2, on a machine that does nothing else.\n\ncases\n";
  rows = {{"case"}};
  for (const InputColumn& column : plan.inputs) rows[0].push_back(column.path);
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    rows.push_back({std::to_string(k)});
    rows.back().insert(rows.back().end(), plan.cases[k].shown.begin(), plan.cases[k].shown.end());
  }
  return text + text_table(rows, "  ", true);
}

}  // namespace intratumor
