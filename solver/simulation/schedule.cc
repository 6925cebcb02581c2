#include "simulation/schedule.h"

#include <algorithm>
#include <limits>
#include <set>

namespace intratumor {

namespace {
constexpr double day = 86400;
}

bool Segment::any_deposit() const {
  return std::find(depositing.begin(), depositing.end(), 1) != depositing.end();
}

std::vector<double> event_times(const Case& c, const Setup& setup) {
  std::set<double> times = {0., c.until};
  const auto add = [&](double t) {
    if (t > 0 && t < c.until) times.insert(t);
  };
  const auto add_all = [&](const auto& entries) {
    for (const auto& entry : entries)
      for (const double t : entry.times) {
        add(t);
        add(t + entry.duration);
      }
  };
  add_all(setup.deposits);
  add_all(setup.infusions);
  add_all(setup.intravenous);
  for (const double t : c.field_times) add(t);
  add(day);
  add(7 * day);
  std::vector<double> merged;
  for (const double t : times)
    if (merged.empty() || !same_time(t, merged.back())) merged.push_back(t);
  merged.back() = c.until;
  return merged;
}

Segment make_segment(const Setup& setup, double from, double to) {
  Segment s;
  s.from = from;
  s.to = to;
  s.shortest_start = std::numeric_limits<double>::infinity();
  const double middle = (from + to) / 2;
  const auto active = [&](const auto& entry) {
    for (const double start : entry.times)
      if (entry.duration > 0 && start < middle && middle < start + entry.duration) {
        if (same_time(start, from)) s.shortest_start = std::min(s.shortest_start, entry.duration);
        return true;
      }
    return false;
  };
  for (const Deposit& d : setup.deposits) s.depositing.push_back(active(d) ? 1 : 0);
  for (const Infusion& i : setup.infusions) {
    s.infusing.push_back(active(i) ? 1 : 0);
    const bool ends = std::any_of(i.times.begin(), i.times.end(),
                                  [&](double start) { return same_time(start + i.duration, from); });
    if (ends && s.infusing.back() == 0) s.ended_infusion += i.amount / i.duration;
  }
  for (const IntravenousDose& dose : setup.intravenous)
    if (active(dose)) s.intravenous += dose.amount / dose.duration;
  return s;
}

double end_of_injections(const Setup& setup) {
  double end = 0;
  const auto look = [&](const auto& entries) {
    for (const auto& entry : entries)
      for (const double t : entry.times) end = std::max(end, t + entry.duration);
  };
  look(setup.deposits);
  look(setup.infusions);
  return end;
}

}  // namespace intratumor
