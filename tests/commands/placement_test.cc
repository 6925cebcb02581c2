// What the program says of a target's pieces and edges and of where needles are.
#include <gtest/gtest.h>

#include "lump.h"
#include "output/table.h"

using namespace intratumor;

TEST(Placement, PiecesOfTheTarget) {
  const ScratchFolder scratch;
  // The lump, a bar of 20 voxels and a single one.
  write_lump(scratch, [](int i, int j, int k) {
    const bool bar = i >= 2 && i < 7 && j >= 1 && j < 3 && k >= 2 && k < 4;
    return bar || (i == 20 && j == 19 && k == 12) ? 2 : lump(i, j, k) == 2 ? 2 : 0;
  });
  const std::string labels = "geometry.labels={0: muscle, 2: tumour}";
  const Ended all = check_of(scratch, {labels}, "run");
  ASSERT_EQ(all.status, 0) << all.err;
  expect_said(all.err, {"the target tumour has 3 pieces", ", 0.036 mL, 0.0018 mL: all count as target"});
  std::filesystem::rename(scratch / "lump.out", scratch / "all");
  const Ended largest = check_of(scratch, {labels, "geometry.component=largest"}, "run");
  ASSERT_EQ(largest.status, 0) << largest.err;
  expect_said(largest.err, {"only the largest counts as target"});
  const auto volume = [&](const std::string& folder, const std::string& path) {
    return std::stod(value_in(scratch / folder, path));
  };
  // The others keep the tumour's tissue in a region of their own.
  const double of_all = volume("all", "/tumour/volume_m3"),
               of_largest = volume("lump.out", "/tumour/volume_m3");
  EXPECT_NEAR(of_all - of_largest, 21 * 1.8e-9, 1e-15);
  EXPECT_EQ(value_in(scratch / "lump.out", "/regions/2/name"), "\"other tumour\"");
  EXPECT_EQ(value_in(scratch / "lump.out", "/regions/2/tissue"), "\"viable_tumour\"");
  const Ended check = check_of(scratch, {labels, "geometry.component=largest"});
  expect_said(check.out,
              {"in 3 pieces, the largest counts", "other tumour", "region other tumour has only 21 voxels"});
}

TEST(Placement, SmallRegionsAndEdges) {
  const ScratchFolder scratch;
  // Cut where its middle is, with a core of three voxels.
  write_lump(scratch, [](int i, int j, int k) {
    return i >= 10 && i < 13 && j == 4 && k == 4 ? 1 : lump(i, j + 10, k + 7) == 2 ? 2 : 0;
  });
  const std::string tip = "scheme.0.tip=" + point_text(Grid().at(11, 1, 1));
  const Ended ended = check_of(scratch, {tip, "scheme.0.needle=22G_end_hole"}, "run");
  ASSERT_EQ(ended.status, 0) << ended.err;
  expect_said(ended.err, {"region kidney has only 3 voxels (0.0054 mL)", "touches the edge",
                          "(anterior, inferior): what lies beyond counts as muscle"});
}

