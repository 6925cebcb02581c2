#include "commands/sweep_meshes.h"

#include <algorithm>
#include <bitset>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "output/reporter.h"
#include "quantities/error.h"
#include "quantities/units.h"
#include "simulation/reuse.h"
#include "simulation/setup.h"

namespace intratumor {

namespace {

using Json = nlohmann::ordered_json;
using Mask = std::vector<std::uint64_t>;

constexpr const char* file_name = "meshes.json";
/// Seconds of a coarse deposit's run on its own mesh: for what cases with one mesh share, against the rest,
/// which grows with the mesh (DECISIONS.md).
constexpr double shared_cost = 0.65, own_cost = 0.35;
constexpr double largest_union = 2;           // of the mean mesh
constexpr std::size_t most_candidates = 256;  // looked at for the next of a group
constexpr std::size_t most_of_group = 256;

std::size_t count(const Mask& mask) {
  std::size_t n = 0;
  for (const std::uint64_t word : mask) n += std::bitset<64>(word).count();
  return n;
}

Mask joined(Mask a, const Mask& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] |= b[i];
  return a;
}

/// What one scheme has refined, in blocks of 2^3 finest cells.
struct Scheme {
  std::string entry;  ///< of numerics.mesh_for
  Mask fine;
  double cells = 0;
  std::vector<std::size_t> cases;
};

/// Cases of one geometry and one spread of the drug.
struct Family {
  MeshBox box;
  double h_min = 0;
  Mask boundary;                          ///< refined for the target's boundary
  std::map<std::string, Scheme> schemes;  ///< by what they reach

