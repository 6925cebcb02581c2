#include "injection/needle.h"

#include <gtest/gtest.h>

namespace intratumor {
namespace {

Needle read(const std::string& text) {
  return read_needle(YamlNode::parse("needle: " + text, "case.yaml").required("needle"),
                     ParameterLibrary::find());
}

std::string error(const std::string& text) {
  try {
    read(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Needle, FilesOfTheLibraryAreWhole) {
  const ParameterLibrary library = ParameterLibrary::find();
  ASSERT_GE(library.names("needles").size(), 3u);
  for (const std::string& name : library.names("needles")) {
    const Needle needle = read(name);
    EXPECT_EQ(needle.name, name);
    EXPECT_TRUE(needle.outer_diameter.has_range()) << name;
    EXPECT_FALSE(needle.outer_diameter.source.empty()) << name;
    EXPECT_EQ(needle.outer_diameter.basis, "read") << name;
    EXPECT_FALSE(needle.hole_distances.empty()) << name;
    const YamlNode file = library.load("needles", name);
    EXPECT_NO_THROW(file.required("holes").required("source")) << name;
    EXPECT_NO_THROW(file.required("holes").required("basis")) << name;
  }
}

TEST(Needle, ReadsBackEqual) {
  for (const char* text : {"22G_side_holes", "{like: 25G_end_hole, outer_diameter: 0.51 mm}",
                           "{outer_diameter: 0.7 mm, holes: [0 mm, 3.3 mm], hole_diameter: 0.2 mm}"}) {
    const Needle needle = read(text);
    const Needle again = read(to_yaml(needle));
    EXPECT_EQ(again.name, needle.name);
    EXPECT_EQ(again.outer_diameter, needle.outer_diameter);
    EXPECT_EQ(again.hole_distances, needle.hole_distances);
    EXPECT_EQ(again.hole_diameter, needle.hole_diameter);
  }
}

TEST(Needle, Errors) {
  EXPECT_NE(error("21G").find("no '21G' among the needles"), std::string::npos);
  EXPECT_NE(error("[1]").find("must be the name of a needle"), std::string::npos);
  EXPECT_NE(error("{like: 22G_end_hole, holes: []}").find("needs a hole"), std::string::npos);
  EXPECT_NE(error("{like: 22G_end_hole, holes: [3 mm, 1 mm]}").find("must ascend"), std::string::npos);
  EXPECT_NE(error("{like: 22G_end_hole, outer_diameter: 7 mm}").find("at most 5 mm"), std::string::npos);
  EXPECT_NE(error("{like: 22G_end_hole, inner_diameter: 0.4 mm}").find("not available yet"),
            std::string::npos);
  EXPECT_NE(error("{like: 22G_end_hole, hole_diameter: 0.2 mm}").find("has no effect"), std::string::npos);
  EXPECT_NE(error("{like: 22G_end_hole, holes: [3 mm]}").find("'hole_diameter' is missing"),
            std::string::npos);
  EXPECT_NE(error("{like: 22G_side_holes, hole_diameter: 2 mm}").find("wider than"), std::string::npos);
  EXPECT_NE(error("{outer_diameter: 0.7 mm}").find("'holes' is missing"), std::string::npos);
}

}  // namespace
}  // namespace intratumor
