#include "injection/file_labels.h"

#include <algorithm>

#include "quantities/error.h"
#include "quantities/nearest_name.h"

namespace intratumor {

namespace {

[[noreturn]] void fail(const Case& c, const std::string& what) {
  throw InputError(c.path + ": " + c.geometry.labels_key() + ": " + what);
}

/// What a label with a name is.
std::string segment(const Case& c) {
  return c.geometry.mesh ? "physical group" : "segment";
}

}  // namespace

FileLabels::FileLabels(const Case& c, const ImageHeader& header)
    : layers_(header.layers),
      segments_(header.segments),
      values_(header.values),
      path_(c.geometry.segmentation) {
  for (const TissueOfLabel& label : c.geometry.labels) {
    const LayerValue stored = label.segment.empty() ? by_value(c, label.value) : by_name(c, label.segment);
    const int other = position(stored);
    if (other >= 0)
      fail(c, c.geometry.labels[static_cast<std::size_t>(other)].text() + " and " + label.text() +
                  " are the same " + (c.geometry.mesh ? "group" : "label") + " of " + path_ + ", " +
                  text(stored) + "; name it once");
    stored_.push_back(stored);
  }
}

LayerValue FileLabels::by_name(const Case& c, const std::string& name) const {
  const auto same = [&](const NamedLabel& segment) { return segment.name == name; };
  const auto found = std::find_if(segments_.begin(), segments_.end(), same);
  if (found == segments_.end()) {
    if (segments_.empty() && !c.geometry.mesh)
      fail(c, path_ + " gives its labels no names; give the voxel value in place of '" + name + "'");
    if (segments_.empty()) {
      std::string numbers;
      for (const std::uint16_t value : values_)
        numbers += (numbers.empty() ? "" : ", ") + std::to_string(value);
      fail(c,
           path_ + " gives its groups no names; give a number in place of '" + name + "': it has " + numbers);
    }
    std::vector<std::string> candidates;
    for (const NamedLabel& segment : segments_) candidates.push_back(segment.name);
    const std::string nearest = nearest_name(name, candidates);
    fail(c, "no " + segment(c) + " of " + path_ + " is called '" + name + "'" +
                (nearest.empty() ? "" : " (did you mean '" + nearest + "'?)") + "; it has " + names());
  }
  if (std::find_if(found + 1, segments_.end(), same) != segments_.end())
    fail(c, path_ + " has more than one " + segment(c) + " called '" + name +
                "'; give them names of their own, or " +
                (c.geometry.mesh ? "their numbers" : "in a file of one layer their voxel values"));
  return found->stored;
}

LayerValue FileLabels::by_value(const Case& c, std::uint16_t value) const {
  if (layers_ == 1 || value == 0) return {0, value};
  std::vector<LayerValue> found;
  for (const NamedLabel& segment : segments_)
    if (segment.stored.value == value && std::find(found.begin(), found.end(), segment.stored) == found.end())
      found.push_back(segment.stored);
  if (found.size() == 1) return found[0];
  fail(c, path_ + " has " + std::to_string(layers_) + " layers, and the value " + std::to_string(value) +
              (found.empty() ? " is no segment of any" : " is a segment of more than one") +
              "; give the segment's name: " + names());
}

std::vector<LayerValue> FileLabels::merge_order() const {
  std::vector<LayerValue> order;
  for (const LayerValue& stored : stored_)
    if (stored.value != 0) order.push_back(stored);
  return order;
}

std::vector<std::uint16_t> FileLabels::in_image() const {
  std::vector<std::uint16_t> values;
  std::uint16_t next = 1;  // label of the merged layers
  for (const LayerValue& stored : stored_)
    values.push_back(layers_ == 1 || stored.value == 0 ? stored.value : next++);
  return values;
}

int FileLabels::position(const LayerValue& stored) const {
  const auto found = std::find(stored_.begin(), stored_.end(), stored);
  return found == stored_.end() ? -1 : static_cast<int>(found - stored_.begin());
}

std::string FileLabels::text(const LayerValue& stored) const {
  for (const NamedLabel& segment : segments_)
    if (segment.stored == stored) return "'" + segment.name + "'";
  const std::string value = std::to_string(stored.value);
  return layers_ > 1 && stored.value != 0 ? value + " of layer " + std::to_string(stored.layer) : value;
}

std::string FileLabels::names() const {
  constexpr std::size_t most = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, segments_.size()); ++i)
    text += (text.empty() ? "'" : ", '") + segments_[i].name + "'";
  return text + (segments_.size() > most ? " and more" : "");
}

}  // namespace intratumor
