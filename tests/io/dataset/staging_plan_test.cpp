#include "io/dataset/staging_plan.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "io/dataset/epoch_order.hpp"
#include "io/dataset/sample_share.hpp"
#include "support/errors.hpp"

namespace tessera {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Extents kSpace{128, 128, 128};

/// `nodes` nodes of `per_node` ranks each, samples of `parts` parts side by side.
std::vector<RankPosition> ranks_of(int nodes, int per_node, int parts) {
  std::vector<RankPosition> ranks;
  for (int rank = 0; rank < nodes * per_node; ++rank)
    ranks.push_back({rank / per_node, rank / parts, rank % parts});
  return ranks;
}

std::vector<std::int64_t> numbers(std::span<const Interval> intervals) {
  std::vector<std::int64_t> all;
  for (const Interval interval : intervals)
    for (std::int64_t i = interval.begin; i < interval.end; ++i) all.push_back(i);
  return all;
}

/// How often each sample is staged, over all nodes.
std::map<std::int64_t, int> times_staged(std::span<const SamplesToStage> plan,
                                         std::vector<Interval> DrawnSamples::*subset) {
  std::map<std::int64_t, int> times;
  for (const SamplesToStage& node : plan)
    for (const std::int64_t sample : numbers(node.samples.*subset)) ++times[sample];
  return times;
}

TEST(StagingPlan, ShardsOf16NodesCoverEverySampleOnceAndAreBalancedWithinOne) {
  for (const int per_node : {1, 2, 4})
    for (const int parts : {1, 2, 4}) {
      if (parts > per_node) continue;
      for (const std::int64_t samples : {64, 65, 1000, 4097}) {
        const std::vector<SamplesToStage> plan =
            plan_staging(StagingPlan::Shard, {.train = samples,
                                              .validation = samples + 7,
                                              .ranks = ranks_of(16, per_node, parts),
                                              .box_of_part = {},
                                              .space = {}});
        ASSERT_EQ(plan.size(), 16U);
        std::int64_t fewest = samples, most = 0;
        for (const SamplesToStage& node : plan) {
          fewest = std::min(fewest, count(node.samples.train));
          most = std::max(most, count(node.samples.train));
        }
        EXPECT_LE(most - fewest, 1) << samples << " samples, " << per_node << " ranks a node";
        for (const auto subset : {&DrawnSamples::train, &DrawnSamples::validation}) {
          const std::map<std::int64_t, int> times = times_staged(plan, subset);
          EXPECT_EQ(times.size(),
                    static_cast<std::size_t>(subset == &DrawnSamples::train ? samples : samples + 7));
          EXPECT_TRUE(std::ranges::all_of(times, [](const auto& entry) { return entry.second == 1; }));
        }
      }
    }
}

TEST(StagingPlan, EveryNodeHasAllOfAReplica) {
  for (const SamplesToStage& node : plan_staging(StagingPlan::Replicate, {.train = 100,
                                                                         .validation = 7,
                                                                         .ranks = ranks_of(16, 2, 1),
                                                                         .box_of_part = {},
                                                                         .space = kSpace})) {
    EXPECT_THAT(node.samples.train, ElementsAre(Interval{0, 100}));
    EXPECT_THAT(node.samples.validation, ElementsAre(Interval{0, 7}));
    EXPECT_EQ(node.box, Box::whole(kSpace));
  }
}

TEST(StagingPlan, SlabsOfASampleOverFourNodesAreTheBoxesOfTheirRanks) {
  std::vector<Box> boxes;
  for (std::int64_t part = 0; part < 4; ++part) {
    Box box = Box::whole(kSpace);
    box.d = {std::max<std::int64_t>(0, part * 32 - 1), std::min<std::int64_t>(128, part * 32 + 33)};
    boxes.push_back(box);
  }
  const StagedRun run{
      .train = 8, .validation = 4, .ranks = ranks_of(16, 1, 4), .box_of_part = boxes, .space = kSpace};
  const std::vector<SamplesToStage> plan = plan_staging(StagingPlan::Slab, run);
  ASSERT_EQ(plan.size(), 16U);
  for (std::size_t node = 0; node < 16; ++node) {
    EXPECT_EQ(plan[node].box, boxes[node % 4]);
    EXPECT_THAT(plan[node].samples.train, ElementsAre(Interval{0, 8})) << "any replica may draw any sample";
    const auto replica = static_cast<std::int64_t>(node / 4);
    EXPECT_THAT(plan[node].samples.validation, ElementsAre(Interval{replica, replica + 1}));
  }
}

TEST(StagingPlan, ANodeWithSeveralPartsHasTheHullOfTheirBoxes) {
  const Box left{{0, 65}, {0, 128}, {0, 128}}, right{{63, 128}, {0, 128}, {0, 128}};
  const StagedRun run{
      .train = 8, .validation = 4, .ranks = ranks_of(2, 2, 2), .box_of_part = {left, right}, .space = kSpace};
  for (const SamplesToStage& node : plan_staging(StagingPlan::Slab, run))
    EXPECT_EQ(node.box, Box::whole(kSpace));
}

TEST(StagingPlan, SlabsOfRunsThatShuffleLocallyAreOfTheNodesOwnSamples) {
  const StagedRun run{.train = 8,
                      .validation = 4,
                      .draws_locally = true,
                      .ranks = ranks_of(2, 2, 2),
                      .box_of_part = {Box::whole(kSpace), Box::whole(kSpace)},
                      .space = kSpace};
  const std::vector<SamplesToStage> plan = plan_staging(StagingPlan::Slab, run);
  EXPECT_THAT(plan[0].samples.train, ElementsAre(Interval{0, 4}));
  EXPECT_THAT(plan[1].samples.train, ElementsAre(Interval{4, 8}));
}

TEST(StagingPlan, AReplicaOverSeveralNodesDrawsWhereItsFirstPartIs) {
  // Three ranks a node, samples of two parts: the third replica has a part on each node.
  const std::vector<RankPosition> ranks{{0, 0, 0}, {0, 0, 1}, {0, 2, 0}, {1, 1, 0}, {1, 1, 1}, {1, 2, 1}};
  EXPECT_THAT(homes_of_replicas(ranks), ElementsAre(0, 1, 0));
  const std::vector<SamplesToStage> plan = plan_staging(
      StagingPlan::Shard, {.train = 9, .validation = 3, .ranks = ranks, .box_of_part = {}, .space = {}});
  EXPECT_THAT(plan[0].samples.train, ElementsAre(Interval{0, 3}, Interval{6, 9}));
  EXPECT_THAT(plan[1].samples.train, ElementsAre(Interval{0, 9}))
      << "its own replica's and those of the other's home";
  EXPECT_THAT(plan[1].samples.validation, ElementsAre(Interval{1, 3}));
}

// Independently of how plans are made: whatever a replica is given to read is on every node it has parts on.
TEST(StagingPlan, HoldsWhatEveryReplicaReadsInAnyEpoch) {
  for (const int parts : {1, 2, 3, 6})
    for (const int replicas : {1, 2, 3, 5, 8}) {
      const int ranks = parts * replicas, per_node = 4;
      std::vector<RankPosition> places;
      for (int rank = 0; rank < ranks; ++rank)
        places.push_back({rank / per_node, rank / parts, rank % parts});
      const std::vector<int> homes = homes_of_replicas(places);
      constexpr std::int64_t kTrain = 83, kValidation = 5;
      const std::vector<SamplesToStage> plan = plan_staging(
          StagingPlan::Shard,
          {.train = kTrain, .validation = kValidation, .ranks = places, .box_of_part = {}, .space = {}});
      for (const RankPosition& place : places) {
        const DrawnSamples& here = plan[static_cast<std::size_t>(place.node)].samples;
        const std::vector<std::int64_t> train = numbers(here.train), validation = numbers(here.validation);
        for (const int epoch : {0, 1})
          for (const std::int64_t sample :
               local_epoch_order(kTrain, 3, epoch, replicas * 2, place.replica, homes))
            EXPECT_TRUE(std::ranges::binary_search(train, sample));
        for (const std::int64_t sample : evaluation_order(kValidation, 2, place.replica, replicas).samples)
          EXPECT_TRUE(std::ranges::binary_search(validation, sample));
      }
    }
}

TEST(StagingPlan, IsKnownByName) {
  for (const StagingPlan plan : {StagingPlan::Replicate, StagingPlan::Shard, StagingPlan::Slab})
    EXPECT_EQ(staging_plan_named(to_string(plan)), plan);
  EXPECT_THAT(message_of<InputError>([] { staging_plan_named("slabs"); }),
              HasSubstr("replicate, shard or slab"));
}

TEST(SampleShare, JoinsNeighboursAndKnowsWhatItContains) {
  EXPECT_THAT(join({{5, 7}, {0, 2}, {2, 4}, {6, 9}, {3, 3}}), ElementsAre(Interval{0, 4}, Interval{5, 9}));
  const std::vector<Interval> whole{{0, 4}, {5, 9}};
  EXPECT_TRUE(contains(whole, std::vector<Interval>{{1, 3}, {5, 9}}));
  EXPECT_FALSE(contains(whole, std::vector<Interval>{{3, 6}}));
  EXPECT_EQ(count(whole), 8);
}

}  // namespace
}  // namespace tessera
