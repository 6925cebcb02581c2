#include "quantities/yaml_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

namespace intratumor {
namespace {

const Range any = {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};

/// The message of the InputError that `action` throws; empty when it throws none.
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

YamlNode parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return YamlNode::parse(text, "case.yaml", overrides);
}

std::string parse_error(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return message_of([&] { parse(text, overrides); });
}

TEST(YamlNode, ReadsWhatItIsAskedFor) {
  const YamlNode node = parse("a: {b: 3 mm, list: [1, 2.5], on: true, word: red}\n");
  const YamlNode a = node.required("a");
  EXPECT_DOUBLE_EQ(a.required("b").quantity(Dimension::length, any), 3e-3);
  EXPECT_EQ(a.required("list").items()[0].integer(0, 3), 1);
  EXPECT_EQ(a.required("list").items()[1].number(any), 2.5);
  EXPECT_TRUE(a.required("on").boolean());
  EXPECT_EQ(a.required("word").one_of({"red", "blue"}), "red");
  EXPECT_FALSE(a.optional("none"));
  EXPECT_NO_THROW(a.done());
  EXPECT_NO_THROW(node.done());
}

TEST(YamlNode, ErrorsSayWhere) {
  const YamlNode node = parse("scheme:\n  - volume: 5 mm\n");
  const YamlNode volume = node.required("scheme").items()[0].required("volume");
  EXPECT_EQ(volume.path(), "scheme.0.volume");
  EXPECT_EQ(message_of([&] { volume.quantity(Dimension::volume, any); }),
            "case.yaml:2:13: scheme.0.volume: '5 mm' is a length; expected a volume, e.g. 1 mL");
}

TEST(YamlNode, RangesAreNamed) {
  const YamlNode node = parse("a: -5 mL\nb: 2\n");
  EXPECT_EQ(message_of([&] {
              node.required("a").quantity(Dimension::volume, {0, 1e-3, true});
            }),
            "case.yaml:1:4: a: '-5 mL' must be more than 0 mL and at most 1000 mL");
  EXPECT_EQ(message_of([&] {
              node.required("b").number({0, 1});
            }),
            "case.yaml:2:4: b: '2' must be at least 0 and at most 1");
}

TEST(YamlNode, UnknownKeysAreRefusedWithTheNearest) {
  const YamlNode node = parse("target: tumour\nmargn: 5 mm\n");
  node.required("target");
  node.optional("margin");
  EXPECT_EQ(message_of([&] { node.done(); }),
            "case.yaml:2:1: margn: unknown key 'margn'; did you mean margin?");
}

TEST(YamlNode, AMisspeltRequiredKeyIsFound) {
  const YamlNode node = parse("targte: tumour\n");
  EXPECT_EQ(message_of([&] { node.required("target"); }),
            "case.yaml:1:1: targte: unknown key 'targte'; did you mean target?");
  EXPECT_EQ(message_of([&] { node.required("labels"); }), "case.yaml:1:1: the key 'labels' is missing");
}

TEST(YamlNode, KeysAreRememberedOverSeveralReadings) {
  const YamlNode node = parse("a: {b: 1, c: 2}\n");
  node.required("a").required("b");
  node.required("a").required("c");
  EXPECT_NO_THROW(node.required("a").done());
}

TEST(YamlNode, LaterKeysAreRefusedWithTheirReason) {
  const YamlNode node = parse("maps: 1\n");
  EXPECT_EQ(message_of([&] { node.refuse("maps", "comes later"); }), "case.yaml:1:1: maps: comes later");
  EXPECT_NO_THROW(node.refuse("mesh", "comes later"));
}

TEST(YamlNode, WrongTypes) {
  const YamlNode node = parse("a: [1]\nb: {c: 1}\nd: 3\ne:\nf: yes\n");
  EXPECT_NE(message_of([&] { node.required("a").quantity(Dimension::volume, any); }).find("found a list"),
            std::string::npos);
  EXPECT_NE(message_of([&] { node.required("b").text(); }).find("found a map"), std::string::npos);
  EXPECT_NE(message_of([&] { node.required("d").items(); }).find("must be a list"), std::string::npos);
  EXPECT_NE(message_of([&] { node.required("d").required("x"); }).find("must be a map"), std::string::npos);
  EXPECT_NE(message_of([&] { node.required("e"); }).find("is empty"), std::string::npos);
  EXPECT_NE(message_of([&] { node.required("f").boolean(); }).find("true or false"), std::string::npos);
  EXPECT_NE(message_of([&] { node.required("d").integer(0, 2); }).find("from 0 to 2"), std::string::npos);
  EXPECT_NE(message_of([&] { parse("a: 3 mm").required("a").number(any); }).find("without a unit"),
            std::string::npos);
}

TEST(YamlFile, WhatIsNotOneYamlDocument) {
  EXPECT_NE(parse_error("a: [1, 2\nb: 3\n").find("not YAML"), std::string::npos);
  EXPECT_NE(parse_error("").find("is empty"), std::string::npos);
  EXPECT_NE(parse_error("# nothing\n").find("is empty"), std::string::npos);
  EXPECT_NE(parse_error("a: 1\n---\nb: 2\n").find("several"), std::string::npos);
  EXPECT_EQ(parse_error("a: 1\nb: {c: 1, c: 2}\n"), "case.yaml:2:11: the key 'c' is given twice");
  EXPECT_NE(parse_error("[a, b]: 1\n").find("plain text"), std::string::npos);
  EXPECT_NE(parse_error(std::string(5000, '[')).find("case.yaml"), std::string::npos);
}

TEST(YamlFile, AliasesMayServeButNotMultiply) {
  EXPECT_EQ(parse("a: &x 5 mm\nb: *x\n").required("b").text(), "5 mm");
  EXPECT_NE(parse_error("a: &x [*x]\n"), "");
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below + ", " + below + "]\n";
  }
  EXPECT_NE(parse_error(bomb).find("repeated too often"), std::string::npos);
}

