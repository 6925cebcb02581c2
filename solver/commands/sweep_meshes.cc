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
#include "simulation/mesh_request.h"
#include "simulation/reuse.h"
#include "simulation/setup.h"

namespace intratumor {

namespace {

using Json = nlohmann::ordered_json;
using Mask = std::vector<std::uint64_t>;

constexpr const char* file_name = "meshes.json";
/// Of a coarse deposit's run: what cases with one mesh share, against what each computes for itself; both
/// grow with the mesh (DECISIONS.md).
constexpr double shared_cost = 0.5, own_cost = 0.5;
constexpr double largest_union = 2;           // of the mean mesh
constexpr std::size_t most_candidates = 256;  // looked at for the next of a group
constexpr std::size_t most_of_group = 256;

std::size_t count(const Mask& mask, std::size_t begin, std::size_t end) {
  std::size_t n = 0;
  for (std::size_t i = begin; i < end; ++i) n += std::bitset<64>(mask[i]).count();
  return n;
}

Mask joined(Mask a, const Mask& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] |= b[i];
  return a;
}

/// What one scheme has refined, in blocks of 2^3 cells of h_min, and which of these are halved again.
struct Scheme {
  std::string entry;  ///< of numerics.mesh_for
  Mask fine;
  double cells = 0;
  std::vector<std::size_t> cases;
};

/// Cases of one geometry and one spread of the drug.
struct Family {
  Octree tables;
  double h_min = 0;
  Mask boundary;                          ///< refined for the target's boundary
  std::map<std::string, Scheme> schemes;  ///< by what they reach

  template <class Refined>
  void add_blocks(const Refined& refined, Mask& to) const {
    const MeshBox& box = tables.box;
    const double edge = 2 * h_min;
    std::array<std::size_t, 3> n{};
    for (int a = 0; a < 3; ++a)
      n[a] = static_cast<std::size_t>(std::ceil((box.upper[a] - box.lower[a]) / edge - 1e-9));
    std::size_t at = 64 * to.size();
    to.resize(to.size() + (n[0] * n[1] * n[2] + 63) / 64, 0);
    for (std::size_t k = 0; k < n[2]; ++k)
      for (std::size_t j = 0; j < n[1]; ++j)
        for (std::size_t i = 0; i < n[0]; ++i, ++at) {
          const Point lower(box.lower[0] + i * edge, box.lower[1] + j * edge, box.lower[2] + k * edge);
          const Point upper(lower[0] + edge, lower[1] + edge, lower[2] + edge);
          if (refined(lower, upper)) to[at / 64] |= std::uint64_t(1) << (at % 64);
        }
  }

  /// Masks of all that `request` has refined, one after the other: down to h_min, and once, twice ... below.
  Mask blocks(const OctreeRequest& request) const {
    Mask mask;
    for (int below = 0; below <= most_halvings; ++below)
      add_blocks(
          [&](const Point& lower, const Point& upper) {
            return std::any_of(request.fine.begin(), request.fine.end(), [&](const auto& reach) {
              return reach.below >= below && meets(reach, tables, lower, upper);
            });
          },
          mask);
    for (std::size_t i = 0; i < boundary.size(); ++i) mask[i] |= boundary[i];
    return mask;
  }
};

void start(Family& family, OctreeRequest request) {
  request.fine.clear();
  family.tables = octree_tables(request);
  family.h_min = request.h_min;
  family.add_blocks([&](const Point& lower,
                        const Point& upper) { return must_refine(request, family.tables, lower, upper); },
                    family.boundary);
}

/// Eight cells a block; a block whose cells are halved again has 7 more for each that it had.
double cells_of(const Mask& mask) {
  const std::size_t words = mask.size() / (most_halvings + 1);
  double cells = 0, more = 8;
  for (std::size_t begin = 0; begin < mask.size(); begin += words) {
    cells += more * static_cast<double>(count(mask, begin, begin + words));
    more *= begin == 0 ? 7 : 8;
  }
  return cells;
}

/// What so many cases on one mesh cost.
double cost_of(std::size_t members, double cells) {
  return (shared_cost + own_cost * static_cast<double>(members)) * cells;
}

/// Takes schemes that lie near each other as long as one mesh for all is cheaper than two.
std::vector<const Scheme*> next_group(std::vector<const Scheme*>& left) {
  std::vector<const Scheme*> group = {left.front()};
  left.erase(left.begin());
  Mask mask = group.front()->fine;
  double own = group.front()->cells, together = group.front()->cells;
  std::size_t members = group.front()->cases.size();
  while (!left.empty() && group.size() < most_of_group) {
    std::size_t best = 0;
    double most_saved = 0, joint = 0;
    for (std::size_t k = 0; k < std::min(left.size(), most_candidates); ++k) {
      const std::size_t more = left[k]->cases.size();
      const double cells = cells_of(joined(mask, left[k]->fine));
      const double mean = (own + left[k]->cells) / static_cast<double>(group.size() + 1);
      const double saved =
          cost_of(members, together) + cost_of(more, left[k]->cells) - cost_of(members + more, cells);
      if (cells >= largest_union * mean || saved <= most_saved) continue;
      most_saved = saved;
      joint = cells;
      best = k;
    }
    if (most_saved == 0) break;
    mask = joined(mask, left[best]->fine);
    own += left[best]->cells;
    together = joint;
    members += left[best]->cases.size();
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
      scheme.fine = family.blocks(request);
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
