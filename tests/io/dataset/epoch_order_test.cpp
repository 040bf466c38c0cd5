#include "io/dataset/epoch_order.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "support/errors.hpp"

namespace tessera {
namespace {

using testing::HasSubstr;
using Samples = std::vector<std::int64_t>;

TEST(EpochOrder, IsAPermutationOfAllSamples) {
  Samples order = epoch_order(1000, 3, 0, 10, 0, 1);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  Samples all(1000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(order, all);
}

TEST(EpochOrder, DependsOnSeedAndEpochAlone) {
  const Samples order = epoch_order(64, 1, 5, 8, 0, 1);
  EXPECT_EQ(order, epoch_order(64, 1, 5, 8, 0, 1));
  EXPECT_EQ(order, epoch_order(64, 1, 5, 16, 0, 1));
  EXPECT_NE(order, epoch_order(64, 2, 5, 8, 0, 1));
  EXPECT_NE(order, epoch_order(64, 1, 6, 8, 0, 1));
}

TEST(EpochOrder, ReplicasTakeTheirPartsOfEachGlobalBatch) {
  const Samples whole = epoch_order(70, 9, 2, 8, 0, 1);
  ASSERT_EQ(whole.size(), 64U) << "samples after the last full batch are left out";
  for (const int replicas : {2, 4, 8}) {
    Samples joined;
    for (std::int64_t batch = 0; batch < 8; ++batch)
      for (int replica = 0; replica < replicas; ++replica) {
        const Samples part = epoch_order(70, 9, 2, 8, replica, replicas);
        const auto first = part.begin() + batch * 8 / replicas;
        joined.insert(joined.end(), first, first + 8 / replicas);
      }
    EXPECT_EQ(joined, whole);
  }
}

TEST(EpochOrder, EveryPermutationIsAboutAsLikely) {
  std::map<Samples, int> seen;
  constexpr int kEpochs = 24000;
  for (int epoch = 0; epoch < kEpochs; ++epoch) ++seen[epoch_order(4, 7, epoch, 1, 0, 1)];
  ASSERT_EQ(seen.size(), 24U);
  double chi_squared = 0;  // 23 degrees of freedom: mean 23, beyond 58 with probability 1e-4
  for (const auto& [order, count] : seen) chi_squared += (count - 1000.0) * (count - 1000.0) / 1000.0;
  EXPECT_LT(chi_squared, 58);
}

TEST(EpochOrder, RefusesWhatCannotBeDivided) {
  EXPECT_THAT(message_of<InputError>([] { epoch_order(7, 0, 0, 8, 0, 1); }),
              HasSubstr("fewer than a global batch"));
  EXPECT_THAT(message_of<InputError>([] { epoch_order(70, 0, 0, 8, 0, 3); }), HasSubstr("3 replicas"));
}

TEST(LocalEpochOrder, OnOneNodeIsThatOfAllSamples) {
  for (int replica = 0; replica < 4; ++replica)
    EXPECT_EQ(local_epoch_order(70, 9, 2, 8, replica, std::vector{0, 0, 0, 0}),
              epoch_order(70, 9, 2, 8, replica, 4));
}

TEST(LocalEpochOrder, EachNodesReplicasDrawItsOwnSamplesOnceInANewOrderEachEpoch) {
  const std::vector nodes{0, 0, 1, 1, 2, 2};
  for (int node = 0; node < 3; ++node) {
    std::vector<Samples> epochs;
    for (const int epoch : {0, 1}) {
      Samples drawn;
      for (const int replica : {2 * node, 2 * node + 1}) {
        const Samples part = local_epoch_order(60, 5, epoch, 12, replica, nodes);
        EXPECT_EQ(part.size(), 10U) << "as many as without nodes";
        drawn.insert(drawn.end(), part.begin(), part.end());
      }
      epochs.push_back(drawn);
      std::sort(drawn.begin(), drawn.end());
      Samples own(20);
      std::iota(own.begin(), own.end(), 20 * node);
      EXPECT_EQ(drawn, own);
    }
    EXPECT_NE(epochs[0], epochs[1]);
  }
}

TEST(LocalEpochOrder, NodesArePermutedIndependently) {
  Samples first = local_epoch_order(40, 5, 0, 2, 0, std::vector{0, 1}),
          second = local_epoch_order(40, 5, 0, 2, 1, std::vector{0, 1});
  for (std::int64_t& sample : second) sample -= 20;
  EXPECT_NE(first, second);
}

TEST(LocalEpochOrder, EveryReplicaHasAsManyStepsHoweverUnevenNodesAre) {
  const std::vector nodes{0, 1, 1, 1, 2};
  for (const std::int64_t samples : {10, 17, 53, 104})
    for (int replica = 0; replica < 5; ++replica)
      EXPECT_EQ(local_epoch_order(samples, 1, 0, 10, replica, nodes).size(),
                static_cast<std::size_t>(samples / 10 * 2));
}

TEST(EvaluationOrder, CountsEverySampleOnceInEqualNumbersOfBatches) {
  for (const std::int64_t samples : {1, 5, 8, 17})
    for (const int replicas : {1, 2, 3, 4, 5, 8})
      for (const std::int64_t batch : {1, 3, 4}) {
        Samples counted;
        std::size_t length = 0;
        for (int replica = 0; replica < replicas; ++replica) {
          const EvaluationOrder order = evaluation_order(samples, batch, replica, replicas);
          EXPECT_EQ(order.samples.size() % static_cast<std::size_t>(batch), 0U);
          EXPECT_TRUE(replica == 0 || order.samples.size() == length);
          length = order.samples.size();
          counted.insert(counted.end(), order.samples.begin(), order.samples.begin() + order.counted);
          for (const std::int64_t sample : order.samples) EXPECT_TRUE(0 <= sample && sample < samples);
        }
        std::sort(counted.begin(), counted.end());
        Samples all(static_cast<std::size_t>(samples));
        std::iota(all.begin(), all.end(), 0);
        EXPECT_EQ(counted, all);
      }
}

TEST(EvaluationOrder, PadsWithTheLastSample) {
  const EvaluationOrder order = evaluation_order(5, 4, 0, 1);
  EXPECT_EQ(order.samples, (Samples{0, 1, 2, 3, 4, 4, 4, 4}));
  EXPECT_EQ(order.counted, 5);
}

}  // namespace
}  // namespace tessera