TEST(YamlFile, Files) {
  const std::filesystem::path folder = testing::TempDir();
  EXPECT_NE(message_of([&] { YamlNode::load((folder / "absent.yaml").string()); }).find("no such file"),
            std::string::npos);
  EXPECT_NE(message_of([&] { YamlNode::load(folder.string()); }).find("is a folder"), std::string::npos);
  const std::filesystem::path file = folder / "binary.yaml";
  std::ofstream(file) << std::string("a: 1\0b", 6);
  EXPECT_NE(message_of([&] { YamlNode::load(file.string()); }).find("is not text"), std::string::npos);
  std::ofstream(file) << std::string(2000000, '#');
  EXPECT_NE(message_of([&] { YamlNode::load(file.string()); }).find("at most 1 MB"), std::string::npos);
  std::filesystem::remove(file);
}

TEST(Overrides, ChangeValuesInMapsAndLists) {
  const YamlNode node = parse("run: {until: 7 d}\nscheme: [{volume: 1 mL}, {volume: 2 mL}]\n",
                              {"run.until=14 d", "scheme.1.volume=3 mL", "run.numerics.h_min=0.5 mm"});
  EXPECT_EQ(node.required("run").required("until").text(), "14 d");
  EXPECT_EQ(node.required("scheme").items()[0].required("volume").text(), "1 mL");
  EXPECT_EQ(node.required("scheme").items()[1].required("volume").text(), "3 mL");
  EXPECT_EQ(node.required("run").required("numerics").required("h_min").text(), "0.5 mm");
}

TEST(Overrides, ANameBecomesAMapThatIsLikeIt) {
  const YamlNode drug = parse("drug: ipilimumab\n", {"drug.degradation=1e-5 1/s"}).required("drug");
  EXPECT_EQ(drug.required("like").text(), "ipilimumab");
  EXPECT_EQ(drug.required("degradation").text(), "1e-5 1/s");
}

TEST(Overrides, WhatIsLeftOutHasNoName) {
  const YamlNode drug =
      parse("drug: {like: ipilimumab, binding: none}\n", {"drug.binding.uptake=1e-5 1/s"}).required("drug");
  EXPECT_EQ(drug.required("binding").keys(), std::vector<std::string>{"uptake"});
}

TEST(Overrides, TheNameOfATipIsItsPlace) {
  const YamlNode node = parse(
      "scheme: [{tip: deepest}, {tip: {at: deepest, offset: [1 mm]}}, {tip: deepest}]\n",
      {"scheme.0.tip.offset=[1 mm, 0 mm, 0 mm]", "scheme.1.tip.at=centroid", "scheme.2.tip.at=centroid"});
  const std::vector<YamlNode> entries = node.required("scheme").items();
  EXPECT_EQ(entries[0].required("tip").required("at").text(), "deepest");
  EXPECT_EQ(entries[0].required("tip").required("offset").items().size(), 3u);
  EXPECT_EQ(entries[1].required("tip").required("at").text(), "centroid");
  EXPECT_EQ(entries[1].required("tip").required("offset").items().size(), 1u);
  EXPECT_EQ(entries[2].required("tip").keys(), std::vector<std::string>{"at"});
}

