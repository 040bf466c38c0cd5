#include "results/score/scaling.hpp"

#include <gmock/gmock.h>

namespace tessera {
namespace {

using testing::ElementsAre;

SizedRate system_of(std::size_t standing, double size, double rate, std::optional<double> batch,
                    std::optional<double> samples = {}) {
  return {.standing = standing,
          .hardware = "A",
          .unit = "nodes",
          .size = size,
          .rate = rate,
          .samples_per_second = samples,
          .batch = batch,
          .why_no_batch = batch ? "" : "its logs differ in global_batch_size"};
}

std::vector<std::size_t> standings(const ScalingFamily& family) {
  std::vector<std::size_t> list;
  for (const ScalingPoint& point : family.points) list.push_back(point.standing);
  return list;
}

// 128 nodes in 60 minutes, 256 in 40: 1.5 times as fast on twice the nodes.
TEST(Scaling, OfOneGlobalBatchIsStrong) {
  std::vector<SizedRate> systems{system_of(0, 256, 1.0 / 40, 512, 360), system_of(1, 128, 1.0 / 60, 512, 200),
                                 system_of(2, 64, 1.0 / 10, 512)};
  systems[2].hardware = "B";
  const Scaling scaling = scaling_of(systems);
  EXPECT_TRUE(scaling.unscaled.empty());
  ASSERT_EQ(scaling.families.size(), 1U);
  const ScalingFamily& family = scaling.families[0];
  EXPECT_EQ(family.kind, ScalingKind::Strong);
  EXPECT_EQ(family.unit, "nodes");
  EXPECT_DOUBLE_EQ(family.common_batch(), 512);
  ASSERT_THAT(standings(family), ElementsAre(1, 0));
  const auto &small = family.points[0], &large = family.points[1];
  EXPECT_DOUBLE_EQ(small.efficiency, 1);
  EXPECT_DOUBLE_EQ(large.size, 256);
  EXPECT_DOUBLE_EQ(large.batch_a_unit, 2);
  EXPECT_DOUBLE_EQ(large.speed_up, 1.5);
  EXPECT_DOUBLE_EQ(large.efficiency, 0.75);
  EXPECT_DOUBLE_EQ(large.throughput_efficiency.value(), 0.9);
}

TEST(Scaling, OfOneBatchAUnitIsWeak) {
  const Scaling scaling = scaling_of(std::vector{
      system_of(0, 100, 2, 300, 1000), system_of(1, 300, 3, 900, 2700), system_of(2, 600, 4, 1800)});
  ASSERT_EQ(scaling.families.size(), 1U);
  EXPECT_EQ(scaling.families[0].kind, ScalingKind::Weak);
  EXPECT_DOUBLE_EQ(scaling.families[0].common_batch(), 3);
  EXPECT_THAT(standings(scaling.families[0]), ElementsAre(0, 1, 2));
  EXPECT_DOUBLE_EQ(scaling.families[0].points[1].throughput_efficiency.value(), 0.9);
}

// Fugaku: 512 nodes; 8,192 with the same batch; 16,384 with eight times the batch, which is neither.
TEST(Scaling, IsNeverOneEfficiencyOverBothKinds) {
  const Scaling scaling = scaling_of(std::vector{system_of(0, 16384, 1 / 30.07, 4096, 33996),
                                                 system_of(1, 8192, 1 / 101.49, 512, 5459),
                                                 system_of(2, 512, 1 / 249.35, 512, 2060)});
  ASSERT_EQ(scaling.families.size(), 1U);
  EXPECT_THAT(standings(scaling.families[0]), ElementsAre(2, 1));
  EXPECT_NEAR(scaling.families[0].points[1].throughput_efficiency.value(), 0.166, 0.0005);
  ASSERT_EQ(scaling.unscaled.size(), 1U);
  EXPECT_EQ(scaling.unscaled[0].standing, 0U);
  EXPECT_EQ(scaling.unscaled[0].why,
            "no other size has its global batch of 4096 (strong scaling) or its batch of 1/4 a unit (weak "
            "scaling)");
}

TEST(Scaling, HoldsASizeAgainstOthersOfEitherKind) {
  const Scaling scaling =
      scaling_of(std::vector{system_of(0, 1, 1, 64), system_of(1, 2, 1.5, 64), system_of(2, 2, 1.8, 128)});
  ASSERT_EQ(scaling.families.size(), 2U);
  EXPECT_EQ(scaling.families[0].kind, ScalingKind::Strong);
  EXPECT_THAT(standings(scaling.families[0]), ElementsAre(0, 1));
  EXPECT_EQ(scaling.families[1].kind, ScalingKind::Weak);
  EXPECT_THAT(standings(scaling.families[1]), ElementsAre(0, 2));
  EXPECT_TRUE(scaling.unscaled.empty());
}

TEST(Scaling, SaysWhichBatchIsNotKnown) {
  const Scaling scaling = scaling_of(std::vector{system_of(0, 1, 1, {}), system_of(1, 2, 1, 64)});
  EXPECT_TRUE(scaling.families.empty());
  ASSERT_EQ(scaling.unscaled.size(), 2U);
  EXPECT_EQ(scaling.unscaled[0].why, "its logs differ in global_batch_size");
}

// A batch of 512 on the 128 nodes of each model, four or eight models at once.
TEST(Scaling, OfManyModelsGoesByTheBatchAUnitOfOne) {
  std::vector<SizedRate> systems{system_of(0, 512, 1, 512), system_of(1, 1024, 1.9, 512),
                                 system_of(2, 256, 1, 512)};
  systems[0].units_a_model = systems[1].units_a_model = 128;
  systems[2].units_a_model = 64;
  const Scaling scaling = scaling_of(systems);
  ASSERT_EQ(scaling.families.size(), 1U);
  EXPECT_EQ(scaling.families[0].kind, ScalingKind::Weak);
  EXPECT_THAT(standings(scaling.families[0]), ElementsAre(0, 1));
  EXPECT_DOUBLE_EQ(scaling.families[0].points[1].efficiency, 0.95);
  EXPECT_EQ(scaling.unscaled[0].why, "no other size has its batch of 8 a unit (weak scaling)");
}

TEST(Scaling, TakesTheFastestOfTheSmallestAsBase) {
  const Scaling scaling =
      scaling_of(std::vector{system_of(0, 2, 4, 8), system_of(1, 1, 2, 8), system_of(2, 1, 3, 8)});
  ASSERT_EQ(scaling.families.size(), 1U);
  EXPECT_EQ(scaling.families[0].points[0].standing, 2U);
  EXPECT_DOUBLE_EQ(scaling.families[0].points[2].speed_up, 4.0 / 3);
}

TEST(Scaling, IsOfNothingThatOccursAtOneSizeOnly) {
  std::vector<SizedRate> systems{system_of(0, 1, 2, 8), system_of(1, 1, 3, 8), system_of(2, 4, 3, 8),
                                 system_of(3, 1, 3, 8), system_of(4, 2, 3, 8)};
  systems[2].unit = "accelerators";
  systems[3].hardware = systems[4].hardware = "";
  EXPECT_TRUE(scaling_of(systems).empty());
}

}  // namespace
}  // namespace tessera
