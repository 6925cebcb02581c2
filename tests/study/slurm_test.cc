// Scripts for Slurm, and the profiles they are made from.
#include "study/slurm.h"

#include <gtest/gtest.h>

#include "../output/scratch_folder.h"
#include "output/table.h"
#include "quantities/error.h"

namespace intratumor {
namespace {

std::string refused(const std::string& text) {
  const ScratchFolder scratch;
  write_text(scratch / "site.yaml", text);
  try {
    read_slurm_profile(scratch / "site.yaml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Slurm, ScriptsSayWhatTheProfileSays) {
  const ScratchFolder scratch;
  write_text(
      scratch / "site.yaml",
      "partition: normal\naccount: abc123\ntime: 90 min\nmemory: 4 GB\nranks: 4\nlauncher: mpirun -np 4\n"
      "cases_per_task: 3\nat_once: 8\nmodules: [openmpi/4.1]\nsetup: ['. /opt/env.sh']\noptions: "
      "['--exclusive']\n");
  const SlurmProfile profile = read_slurm_profile(scratch / "site.yaml");
  SlurmArray array;
  array.name = "a study";
  array.folder = "/data/it's/out";
  array.program = "/opt/intratumor";
  array.study = "/data/study.yaml";
  array.tasks = tasks_of({0, 1, 2, 5, 6, 9, 11}, profile.cases_per_task);
  array.time = profile.time;
  array.memory_bytes = profile.memory_bytes;
  EXPECT_EQ(task_list(array), "0 1 2\n5 6 9\n11\n");
  const std::string script = slurm_script(profile, array, "/data/list.txt");
  for (const char* line :
       {"#SBATCH --job-name='a study'", "#SBATCH --partition=normal", "#SBATCH --account=abc123",
        "#SBATCH --exclusive", "#SBATCH --array=0-2%8", "#SBATCH --ntasks=4", "#SBATCH --time=0-01:30:00",
        "#SBATCH --mem=3815M", "#SBATCH --signal=B:USR1@60", "module load 'openmpi/4.1'", ". /opt/env.sh"})
    EXPECT_NE(script.find(std::string("\n") + line + "\n"), std::string::npos) << line << "\n" << script;
  EXPECT_NE(
      script.find("  mpirun -np 4 '/opt/intratumor' sweep '/data/study.yaml' -o '/data/it'\\''s/out' --index "
                  "\"$cases\" --quiet &\n"),
      std::string::npos)
      << script;
  EXPECT_NE(script.find("in $(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" '/data/list.txt'); do\n"),
            std::string::npos)
      << script;
}

TEST(Slurm, OneProcessATaskWithoutALauncher) {
  SlurmArray array;
  array.program = "/opt/intratumor";
  array.tasks = {{0, 1, 2}};
  const std::string script = slurm_script(SlurmProfile(), array, "/data/list.txt");
  EXPECT_NE(script.find("'/data/list.txt' | tr ' ' ','); do\n  '/opt/intratumor' sweep "), std::string::npos)
      << script;
}

TEST(Slurm, BadProfilesAreOneMessage) {
  EXPECT_NE(refused("partiton: x").find("did you mean partition?"), std::string::npos);
  EXPECT_NE(refused("memory: 4").find("a size of memory"), std::string::npos);
  EXPECT_NE(refused("memory: 4 Gb").find("a size of memory"), std::string::npos);
  EXPECT_NE(refused("time: 2").find("has no unit"), std::string::npos);
  EXPECT_NE(refused("time: 2 s").find("at least"), std::string::npos);
  EXPECT_NE(refused("partition: a b").find("one word"), std::string::npos);
  EXPECT_NE(refused("ranks: 4").find("needs a launcher"), std::string::npos);
  EXPECT_NE(refused("[1, 2]").find("not a Slurm profile"), std::string::npos);
}

}  // namespace
}  // namespace intratumor