TEST(Overrides, NamesWithinLists) {
  const YamlNode node =
      parse("scheme: [{needle: 22G}]\nthresholds: [1 uM, 2 uM]\n",
            {"scheme.0.needle.holes=[3 mm]", "scheme.0.needle.outer_diameter=0.9 mm", "thresholds.1=3 uM"});
  const YamlNode needle = node.required("scheme").items()[0].required("needle");
  EXPECT_EQ(needle.keys(), (std::vector<std::string>{"like", "holes", "outer_diameter"}));
  EXPECT_EQ(needle.required("like").text(), "22G");
  EXPECT_EQ(node.required("thresholds").items()[0].text(), "1 uM");
  EXPECT_EQ(node.required("thresholds").items()[1].text(), "3 uM");
}

TEST(Overrides, DosesReplaceEachOther) {
  const YamlNode node = parse("scheme: [{dose: 1 mg}, {dose_per_weight: 1 mg/kg}]\n",
                              {"scheme.0.dose_per_weight=3 mg/kg", "scheme.1.dose=2 mg"});
  EXPECT_EQ(node.required("scheme").items()[0].keys(), std::vector<std::string>{"dose_per_weight"});
  EXPECT_EQ(node.required("scheme").items()[1].keys(), std::vector<std::string>{"dose"});
}

TEST(YamlNode, RecordsWhatItWasAsked) {
  const YamlNode node = parse("a: {b: 3 mm, list: [1, 2]}\nlater: 1\n");
  const YamlNode a = node.required("a");
  a.required("b").quantity({Dimension::length, Dimension::time}, {0, 5});
  a.required("list").items()[1].integer(0, 3);
  a.has("c");
  EXPECT_FALSE(message_of([&] { node.refuse("later", "no"); }).empty());
  const ReadingRecord record = node.record();
  ASSERT_EQ(record.size(), 7u);  // the file, a, a.b, a.list, its items, later
  EXPECT_EQ(record.at("").known, (std::set<std::string>{"a", "later"}));
  EXPECT_EQ(record.at("").later, std::set<std::string>{"later"});
  EXPECT_EQ(record.at("a").known, (std::set<std::string>{"b", "c", "list"}));
  ASSERT_EQ(record.at("a.b").values.size(), 1u);
  EXPECT_EQ(record.at("a.b").values[0].kind, ReadAs::Kind::quantity);
  EXPECT_EQ(record.at("a.b").values[0].dimensions,
            (std::vector<Dimension>{Dimension::length, Dimension::time}));
  EXPECT_EQ(record.at("a.b").values[0].range.high, 5);
  EXPECT_TRUE(record.at("a.list.0").values.empty());
  ASSERT_EQ(record.at("a.list.1").values.size(), 1u);
  EXPECT_EQ(record.at("a.list.1").values[0].kind, ReadAs::Kind::integer);
}

TEST(Overrides, RateAndDurationReplaceEachOther) {
  const YamlNode node =
      parse("scheme: [{rate: 1 mL/min}, {over: 2 min}]\n", {"scheme.0.over=60 s", "scheme.1.rate=2 mL/min"});
  EXPECT_EQ(node.required("scheme").items()[0].keys(), std::vector<std::string>{"over"});
  EXPECT_EQ(node.required("scheme").items()[1].keys(), std::vector<std::string>{"rate"});
}

TEST(Overrides, MapsMadeOnTheWayAreKnown) {
  const YamlNode node = parse("a: {b: 1}\n", {"a.b=2", "a.c.d=3", "e={f: 1}"});
  EXPECT_FALSE(node.required("a").created());
  EXPECT_FALSE(node.required("a").required("b").created());
  EXPECT_TRUE(node.required("a").required("c").created());
  EXPECT_FALSE(node.required("e").created());
}

TEST(Overrides, AStarIsEveryEntry) {
  const YamlNode root = YamlNode::parse("list: [{a: 1}, {a: 2, b: 3}]\none: {use: x}\nempty: []", "case.yaml",
                                        {"list.*.a=5", "one.*.a=6", "list.1.b=7"});
  EXPECT_EQ(root.required("list").items()[0].required("a").text(), "5");
  EXPECT_EQ(root.required("list").items()[1].required("a").text(), "5");
  EXPECT_EQ(root.required("list").items()[1].required("b").text(), "7");
  EXPECT_EQ(root.required("one").required("a").text(), "6");
  EXPECT_EQ(root.required("list").items()[1].required("a").where(), "--set list.*.a=5: list.1.a");
  for (const char* text : {"empty.*.a=1", "none.*.a=1", "one.*=1", "*.a=1"})
    EXPECT_EQ(message_of([&] {
                YamlNode::parse("one: {use: x}\nempty: []", "case.yaml", {text});
              }).find(std::string("--set ") + text + ": "),
              0u)
        << text;
}

