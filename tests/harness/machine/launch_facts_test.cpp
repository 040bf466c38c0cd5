#include "harness/machine/launch_facts.hpp"

#include <gmock/gmock.h>

#include <map>

#include "harness/machine/job_cpus.hpp"
#include "harness/machine/openmp_start.hpp"

namespace tessera {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// So many nodes with so many ranks each, all alike.
std::vector<LaunchFacts> launch(int nodes, int ranks, LaunchFacts rank) {
  rank.ranks_of_node = ranks;
  std::vector<LaunchFacts> all;
  for (int node = 0; node < nodes; ++node)
    for (int i = 0; i < ranks; ++i) {
      rank.first_of_node = i == 0;
      all.push_back(rank);
    }
  return all;
}

/// An environment of a test's own.
struct Environment {
  std::map<std::string, std::string> variables;
  const char* operator()(const char* name) const {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  }
};

TEST(LaunchText, CountsNodesRanksThreadsAndUnusedCores) {
  EXPECT_EQ(launch_text(launch(1, 1, {.threads = 1})), "1 node x 1 rank x 1 thread, no core left unused");
  EXPECT_EQ(launch_text(launch(4, 2, {.unused_cores = 1, .threads = 8})),
            "4 nodes x 2 ranks x 8 threads, 4 cores left unused");
}

TEST(LaunchText, SaysWhereNodesDiffer) {
  std::vector<LaunchFacts> ranks = launch(1, 4, {.threads = 2});
  ranks.push_back({.first_of_node = true, .unused_cores = 1, .threads = 8});
  EXPECT_EQ(launch_text(ranks), "5 ranks on 2 nodes x 2 to 8 threads, 1 core left unused");
}

TEST(LaunchWarnings, NameTheCpusThatSlurmWasAskedForAndDidNotGive) {
  const auto warnings = launch_warnings(launch(2, 2, {.unused_cores = 6, .cpus = 1, .cpus_asked = 4}));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("SLURM_CPUS_PER_TASK asks for 4 CPUs, and 4 ranks got fewer "
                                              "(rank 0 has 1)")));
  EXPECT_THAT(warnings[0], HasSubstr("give srun -c 4, or export SRUN_CPUS_PER_TASK=4"));
  EXPECT_THAT(launch_warnings(launch(2, 2, {.cpus = 4, .cpus_asked = 4})), IsEmpty());
}

TEST(LaunchWarnings, SayThatRanksCouldHaveMoreCores) {
  EXPECT_THAT(launch_warnings(launch(2, 2, {.unused_cores = 30})),
              ElementsAre(HasSubstr("60 cores of the job are left unused: its ranks were bound to fewer")));
  EXPECT_THAT(launch_warnings(launch(2, 2, {.unused_cores = 1})), IsEmpty()) << "too few for all";
  EXPECT_THAT(launch_warnings(launch(2, 2, {.unused_cores = 30, .threads_asked = true})), IsEmpty());
}

TEST(JobCpus, AreThoseThatSlurmNames) {
  const JobCpus job = job_cpus(Environment{{{"SLURM_CPUS_ON_NODE", "72"}, {"SLURM_CPUS_PER_TASK", "9"}}});
  EXPECT_EQ(job.on_node, 72);
  EXPECT_EQ(job.per_task, 9);
  const JobCpus none =
      job_cpus(Environment{{{"SLURM_CPUS_ON_NODE", "72(x2)"}, {"SLURM_CPUS_PER_TASK", "0"}}});
  EXPECT_FALSE(none.on_node || none.per_task);
}

TEST(OpenMpChanges, TakeAwayWhatWouldBindTheFirstThreadToOneCore) {
  const auto changes = openmp_changes(
      Environment{{{"OMP_PROC_BIND", "close"}, {"OMP_PLACES", "cores"}, {"OMP_WAIT_POLICY", "active"}}});
  EXPECT_THAT(changes, ElementsAre(VariableChange{"OMP_PROC_BIND", {}}, VariableChange{"OMP_PLACES", {}}));
  EXPECT_THAT(openmp_changes(Environment{{{"GOMP_CPU_AFFINITY", "0-3"}, {"GOMP_SPINCOUNT", "0"}}}),
              ElementsAre(VariableChange{"GOMP_CPU_AFFINITY", {}}));
}

TEST(OpenMpChanges, AreNoneWhereTheUserWantsNoBindingAndSaysHowThreadsWait) {
  EXPECT_THAT(openmp_changes(Environment{
                  {{"OMP_PROC_BIND", " FALSE"}, {"OMP_PLACES", "cores"}, {"OMP_WAIT_POLICY", "passive"}}}),
              IsEmpty());
}

TEST(WaitingThreads, SleepUnlessTheUserWantsThemToSpin) {
  const auto spin = [](const char* name, const char* value) {
    return waiting_threads_spin(Environment{{{name, value}}});
  };
  for (const VariableChange& change : openmp_changes(Environment{}))
    EXPECT_FALSE(spin(change.name.c_str(), change.value->c_str()));
  EXPECT_FALSE(spin("OMP_WAIT_POLICY", "PASSIVE"));
  EXPECT_FALSE(spin("GOMP_SPINCOUNT", "0"));
  EXPECT_TRUE(spin("OMP_WAIT_POLICY", "active"));
  EXPECT_TRUE(spin("GOMP_SPINCOUNT", "300000"));
  EXPECT_TRUE(spin("GOMP_SPINCOUNT", "infinity"));
  EXPECT_TRUE(waiting_threads_spin(Environment{})) << "the library's default";
}

TEST(OpenMpChanges, AreNoneTheSecondTime) {
  Environment environment{{{"OMP_PROC_BIND", "true"}, {"OMP_PLACES", "cores"}}};
  const auto changes = openmp_changes(environment);
  EXPECT_FALSE(changes.empty());
  for (const VariableChange& change : changes)
    if (change.value)
      environment.variables[change.name] = *change.value;
    else
      environment.variables.erase(change.name);
  EXPECT_THAT(openmp_changes(environment), IsEmpty());
}

}  // namespace
}  // namespace tessera
