// The folder of a study: who may work in it, what it remembers, what it notices.
#include "study/study_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "study_case.h"

namespace intratumor {
namespace {

const char* const volumes = "vary: {scheme.volume: [0.5 mL, 1 mL]}\n";

std::string refused(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string all;
  for (const std::string& sentence : sentences) all += sentence + "; ";
  return all;
}

TEST(StudyFolder, IsOneProcessesAloneUntilItEndsHoweverItEnds) {
  const ScratchFolder scratch;
  StudyFolder first(scratch / "out");
  first.make();
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t other = fork();
  if (other == 0) {
    StudyFolder theirs(scratch / "out");
    theirs.lock(true);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_NE(refused([&] { first.lock(true); }).find("another sweep is at work"), std::string::npos);
  EXPECT_NE(refused([&] { first.lock(false); }).find("another sweep is at work"), std::string::npos);
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
  StudyFolder shared(scratch / "out"), too(scratch / "out"), alone(scratch / "out");
  EXPECT_EQ(refused([&] { shared.lock(false); }), "");
  EXPECT_EQ(refused([&] { too.lock(false); }), "");
  EXPECT_NE(refused([&] { alone.lock(true); }), "");
}

TEST(StudyFolder, IsNotMadeOfWhatHoldsSomethingElse) {
  const ScratchFolder scratch;
  std::filesystem::create_directory(scratch / "mine");
  write_text(scratch / "mine/thesis.txt", "x");
  write_text(scratch / "file", "x");
  EXPECT_NE(refused([&] { StudyFolder(scratch / "mine").make(); }).find("not the folder of a study"),
            std::string::npos);
  EXPECT_NE(refused([&] { StudyFolder(scratch / "file").make(); }).find("not a folder"), std::string::npos);
  EXPECT_NE(refused([&] { StudyFolder(scratch / "none/out").make(); }).find("no folder"), std::string::npos);
}

TEST(StudyFolder, RemembersFailuresAndForgetsThem) {
  const ScratchFolder scratch;
  StudyFolder folder(scratch / "out");
  folder.make();
  EXPECT_EQ(folder.state(7), StudyFolder::State::open);
  folder.record_failure(7, {"no convergence", 2.5});
  EXPECT_EQ(folder.state(7), StudyFolder::State::failed);
  EXPECT_EQ(folder.failure(7).reason, "no convergence");
  EXPECT_EQ(folder.failure(7).seconds, 2.5);
  std::filesystem::create_directory(folder.case_path(7));
  EXPECT_EQ(folder.state(7), StudyFolder::State::failed) << "not whole without a summary";
  write_text(folder.case_path(7) + "/summary.json", "{}");
  EXPECT_EQ(folder.state(7), StudyFolder::State::done);
  folder.forget_failure(7);
  write_text(scratch / "out/cases/.00008.unfinished-123", "x");
  folder.remove_leftovers();
  EXPECT_FALSE(std::filesystem::exists(scratch / "out/cases/.00008.unfinished-123"));
  EXPECT_EQ(folder.state(7), StudyFolder::State::done);
}

TEST(StudyFolder, SaysWhatHasChanged) {
  const ScratchFolder scratch;
  const Study study = study_of(scratch, volumes);
  const Plan plan = make_plan(study);
  StudyFolder folder(scratch / "out");
  folder.make();
  std::filesystem::copy_file(INTRATUMOR_PROJECT_DIR "/meshes/lobulated_tumour.nii.gz",
                             scratch / "image.nii.gz");
  folder.write_plan(study, plan, {scratch / "image.nii.gz"});
  bool only_added = false;
  EXPECT_EQ(joined(folder.changes(study, plan, only_added)), "");

  // A comment is no change, a touched file with its content is none.
  write_text(scratch / "case.yaml", "# a comment\n" + contents_of(scratch / "case.yaml"));
  const std::string image = contents_of(scratch / "image.nii.gz");
  std::ofstream(scratch / "image.nii.gz", std::ios::binary) << image;
  EXPECT_EQ(joined(folder.changes(study, plan, only_added)), "");
  std::ofstream(scratch / "image.nii.gz", std::ios::binary) << image << "x";
  EXPECT_NE(joined(folder.changes(study, plan, only_added)).find("has another content"), std::string::npos);
  EXPECT_FALSE(only_added);
  std::ofstream(scratch / "image.nii.gz", std::ios::binary) << image;

  const Study longer = study_of(scratch, "vary: {scheme.volume: [0.5 mL, 2 mL, 1 mL]}\n");
  Plan longer_plan = make_plan(longer);
  std::string text = joined(folder.changes(longer, longer_plan, only_added));
  EXPECT_TRUE(only_added);
  EXPECT_NE(text.find("study: vary.scheme.volume.1 was '1 mL', is '2 mL'"), std::string::npos) << text;
  EXPECT_NE(text.find("0 of its 2 cases are gone, 1 are new"), std::string::npos) << text;
  // Stored cases keep their numbers.
  folder.order_as_stored(longer_plan);
  EXPECT_EQ(longer_plan.cases[0].set, plan.cases[0].set);
  EXPECT_EQ(longer_plan.cases[1].set, plan.cases[1].set);
  EXPECT_EQ(longer_plan.cases[2].set[0], "scheme.volume=2 mL");

  const Study shorter = study_of(scratch, "vary: {scheme.volume: [0.5 mL]}\n");
  text = joined(folder.changes(shorter, make_plan(shorter), only_added));
  EXPECT_FALSE(only_added);
  EXPECT_NE(text.find("1 of its 2 cases are gone"), std::string::npos) << text;

  std::string base = contents_of(scratch / "case.yaml");
  base.replace(base.find("until: 1 d"), 10, "until: 2 d");
  write_text(scratch / "case.yaml", base);
  text = joined(folder.changes(study, plan, only_added));
  EXPECT_FALSE(only_added);
  EXPECT_NE(text.find("base case: run.until was '86400 s', is '172800 s'"), std::string::npos) << text;
}

TEST(StudyFolder, EqualCasesStayApart) {
  const ScratchFolder scratch;
  const Study study = study_of(scratch,
                               "vary: {drug: [cisplatin, ipilimumab]}\n"
                               "design: {sobol: {over: rest, size: 8}}\n");
  Plan plan = make_plan(study);
  StudyFolder folder(scratch / "out");
  folder.make();
  folder.write_plan(study, plan, {});
  bool only_added = false;
  EXPECT_TRUE(folder.changes(study, plan, only_added).empty());
  folder.order_as_stored(plan);
  ASSERT_EQ(plan.cases.size(), 8u);
  for (std::size_t k = 0; k < 8; ++k) EXPECT_EQ(plan.cases[k].draw, k);
}

TEST(WriteWhole, LeavesTheOldFileWhereItCannotWrite) {
  const ScratchFolder scratch;
  write_whole(scratch / "a.txt", "old");
  write_whole(scratch / "a.txt", "new");
  EXPECT_EQ(contents_of(scratch / "a.txt"), "new");
  EXPECT_EQ(scratch.entries().size(), 1u);
  EXPECT_THROW(write_whole(scratch / "none/a.txt", "x"), ComputationError);
}

}  // namespace
}  // namespace intratumor
