// Needles drawn as lines in 3D Slicer.
#include "case_fixture.h"

namespace intratumor {
namespace {

/// A line as 3D Slicer 5 saves it, shortened by measurements and display.
std::string line_file(const std::string& first, const std::string& second,
                      const std::string& system = R"("coordinateSystem": "LPS",)") {
  const auto point = [](const std::string& id, const std::string& position) {
    return R"(
                {
                    "id": ")" +
           id + R"(",
                    "label": "L-)" +
           id + R"(",
                    "description": "",
                    "associatedNodeID": "vtkMRMLScalarVolumeNode1",
                    "position": )" +
           position + R"(,
                    "orientation": [-1.0, -0.0, -0.0, -0.0, -1.0, -0.0, 0.0, 0.0, 1.0],
                    "selected": true,
                    "locked": false,
                    "visibility": true,
                    "positionStatus": "defined"
                })";
  };
  return R"({
    "@schema": "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/markups-schema-v1.0.3.json#",
    "markups": [
        {
            "type": "Line",
            )" +
         system + R"(
            "coordinateUnits": "mm",
            "locked": false,
            "fixedNumberOfControlPoints": false,
            "labelFormat": "%N-%d",
            "lastUsedControlPointNumber": 2,
            "controlPoints": [)" +
         point("1", first) + "," + point("2", second) + R"(
            ],
            "measurements": [{"name": "length", "enabled": true, "value": 40.0, "units": "mm"}],
            "display": {"visibility": true, "color": [0.4, 1.0, 1.0]}
        }
    ]
}
)";
}

const std::string entry_text = "[-12.5, 40.0, 158.25]", tip_text = "[-12.5, 37.0, 118.25]";

