#include "results/score/scaling.hpp"

#include <gmock/gmock.h>

namespace tessera {
namespace {

// 128 nodes in 60 minutes, 256 in 40: 1.5 times as fast on twice the nodes.
TEST(Scaling, ComparesSizesOfOneSystem) {
  const std::vector<SizedRate> systems{{0, "A", "nodes", 256, 1.0 / 40, 360.0},
                                       {1, "B", "nodes", 64, 1.0 / 10, {}},
                                       {2, "A", "nodes", 128, 1.0 / 60, 200.0}};
  const auto families = scaling_families(systems);
  ASSERT_EQ(families.size(), 1U);
  EXPECT_EQ(families[0].unit, "nodes");
  ASSERT_EQ(families[0].points.size(), 2U);
  const auto &small = families[0].points[0], &large = families[0].points[1];
  EXPECT_EQ(small.standing, 2U);
  EXPECT_DOUBLE_EQ(small.efficiency, 1);
  EXPECT_EQ(large.standing, 0U);
  EXPECT_DOUBLE_EQ(large.size, 256);
  EXPECT_DOUBLE_EQ(large.speed_up, 1.5);
  EXPECT_DOUBLE_EQ(large.efficiency, 0.75);
  EXPECT_DOUBLE_EQ(large.throughput_efficiency.value(), 0.9);
}

TEST(Scaling, TakesTheFastestOfTheSmallestAsBase) {
  const std::vector<SizedRate> systems{
      {0, "A", "nodes", 2, 4, {}}, {1, "A", "nodes", 1, 2, {}}, {2, "A", "nodes", 1, 3, {}}};
  const auto families = scaling_families(systems);
  ASSERT_EQ(families.size(), 1U);
  EXPECT_EQ(families[0].points[0].standing, 2U);
  EXPECT_DOUBLE_EQ(families[0].points[2].speed_up, 4.0 / 3);
}

TEST(Scaling, IsOfNothingThatOccursAtOneSizeOnly) {
  EXPECT_TRUE(scaling_families(std::vector<SizedRate>{{0, "A", "nodes", 1, 2, {}},
                                                      {1, "A", "nodes", 1, 3, {}},
                                                      {2, "A", "accelerators", 4, 3, {}},
                                                      {3, "", "nodes", 1, 3, {}},
                                                      {4, "", "nodes", 2, 3, {}}})
                  .empty());
}

}  // namespace
}  // namespace tessera
