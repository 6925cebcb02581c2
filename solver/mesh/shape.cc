#include "mesh/shape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace intratumor {

namespace {
const double pi = std::acos(-1.);

double ball_volume(double radius) {
  return 4. / 3. * pi * radius * radius * radius;
}
}  // namespace

Shape::Shape(const Ball& ball) {
  centre_ = ball.centre;
  along_ = across_ = ball.radius;
  for (int a = 0; a < 3; ++a) {
    lower_[a] = ball.centre[a] - ball.radius;
    upper_[a] = ball.centre[a] + ball.radius;
  }
  width_ = 2 * ball.radius;
  volume_ = ball_volume(ball.radius);
}

Shape Shape::ellipsoid(const Point& centre, const dealii::Tensor<1, 3>& axis, double along, double across) {
  Shape s;
  s.kind_ = Kind::ellipsoid;
  s.centre_ = centre;
  s.axis_ = axis;
  s.along_ = along;
  s.across_ = across;
  for (int a = 0; a < 3; ++a) {
    const double half =
        std::sqrt(std::pow(along * axis[a], 2) + across * across * std::max(0., 1 - axis[a] * axis[a]));
    s.lower_[a] = centre[a] - half;
    s.upper_[a] = centre[a] + half;
  }
  s.width_ = 2 * std::min(along, across);
  s.volume_ = 4. / 3. * pi * along * across * across;
  return s;
}

Shape Shape::rod(const Point& a, const Point& b, double radius) {
  Shape s;
  s.kind_ = Kind::rod;
  s.centre_ = Point((a + b) / 2);
  const double length = a.distance(b);
  if (length > 0) s.axis_ = (b - a) / length;
  s.along_ = length / 2;
  s.across_ = radius;
  for (int d = 0; d < 3; ++d) {
    s.lower_[d] = std::min(a[d], b[d]) - radius;
    s.upper_[d] = std::max(a[d], b[d]) + radius;
  }
  s.width_ = 2 * radius;
  s.volume_ = pi * radius * radius * length + ball_volume(radius);
  return s;
}

Shape Shape::any(std::function<bool(const Point&)> inside, const Point& lower, const Point& upper,
                 double width, double volume) {
  Shape s;
  s.kind_ = Kind::any;
  s.inside_ = std::move(inside);
  s.lower_ = lower;
  s.upper_ = upper;
  s.centre_ = Point((lower + upper) / 2);
  s.width_ = width;
  s.volume_ = volume;
  return s;
}

double Shape::distance_from_middle(const Point& p) const {
  const dealii::Tensor<1, 3> from = p - centre_;
  if (kind_ != Kind::rod) return from.norm();
  return (from - std::clamp(from * axis_, -along_, along_) * axis_).norm();
}

double Shape::distance(const Point& p) const {
  const dealii::Tensor<1, 3> from = p - centre_;
  switch (kind_) {
    case Kind::ball:
      return from.norm() - across_;
    case Kind::ellipsoid: {
      const double z = from * axis_;
      const double across = std::sqrt(std::max(0., from.norm_square() - z * z));
      return (std::hypot(z / along_, across / across_) - 1) * std::min(along_, across_);
    }
    case Kind::rod:
      return distance_from_middle(p) - across_;
    case Kind::any: {
      double outside = 0, deepest = -1e300;
      for (int a = 0; a < 3; ++a) {
        const double beyond = std::max(lower_[a] - p[a], p[a] - upper_[a]);
        outside += std::pow(std::max(0., beyond), 2);
        deepest = std::max(deepest, beyond);
      }
      return outside > 0 ? std::sqrt(outside) : deepest;
    }
  }
  return 0;
}

bool Shape::contains(const Point& p) const {
  return kind_ == Kind::any ? inside_(p) : distance(p) <= 0;
}

bool Shape::may_touch(const Point& lower, const Point& upper, double grow) const {
  if (kind_ == Kind::ball || kind_ == Kind::any) {
    // The distance between the box and the centre, or the other box.
    double squared = 0;
    for (int a = 0; a < 3; ++a) {
      const double low = kind_ == Kind::ball ? centre_[a] : lower_[a];
      const double high = kind_ == Kind::ball ? centre_[a] : upper_[a];
      squared += std::pow(std::max({lower[a] - high, 0., low - upper[a]}), 2);
    }
    const double reach = (kind_ == Kind::ball ? across_ : 0.) + grow;
    return squared <= reach * reach;
  }
  return distance(Point((lower + upper) / 2)) <= grow + lower.distance(upper) / 2;
}

bool Shape::may_cut(const Point& lower, const Point& upper) const {
  if (!may_touch(lower, upper)) return false;
  // Corners tell of a convex shape whether it holds all of the box.
  std::array<int, 3> parts{1, 1, 1};
  if (!convex())
    for (int a = 0; a < 3; ++a)
      parts[a] = std::max(1, static_cast<int>(std::ceil(2 * (upper[a] - lower[a]) / width_)));
  bool inside = convex(), outside = false;
  for (int k = 0; k <= parts[2]; ++k)
    for (int j = 0; j <= parts[1]; ++j)
      for (int i = 0; i <= parts[0]; ++i) {
        const Point p(lower[0] + i * (upper[0] - lower[0]) / parts[0],
                      lower[1] + j * (upper[1] - lower[1]) / parts[1],
                      lower[2] + k * (upper[2] - lower[2]) / parts[2]);
        (contains(p) ? inside : outside) = true;
        if (inside && outside) return true;
      }
  return false;
}

Shape Shape::scaled(double factor) const {
  const double stretch = std::cbrt(factor);
  switch (kind_) {
    case Kind::ball:
      return Shape(Ball{centre_, across_ * stretch});
    case Kind::ellipsoid:
      return ellipsoid(centre_, axis_, along_ * stretch, across_ * stretch);
    case Kind::rod:
      return rod(centre_ - along_ * axis_, centre_ + along_ * axis_,
                 rod_radius(volume_ * factor, 2 * along_));
    case Kind::any:
      break;
  }
  return *this;
}

std::string Shape::key() const {
  if (kind_ == Kind::any) return "";
  std::vector<double> values = {static_cast<double>(kind_), along_, across_, width_, volume_};
  for (int a = 0; a < 3; ++a)
    for (const double value : {centre_[a], lower_[a], upper_[a], axis_[a]}) values.push_back(value);
  std::string bytes(values.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

double rod_radius(double volume, double length) {
  // Newton from above on a cubic that is convex and grows for r > 0.
  double r = std::cbrt(volume / (4. / 3. * pi));
  for (int k = 0; k < 100; ++k) {
    const double excess = pi * r * r * length + ball_volume(r) - volume;
    const double step = excess / (2 * pi * r * length + 4 * pi * r * r);
    r -= step;
    if (std::abs(step) < 1e-15 * r) break;
  }
  return r;
}

}  // namespace intratumor
