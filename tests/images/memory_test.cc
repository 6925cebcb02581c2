#include "images/memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "nifti_file.h"

// The kernel's files, written as it writes them.

namespace intratumor {
namespace {

class Memory : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::optional<std::size_t> left() const { return available_memory(folder_ / "proc", folder_ / "groups"); }

 private:
  testing::Folder folder_;
};

TEST_F(Memory, NothingWhereTheSystemDoesNotTell) {
  EXPECT_FALSE(left());
}

TEST_F(Memory, OfTheMachine) {
  write("proc/meminfo", "MemTotal:  8000000 kB\nMemAvailable:    3000 kB\nSwapFree:  500 kB\n");
  EXPECT_EQ(left(), 3500ul * 1024);
}

TEST_F(Memory, OfAContainer) {
  write("proc/meminfo", "MemAvailable: 9000000 kB\n");
  write("proc/self/cgroup", "0::/\n");
  write("groups/memory.max", "max\n");
  write("groups/memory.current", "70000\n");
  EXPECT_EQ(left(), 9000000ul * 1024);
  write("groups/memory.max", "100000\n");
  EXPECT_EQ(left(), 30000u);
  // Cached files are given up before the program is ended.
  write("groups/memory.stat", "anon 20000\nfile 50000\ninactive_file 40000\n");
  EXPECT_EQ(left(), 70000u);
  write("groups/memory.current", "150000\n");
  write("groups/memory.stat", "inactive_file 0\n");
  EXPECT_EQ(left(), 0u);
}

TEST_F(Memory, OfEveryGroupAbove) {
  write("proc/self/cgroup", "0::/slurm/job_7/step_0\n");
  write("groups/slurm/job_7/step_0/memory.max", "max\n");
  write("groups/slurm/job_7/step_0/memory.current", "1000\n");
  write("groups/slurm/job_7/memory.max", "5000\n");
  write("groups/slurm/job_7/memory.current", "2000\n");
  EXPECT_EQ(left(), 3000u);
}

TEST_F(Memory, OfTheFirstVersion) {
  write("proc/self/cgroup", "4:cpu,cpuacct:/box\n7:hugetlb,memory:/box\n");
  write("groups/memory/box/memory.limit_in_bytes", "9000\n");
  write("groups/memory/box/memory.usage_in_bytes", "4000\n");
  write("groups/memory/box/memory.stat", "cache 1\ntotal_inactive_file 500\n");
  write("groups/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("groups/memory/memory.usage_in_bytes", "90000\n");
  EXPECT_EQ(left(), 5500u);
}

TEST(MemoryOfThisMachine, IsKnown) {
  const auto left = available_memory();
  ASSERT_TRUE(left);
  EXPECT_GT(*left, std::size_t(1) << 20);
}

}  // namespace
}  // namespace intratumor
