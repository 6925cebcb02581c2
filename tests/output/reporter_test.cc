#include "output/reporter.h"

#include <gtest/gtest.h>

#include <sstream>

#include "quantities/error.h"
#include "scratch_folder.h"

using namespace intratumor;

namespace {

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST(Reporter, LogHoldsWhatTheTerminalShows) {
  const ScratchFolder scratch;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  {
    Reporter reporter({true, false, scratch / "log.txt"});
    reporter.info("mesh of 10 cells, {braces} stay");
    reporter.warn("coarse");
    for (int i = 0; i <= 1000; ++i) reporter.progress(i / 1000., 60. * i, "step " + std::to_string(i));
    reporter.result("61% in the tumour");
    reporter.close();
    reporter.publish();
  }
  const std::string out = testing::internal::GetCapturedStdout();
  const std::string err = testing::internal::GetCapturedStderr();
  const std::string log = contents_of(scratch / "log.txt");
  EXPECT_EQ(out, "61% in the tumour\n");
  for (const std::string& text : {err, log}) {
    EXPECT_EQ(count_of(text, "mesh of 10 cells, {braces} stay"), 1);
    EXPECT_EQ(count_of(text, "warning: coarse"), 1);
    EXPECT_EQ(count_of(text, "step "), 10) << text;
    EXPECT_EQ(count_of(text, "100%  16 h 40 min  step 1000"), 1) << text;
  }
  EXPECT_EQ(count_of(log, "61% in the tumour"), 1);
}

TEST(Reporter, QuietKeepsWarningsAndTheLog) {
  const ScratchFolder scratch;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  {
    Reporter reporter({true, true, scratch / "log.txt"});
    reporter.info("detail");
    reporter.progress(1, 10, "end");
    reporter.warn("careful");
    reporter.error("broken");
    reporter.result("61%");
    reporter.close();
    reporter.publish();
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "warning: careful\nerror: broken\n");
  const std::string log = contents_of(scratch / "log.txt");
  for (const char* text : {"detail", "end", "careful", "broken", "61%"})
    EXPECT_EQ(count_of(log, text), 1) << text;
}

TEST(Reporter, SilentOnOtherRanks) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  {
    Reporter reporter;
    reporter.info("x");
    reporter.warn("remembered");
    reporter.error("x");
    reporter.progress(0.5, 1, "x");
    reporter.result("x");
    reporter.close();
    reporter.publish();
    EXPECT_EQ(reporter.warnings(), std::vector<std::string>{"remembered"});
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout() + testing::internal::GetCapturedStderr(), "");
}

TEST(Reporter, AFullDiskIsNoticed) {
  Reporter reporter({true, true, "/dev/full"});
  reporter.info("lost");
  EXPECT_THROW(reporter.close(), ComputationError);
  EXPECT_THROW(Reporter({true, true, "/no/such/log.txt"}), ComputationError);
}

TEST(Reporter, ReadableTimes) {
  EXPECT_EQ(readable_time(0), "0 s");
  EXPECT_EQ(readable_time(12.5), "12.5 s");
  EXPECT_EQ(readable_time(60), "1 min");
  EXPECT_EQ(readable_time(200), "3 min 20 s");
  EXPECT_EQ(readable_time(3599.9), "1 h");
  EXPECT_EQ(readable_time(3900), "1 h 5 min");
  EXPECT_EQ(readable_time(86399), "1 d");
  EXPECT_EQ(readable_time(7 * 86400.), "7 d");
  EXPECT_EQ(readable_time(187200), "2 d 4 h");
}
