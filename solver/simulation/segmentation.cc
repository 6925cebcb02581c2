#include "simulation/segmentation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "images/pieces.h"
#include "injection/segmentation_file.h"
#include "quantities/error.h"
#include "simulation/region_counts.h"

namespace intratumor {

namespace {

// m^3 of a target. Beyond the first a mesh's unit is doubtful (a mouse's first nodule, a large sarcoma),
// beyond the second it is wrong.
constexpr double least_usual = 1e-9, largest_usual = 2e-3, least_target = 1e-10, largest_target = 2e-2;

std::string millilitres(double m3) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g mL", 1e6 * m3);
  return text;
}

/// Voxels of every label as the file has them.
std::vector<std::pair<LayerValue, std::size_t>> labels_in_file(const LabelImage& image,
                                                               const MergedLayers& merged) {
  std::vector<std::pair<LayerValue, std::size_t>> found;
  for (std::size_t k = 0; k < merged.stands_for.size(); ++k)
    if (merged.voxels[k] > 0) found.emplace_back(merged.stands_for[k], merged.voxels[k]);
  const bool layers = !merged.stands_for.empty();
  for (const auto& [value, voxels] : count_labels(image))
    if (!layers || value == 0) found.emplace_back(LayerValue{0, value}, voxels);
  return found;
}

/// Every label named must occur, and every label that occurs (but 0) must be named.
void match_labels(const Case& c, const FileLabels& labels,
                  const std::vector<std::pair<LayerValue, std::size_t>>& in_file, SegmentationFacts& facts) {
  std::string present;
  for (const auto& [stored, voxels] : in_file) {
    if (c.geometry.mesh && stored.value == 0) continue;  // where no cell is
    present +=
        (present.empty() ? "" : ", ") + labels.text(stored) + " (" + std::to_string(voxels) + " voxels)";
  }
  for (const auto& [stored, voxels] : in_file) {
    const int position = labels.position(stored);
    if (position >= 0) facts.labels[static_cast<std::size_t>(position)].voxels = voxels;
    if (position >= 0 || stored.value == 0) continue;
    throw InputError(c.path + ": " + c.geometry.labels_key() + ": " + c.geometry.segmentation + " has " +
                     std::to_string(voxels) + " voxels of " + (c.geometry.mesh ? "group " : "label ") +
                     labels.text(stored) + ", which the case does not name; add " + labels.text(stored) +
                     ": REGION");
  }
  for (std::size_t k = 0; k < facts.labels.size(); ++k) {
    if (facts.labels[k].voxels > 0 || labels.stored()[k].value == 0) continue;
    if (facts.labels[k].in_mesh > 0)
      throw InputError(c.path + ": " + c.geometry.labels_key() + ": the cells of group " +
                       facts.labels[k].name + " (" + millilitres(facts.labels[k].in_mesh) +
                       ") hold no middle of a voxel; give geometry.voxel a smaller length");
    throw InputError(c.path + ": " + c.geometry.labels_key() + ": " +
                     (c.geometry.mesh ? "group " : "label ") + c.geometry.labels[k].text() + " ('" +
                     c.geometry.labels[k].region + "') does not occur in " + c.geometry.segmentation +
                     "; it holds " + (present.empty() ? "nothing" : present));
  }
}

/// Where segments overlap: said, and kept by label.
void report_overlaps(const Case& c, const FileLabels& labels, const MergedLayers& merged, double voxel_volume,
                     SegmentationFacts& facts, Reporter& reporter) {
  for (const MergedLayers::Overlap& overlap : merged.overlaps) {
    const auto position = [&](std::uint16_t label) {
      return static_cast<std::size_t>(labels.position(merged.stands_for[label - 1u]));
    };
    const std::size_t winner = position(overlap.winner), loser = position(overlap.loser);
    facts.labels[loser].lost += overlap.voxels;
    reporter.info("segments " + facts.labels[winner].name + " and " + facts.labels[loser].name +
                  " overlap in " + millilitres(static_cast<double>(overlap.voxels) * voxel_volume) + " (" +
                  std::to_string(overlap.voxels) + " voxels): " + c.geometry.labels[winner].region +
                  " there, the later of the two in labels");
  }
  for (const SegmentationFacts::Label& label : facts.labels)
    if (label.lost > 0 && label.lost == label.voxels)
      throw InputError(
          c.path + ": geometry.labels: every voxel of " + label.name +
          " is also in segments that come later in labels, and the later wins; put it after them");
}

/// Letters of the directions in which the file's axes lead, and how far they are from the patient's.
std::string orientation_of(const LabelImage& image) {
  static constexpr const char* letters[3] = {"RL", "AP", "SI"};
  std::string text = "...";
  double trace = 0;
  for (int a = 0; a < 3; ++a) {
    text[static_cast<std::size_t>(image.file_axis[a])] = letters[a][image.file_flipped[a] ? 1 : 0];
    trace += image.axes[a][a];
  }
  const double degrees = std::acos(std::min(1., std::max(-1., (trace - 1) / 2))) * 180 / std::acos(-1.);
  if (degrees < 0.05) return text;
  char oblique[40];
  std::snprintf(oblique, sizeof oblique, ", %.1f degrees oblique", degrees);
  return text + oblique;
}

/// Whether the target is in one piece; where only the largest counts, the others become a region of their
/// own.
void find_pieces(const Case& c, SegmentedImage& segmented, Reporter& reporter) {
  std::vector<std::uint16_t>& values = segmented.values[static_cast<std::size_t>(segmented.target)];
  const Pieces pieces(segmented.image, values);
  segmented.segmentation.pieces = pieces.voxels();
  const std::size_t count = pieces.voxels().size();
  if (count < 2) return;
  constexpr std::size_t most_listed = 6;
  std::string volumes;
  for (std::size_t i = 0; i < std::min(count, most_listed); ++i)
    volumes += (i > 0 ? ", " : "") +
               millilitres(static_cast<double>(pieces.voxels()[i]) * segmented.image.voxel_volume());
  reporter.info("the target " + c.geometry.target + " has " + std::to_string(count) + " pieces, of " +
                volumes + (count > most_listed ? " and less" : "") +
                (c.geometry.largest_piece ? ": only the largest counts as target" : ": all count as target"));
  if (!c.geometry.largest_piece) return;

  const auto counts = count_labels(segmented.image);
  std::uint16_t other = 65535;
  while (other > 0 && (counts.count(other) > 0 || std::count(values.begin(), values.end(), other) > 0))
    --other;
  if (other == 0) throw InputError(c.geometry.segmentation + ": it uses all 65536 labels, none is left");
  pieces.relabel_smaller(segmented.image, other);
  std::string name = "other " + c.geometry.target;
  while (std::count(segmented.regions.begin(), segmented.regions.end(), name) > 0) name = "other " + name;
  segmented.regions.push_back(name);
  segmented.values.push_back({other});
}

void count_regions(SegmentedImage& segmented) {
  const auto counts = count_labels(segmented.image);
  for (const std::vector<std::uint16_t>& values : segmented.values) {
    std::size_t voxels = 0;
    for (const std::uint16_t value : values) {
      const auto found = counts.find(value);
      if (found != counts.end()) voxels += found->second;
    }
    segmented.segmentation.region_voxels.push_back(voxels);
  }
}

void warn_of_few_voxels(const SegmentedImage& segmented, Reporter& reporter) {
  for (std::size_t r = 0; r < segmented.regions.size(); ++r) {
    const std::size_t voxels = segmented.segmentation.region_voxels[r];
    if (voxels == 0 || voxels >= few_voxels) continue;
    reporter.warn("region " + segmented.regions[r] + " has only " + std::to_string(voxels) +
                  (voxels == 1 ? " voxel (" : " voxels (") +
                  millilitres(static_cast<double>(voxels) * segmented.image.voxel_volume()) +
                  "): its shape and volume are rough, and so is what is computed for it");
  }
}

/// A mesh says nothing of its unit.
void check_unit(const Case& c, const SegmentationFacts& facts, Reporter& reporter) {
  if (!c.geometry.mesh) return;
  double target = 0;
  for (std::size_t k = 0; k < facts.labels.size(); ++k)
    if (c.geometry.labels[k].region == c.geometry.target) target += facts.labels[k].in_mesh;
  const std::string text = "the target " + c.geometry.target + " of " + c.geometry.segmentation + " is " +
                           millilitres(target) + "; is geometry.length_unit right?";
  if (!(target >= least_target && target <= largest_target)) throw InputError(c.path + ": " + text);
  if (target < least_usual || target > largest_usual) reporter.warn(text);
}

void warn_of_edge(const Case& c, const SegmentedImage& segmented, const VoxelBox& target,
                  Reporter& reporter) {
  std::string touched;
  for (int a = 0; a < 3; ++a)
    for (const int side : {0, 1})
      if (side == 0 ? target.first[a] == 0 : target.last[a] == segmented.image.size[a] - 1)
        touched +=
            (touched.empty() ? "" : ", ") + std::string(box_faces[static_cast<std::size_t>(2 * a + side)]);
  if (touched.empty()) return;
  reporter.warn(
      "the target " + c.geometry.target + " touches the edge of the segmentation's image (" + touched +
      "): what lies beyond counts as " + c.geometry.background +
      ", the background. Right where the file was cropped to its segments; where the scan itself ends "
      "there, a part of the target is missing");
}

/// Leaves of the image what the meshed box can hold: a whole scan is hundreds of megabytes on every rank.
void crop_image(const Case& c, SegmentedImage& segmented, VoxelBox box) {
  for (int a = 0; a < 3; ++a) {
    const double beyond = c.geometry.margin + std::max(OctreeRequest().h_max, c.numerics.h_min);
    const int voxels = static_cast<int>(std::min(1e6, std::ceil(beyond / segmented.image.spacing[a]))) + 2;
    box.first[a] -= voxels;
    box.last[a] += voxels;
  }
  segmented.image = cropped(segmented.image, box);
}

}  // namespace

