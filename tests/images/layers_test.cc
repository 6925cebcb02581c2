#include <gtest/gtest.h>

#include "images/image_header.h"
#include "refused.h"
#include "text_image.h"

// Segmentations as 3D Slicer saves them: names, layers, overlaps.

namespace intratumor {
namespace {

using testing::Bytes;
using testing::expect_message;
using testing::Folder;
using testing::NrrdFile;

const char* const three_segments =
    "Segment0_ID:=Segment_1\nSegment0_Name:=Tumor\nSegment0_Layer:=0\nSegment0_LabelValue:=1\n"
    "Segment0_Extent:=0 3 0 2 0 1\nSegment0_Tags:=Segmentation.Status:inprogress|a:b\n"
    "Segment1_ID:=Segment_2\nSegment1_Name:=Left kidney\nSegment1_Layer:=0\nSegment1_LabelValue:=2\n"
    "Segment2_ID:=Segment_3\nSegment2_Name:=Necrosis\nSegment2_Layer:=1\nSegment2_LabelValue:=1\n"
    "Segmentation_SourceRepresentation:=Binary labelmap\n"
    "Segmentation_ReferenceImageExtentOffset:=17 20 3\n";

/// Layer 0: tumour in voxels 1 to 6, kidney in 7 to 10; layer 1: necrosis in 5 to 8.
NrrdFile layered(bool together) {
  NrrdFile file;
  file.keys = three_segments;
  file.set("dimension", "4");
  if (together) {
    file.set("sizes", "2 4 3 2").set("kinds", "list domain domain domain");
    file.set("space directions", "none (-0.75,0,0) (0,-1.5,0) (0,0,2.5)");
  } else {
    file.set("sizes", "4 3 2 2").set("kinds", "domain domain domain list");
    file.set("space directions", "(-0.75,0,0) (0,-1.5,0) (0,0,2.5) none");
  }
  file.data.assign(48, 0);
  for (std::size_t v = 1; v <= 10; ++v) file.data[together ? 2 * v : v] = v <= 6 ? 1 : 2;
  for (std::size_t v = 5; v <= 8; ++v) file.data[together ? 2 * v + 1 : v + 24] = 1;
  return file;
}

struct Read {
  LabelImage image;
  MergedLayers merged;
};

Read read(const NrrdFile& file, const std::vector<LayerValue>& order) {
  const Folder folder;
  file.write(folder / "a.seg.nrrd");
  Read result;
  result.image = read_label_image(folder / "a.seg.nrrd", order, result.merged);
  return result;
}

ImageHeader header_of(const NrrdFile& file) {
  const Folder folder;
  file.write(folder / "a.seg.nrrd");
  return read_image_header(folder / "a.seg.nrrd");
}

std::vector<std::uint16_t> first_labels(const Read& read) {
  return {read.image.labels.begin(), read.image.labels.begin() + 12};
}

TEST(Layers, SegmentsHaveNames) {
  for (const bool together : {true, false}) {
    const ImageHeader header = header_of(layered(together));
    EXPECT_EQ(header.layers, 2);
    ASSERT_EQ(header.segments.size(), 3u);
    EXPECT_EQ(header.segments[0].name, "Tumor");
    EXPECT_EQ(header.segments[1].name, "Left kidney");
    EXPECT_TRUE(header.segments[1].stored == (LayerValue{0, 2}));
    EXPECT_TRUE(header.segments[2].stored == (LayerValue{1, 1}));
  }
}

TEST(Layers, LaterWins) {
  const LayerValue tumour{0, 1}, kidney{0, 2}, necrosis{1, 1};
  for (const bool together : {true, false}) {
    const NrrdFile file = layered(together);
    const Read last = read(file, {kidney, tumour, necrosis});
    EXPECT_EQ(first_labels(last), (std::vector<std::uint16_t>{0, 2, 2, 2, 2, 3, 3, 3, 3, 1, 1, 0}));
    const Read middle = read(file, {kidney, necrosis, tumour});
    EXPECT_EQ(first_labels(middle), (std::vector<std::uint16_t>{0, 3, 3, 3, 3, 3, 3, 2, 2, 1, 1, 0}));
    const Read first = read(file, {necrosis, kidney, tumour});
    EXPECT_EQ(first_labels(first), (std::vector<std::uint16_t>{0, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 0}));

    // What each held alone, and what overlaps.
    EXPECT_EQ(middle.merged.voxels, (std::vector<std::size_t>{4, 4, 6}));
    ASSERT_EQ(middle.merged.overlaps.size(), 2u);
    EXPECT_EQ(middle.merged.overlaps[0].winner, 2);  // necrosis over kidney
    EXPECT_EQ(middle.merged.overlaps[0].loser, 1);
    EXPECT_EQ(middle.merged.overlaps[0].voxels, 2u);
    EXPECT_EQ(middle.merged.overlaps[1].winner, 3);  // tumour over necrosis
    EXPECT_EQ(middle.merged.overlaps[1].loser, 2);
    EXPECT_EQ(middle.merged.overlaps[1].voxels, 2u);
    // Places are those of the file, whatever extent of the scan it was cropped to.
    EXPECT_NEAR(last.image.world({0, 0, 0})[0], -10e-3, 1e-15);
    EXPECT_NE(last.image.format.find("2 layers of uint8"), std::string::npos);
  }
}

TEST(Layers, UnnamedLabelsAreWeakest) {
  for (const bool together : {true, false}) {
    const Read one = read(layered(together), {{1, 1}});
    EXPECT_EQ(std::count(one.image.labels.begin(), one.image.labels.end(), 1), 4);
    EXPECT_EQ(one.merged.stands_for.size(), 3u);
    const Read none = read(layered(together), {});
    EXPECT_EQ(std::count(none.image.labels.begin(), none.image.labels.end(), 0), 24 - 10);
  }
}

TEST(Layers, OfOneLayerKeepTheirValues) {
  NrrdFile file;
  file.keys = "Segment0_Name:=Tumor\nSegment0_LabelValue:=7\nSegment0_Layer:=0\n";
  const Read one = read(file, {{0, 7}});
  testing::expect_good(one.image);
  EXPECT_TRUE(one.merged.stands_for.empty());
  EXPECT_EQ(header_of(file).segments[0].stored.value, 7);
}

// Files from before Slicer shared layers: segment N is value 1 of layer N.
TEST(Layers, OldFiles) {
  NrrdFile file = layered(true);
  file.keys = "Segment0_ID:=a\nSegment0_Name:=Tumor\nSegment1_ID:=b\n";
  const ImageHeader header = header_of(file);
  ASSERT_EQ(header.segments.size(), 2u);
  EXPECT_TRUE(header.segments[1].stored == (LayerValue{1, 1}));
  EXPECT_EQ(header.segments[1].name, "b");
}

TEST(Layers, RefusesWhatIsNoSegmentation) {
  const auto refused = [](const NrrdFile& file, const std::vector<std::string>& words) {
    const Folder folder;
    file.write(folder / "a.seg.nrrd");
    expect_message(folder / "a.seg.nrrd", words);
  };
  NrrdFile file = layered(true);
  file.keys = "";
  refused(file, {"more than 3 dimensions", "2 4 3 2", ".seg.nrrd"});
  file.keys = "Segment0_Name:=Tumor\nSegment0_Layer:=2\n";
  refused(file, {"corrupt", "in layer 2, and there are 2"});
  file.keys = "Segment0_Name:=Tumor\nSegment0_LabelValue:=70000\n";
  refused(file, {"corrupt", "Segment0_LabelValue '70000'", "65535"});
  file.keys = "Segment0_Name:=Tumor\nSegment0_LabelValue:=one\n";
  refused(file, {"corrupt", "'one'"});
  file.keys = std::string(three_segments) + "Segmentation_SourceRepresentation:=Fractional labelmap\n";
  refused(file, {"fractions", "binary labelmap"});
  file.keys = std::string(three_segments) + "Segmentation_Extent:=0 3 0 2 0 1\n";
  refused(file, {"old 3D Slicer"});
  file = layered(true);
  file.set("sizes", "4 2 3 2").set("space directions", "(-0.75,0,0) none (0,-1.5,0) (0,0,2.5)");
  refused(file, {"more than 3 dimensions"});
  file = layered(true);
  file.data.resize(47);
  refused(file, {"truncated", "2 layers of 4 x 3 x 2"});
}

}  // namespace
}  // namespace intratumor
