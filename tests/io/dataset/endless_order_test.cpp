#include "io/dataset/endless_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "io/dataset/epoch_order.hpp"

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

}  // namespace
}  // namespace tessera
