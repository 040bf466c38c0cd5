#include "harness/predict/all_reduce_model.hpp"

#include <gtest/gtest.h>

namespace tessera {
namespace {

// Eight nodes of one rank; a second for a message to start, another for 100 bytes, a third to add 100.
const AllReduceRanks kNodes{8, 1, {}, {1, 100}, 100};
// Two nodes of four ranks: inside, a tenth of that.
const AllReduceRanks kFat{2, 4, {0.1, 1000}, {1, 100}, 1e300};

TEST(AllReduceModel, CostsWhatThePublishedFormulasSay) {
  // log P rounds of all data; twice log P rounds of 7/8 of it; twice seven of an eighth.
  EXPECT_DOUBLE_EQ(all_reduce_seconds(AllReduce::RecursiveDoubling, 800, kNodes), 3 * (1 + 8 + 8));
  EXPECT_DOUBLE_EQ(all_reduce_seconds(AllReduce::Rabenseifner, 800, kNodes), 2 * 3 + 2 * 7 + 7);
  EXPECT_DOUBLE_EQ(all_reduce_seconds(AllReduce::Ring, 800, kNodes), 14 * 1 + 14 * 1 + 7);
}

TEST(AllReduceModel, SendsLessBetweenNodesByLevels) {
  // Four ranks share their node's way: a round between the nodes brings four times 800 bytes, but only a
  // quarter of them each where a level inside has scattered them: 2 x 3 rounds inside of 200, then all 800
  // once or twice half.
  EXPECT_NEAR(all_reduce_seconds(AllReduce::RecursiveDoubling, 800, kFat), 2 * (0.1 + 0.8) + 1 + 32, 1e-12);
  EXPECT_NEAR(all_reduce_seconds(AllReduce::Hierarchical, 800, kFat), 6 * (0.1 + 0.2) + 1 + 8, 1e-12);
  // Round the ring, 14 steps of 100 bytes at the pace of the slowest link; 4 of them between nodes.
  EXPECT_NEAR(all_reduce_seconds(AllReduce::Ring, 800, kFat), 10 * 0.1 + 4 * 1 + 14 * 1, 1e-12);
}

TEST(AllReduceModel, TakesTheBestWhereNoneIsNamed) {
  EXPECT_EQ(best_all_reduce(8, kNodes), AllReduce::RecursiveDoubling);
  EXPECT_EQ(best_all_reduce(80'000, kNodes), AllReduce::Rabenseifner);
  for (const AllReduce named :
       {AllReduce::RecursiveDoubling, AllReduce::Rabenseifner, AllReduce::Ring, AllReduce::Hierarchical})
    for (const std::size_t bytes : {8UL, 800UL, 80'000UL})
      EXPECT_LE(all_reduce_seconds(AllReduce::Best, bytes, kFat), all_reduce_seconds(named, bytes, kFat));
}

TEST(AllReduceModel, OfOneRankIsNothing) {
  EXPECT_EQ(all_reduce_seconds(AllReduce::Best, 800, {1, 1, {1, 1}, {1, 1}, 1}), 0);
}

}  // namespace
}  // namespace tessera
