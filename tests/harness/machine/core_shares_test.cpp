#include "harness/machine/core_shares.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tessera {
namespace {

// A rank that may run on the CPUs [first, first + cpus), each of them a core, of a job with as many.
CoreGrant grant(int first, int cpus) {
  CoreGrant grant{.cores = cpus, .job_cores = cpus};
  for (int cpu = first; cpu < first + cpus; ++cpu) CPU_SET(cpu, &grant.mask);
  return grant;
}

TEST(CoreShare, GivesEveryCoreToExactlyOneRankAndEqualTeamsToAll) {
  for (int cores = 1; cores <= 20; ++cores)
    for (int ranks = 1; ranks <= cores; ++ranks) {
      int next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const CoreShare share = share_of_cores(cores, rank, ranks);
        EXPECT_EQ(share.first, next);
        EXPECT_EQ(share.threads, cores / ranks);
        EXPECT_GE(share.cores, share.threads);
        next += share.cores;
      }
      EXPECT_EQ(next, cores);
    }
}

TEST(CoreShare, LeavesOneThreadToEachOfTooManyRanks) {
  EXPECT_EQ(share_of_cores(2, 0, 8), (CoreShare{0, 1, 1}));
  EXPECT_EQ(share_of_cores(2, 7, 8), (CoreShare{1, 1, 1}));
}

TEST(RankCores, DividesAMaskAmongTheRanksThatHaveItAlone) {
  const std::vector<CoreGrant> grants{grant(0, 8), grant(8, 4), grant(0, 8)};
  EXPECT_EQ(share_of_node(grants, 0).share, (CoreShare{0, 4, 4}));
  EXPECT_EQ(share_of_node(grants, 2).share, (CoreShare{4, 4, 4}));
  const RankCores alone = share_of_node(grants, 1);
  EXPECT_EQ(alone.share, (CoreShare{0, 4, 4}));
  EXPECT_EQ(alone.sharers, 1);
}

// Behind a wrapper that stays the parent of its rank, and is bound like it, the job seems to have no more.
TEST(RankCores, HasAThreadForEachCoreThatIsItsOwn) {
  std::vector<CoreGrant> grants{grant(0, 4), grant(4, 4), grant(8, 4), grant(12, 4)};
  for (int rank = 0; rank < 4; ++rank) EXPECT_EQ(share_of_node(grants, rank).threads, 4);
  for (CoreGrant& one : grants) one.job_limit = 16;
  for (int rank = 0; rank < 4; ++rank) EXPECT_EQ(share_of_node(grants, rank).threads, 4);
  EXPECT_EQ(unused_cores(grants), 0);
}

TEST(RankCores, HasNoMoreThreadsThanTheQuotaThatItsRanksShareLetsRun) {
  std::vector<CoreGrant> grants{grant(0, 16), grant(0, 16), grant(0, 16)};
  for (CoreGrant& one : grants) one.quota = 4, one.quota_group = 7;
  grants[2].quota_group = 8;  // in a container of its own
  EXPECT_EQ(share_of_node(grants, 0).threads, 2);
  EXPECT_EQ(share_of_node(grants, 0).quota_sharers, 2);
  EXPECT_EQ(share_of_node(grants, 2).threads, 4);
  EXPECT_TRUE(share_of_node(grants, 2).quota_limits);
  EXPECT_FALSE(share_of_node(grants, 2).overbooked);
  for (CoreGrant& one : grants) one.quota = 64;
  EXPECT_EQ(share_of_node(grants, 0).threads, 5);
  EXPECT_FALSE(share_of_node(grants, 0).quota_limits);
}

TEST(RankCores, OfPartOfACpuIsOneThread) {
  std::vector<CoreGrant> grants{grant(0, 2)};
  for (const auto& [quota, threads] : {std::pair{0.5, 1}, {1.0, 1}, {1.5, 1}, {2.0, 2}}) {
    grants[0].quota = quota;
    EXPECT_EQ(share_of_node(grants, 0).threads, threads) << quota;
  }
}

TEST(RankCores, HasNoMoreThreadsThanItsJobHasCores) {
  std::vector<CoreGrant> grants{grant(0, 64), grant(0, 64)};
  for (CoreGrant& one : grants) one.job_cores = one.job_limit = 8;
  EXPECT_EQ(share_of_node(grants, 1).threads, 4);
  EXPECT_TRUE(share_of_node(grants, 1).job_limits);
}

TEST(RankCores, IsOverbookedWhereThreadsAreMoreThanCoresOrProcessorTime) {
  std::vector<CoreGrant> grants{grant(0, 2), grant(0, 2)};
  EXPECT_FALSE(share_of_node(grants, 0).overbooked);
  grants[0].threads_asked = 2;
  EXPECT_EQ(share_of_node(grants, 0).threads, 2);
  EXPECT_TRUE(share_of_node(grants, 0).overbooked);
  grants.assign(3, grant(0, 2));
  EXPECT_TRUE(share_of_node(grants, 0).overbooked);
  grants.assign(2, grant(0, 2));
  for (CoreGrant& one : grants) one.quota = 1;
  EXPECT_TRUE(share_of_node(grants, 0).overbooked);
}

TEST(UnusedCores, AreThoseOfTheJobThatNoThreadRunsOn) {
  std::vector<CoreGrant> grants{grant(0, 1), grant(1, 1)};
  for (CoreGrant& one : grants) one.job_cores = 16;
  EXPECT_EQ(unused_cores(grants), 14);
  for (CoreGrant& one : grants) one.quota = 4;  // more than four can't be used at a time
  EXPECT_EQ(unused_cores(grants), 2);
  grants.assign(3, grant(0, 64));
  EXPECT_EQ(unused_cores(grants), 1);
  grants.assign(8, grant(0, 2));
  EXPECT_EQ(unused_cores(grants), 0);
  grants.assign(2, grant(0, 8));
  for (CoreGrant& one : grants) one.threads_asked = 1;
  EXPECT_EQ(unused_cores(grants), 6);
}

}  // namespace
}  // namespace tessera
