#include "results/study/efficiency.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/study/point_figures.hpp"
#include "results/study/sample_study.hpp"

namespace tessera {
namespace {

using testing::ElementsAre;

StudyPoint timed(StudyLayout layout, double seconds) {
  return {.layout = std::move(layout),
          .name = "",
          .measurement = waiting_for_sums(seconds, {seconds}),
          .failure = ""};
}

TEST(RepeatSpread, OfAnEvenNumberHasTheMeanOfTheTwoInTheMiddle) {
  EXPECT_EQ(spread_of({4, 1, 3, 2}), (RepeatSpread{.median = 2.5, .min = 1, .max = 4}));
  EXPECT_EQ(spread_of({7}), (RepeatSpread{.median = 7, .min = 7, .max = 7}));
}

TEST(StudyFamilies, NeverMixModesAndHaveFailedPointsToo) {
  const auto families = families_of(sample_scaling_study());
  ASSERT_EQ(families.size(), 2U);
  EXPECT_EQ(families[0].kept, "global batch 4");
  EXPECT_EQ(families[0].name, "strong_4_32x32x32");
  EXPECT_THAT(families[0].points, ElementsAre(0, 6, 1, 2, 3, 5, 4));  // by cores, ranks, parts
  EXPECT_EQ(families[0].base, 0U);
  EXPECT_EQ(families[1].kept, "2 samples a rank");
  EXPECT_THAT(families[1].points, ElementsAre(7, 8));
}

TEST(StudyFamilies, OfOtherBatchesOrExtentsAreOthers) {
  const StudyLayout layout{.global_batch = 4, .extents = {32, 32, 32}};
  StudyLayout batch = layout, extents = layout;
  batch.global_batch = 8;
  extents.extents = {32, 32, 64};
  Study study;
  for (const StudyLayout& one : {layout, batch, extents}) study.points.push_back(timed(one, 1));
  EXPECT_EQ(families_of(study).size(), 3U);
}

TEST(StudyFamilies, KeepWhatTheirModeSays) {
  using enum StudyMode;
  Study study;
  for (const StudyLayout& layout : std::vector<StudyLayout>{
           {.mode = WeakReplica, .ranks = 1, .global_batch = 2, .extents = {8, 8, 8}},
           {.mode = WeakReplica, .ranks = 4, .depth = 2, .global_batch = 4, .extents = {8, 8, 8}},
           {.mode = WeakVolume, .ranks = 1, .global_batch = 2, .extents = {8, 8, 8}},
           {.mode = WeakVolume, .ranks = 3, .depth = 3, .global_batch = 2, .extents = {24, 8, 8}}})
    study.points.push_back(timed(layout, 1));
  const auto families = families_of(study);
  ASSERT_EQ(families.size(), 2U);
  EXPECT_EQ(families[0].kept, "2 samples a replica");
  EXPECT_EQ(families[1].kept, "1024 cells a rank");
}

TEST(StudyFamilies, TakeTheFasterOfTwoSmallestAndNoneThatFailed) {
  const StudyLayout two{.ranks = 2, .global_batch = 4, .extents = {8, 8, 8}};
  StudyLayout split = two, one = two;
  split.depth = 2;
  one.ranks = 1;
  Study study;
  study.points = {timed(two, 2), timed(split, 1), {.layout = one, .name = "", .failure = "exit code 3"}};
  EXPECT_EQ(families_of(study)[0].base, 1U);
  study.points.resize(1);
  study.points[0].measurement.reset();
  EXPECT_FALSE(families_of(study)[0].base);
}

TEST(Efficiency, OfStrongScalingIsTheRatioOfTimesOverThatOfCores) {
  const auto figures = figures_of(sample_scaling_study());
  const StudyScaling& whole = figures[1]->scaling;  // 1 s on one core, 0.625 s on two
  EXPECT_DOUBLE_EQ(whole.speed_up, 1.6);
  EXPECT_DOUBLE_EQ(whole.efficiency, 0.8);
  EXPECT_DOUBLE_EQ(whole.lowest_efficiency, 0.64);  // 0.78125 s
  EXPECT_DOUBLE_EQ(whole.highest_efficiency, 0.8 / 0.75);
  EXPECT_DOUBLE_EQ(figures[2]->scaling.efficiency, 1);
  EXPECT_DOUBLE_EQ(figures[6]->scaling.speed_up, 2);  // one rank, two threads
  EXPECT_TRUE(figures[0]->is_base);
  EXPECT_FALSE(figures[4].has_value());
}

TEST(Efficiency, OfWeakScalingHoldsTheTimeOfAStepAgainstThatOfTheSmallest) {
  const auto figures = figures_of(sample_scaling_study());
  EXPECT_DOUBLE_EQ(figures[8]->scaling.efficiency, 0.8);  // 0.5 s, then 0.625 s of twice the samples
  EXPECT_DOUBLE_EQ(figures[8]->scaling.speed_up, 1.6);
}

TEST(Efficiency, OfSplitSamplesInWeakScalingCountsAllTheirCores) {
  const StudyLayout one{.mode = StudyMode::WeakReplica, .global_batch = 1, .extents = {8, 8, 8}};
  StudyLayout slabs = one;
  slabs.ranks = slabs.depth = 4;  // still one replica
  const StudyScaling scaling = scaling_of(timed(slabs, 0.5), timed(one, 1));
  EXPECT_DOUBLE_EQ(scaling.speed_up, 2);
  EXPECT_DOUBLE_EQ(scaling.efficiency, 0.5);
}

TEST(Efficiency, OfLargerVolumesCountsTheirCells) {
  const StudyLayout one{.mode = StudyMode::WeakVolume, .global_batch = 1, .extents = {8, 8, 8}};
  StudyLayout larger = one;
  larger.ranks = larger.depth = 2;
  larger.extents = {16, 8, 8};
  EXPECT_DOUBLE_EQ(scaling_of(timed(larger, 1.25), timed(one, 1)).efficiency, 0.8);
}

TEST(PointFigures, CountSamplesFlopMemoryEnergyAndCost) {
  const auto figures = figures_of(sample_scaling_study());
  EXPECT_DOUBLE_EQ(figures[1]->samples_per_second, 6.4);
  EXPECT_DOUBLE_EQ(figures[1]->flop_per_second, 6.4e9);
  EXPECT_DOUBLE_EQ(*figures[1]->peak_share, 0.16);        // of two cores of 20 Gflop/s
  EXPECT_DOUBLE_EQ(*figures[1]->prediction_error, -0.2);  // 0.5 s of 0.625 s
  EXPECT_DOUBLE_EQ(figures[1]->breakdown->compute, 0.4375);
  EXPECT_DOUBLE_EQ(figures[1]->breakdown->exposed_reduction, 0.1875);
  EXPECT_EQ(figures[1]->memory_bytes, 64 << 20);
  EXPECT_DOUBLE_EQ(*figures[8]->joules_a_sample, 12.5);
  EXPECT_DOUBLE_EQ(*figures[8]->node_hours, 0.5);
  EXPECT_FALSE(figures[1]->node_hours);
}

TEST(PointFigures, HaveNoCostOfATargetThatWasMissed) {
  Study study = sample_scaling_study();
  study.points[8].measurement->solution->reached = false;
  EXPECT_FALSE(figures_of(study)[8]->node_hours);
}

}  // namespace
}  // namespace tessera
