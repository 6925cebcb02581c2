#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "images/image_header.h"
#include "injection/case.h"

namespace intratumor {

/// What the labels of a case are in its segmentation's file.
class FileLabels {
 public:
  /// Finds each label of the case in the file. InputError, with the names or values that there are, when a
  /// segment's name is not in it or not the only one, a value belongs to several layers, or two labels are
  /// one.
  FileLabels(const Case& c, const ImageHeader& header);

  /// Of each label of the case, in its order.
  const std::vector<LayerValue>& stored() const { return stored_; }
  /// Those that layers are merged by: all but the value 0, which is what no segment covers.
  std::vector<LayerValue> merge_order() const;
  /// The value that each label of the case has in the image so merged, in its order.
  std::vector<std::uint16_t> in_image() const;
  /// Position among the case's labels; -1 when the case does not have it.
  int position(const LayerValue& stored) const;
  /// "'Tumor'"; for labels without a name "2" or "2 of layer 1".
  std::string text(const LayerValue& stored) const;

 private:
  LayerValue by_name(const Case& c, const std::string& name) const;
  LayerValue by_value(const Case& c, std::uint16_t value) const;
  std::string names() const;

  int layers_;
  std::vector<NamedLabel> segments_;
  std::set<std::uint16_t> values_;
  std::string path_;
  std::vector<LayerValue> stored_;
};

}  // namespace intratumor