TEST(Overrides, ErrorsNameTheOption) {
  EXPECT_NE(parse_error("a: 1\n", {"a"}).find("--set a: must be path=value"), std::string::npos);
  EXPECT_NE(parse_error("a: 1\n", {"a="}).find("--set a=: no value"), std::string::npos);
  EXPECT_NE(parse_error("a: 1\n", {"a..b=2"}).find("empty name"), std::string::npos);
  EXPECT_NE(parse_error("a: [1]\n", {"a.1=2"}).find("--set a.1=2: a is a list of 1 entry"),
            std::string::npos);
  EXPECT_NE(
      parse_error("a: [{b: 1}, {b: 2}]\n", {"a.2.b=3"}).find("a is a list of 2 entries, counted from 0"),
      std::string::npos);
  EXPECT_NE(parse_error("a: [1]\n", {"a.-1=2"}).find("it has no '-1'"), std::string::npos);
  EXPECT_NE(parse_error("a: []\n", {"a.0=2"}).find("a list of 0 entries"), std::string::npos);
  EXPECT_NE(parse_error("a: [1]\n", {"a.x=2"}).find("it has no 'x'"), std::string::npos);
  EXPECT_NE(parse_error("a: 1\n", {"a=[1"}).find("not YAML"), std::string::npos);
  EXPECT_NE(parse_error("a: &x 1\nb: *x\n", {"a=2"}).find("aliases"), std::string::npos);
}

TEST(Overrides, ValuesThatAreTraps) {
  const auto error = [](const std::string& text) {
    const std::string message = parse_error("a: 1\n", {text});
    EXPECT_LT(message.size(), 500u);
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  };
  EXPECT_NE(error("a=&x [*x]").find("--set a=&x [*x]:1:1: nested or repeated too often"), std::string::npos);
  EXPECT_NE(error("a=&x {b: *x}").find("repeated too often"), std::string::npos);
  EXPECT_NE(error("a={b: 1, b: 2}").find("given twice"), std::string::npos);
  EXPECT_NE(error("a=1\n---\n2").find("several YAML documents"), std::string::npos);
  EXPECT_NE(error("a=" + std::string(60000, '[')).find("--set a=[["), std::string::npos);
  EXPECT_NE(error("a=" + std::string(400, '[') + std::string(400, ']')).find("nested"), std::string::npos);
  std::string path = "a";
  for (int i = 0; i < 60000; ++i) path += ".a";
  EXPECT_NE(error(path + "=1").find("no key lies 60001 names deep"), std::string::npos);
  // What a terminal would take for a command does not reach it.
  const YamlNode node = parse("a: \"\\e[31m\"\n", {"b=\x1b[32m"});
  for (const char* key : {"a", "b"})
    EXPECT_EQ(message_of([&] { node.required(key).quantity(Dimension::time, any); }).find('\x1b'),
              std::string::npos);
}

TEST(Overrides, ErrorsInTheirValuesNameThem) {
  const YamlNode node = parse("run: {until: 7 d}\n", {"run.until=14 mm", "flwo.far_field=0 Pa"});
  EXPECT_EQ(message_of([&] { node.required("run").required("until").quantity(Dimension::time, any); }),
            "--set run.until=14 mm: run.until: '14 mm' is a length; expected a time, e.g. 10 min");
  node.optional("flow");
  EXPECT_EQ(message_of([&] { node.done(); }),
            "--set flwo.far_field=0 Pa: flwo: unknown key 'flwo'; did you mean flow?");
}

TEST(NearestName, FindsWhatWasMeant) {
  const std::vector<std::string> names = {"ipilimumab", "cisplatin", "22G_end_hole", "kidney"};
  EXPECT_EQ(nearest_name("ipilimumap", names), "ipilimumab");
  EXPECT_EQ(nearest_name("Cisplatin", names), "cisplatin");
  EXPECT_EQ(nearest_name("kindey", names), "kidney");
  EXPECT_EQ(nearest_name("22G", names), "22G_end_hole");
  EXPECT_EQ(nearest_name("water", names), "");
  EXPECT_EQ(nearest_name("", names), "");
}

}  // namespace
}  // namespace intratumor
