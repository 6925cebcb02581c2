#include "simulation/tip_place.h"

#include <cmath>
#include <cstdio>

#include "quantities/error.h"

namespace intratumor {

namespace {

/// Whether a point lies in the region of interest.
bool in_box(const Setup& setup, const MeshBox& box, const Vector3& world) {
  const Point p = mesh_point(setup.image, world);
  for (int a = 0; a < 3; ++a)
    if (!(p[a] >= box.lower[a] && p[a] <= box.upper[a])) return false;
  return true;
}

/// What points are written in by mistake: how to turn one back, and what it is called.
struct Mistake {
  const char* what;
  Vector3 (*turned)(const Vector3&);
};
constexpr Mistake mistakes[] = {
    {"with the signs of x and y turned",
     [](const Vector3& p) {
       return Vector3{-p[0], -p[1], p[2]};
     }},
    {"with the sign of z turned",
     [](const Vector3& p) {
       return Vector3{p[0], p[1], -p[2]};
     }},
    {"with the sign of x turned",
     [](const Vector3& p) {
       return Vector3{-p[0], p[1], p[2]};
     }},
    {"with the sign of y turned",
     [](const Vector3& p) {
       return Vector3{p[0], -p[1], p[2]};
     }},
    {"with all signs turned",
     [](const Vector3& p) {
       return Vector3{-p[0], -p[1], -p[2]};
     }},
    {"read as z, y, x",
     [](const Vector3& p) {
       return Vector3{p[2], p[1], p[0]};
     }},
};

constexpr const Mistake& other_space = mistakes[0];

bool in_target(const Setup& setup, const Vector3& world) {
  return region_at(setup, world) == setup.target;
}

/// The middle of the voxel whose place in the file, counted from 0, has the point's numbers in millimetres.
Vector3 voxel_named(const Case& c, const Setup& setup, const Vector3& point) {
  const auto sign = signs_to_ras(c.geometry.space);
  const LabelImage& image = setup.image;
  Vector3 index{};
  for (int a = 0; a < 3; ++a) {
    const int axis = image.file_axis[a];
    const double along = 1e3 * sign[axis] * point[axis];
    index[a] = (image.file_flipped[a] ? image.file_size(a) - 1 - along : along) - image.file_first[a];
  }
  return image.world(index);
}

/// How entry and tip are told apart, for messages on a needle whose two ends look exchanged.
std::string exchanged(const NeedleInjection& needle) {
  return needle.needle_line.empty()
             ? "entry and tip look exchanged (entry is where the needle comes in)"
             : "the line looks reversed: its first point is where the needle enters, its second the tip";
}

/// What is likely wrong with a tip outside the region of interest.
std::string likely_fault(const Case& c, const Setup& setup, const MeshBox& box, const NeedleInjection& needle,
                         const Vector3& tip) {
  if (needle.entry && in_box(setup, box, *needle.entry) && in_target(setup, *needle.entry))
    return "where the needle enters lies in the target: " + exchanged(needle);
  const std::string flip = likely_flip(c, setup, needle, tip, &box);
  return flip.empty() ? "move the tip, or raise geometry.margin" : flip;
}

}  // namespace

std::string likely_flip(const Case& c, const Setup& setup, const NeedleInjection& needle, const Vector3& tip,
                        const MeshBox* box) {
  // An offset from the target's middle says nothing of where the world's origin is.
  if (needle.tip.anchor != TipPosition::Anchor::point) return "";
  const auto sign = signs_to_ras(c.geometry.space);
  const auto turned = [&](const Mistake& mistake) {
    // As the case writes it, and back.
    Vector3 other = tip;
    for (int a = 0; a < 3; ++a) other[a] *= sign[a];
    other = mistake.turned(other);
    for (int a = 0; a < 3; ++a) other[a] *= sign[a];
    return other;
  };
  const auto text = [&](const Mistake& mistake, const char* where) {
    const std::string head = std::string(mistake.what) + " it would lie in " + where + ": ";
    if (!needle.needle_line.empty()) return head + "is coordinateSystem in " + needle.needle_line + " right?";
    if (&mistake != &other_space) return head + "is that how the point was meant?";
    const std::string space = c.geometry.space == "RAS" ? "LPS" : "RAS";
    return head + "the point looks like one in " + space + "; say geometry.space: " + space +
           " or turn the signs";
  };
  for (const Mistake& mistake : mistakes)
    if (in_target(setup, turned(mistake))) return text(mistake, "the target");
  if (!c.geometry.mesh && needle.needle_line.empty() && in_target(setup, voxel_named(c, setup, tip)))
    return "taken for a voxel's place in the file it would lie in the target: points are lengths in the "
           "world, as 3D Slicer shows them";
  if (box != nullptr && in_box(setup, *box, turned(other_space))) return text(other_space, "it");
  return "";
}

int region_at(const Setup& setup, const Vector3& world) {
  const Vector3 index = setup.image.index(world);
  std::array<int, 3> voxel{};
  for (int a = 0; a < 3; ++a) {
    if (!(index[a] > -0.5 && index[a] < setup.image.size[a] - 0.5)) return setup.background;
    voxel[a] = static_cast<int>(std::lround(index[a]));
  }
  return setup.region_of_voxel(voxel[0], voxel[1], voxel[2]);
}

std::string readable_point(const Case& c, const Vector3& p) {
  const auto sign = signs_to_ras(c.geometry.space);
  char text[120];
  std::snprintf(text, sizeof text, "[%.2f mm, %.2f mm, %.2f mm] %s", 1e3 * sign[0] * p[0],
                1e3 * sign[1] * p[1], 1e3 * sign[2] * p[2], c.geometry.space.c_str());
  return text;
}

void check_tip(const Case& c, const Setup& setup, const MeshBox& box, std::size_t entry, const Vector3& tip) {
  if (in_box(setup, box, tip)) return;
  char margin[16];
  std::snprintf(margin, sizeof margin, "%.0f mm", 1e3 * c.geometry.margin);
  const Vector3 middle = centroid(setup.image, setup.values[setup.target]);
  throw InputError(c.path + ": scheme." + std::to_string(entry) + ": the tip, " + readable_point(c, tip) +
                   ", lies outside the region of interest (the target, whose middle is " +
                   readable_point(c, middle) + ", and " + margin + " of tissue round it); " +
                   likely_fault(c, setup, box, c.needles[entry], tip));
}

void warn_of_tip(const Case& c, const Setup& setup, std::size_t entry, const Vector3& tip,
                 Reporter& reporter) {
  if (in_target(setup, tip)) return;
  const NeedleInjection& needle = c.needles[entry];
  const bool reversed = needle.entry && in_target(setup, *needle.entry);
  const std::string flip = likely_flip(c, setup, needle, tip, nullptr);
  reporter.warn("scheme." + std::to_string(entry) + ": the tip lies in " +
                setup.regions[static_cast<std::size_t>(region_at(setup, tip))] + ", outside the target " +
                c.geometry.target +
                (reversed        ? ", and where the needle enters lies in it: " + exchanged(needle)
                 : !flip.empty() ? "; " + flip
                                 : ": peritumoural, unless that is a part of it"));
}

}  // namespace intratumor
