#include "models/train/schedule.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/rate_table.hpp"

namespace tessera {
namespace {

using test::expect_rates;

ReferenceSchedule::Settings reference(RateScaling scaling) {
  return {.base_rate = 0.001,
          .scaling = scaling,
          .base_batch_size = 64,
          .warmup_epochs = 4,
          .decays = {{64, 0.125}, {32, 0.25}}};
}

TEST(ReferenceSchedule, AtFourTimesTheBaseBatchClimbsToFourTimesTheRateAndDecaysAfterItsBoundaries) {
  expect_rates(ReferenceSchedule(reference(RateScaling::Linear), 256), {{0, 0, 0.001},
                                                                        {1, 0, 0.00175},
                                                                        {2, 0, 0.0025},
                                                                        {3, 0, 0.00325},
                                                                        {4, 0, 0.004},
                                                                        {32, 0, 0.004},
                                                                        {33, 0, 0.001},
                                                                        {64, 0, 0.001},
                                                                        {65, 0, 0.0005},
                                                                        {127, 0, 0.0005}});
}

TEST(ReferenceSchedule, IsConstantWithinAnEpoch) {
  const ReferenceSchedule schedule(reference(RateScaling::Linear), 256);
  for (std::int64_t epoch : {0, 2, 4, 33}) EXPECT_EQ(schedule.at(epoch, 0), schedule.at(epoch, 2047));
}

TEST(ReferenceSchedule, AtTheBaseBatchStaysAtTheBaseRateUntilItDecays) {
  expect_rates(ReferenceSchedule(reference(RateScaling::Linear), 64),
               {{0, 0, 0.001}, {3, 0, 0.001}, {4, 0, 0.001}, {33, 0, 0.00025}, {65, 0, 0.000125}});
}

TEST(ReferenceSchedule, ScalesByTheSquareRootOrNotAtAll) {
  expect_rates(ReferenceSchedule(reference(RateScaling::SquareRoot), 256),
               {{0, 0, 0.001}, {2, 0, 0.0015}, {4, 0, 0.002}, {33, 0, 0.0005}});
  expect_rates(ReferenceSchedule(reference(RateScaling::None), 256), {{0, 0, 0.001}, {4, 0, 0.001}});
}

TEST(ReferenceSchedule, WithoutWarmUpOrDecayIsThePeak) {
  expect_rates(
      ReferenceSchedule({.base_rate = 0.01, .scaling = RateScaling::Linear, .base_batch_size = 8}, 16),
      {{0, 0, 0.02}, {1, 0, 0.02}, {1000, 3, 0.02}});
}

TEST(ReferenceSchedule, LogsThePeakAsBaseRateAndTheScaleAsWarmUpFactor) {
  EXPECT_EQ(ReferenceSchedule(reference(RateScaling::Linear), 256).summary(),
            (ScheduleSummary{0.004, 4, 4, {32, 64}, {0.25, 0.125}}));
  EXPECT_EQ(ReferenceSchedule({.base_rate = 0.5}, 16).summary(), (ScheduleSummary{0.5, 0, 1, {}, {}}));
}

// 2048 samples in batches of 16.
TEST(WarmupSchedule, OfTheTinyRecipeClimbsByStepsAndDecaysFromEpochs8And16) {
  expect_rates(WarmupSchedule({0.05, 128, {{8, 0.25}, {16, 0.0625}}}, 128), {{0, 0, 0.000390625},
                                                                             {0, 63, 0.025},
                                                                             {0, 127, 0.05},
                                                                             {1, 0, 0.05},
                                                                             {7, 127, 0.05},
                                                                             {8, 0, 0.0125},
                                                                             {15, 127, 0.0125},
                                                                             {16, 0, 0.003125},
                                                                             {39, 127, 0.003125}});
}

TEST(WarmupSchedule, OfTheSmallRecipeDecaysFromEpochs9And15) {
  expect_rates(WarmupSchedule({0.05, 128, {{15, 0.0625}, {9, 0.25}}}, 128), {{0, 31, 0.0125},
                                                                             {0, 95, 0.0375},
                                                                             {1, 0, 0.05},
                                                                             {8, 0, 0.05},
                                                                             {8, 127, 0.05},
                                                                             {9, 0, 0.0125},
                                                                             {14, 127, 0.0125},
                                                                             {15, 0, 0.003125}});
}

// 1024 samples in batches of 8: the cosine runs over 13 epochs of 128 steps. cos(pi/4) = 0.7071067811865476,
// and 1 + cos(pi 1663/1664) = 2 sin^2(pi/3328).
TEST(WarmupSchedule, OfTheFullRecipeFallsAsHalfACosineFromTheWarmUpToTheEndOfEpoch14) {
  expect_rates(WarmupSchedule({0.03, 128, {}, 14}, 128), {{0, 0, 0.000234375},
                                                          {0, 63, 0.015},
                                                          {0, 127, 0.03},
                                                          {1, 0, 0.03},
                                                          {4, 32, 0.025606601717798213},
                                                          {7, 64, 0.015},
                                                          {10, 96, 0.004393398282201787},
                                                          {13, 127, 2.673340241772319e-08},
                                                          {14, 0, 0},
                                                          {20, 5, 0}});
}

TEST(WarmupSchedule, WithoutDecayStaysAtThePeak) {
  expect_rates(WarmupSchedule({0.05, 128, {}}, 128),
               {{0, 0, 0.000390625}, {0, 127, 0.05}, {1, 0, 0.05}, {8, 0, 0.05}, {1000, 127, 0.05}});
}

TEST(WarmupSchedule, MayWarmUpOverPartOfAnEpochSeveralOrNotAtAll) {
  expect_rates(WarmupSchedule({0.1, 4, {}}, 10), {{0, 0, 0.025}, {0, 3, 0.1}, {0, 4, 0.1}});
  expect_rates(WarmupSchedule({0.1, 20, {}}, 10), {{0, 9, 0.05}, {1, 0, 0.055}, {1, 9, 0.1}, {2, 0, 0.1}});
  expect_rates(WarmupSchedule({0.1, 0, {}}, 10), {{0, 0, 0.1}});
}

TEST(WarmupSchedule, LogsWarmUpInEpochsAndBoundariesAsConfigured) {
  EXPECT_EQ(WarmupSchedule({0.05, 128, {{16, 0.0625}, {8, 0.25}}}, 128).summary(),
            (ScheduleSummary{0.05, 1, 1, {8, 16}, {0.25, 0.0625}}));
  EXPECT_EQ(WarmupSchedule({0.03, 64, {}, 14}, 128).summary(), (ScheduleSummary{0.03, 0.5, 1, {}, {}}));
}

// 768 samples in batches of 8.
TEST(WarmupSchedule, OfTheTinyClimateRecipeClimbsByStepsAndDecaysFromEpochs5And8) {
  expect_rates(WarmupSchedule({0.006, 96, {{5, 0.25}, {8, 0.0625}}}, 96), {{0, 0, 6.25e-05},
                                                                           {0, 47, 0.003},
                                                                           {0, 95, 0.006},
                                                                           {1, 0, 0.006},
                                                                           {4, 95, 0.006},
                                                                           {5, 0, 0.0015},
                                                                           {7, 95, 0.0015},
                                                                           {8, 0, 0.000375},
                                                                           {15, 95, 0.000375}});
}

}  // namespace
}  // namespace tessera
