#include "images/surface_distance.h"

#define BOOST_ALLOW_DEPRECATED_HEADERS  // of Boost, by Boost's own
#include <boost/geometry.hpp>
#include <boost/geometry/geometries/box.hpp>
#include <boost/geometry/geometries/point.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <cmath>

#include "images/region_lookup.h"

namespace intratumor {

namespace {
namespace index = boost::geometry::index;
using Place = boost::geometry::model::point<double, 3, boost::geometry::cs::cartesian>;
using Box = boost::geometry::model::box<Place>;

Place place(const Vector3& at) {
  return {at[0], at[1], at[2]};
}
}  // namespace

struct SurfaceDistance::Faces {
  const LabelImage& image;
  RegionLookup region;
  index::rtree<Box, index::rstar<16>> tree{};

  bool inside(const std::array<int, 3>& voxel) const {
    for (int a = 0; a < 3; ++a)
      if (voxel[a] < 0 || voxel[a] >= image.size[a]) return false;
    return region(image.at(voxel[0], voxel[1], voxel[2]));
  }
};

SurfaceDistance::SurfaceDistance(const LabelImage& image, const std::vector<std::uint16_t>& values)
    : faces_(new Faces{image, RegionLookup(values)}) {
  centroid_index(image, values);  // throws when the region is empty
  const VoxelBox box = region_box(image, faces_->region, whole_image(image));
  std::vector<Box> faces;
  std::array<int, 3> voxel;
  for (voxel[2] = box.first[2]; voxel[2] <= box.last[2]; ++voxel[2])
    for (voxel[1] = box.first[1]; voxel[1] <= box.last[1]; ++voxel[1])
      for (voxel[0] = box.first[0]; voxel[0] <= box.last[0]; ++voxel[0]) {
        if (!faces_->inside(voxel)) continue;
        Vector3 lower, upper;
        for (int a = 0; a < 3; ++a) {
          lower[a] = voxel[a] * image.spacing[a];
          upper[a] = (voxel[a] + 1) * image.spacing[a];
        }
        for (int a = 0; a < 3; ++a)
          for (const int side : {-1, 1}) {
            std::array<int, 3> beside = voxel;
            beside[a] += side;
            if (faces_->inside(beside)) continue;
            Vector3 first = lower, last = upper;
            (side < 0 ? last : first)[a] = side < 0 ? lower[a] : upper[a];
            faces.emplace_back(place(first), place(last));
          }
      }
  faces_->tree = decltype(faces_->tree)(faces.begin(), faces.end());  // packed
}

SurfaceDistance::SurfaceDistance(SurfaceDistance&&) noexcept = default;
SurfaceDistance::~SurfaceDistance() = default;

double SurfaceDistance::operator()(const Vector3& at) const {
  const Place point = place(at);
  const double distance = boost::geometry::distance(point, *faces_->tree.qbegin(index::nearest(point, 1)));
  std::array<int, 3> voxel;
  for (int a = 0; a < 3; ++a) voxel[a] = static_cast<int>(std::floor(at[a] / faces_->image.spacing[a]));
  return faces_->inside(voxel) ? -distance : distance;
}

}  // namespace intratumor