TEST(Placement, TipsInAndOutOfTheTarget) {
  const ScratchFolder scratch;
  write_lump(scratch);
  const Grid grid;
  const auto tip = [](const Vector3& lps) { return "scheme.0.tip=" + point_text(lps); };
  const std::string needle = "scheme.0.needle=22G_end_hole";
  const Vector3 inside = grid.at(12, 10, 7), beside = grid.at(18, 10, 7);
  Ended ended = check_of(scratch, {needle, tip(beside)});
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_said(ended.out, {"the tip lies in kidney, outside the target tumour: peritumoural"});
  ended = check_of(scratch, {needle, "scheme.0.tip={at: centroid, offset: [0 mm, 0 mm, 1 mm]}"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.out.find("peritumoural"), std::string::npos);

  const auto refused = [&](const std::vector<std::string>& changes, const std::vector<std::string>& said) {
    for (const char* command : {"check", "run"}) {
      const Ended end = check_of(scratch, changes, command);
      EXPECT_EQ(end.status, 2) << end.err << end.out;
      std::string last = lines_of(end.err).back();
      EXPECT_EQ(last.rfind("error: ", 0), 0u) << end.err;
      expect_said(last, said);
    }
  };
  refused({needle, tip({500, 0, 0})},
          {"lies outside the region of interest", "whose middle is", "raise geometry.margin"});
  // A point of the other space.
  const Vector3 turned{-inside[0], -inside[1], inside[2]};
  refused({needle, tip(turned)}, {"x and y turned", "looks like one in RAS", "say geometry.space: RAS"});
  ended =
      check_of(scratch, {needle, tip(turned), "geometry.space=RAS", "scheme.0.entry=[0 mm, 0 mm, 90 mm]"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  refused({needle, tip(inside), "geometry.space=RAS"}, {"looks like one in LPS", "say geometry.space: LPS"});
  // A sign or the order of the axes turned.
  refused({needle, tip({inside[0], inside[1], -inside[2]})},
          {"with the sign of z turned it would lie in the target"});
  refused({needle, tip({inside[2], inside[1], inside[0]})}, {"read as z, y, x it would lie in the target"});
  // The place of a voxel in the file.
  refused({needle, tip({12, 10, 7})}, {"taken for a voxel's place in the file it would lie in the target"});
  // Entry and tip exchanged.
  refused({needle, tip(grid.at(16, 25, 40)), "scheme.0.entry=" + point_text(inside)},
          {"where the needle enters lies in the target: entry and tip look exchanged"});
  ended = check_of(scratch, {needle, tip(beside), "scheme.0.entry=" + point_text(inside)});
  expect_said(ended.out, {"the tip lies in kidney", "look exchanged"});
}

TEST(Placement, ATipBesideTheTargetThatLooksTurned) {
  // The world's axis runs along the target's edge: turned about it, a tip in the target lies beside it.
  const ScratchFolder scratch;
  Grid grid;
  grid.origin = {-8.5, -12, 7};
  write_lump(scratch);
  const std::string image = scratch / "near.nrrd";
  stored(grid, {0, 1, 2}, 0, lump).write(image);
  const Vector3 inside = grid.at(12, 10, 7);
  const std::string changed = "geometry.segmentation=" + image;
  const Ended ended = check_of(scratch, {changed, "scheme.0.needle=22G_end_hole",
                                         "scheme.0.tip=" + point_text({-inside[0], -inside[1], inside[2]})});
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_said(ended.out,
              {"outside the target tumour; with the signs of x and y turned it would lie in the target",
               "say geometry.space: RAS"});
}

TEST(Placement, ModeByPressure) {
  const ScratchFolder scratch;
  write_lump(scratch);
  const std::vector<std::string> needle = {"scheme.0.needle=22G_end_hole", "scheme.0.mode=auto",
                                           "scheme.0.volume=0.01 mL", "run.until=6 h"};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = needle;
    all.insert(all.end(), more.begin(), more.end());
    return check_of(scratch, all);
  };
  // Q/(4 pi K r (1 + r/l)) against p_open, on both sides of it: 8 kPa at 0.087 uL/min in viable tumour.
  Ended ended = with({"scheme.0.over=100 min"});
  expect_said(ended.out,
              {"auto: deposit, chosen by pressure", "above the 8 kPa at which viable_tumour tears"});
  ended = with({"scheme.0.over=200 min"});
  expect_said(ended.out,
              {"auto: infusion, chosen by pressure", "below the 8 kPa at which viable_tumour tears"});
  // Said by the case: obeyed, with a warning that names a rate that would do.
  ended = with({"scheme.0.over=100 min", "scheme.0.mode=infusion"});
  expect_said(ended.out,
              {"flow through intact pores is not what will happen there", "uL/min would not tear it"});
}

TEST(Placement, NeedlesDrawnInSlicer) {
  const ScratchFolder scratch;
  write_lump(scratch);
  const Grid grid;
  const auto line = [&](const Vector3& first, const Vector3& second, const std::string& system) {
    const auto text = [](const Vector3& p) {
      return Json({{"position", {p[0], p[1], p[2]}}, {"positionStatus", "defined"}});
    };
    write_text(scratch / "needle.mrk.json", Json({{"markups",
                                                   {{{"type", "Line"},
                                                     {"coordinateSystem", system},
                                                     {"controlPoints", {text(first), text(second)}}}}}})
                                                .dump(2));
  };
  std::string by_line = contents_of(scratch / "lump.yaml");
  const std::size_t from = by_line.find("tip: "), to = by_line.find("volume: ");
  by_line.replace(from, to - from, "needle_line: needle.mrk.json\n    ");
  const std::string by_points = contents_of(scratch / "lump.yaml");
  const Vector3 entry = grid.at(16.3, 25, 40), tip = grid.at(12.3, 10.1, 6.2);

  ASSERT_EQ(check_of(scratch, {}, "run").status, 0);
  std::filesystem::rename(scratch / "lump.out", scratch / "points");
  write_text(scratch / "lump.yaml", by_line);
  line(entry, tip, "LPS");
  const Ended run = check_of(scratch, {}, "run");
  ASSERT_EQ(run.status, 0) << run.err;
  difference(results_of(scratch / "lump.out"), results_of(scratch / "points"));
  EXPECT_EQ(value_in(scratch / "lump.out", "/inputs/needle_line_0/sha256").size(), 66u);
  expect_said(contents_of(scratch / "lump.out/case.resolved.yaml"), {"needle.mrk.json"});
  expect_said(check_of(scratch, {}).out, {"line     ", "needle.mrk.json"});

  line(tip, entry, "LPS");
  Ended ended = check_of(scratch, {});
  EXPECT_EQ(ended.status, 2);
  expect_said(ended.err, {"the line looks reversed: its first point is where the needle enters"});
  line(entry, tip, "RAS");
  ended = check_of(scratch, {});
  EXPECT_EQ(ended.status, 2);
  expect_said(ended.err, {"is coordinateSystem in", "needle.mrk.json right?"});
}
