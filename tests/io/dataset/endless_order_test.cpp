#include "io/dataset/endless_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "io/dataset/epoch_order.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

using Samples = std::vector<std::int64_t>;

TEST(EndlessOrder, IsThatOfAnEpochAtFirst) {
  for (int replica = 0; replica < 2; ++replica)
    EXPECT_EQ(endless_order(64, 3, 8, 8, replica, 2), epoch_order(64, 3, 0, 8, replica, 2));
}

TEST(EndlessOrder, GoesOnWithTheNextEpochInTheMiddleOfABatch) {
  const Samples order = endless_order(10, 3, 5, 4, 0, 1), first = epoch_order(10, 3, 0, 10, 0, 1),
                second = epoch_order(10, 3, 1, 10, 0, 1);
  Samples both = first;
  both.insert(both.end(), second.begin(), second.end());
  EXPECT_EQ(order, both);
}

TEST(EndlessOrder, GoesThroughASetThatIsSmallerThanABatchSeveralTimes) {
  std::map<std::int64_t, int> taken;
  for (int replica = 0; replica < 4; ++replica)
    for (const std::int64_t sample : endless_order(3, 1, 2, 12, replica, 4)) ++taken[sample];
  EXPECT_EQ(taken, (std::map<std::int64_t, int>{{0, 8}, {1, 8}, {2, 8}}));
}

// Six samples of two nodes: 0 and 1 are of replica 0, the others of replicas 1 and 2. A step wants one of
// each replica.
TEST(LocalEndlessOrder, GoesThroughEachNodesOwnSamplesAgainAndAgain) {
  const std::vector<int> node_of_replica{0, 1, 1};
  std::map<std::int64_t, int> taken;
  for (int replica = 0; replica < 3; ++replica)
    for (const std::int64_t sample : local_endless_order(6, 1, 6, 3, replica, node_of_replica)) {
      EXPECT_EQ(sample >= 2, replica > 0);
      ++taken[sample];
    }
  EXPECT_EQ(taken, (std::map<std::int64_t, int>{{0, 3}, {1, 3}, {2, 3}, {3, 3}, {4, 3}, {5, 3}}));
}

TEST(LocalEndlessOrder, IsTheOrderOfAllOnOneNode) {
  for (int replica = 0; replica < 2; ++replica)
    EXPECT_EQ(local_endless_order(7, 3, 9, 8, replica, std::vector<int>{4, 4}),
              endless_order(7, 3, 9, 8, replica, 2));
}

TEST(LocalEndlessOrder, IsRefusedWhereANodeHasNoSample) {
  EXPECT_THROW(local_endless_order(1, 1, 1, 2, 0, std::vector<int>{0, 1}), InputError);
}

}  // namespace
}  // namespace tessera
