#include "harness/machine/threads.hpp"

#include <gtest/gtest.h>

namespace tessera {
namespace {

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

}  // namespace
}  // namespace tessera
