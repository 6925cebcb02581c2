#pragma once

#include <functional>
#include <string>

#include "mesh/tissue_mesh.h"

namespace intratumor {

struct Ball {
  Point centre;
  double radius;
};

/// A region of space in mesh coordinates: what an injection fills, or the mesh must resolve. Lengths in m.
class Shape {
 public:
  /// Implicit: a ball is the usual shape.
  Shape(const Ball& ball);
  /// Round `centre`; half lengths along the unit vector `axis` and across it.
  static Shape ellipsoid(const Point& centre, const dealii::Tensor<1, 3>& axis, double along, double across);
  /// All points within `radius` of the straight line from a to b.
  static Shape rod(const Point& a, const Point& b, double radius);
  /// Whatever `inside` says, within a box; `width` is its finest detail, `volume` what it fills.
  static Shape any(std::function<bool(const Point&)> inside, const Point& lower, const Point& upper,
                   double width, double volume);

  /// Distance to the surface, negative inside. Exact for balls and rods; for an ellipsoid a lower bound of
  /// its size; for any other shape the distance to its box, and only contains() knows the inside.
  double distance(const Point& p) const;
  /// Distance to the line of a rod, or to the centre of any other shape.
  double distance_from_middle(const Point& p) const;
  bool contains(const Point& p) const;
  /// Whether the shape, grown by `grow` on all sides, may meet the box [lower, upper]; never misses one.
  bool may_touch(const Point& lower, const Point& upper, double grow = 0) const;
  /// Whether the surface may pass through the box [lower, upper]; of a shape that only contains() knows, as
  /// far as points half its finest detail apart tell.
  bool may_cut(const Point& lower, const Point& upper) const;
  bool convex() const { return kind_ != Kind::any; }

  const Point& centre() const { return centre_; }
  const Point& lower() const { return lower_; }  ///< of the box that holds it
  const Point& upper() const { return upper_; }
  double width() const { return width_; }    ///< smallest extent, or finest detail
  double volume() const { return volume_; }  ///< m^3
  /// The same form with `factor` times the volume; a rod keeps its length, any other shape stays as it is.
  Shape scaled(double factor) const;
  /// Bytes that shapes share only when they are the same; empty for one that is known by `inside` alone.
  std::string key() const;

 private:
  enum class Kind { ball, ellipsoid, rod, any };
  Shape() = default;
  Kind kind_ = Kind::ball;
  Point centre_, lower_, upper_;
  dealii::Tensor<1, 3> axis_;      // unit vector of an ellipsoid or rod
  double along_ = 0, across_ = 0;  // half lengths; of a rod half its line, and its radius
  double width_ = 0, volume_ = 0;
  std::function<bool(const Point&)> inside_;
};

/// Radius of a rod with round ends of a given volume round a line of `length`. m, from m^3 and m.
double rod_radius(double volume, double length);

}  // namespace intratumor
