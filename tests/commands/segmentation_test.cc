// Segmentations as users have them, through the program: formats, orientations, segments.
#include <gtest/gtest.h>

#include "lump.h"
#include "output/table.h"

using namespace intratumor;

// The requirement: metrics agree to 1e-6 whatever the order of the voxels, and wherever the patient lies.
TEST(Segmentation, StorageAndPlaceDoNotMatter) {
  const ScratchFolder scratch;
  const Grid grid;
  struct Variant {
    std::string name;
    Grid grid;
    std::array<int, 3> axis;
    int flips;
  };
  std::vector<Variant> variants = {{"straight", grid, {0, 1, 2}, 0}, {"flipped", grid, {0, 1, 2}, 3},
                                   {"mirrored", grid, {0, 1, 2}, 4}, {"jik", grid, {1, 0, 2}, 0},
                                   {"kji", grid, {2, 1, 0}, 7},      {"ikj", grid, {0, 2, 1}, 2},
                                   {"jki", grid, {1, 2, 0}, 5},      {"kij", grid, {2, 0, 1}, 1}};
  Grid shifted = grid;
  shifted.origin = {301.25, -157.5, 1210.75};
  variants.push_back({"shifted", shifted, {1, 0, 2}, 1});
  // A rotation about no axis of the patient; image and needle turn together.
  Grid oblique = shifted;
  const double q[3][3] = {{6. / 7, 2. / 7, -3. / 7}, {-3. / 7, 6. / 7, -2. / 7}, {2. / 7, 3. / 7, 6. / 7}};
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 3; ++c) oblique.matrix[r][c] = q[r][c] * grid.matrix[c][c];
  variants.push_back({"oblique", oblique, {0, 1, 2}, 0});
  variants.push_back({"oblique_kji", oblique, {2, 1, 0}, 6});

  std::vector<std::unique_ptr<Program>> running;
  const auto wait_for = [&](std::size_t v) {
    const Ended ended = running[v]->wait();
    ASSERT_EQ(ended.status, 0) << variants[v].name << ended.err;
  };
  for (std::size_t v = 0; v < variants.size(); ++v) {
    const Variant& variant = variants[v];
    stored(variant.grid, variant.axis, variant.flips, lump).write(scratch / variant.name + ".nrrd");
    write_text(scratch / variant.name + ".yaml",
               case_text(variant.grid, variant.name + ".nrrd", plain_labels));
    running.push_back(std::make_unique<Program>(
        std::vector<std::string>{INTRATUMOR_PROGRAM, "run", variant.name + ".yaml", "-q"}, scratch.path()));
    if (v > 0) wait_for(v - 1);  // two at a time
  }
  wait_for(variants.size() - 1);
  const Json reference = results_of(scratch / "straight.out");
  for (const Variant& variant : variants) {
    SCOPED_TRACE(variant.name);
    const double worst = difference(results_of(scratch / variant.name + ".out"), reference);
    std::printf("%s: largest relative difference of a metric %.1e\n", variant.name.c_str(), worst);
  }
}

