#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "images/label_image.h"

namespace intratumor {

/// Makes one label of what several layers say of a voxel, and counts what is lost by it.
class LayerMerge {
 public:
  /// `order`: labels from the weakest to the strongest; values that are not in it are weaker still.
  LayerMerge(int layers, const std::vector<LayerValue>& order, const std::string& path);

  /// The label of a voxel that is `label` so far (0: nothing yet) and has `value`, not 0, in a layer.
  std::uint16_t merged(std::uint16_t label, std::size_t layer, std::uint16_t value);

  MergedLayers result() const;

 private:
  std::uint16_t label_of(std::size_t layer, std::uint16_t value);
  /// Whether label a wins against label b.
  bool wins(std::uint16_t a, std::uint16_t b) const { return a <= named_ && (b > named_ || a > b); }

  std::string path_;
  std::uint16_t named_;  // labels 1 to this are those of the order
  std::vector<LayerValue> stands_for_;
  std::vector<std::size_t> voxels_;
  std::vector<std::vector<std::uint16_t>> labels_;  // by layer and value; 0: not met yet
  std::map<std::pair<std::uint16_t, std::uint16_t>, std::size_t> overlaps_;  // winner, loser
};

}  // namespace intratumor
