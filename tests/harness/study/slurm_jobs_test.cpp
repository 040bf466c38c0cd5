#include "harness/study/slurm_jobs.hpp"

#include <gmock/gmock.h>

namespace tessera {
namespace {

using ::testing::HasSubstr;

std::string script_of(int ranks, int most_a_node) {
  return sbatch_script(
      {.name = "strong_r8",
       .ranks = ranks,
       .threads = 3,
       .command = {"/opt/tessera", "bench", "training", "it's.yaml", "--set", "a=[1, 2]"},
       .directory = "/scratch/a study/strong_r8"},
      {.ranks_a_node = most_a_node, .time = "0:20:00", .mpi = "pmi2", .options = {"--partition=short"}});
}

TEST(SbatchScript, AsksForNodesTasksCpusAndTime) {
  const std::string script = script_of(8, 4);
  for (const char* line :
       {"#SBATCH --job-name=tessera-strong_r8\n", "#SBATCH --nodes=2\n", "#SBATCH --ntasks=8\n",
        "#SBATCH --ntasks-per-node=4\n", "#SBATCH --cpus-per-task=3\n", "#SBATCH --time=0:20:00\n",
        "#SBATCH --output='/scratch/a study/strong_r8/output.txt'\n", "#SBATCH --partition=short\n"})
    EXPECT_THAT(script, HasSubstr(line));
  EXPECT_TRUE(script.starts_with("#!/bin/bash\n#SBATCH "));
  EXPECT_THAT(script, HasSubstr("srun --mpi=pmi2 --ntasks=8 --cpus-per-task=3"));
}

TEST(SbatchScript, QuotesWhatAShellWouldTakeApart) {
  EXPECT_THAT(script_of(1, 1), HasSubstr("/opt/tessera bench training 'it'\\''s.yaml' --set 'a=[1, 2]'\n"));
}

TEST(SbatchScript, PutsEquallyManyRanksOnEachNode) {
  EXPECT_THAT(script_of(6, 4), HasSubstr("--nodes=2\n#SBATCH --ntasks=6\n#SBATCH --ntasks-per-node=3\n"));
  EXPECT_THAT(script_of(7, 4), HasSubstr("--nodes=7\n#SBATCH --ntasks=7\n#SBATCH --ntasks-per-node=1\n"));
  EXPECT_THAT(script_of(1, 64), HasSubstr("--nodes=1\n"));
}

}  // namespace
}  // namespace tessera
