#include <algorithm>

#include "injection/case_reading.h"
#include "parameters/limits.h"

namespace intratumor {

namespace {

/// A ratio that was rounded, 3.3 for 1/0.3, is still full percolation.
constexpr double ratio_rounding = 0.02;

DepositInput::Shape shape_of(const std::string& name) {
  if (name == "ellipsoid") return DepositInput::Shape::ellipsoid;
  if (name == "line") return DepositInput::Shape::line;
  if (name == "mask") return DepositInput::Shape::mask;
  return DepositInput::Shape::sphere;
}

/// Keys that belong to other shapes than this one.
void refuse_keys_of_other_shapes(const YamlNode& node, const std::string& shape) {
  const auto only = [&node, &shape](const std::string& key, const std::string& owner) {
    if (const auto useless = node.optional(key); useless && shape != owner)
      useless->fail("has no effect with shape " + shape + "; it belongs to " + owner);
  };
  only("aspect", "ellipsoid");
  only("length", "line");
  only("mask", "mask");
  if (const auto ratio = node.optional("volume_ratio"); ratio && shape == "mask")
    ratio->fail("has no effect with shape mask, whose voxels say how large the deposit is");
}

double read_ratio(const YamlNode& node, double full) {
  const double ratio =
      node.number({limits::deposit_ratio.possible.low, std::max(limits::deposit_ratio.possible.high, full)});
  if (ratio < full * (1 - ratio_rounding))
    node.fail(
        "'" + node.text() + "' is less than " + readable_text(full, Dimension::dimensionless) +
        ", 1 over the fluid fraction of the target's tissue: so small a deposit needs tissue that opens, "
        "which is not available yet");
  return ratio;
}

/// An ellipsoid and a line lie along the needle.
void require_directions(const YamlNode& shape, const Case& c) {
  for (std::size_t k = 0; k < c.needles.size(); ++k) {
    const NeedleInjection& needle = c.needles[k];
    if (needle.mode == InjectionMode::infusion || needle.has_direction()) continue;
    shape.fail("the shape '" + shape.text() + "' lies along the needle, and needle entry " +
               std::to_string(k + 1) + " of the scheme (" + needle.needle +
               ") has no direction; give it one, as direction: [0, 0, 1], or entry");
  }
}

}  // namespace

void read_deposit(const std::optional<YamlNode>& node, Case& c) {
  const bool none = std::all_of(c.needles.begin(), c.needles.end(), [](const NeedleInjection& needle) {
    return needle.mode == InjectionMode::infusion;
  });
  if (none) {
    if (node)
      node->fail(c.needles.empty() ? "has no effect: no needle injects"
                                   : "has no effect: every needle's mode is infusion");
    return;
  }
  const auto target = std::find(c.regions.begin(), c.regions.end(), c.geometry.target);
  const double full = 1 / c.tissues[target - c.regions.begin()].fluid_fraction.value;
  DepositInput& deposit = c.deposit.emplace();
  deposit.volume_ratio = full;
  if (!node) return;
  check_keys(*node, {"shape", "volume_ratio", "aspect", "length", "mask"}, {});
  const auto shape = node->optional("shape");
  const std::string name = shape ? shape->one_of({"sphere", "ellipsoid", "line", "mask"}) : "sphere";
  deposit.shape = shape_of(name);
  refuse_keys_of_other_shapes(*node, name);
  if (const auto ratio = node->optional("volume_ratio")) deposit.volume_ratio = read_ratio(*ratio, full);
  if (const auto aspect = node->optional("aspect"))
    deposit.aspect = aspect->number(limits::deposit_aspect.possible);
  if (deposit.shape == DepositInput::Shape::line)
    deposit.length = node->required("length").quantity(Dimension::length, limits::deposit_length.possible);
  if (deposit.shape == DepositInput::Shape::mask)
    deposit.mask = read_image_path(node->required("mask"), c.path);
  if (deposit.shape == DepositInput::Shape::ellipsoid || deposit.shape == DepositInput::Shape::line)
    require_directions(*shape, c);
}

}  // namespace intratumor
