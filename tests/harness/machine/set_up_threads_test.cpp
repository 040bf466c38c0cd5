#include <fmt/core.h>
#include <gmock/gmock.h>
#include <omp.h>
#include <sched.h>

#include <functional>
#include <string>
#include <vector>

#include "harness/machine/threads.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"
#include "support/errors.hpp"
#include "support/mpi_world.hpp"

namespace tessera {
namespace {

using testing::world;

// The affinity mask of the calling thread, put back at the end of a test.
class KeepAffinity {
 public:
  KeepAffinity() { sched_getaffinity(0, sizeof(mask_), &mask_); }
  ~KeepAffinity() { sched_setaffinity(0, sizeof(mask_), &mask_); }
  int cpus() const { return CPU_COUNT(&mask_); }

 private:
  cpu_set_t mask_{};
};

TEST(SetUpThreads, TakesTheConfiguredNumberAndSaysSo) {
  const KeepAffinity keep;
  const ThreadChoice choice = set_up_threads(world(), 1);
  EXPECT_EQ(choice.threads, 1);
  EXPECT_EQ(omp_get_max_threads(), 1);
  EXPECT_NE(choice.reason.find("configured"), std::string::npos) << choice.reason;
  EXPECT_THROW(set_up_threads(world(), 0), Error);
}

TEST(SetUpThreads, BindsRanksThatShareAMaskToDifferentCpusUnlessTheyAreTooMany) {
  const KeepAffinity keep;
  const ThreadChoice choice = set_up_threads(world(), 1);
  cpu_set_t mine;
  sched_getaffinity(0, sizeof(mine), &mine);
  const std::vector<cpu_set_t> all = world().all_gather(mine);
  if (!choice.bound) {
    EXPECT_EQ(CPU_COUNT(&mine), keep.cpus());
    return;
  }
  for (int rank = 0; rank < world().size(); ++rank) {
    cpu_set_t common;
    CPU_AND(&common, &all[rank], &mine);
    if (rank != world().rank()) {
      EXPECT_EQ(CPU_COUNT(&common), 0);
    }
  }
}

TEST(SetUpThreads, RefusesMoreThreadsThanAnyHostRunsOnAllRanks) {
  const KeepAffinity keep;
  EXPECT_THAT(message_of<UniformError>([] { set_up_threads(world(), 100000); }),
              ::testing::HasSubstr("100000 threads a rank are more than 16 for each of the host's"));
}

TEST(SetUpThreads, CountsEveryRankInTheLaunchAndSaysTheSameEverywhere) {
  const KeepAffinity keep;
  const ThreadChoice choice = set_up_threads(world(), 1);
  EXPECT_TRUE(choice.launch.starts_with(
      fmt::format("1 node x {} rank{} x 1 thread, ", world().size(), world().size() == 1 ? "" : "s")))
      << choice.launch;
  const auto hash = std::hash<std::string>()(choice.launch);
  for (const auto other : world().all_gather(hash)) EXPECT_EQ(other, hash);
}

TEST(SetUpThreads, DoesNotBindMoreThreadsThanCores) {
  const KeepAffinity keep;
  const ThreadChoice choice = set_up_threads(world(), keep.cpus() + 1);
  EXPECT_EQ(choice.threads, keep.cpus() + 1);
  EXPECT_NE(choice.reason.find("more threads than that"), std::string::npos) << choice.reason;
  EXPECT_FALSE(choice.bound);
  omp_set_num_threads(1);
}

}  // namespace
}  // namespace tessera
