#include "images/layer_merge.h"

#include "quantities/error.h"

namespace intratumor {

LayerMerge::LayerMerge(int layers, const std::vector<LayerValue>& order, const std::string& path)
    : path_(path), named_(static_cast<std::uint16_t>(order.size())), labels_(layers) {
  for (const LayerValue& stored : order) label_of(static_cast<std::size_t>(stored.layer), stored.value);
}

std::uint16_t LayerMerge::label_of(std::size_t layer, std::uint16_t value) {
  std::vector<std::uint16_t>& labels = labels_[layer];
  if (value >= labels.size()) labels.resize(value < 256 ? 256 : 65536, 0);
  if (labels[value] == 0) {
    if (stands_for_.size() >= 65535)
      throw InputError(path_ + ": the layers hold more than 65535 different labels; is it a segmentation?");
    stands_for_.push_back({static_cast<int>(layer), value});
    voxels_.push_back(0);
    labels[value] = static_cast<std::uint16_t>(stands_for_.size());
  }
  return labels[value];
}

std::uint16_t LayerMerge::merged(std::uint16_t label, std::size_t layer, std::uint16_t value) {
  const std::uint16_t other = label_of(layer, value);
  ++voxels_[other - 1];
  if (label == 0) return other;
  const bool replaces = wins(other, label);
  ++overlaps_[replaces ? std::pair(other, label) : std::pair(label, other)];
  return replaces ? other : label;
}

MergedLayers LayerMerge::result() const {
  MergedLayers result{stands_for_, voxels_, {}};
  for (const auto& [pair, voxels] : overlaps_) result.overlaps.push_back({pair.first, pair.second, voxels});
  return result;
}

}  // namespace intratumor
