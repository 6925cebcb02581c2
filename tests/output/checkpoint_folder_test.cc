#include "output/checkpoint_folder.h"

#include <gtest/gtest.h>

#include "../output/scratch_folder.h"
#include "output/table.h"
#include "quantities/error.h"

using namespace intratumor;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t room = 1000;

/// Writes one that holds `text`.
void write_one(CheckpointFolder& folder, const std::string& text) {
  const std::string place = folder.begin(room);
  fs::create_directory(place + "/main");
  write_text(place + "/state", text);
  write_text(place + "/main/part", text);
  folder.commit({{"text", text}, {"half", 0.5}});
}

std::string text_of_latest(const CheckpointFolder& folder, std::size_t expected_broken = 0) {
  std::vector<std::string> broken;
  const auto found = folder.latest(broken);
  EXPECT_EQ(broken.size(), expected_broken);
  return found ? found->index.at("text").get<std::string>() : "none";
}

class Checkpoint : public testing::Test {
 protected:
  ScratchFolder scratch_;
  const std::string staging_ = scratch_ / ".out.unfinished-12";
};

}  // namespace

TEST_F(Checkpoint, TheLastTwoAreKept) {
  CheckpointFolder folder(scratch_ / "out");
  EXPECT_FALSE(folder.exists());
  EXPECT_FALSE(folder.any());
  folder.lock(staging_);
  EXPECT_TRUE(folder.exists());
  for (const char* text : {"one", "two", "three"}) {
    write_one(folder, text);
    EXPECT_EQ(text_of_latest(folder), text);
  }
  EXPECT_FALSE(fs::exists(scratch_ / "out/checkpoint/0001"));
  EXPECT_TRUE(fs::exists(scratch_ / "out/checkpoint/0002"));
  // Numbers go on where the last run ended.
  CheckpointFolder other(scratch_ / "out");
  EXPECT_THROW(other.lock(staging_), InputError);
  EXPECT_EQ(text_of_latest(other), "three");
}

TEST_F(Checkpoint, TheNextProgramGoesOn) {
  fs::create_directory(staging_);
  {
    CheckpointFolder folder(scratch_ / "out");
    folder.lock(staging_);
    write_one(folder, "one");
    folder.begin(room);  // and is killed
  }
  CheckpointFolder folder(scratch_ / "out");
  EXPECT_EQ(text_of_latest(folder), "one");
  folder.lock(scratch_ / ".out.unfinished-34");
  // What the one before was preparing is gone.
  EXPECT_FALSE(fs::exists(staging_));
  write_one(folder, "two");
  EXPECT_TRUE(fs::exists(scratch_ / "out/checkpoint/0002"));
  EXPECT_FALSE(fs::exists(scratch_ / "out/checkpoint/.unfinished"));
}

TEST_F(Checkpoint, NothingElseIsTakenForALeftover) {
  fs::create_directory(scratch_ / "other");
  fs::create_directory(scratch_ / ".other.unfinished-1");
  for (const std::string place : {"other", ".other.unfinished-1"}) {
    CheckpointFolder(scratch_ / "out").lock(scratch_ / place);
    CheckpointFolder(scratch_ / "out").lock(staging_);
    EXPECT_TRUE(fs::exists(scratch_ / place)) << place;
  }
}

TEST_F(Checkpoint, DamagedOnesGiveWay) {
  CheckpointFolder folder(scratch_ / "out");
  folder.lock(staging_);
  write_one(folder, "one");
  write_one(folder, "two");
  const std::string last = scratch_ / "out/checkpoint/0002";
  const auto expect_broken = [&](const std::string& file, const std::string& content) {
    const std::string before = contents_of(file);
    write_text(file, content);
    EXPECT_EQ(text_of_latest(folder, 1), "one") << file;
    write_text(file, before);
    EXPECT_EQ(text_of_latest(folder), "two");
  };
  expect_broken(last + "/state", "twp");
  expect_broken(last + "/state", "tw");
  expect_broken(last + "/main/part", "");
  expect_broken(last + "/index.json", "");
  expect_broken(last + "/index.json", "{}");
  std::string index = contents_of(last + "/index.json");
  index.replace(index.find("two"), 3, "twp");
  expect_broken(last + "/index.json", index);
  fs::remove(last + "/state");
  EXPECT_EQ(text_of_latest(folder, 1), "one");
  fs::remove_all(scratch_ / "out/checkpoint/0001/main");
  EXPECT_EQ(text_of_latest(folder, 2), "none");
}

TEST_F(Checkpoint, WhatCannotBeWrittenLeavesNothing) {
  CheckpointFolder folder(scratch_ / "out");
  EXPECT_THROW(folder.begin(room), ComputationError);  // not locked
  folder.lock(staging_);
  EXPECT_THROW(folder.begin(std::uint64_t(1) << 60), ComputationError);  // more than any disk
  folder.drop();
  EXPECT_FALSE(folder.any());
  folder.clear();
  EXPECT_FALSE(fs::exists(scratch_ / "out"));
  // A result that stands there stays.
  fs::create_directory(scratch_ / "out");
  write_text(scratch_ / "out/summary.json", "{}");
  folder.lock(staging_);
  write_one(folder, "one");
  folder.clear();
  EXPECT_EQ(contents_of(scratch_ / "out/summary.json"), "{}");
  EXPECT_FALSE(folder.exists());
}