TEST(Segmentation, FormatsGiveTheSame) {
  const ScratchFolder scratch;
  const Grid grid;
  write_lump(scratch);
  files::NrrdFile detached = stored(grid, {0, 1, 2}, 0, lump);
  files::write_bytes(scratch / "voxels.raw", detached.data);
  detached.set("data file", "voxels.raw");
  files::write_bytes(scratch / "lump.nhdr", files::joined(detached.header(), {}));
  files::MetaFile meta;
  meta.set("DimSize", "24 22 16").set("ElementSpacing", "1 1.2 1.5").set("Offset", "-12 -30 7");
  meta.set("TransformMatrix", "1 0 0 0 1 0 0 0 1").set("CompressedData", "True");
  meta.data = files::deflated(detached.data, true);
  meta.write(scratch / "lump.mha");
  // By names, tumour over kidney in a layer of its own.
  files::NrrdFile layers = stored(grid, {0, 1, 2}, 0, lump);
  layers.set("dimension", "4").set("sizes", "2 24 22 16").set("kinds", "list domain domain domain");
  layers.set("space directions", "none (1,0,0) (0,1.2,0) (0,0,1.5)").set("encoding", "gzip");
  layers.keys =
      "Segment0_Name:=Right kidney\nSegment0_Layer:=0\nSegment0_LabelValue:=1\n"
      "Segment1_Name:=Tumor\nSegment1_Layer:=1\nSegment1_LabelValue:=1\n";
  files::Bytes both;
  for (const unsigned char label : layers.data) {
    both.push_back(label != 0 && (label == 1 || both.size() % 4 != 0));
    both.push_back(label == 2);
  }
  layers.data = files::deflated(both);
  layers.write(scratch / "lump.seg.nrrd");

  const std::vector<std::vector<std::string>> changes = {
      {"geometry.segmentation=lump.nrrd"},
      {"geometry.segmentation=lump.nhdr"},
      {"geometry.segmentation=lump.mha"},
      {"geometry.segmentation=lump.seg.nrrd", "geometry.labels={Right kidney: kidney, Tumor: tumour}",
       "geometry.background=muscle"}};
  for (std::size_t v = 0; v < changes.size(); ++v) {
    std::vector<std::string> arguments{"run", "lump.yaml", "-o", std::to_string(v)};
    for (const std::string& change : changes[v]) arguments.insert(arguments.end(), {"--set", change});
    const Ended ended = intratumor_in(scratch.path(), arguments);
    ASSERT_EQ(ended.status, 0) << ended.err;
    if (v == 3)
      expect_said(ended.err, {"segments 'Tumor' and 'Right kidney' overlap in", "tumour there, the later"});
  }
  for (std::size_t v = 1; v < 3; ++v)
    difference(results_of(scratch / std::to_string(v)), results_of(scratch / std::to_string(0)));
  // Names come in another order than numbers, and so do sums over regions.
  EXPECT_NEAR(std::stod(value_in(scratch / "3", "/tumour/auc_free")) /
                  std::stod(value_in(scratch / "0", "/tumour/auc_free")),
              1, 1e-12);
  // A detached header's hash says nothing of its voxels: theirs is there too.
  EXPECT_EQ(value_in(scratch / "1", "/inputs/segmentation_data/sha256").size(), 66u);
  // The resolved case keeps the names and gives the same again.
  const Ended again = intratumor_in(scratch.path(), {"run", "3/case.resolved.yaml", "-q", "-o", "4"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(results_of(scratch / "4"), results_of(scratch / "3"));
}

TEST(Segmentation, CheckDescribesTheFile) {
  const ScratchFolder scratch;
  write_lump(scratch);
  files::NrrdFile named = stored(Grid(), {2, 1, 0}, 4, lump);
  named.keys =
      "Segment0_Name:=Kidney\nSegment0_LabelValue:=1\nSegment1_Name:=Tumor\nSegment1_LabelValue:=2\n";
  named.write(scratch / "lump.seg.nrrd");
  const Ended ended = check_of(
      scratch, {"geometry.segmentation=lump.seg.nrrd", "geometry.labels={Kidney: kidney, Tumor: tumour}"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  expect_said(ended.out, {"segmentation: NRRD, uint8", "24 x 22 x 16 voxels of 1 x 1.2 x 1.5 mm",
                          "stored as SPR", "'Tumor'", "mL in one piece", "geometry.labels.Tumor"});
  EXPECT_EQ(ended.out.find("oblique"), std::string::npos);
}

TEST(Segmentation, LabelsThatDoNotMatch) {
  const ScratchFolder scratch;
  write_lump(scratch);
  files::NrrdFile file = stored(Grid(), {0, 1, 2}, 0, lump);
  file.keys =
      "Segment0_Name:=Kidney\nSegment0_LabelValue:=1\nSegment1_Name:=Tumor\nSegment1_LabelValue:=2\n"
      "Segment2_Name:=Empty\nSegment2_LabelValue:=3\n";
  file.write(scratch / "a.seg.nrrd");
  file.keys = "Segment0_Name:=Tumor\nSegment0_LabelValue:=1\nSegment1_Name:=Tumor\nSegment1_LabelValue:=2\n";
  file.write(scratch / "same.seg.nrrd");
  files::NrrdFile layers;
  layers.set("dimension", "4").set("sizes", "3 4 3 2").set("kinds", "list domain domain domain");
  layers.set("space directions", "none (1,0,0) (0,1,0) (0,0,1)");
  layers.keys =
      "Segment0_Name:=A\nSegment0_LabelValue:=1\nSegment0_Layer:=0\nSegment1_Name:=B\nSegment1_LabelValue:="
      "1\n"
      "Segment1_Layer:=1\nSegment2_Name:=C\nSegment2_LabelValue:=2\nSegment2_Layer:=2\n";
  layers.data.assign(72, 0);
  layers.data[0] = layers.data[1] = 1;
  layers.data[5] = 2;
  layers.write(scratch / "layers.seg.nrrd");
  const struct {
    const char* image;
    const char* labels;
    std::vector<std::string> said;
  } faults[] = {
      {"lump.nrrd", "{1: kidney, Tumor: tumour}", {"gives its labels no names", "'Tumor'"}},
      {"a.seg.nrrd", "{Kidney: kidney, tumor: tumour}", {"called 'tumor'", "did you mean 'Tumor'?"}},
      {"a.seg.nrrd",
       "{Tumor: tumour}",
       {"label 'Kidney', which the case does not name; add 'Kidney': REGION"}},
      {"a.seg.nrrd",
       "{Kidney: kidney, Tumor: tumour, Empty: fat}",
       {"'Empty' ('fat') does not occur", "'Tumor' ("}},
      {"a.seg.nrrd", "{1: kidney, Kidney: fat, Tumor: tumour}", {"1 and 'Kidney' are the same label"}},
      {"same.seg.nrrd", "{Tumor: tumour}", {"more than one segment called 'Tumor'"}},
      {"layers.seg.nrrd",
       "{1: fat, C: tumour}",
       {"3 layers", "the value 1 is a segment of more than one", "'A', 'B'"}},
      {"layers.seg.nrrd", "{7: fat, C: tumour}", {"the value 7 is no segment"}},
      {"layers.seg.nrrd", "{A: tumour, B: fat, 2: kidney}", {"every voxel of 'A'", "put it after"}},
  };
  for (const auto& fault : faults) {
    const Ended ended = check_of(scratch, {std::string("geometry.segmentation=") + fault.image,
                                           std::string("geometry.labels=") + fault.labels});
    EXPECT_EQ(ended.status, 2) << fault.labels << ended.out;
    EXPECT_EQ(lines_of(ended.err).size(), 1u) << ended.err;
    expect_said(ended.err, fault.said);
  }
}