class NeedleLines : public CaseFile {
 protected:
  std::string case_of(const std::string& line) const {
    write(line, "images/needle.mrk.json");
    std::string text = small_case;
    return text.replace(text.find("tip: deepest"), 12, "needle_line: images/needle.mrk.json");
  }
  void refused(const std::string& line, const std::vector<std::string>& words) const {
    const std::string message = error(case_of(line));
    EXPECT_NE(message.find("scheme.0.needle_line: " + (folder_ / "images/needle.mrk.json").string()),
              std::string::npos)
        << message;
    for (const std::string& word : words)
      EXPECT_NE(message.find(word), std::string::npos) << word << ": " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
};

TEST_F(NeedleLines, GiveEntryThenTip) {
  const std::string unset;
  for (const std::string& system : {std::string(R"("coordinateSystem": "LPS",)"), unset}) {
    const Case c = read(case_of(line_file(entry_text, tip_text, system)));
    const NeedleInjection& needle = c.needles[0];
    EXPECT_EQ(needle.needle_line, (folder_ / "images/needle.mrk.json").string());
    EXPECT_EQ(needle.tip.anchor, TipPosition::Anchor::point);
    EXPECT_NEAR(needle.tip.offset[0], 12.5e-3, 1e-15);
    EXPECT_NEAR(needle.tip.offset[1], -37e-3, 1e-15);
    EXPECT_NEAR(needle.tip.offset[2], 118.25e-3, 1e-15);
    EXPECT_NEAR((*needle.entry)[1], -40e-3, 1e-15);
    EXPECT_NEAR((*needle.direction)[0], 0, 1e-15);
    EXPECT_NEAR((*needle.direction)[1], 3 / std::hypot(3, 40), 1e-12);
    EXPECT_NEAR((*needle.direction)[2], -40 / std::hypot(3, 40), 1e-12);
  }
  // The file's own space, whatever the case's is.
  const Case ras =
      read(case_of(line_file(entry_text, tip_text, R"("coordinateSystem": "RAS",)")), {"geometry.space=LPS"});
  EXPECT_NEAR(ras.needles[0].tip.offset[0], -12.5e-3, 1e-15);
  EXPECT_NEAR(ras.needles[0].tip.offset[1], 37e-3, 1e-15);
}

TEST_F(NeedleLines, ServeHolesInTheSideAndShapesAlongTheNeedle) {
  const Case c = read(case_of(line_file(entry_text, tip_text)),
                      {"scheme.0.needle=22G_side_holes", "deposit={shape: line, length: 5 mm}"});
  EXPECT_EQ(c.needles[0].hole_distances.size(), 5u);
}

TEST_F(NeedleLines, ResolvedCasesNeedTheFileNoMore) {
  const Case c = read(case_of(line_file("[-12.1, 40.3, 158.7]", "[-11.9, 37.77, 118.123456789]")));
  fs::remove(folder_ / "images/needle.mrk.json");
  const Case again = resolved(c);
  EXPECT_TRUE(again == c) << resolved_yaml(c);
  EXPECT_TRUE(again.needles[0].needle_line.empty());
}

TEST_F(NeedleLines, UnitsAndPointsWithoutAPlace) {
  std::string coded = line_file(entry_text, tip_text);
  coded.replace(coded.find("\"mm\""), 4, R"(["mm", "UCUM", "millimeter"])");
  EXPECT_NEAR(read(case_of(coded)).needles[0].tip.offset[0], 12.5e-3, 1e-15);
  std::string micrometres = line_file("[0, 0, 0]", "[-12500, 0, 0]");
  micrometres.replace(micrometres.find("\"mm\""), 4, "\"um\"");
  EXPECT_NEAR(read(case_of(micrometres)).needles[0].tip.offset[0], 12.5e-3, 1e-15);
  std::string third = line_file(entry_text, tip_text);
  third.replace(third.find("\"controlPoints\": ["), 18,
                "\"controlPoints\": [{\"position\": [], \"positionStatus\": \"undefined\"},");
  EXPECT_NEAR(read(case_of(third)).needles[0].tip.offset[0], 12.5e-3, 1e-15);
}

TEST_F(NeedleLines, OthersAreRefused) {
  const std::string good = line_file(entry_text, tip_text);
  const auto with = [&](const std::string& what, const std::string& by) {
    std::string text = good;
    return text.replace(text.find(what), what.size(), by);
  };
  refused("not json", {"not JSON", ".mrk.json"});
  refused("", {"not JSON"});
  refused(good.substr(0, good.size() / 2), {"not JSON"});
  refused("[1, 2]", {"no list 'markups'"});
  refused("{}", {"no list 'markups'"});
  refused(R"({"markups": []})", {"no line", "nothing"});
  refused(R"({"markups": [1, {"type": 3}]})", {"no line"});
  refused(with("\"Line\"", "\"Fiducial\""),
          {"no line (type Line) but Fiducial", "draw the needle as a line"});
  refused(with("\"LPS\"", "\"IJK\""), {"coordinateSystem is 'IJK'", "LPS or RAS"});
  refused(with("\"mm\"", "\"inch\""), {"coordinateUnits is 'inch'"});
  refused(with("\"controlPoints\"", "\"points\""), {"controlPoints"});
  refused(with("\"defined\"", "\"preview\""), {"1 placed points", "two"});
  refused(with(tip_text, "[1, 2]"), {"three numbers"});
  refused(with(tip_text, "[1, 2, \"3\"]"), {"three numbers"});
  refused(with(tip_text, "[1, 2, 1e30]"), {"5 m"});
  refused(with(tip_text, entry_text), {"are one"});
  const std::string second = good.substr(good.find("{\n            \"type\""),
                                         good.rfind("        }") + 9 - good.find("{\n            \"type\""));
  refused(with("\"markups\": [", "\"markups\": [" + second + ","), {"more than one line"});
}

TEST_F(CaseFile, LabelsByTheNamesOfSegments) {
  std::string text = small_case;
  text.replace(text.find("tumour.nii.gz"), 13, "a.seg.nrrd");
  text.replace(text.find("{1: kidney, 2: viable_tumour}"), 29,
               "{0: fat, Left kidney: kidney, \"Tumor #1: core\": viable_tumour}");
  std::ofstream(folder_ / "images/a.seg.nrrd") << "not looked into";
  const Case c = read(text);
  ASSERT_EQ(c.geometry.labels.size(), 3u);
  EXPECT_EQ(c.geometry.labels[0].segment, "");
  EXPECT_EQ(c.geometry.labels[1].segment, "Left kidney");
  EXPECT_EQ(c.geometry.labels[2].segment, "Tumor #1: core");
  EXPECT_EQ(c.geometry.labels[2].region, "viable_tumour");
  EXPECT_FALSE(c.geometry.largest_piece);
  const Case largest = read(text, {"geometry.component=largest"});
  EXPECT_TRUE(largest.geometry.largest_piece);
  EXPECT_FALSE(c == largest);
  EXPECT_TRUE(resolved(c) == c) << resolved_yaml(c);
  EXPECT_TRUE(resolved(largest) == largest) << resolved_yaml(largest);
}

}  // namespace
}  // namespace intratumor