  template <class Refined>
  Mask blocks(const Refined& refined) const {
    const double edge = 2 * h_min;
    std::array<std::size_t, 3> n{};
    for (int a = 0; a < 3; ++a)
      n[a] = static_cast<std::size_t>(std::ceil((box.upper[a] - box.lower[a]) / edge - 1e-9));
    Mask mask((n[0] * n[1] * n[2] + 63) / 64, 0);
    std::size_t at = 0;
    for (std::size_t k = 0; k < n[2]; ++k)
      for (std::size_t j = 0; j < n[1]; ++j)
        for (std::size_t i = 0; i < n[0]; ++i, ++at) {
          const Point lower(box.lower[0] + i * edge, box.lower[1] + j * edge, box.lower[2] + k * edge);
          const Point upper(lower[0] + edge, lower[1] + edge, lower[2] + edge);
          if (refined(lower, upper)) mask[at / 64] |= std::uint64_t(1) << (at % 64);
        }
    return mask;
  }
};

void start(Family& family, OctreeRequest request) {
  request.fine.clear();
  const Octree tables = octree_tables(request);
  family.box = tables.box;
  family.h_min = request.h_min;
  family.boundary = family.blocks(
      [&](const Point& lower, const Point& upper) { return must_refine(request, tables, lower, upper); });
}

double cells_of(const Mask& mask) {
  return 8. * static_cast<double>(count(mask));
}

/// Costs of a case in a group of so many, whose mesh has `joint` cells where their own have `own` on average.
double cost_of(std::size_t members, double joint, double own) {
  return (shared_cost / static_cast<double>(members) + own_cost) * joint / own;
}

/// Takes schemes that lie near each other as long as that makes a case cheaper.
std::vector<const Scheme*> next_group(std::vector<const Scheme*>& left) {
  std::vector<const Scheme*> group = {left.front()};
  left.erase(left.begin());
  Mask mask = group.front()->fine;
  double own = group.front()->cells;
  std::size_t members = group.front()->cases.size();
  while (!left.empty() && group.size() < most_of_group) {
    std::size_t best = 0;
    double least = 1e300;
    for (std::size_t k = 0; k < std::min(left.size(), most_candidates); ++k) {
      const double cells = cells_of(joined(mask, left[k]->fine));
      if (cells < least) {
        least = cells;
        best = k;
      }
    }
    const double before = own / static_cast<double>(group.size());
    const double mean = (own + left[best]->cells) / static_cast<double>(group.size() + 1);
    const std::size_t more = members + left[best]->cases.size();
    const double apart = (cost_of(members, cells_of(mask), before) * static_cast<double>(members) +
                          cost_of(left[best]->cases.size(), 1, 1) * static_cast<double>(more - members)) /
                         static_cast<double>(more);
    if (least >= largest_union * mean || cost_of(more, least, mean) > apart) break;
    mask = joined(mask, left[best]->fine);
    own += left[best]->cells;
    members = more;
    group.push_back(left[best]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
  }
  return group;
}

}  // namespace

SweepMeshes SweepMeshes::of(const Study& study, const Plan& plan, const StudyFolder& folder) {
  SweepMeshes meshes;
  const std::string path = (std::filesystem::path(folder.path()) / file_name).string();
  meshes.read(path, plan.cases.size());
  std::map<std::string, Family> families;
  Kept<SegmentedImage> image;
  bool any = false;
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    if (meshes.group_[k] >= 0) continue;
    any = true;
    meshes.group_[k] = static_cast<int>(meshes.groups_.size());
    try {
      const Case c = read_case(study.base, plan.cases[k].set);
      Reporter silent;
      const Setup setup = prepare(c, silent, &image);
      const OctreeRequest request = mesh_request(c, setup, 1.);
      const std::string mesh = mesh_key(image.key(), request);
      if (mesh.empty() || request.fine.empty() || !c.numerics.mesh_for.empty()) {
        meshes.groups_.push_back({{}, {k}});
        continue;
      }
      // All that one case has refined grows by the same.
      Family& family =
          families[surroundings_key(image.key(), request) + exact_text(request.fine.front().grow)];
      if (family.boundary.empty()) start(family, request);
      Scheme& scheme = family.schemes[mesh];
      scheme.cases.push_back(k);
      if (scheme.cases.size() > 1) continue;
      scheme.entry = mesh_entry_yaml(c);
      scheme.fine = joined(family.boundary, family.blocks([&request](const Point& lower, const Point& upper) {
        return std::any_of(request.fine.begin(), request.fine.end(), [&](const OctreeRequest::Reach& reach) {
          return reach.shape.may_touch(lower, upper, reach.grow);
        });
      }));
      scheme.cells = cells_of(scheme.fine);
    } catch (const InputError&) {
      meshes.groups_.push_back({{}, {k}});  // its run will say what is wrong
    }
  }
  for (const auto& [key, family] : families) {
    std::vector<const Scheme*> left;
    for (const auto& [reach, scheme] : family.schemes) left.push_back(&scheme);
    std::sort(left.begin(), left.end(),
              [](const Scheme* a, const Scheme* b) { return a->cases.front() < b->cases.front(); });
    while (!left.empty()) {
      Group group;
      const std::vector<const Scheme*> members = next_group(left);
      for (const Scheme* scheme : members) {
        if (members.size() > 1) group.schemes.push_back(scheme->entry);
        for (const std::size_t k : scheme->cases) {
          group.cases.push_back(k);
          meshes.group_[k] = static_cast<int>(meshes.groups_.size());
        }
      }
      meshes.groups_.push_back(std::move(group));
    }
  }
  if (any) meshes.write(path);
  return meshes;
}

std::vector<std::string> SweepMeshes::settings(std::size_t number) const {
  const Group& group = groups_[static_cast<std::size_t>(group_[number])];
  if (group.schemes.empty()) return {};
  std::string list;
  for (const std::string& scheme : group.schemes) list += (list.empty() ? "" : ", ") + scheme;
  return {"numerics.mesh_for=[" + list + "]"};
}

void SweepMeshes::read(const std::string& path, std::size_t cases) {
  group_.assign(cases, -1);
  std::ifstream file(path);
  if (!file) return;
  const Json stored = Json::parse(file, nullptr, false);
  try {
    for (const Json& entry : stored.at("groups")) {
      Group group{entry.at("schemes").get<std::vector<std::string>>(),
                  entry.at("cases").get<std::vector<std::size_t>>()};
      for (const std::size_t k : group.cases) group_.at(k) = static_cast<int>(groups_.size());
      groups_.push_back(std::move(group));
    }
  } catch (const std::exception&) {
    throw InputError(path + ": is not as intratumor sweep writes it; take a new folder with -o");
  }
}

void SweepMeshes::write(const std::string& path) const {
  Json stored;
  stored["groups"] = Json::array();
  for (const Group& group : groups_)
    stored["groups"].push_back({{"cases", group.cases}, {"schemes", group.schemes}});
  write_whole(path, stored.dump(1) + "\n");
}

}  // namespace intratumor