SegmentedImage read_segmentation(const Case& c, Reporter& reporter) {
  SegmentedImage segmented;
  const SegmentationFile file(c);
  const FileLabels& labels = file.labels();
  MergedLayers merged;
  segmented.image = file.image(merged);
  segmented.regions = c.regions;
  segmented.values.resize(c.regions.size());
  segmented.target = region_index(segmented, c.geometry.target);
  segmented.background = region_index(segmented, c.geometry.background);

  SegmentationFacts& facts = segmented.segmentation;
  facts.format = segmented.image.format;
  facts.orientation = orientation_of(segmented.image);
  facts.size = segmented.image.size;
  facts.spacing = segmented.image.spacing;
  const std::vector<std::uint16_t> in_image = labels.in_image();
  const std::vector<double> in_mesh = file.mesh_volumes();
  for (std::size_t k = 0; k < c.geometry.labels.size(); ++k) {
    SegmentationFacts::Label label;
    label.name = labels.text(labels.stored()[k]);
    label.region = region_index(segmented, c.geometry.labels[k].region);
    if (!in_mesh.empty()) label.in_mesh = in_mesh[k];
    facts.labels.push_back(label);
    segmented.values[static_cast<std::size_t>(label.region)].push_back(in_image[k]);
  }
  match_labels(c, labels, labels_in_file(segmented.image, merged), facts);
  report_overlaps(c, labels, merged, segmented.image.voxel_volume(), facts, reporter);
  find_pieces(c, segmented, reporter);
  count_regions(segmented);
  warn_of_few_voxels(segmented, reporter);
  check_unit(c, facts, reporter);
  const VoxelBox target =
      voxel_box(segmented.image, segmented.values[static_cast<std::size_t>(segmented.target)]);
  if (target.empty()) throw InputError(segmented.image.path + ": the target region has no voxel");
  warn_of_edge(c, segmented, target, reporter);
  crop_image(c, segmented, target);
  return segmented;
}

}  // namespace intratumor
