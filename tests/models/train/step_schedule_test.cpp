#include "models/train/step_schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "support/rate_table.hpp"

namespace tessera {
namespace {

using test::expect_rates;

// 121,266 samples in batches of 2,048 are 59 steps an epoch; 400 = 6 x 59 + 46 and 1200 = 20 x 59 + 20.
TEST(StepSchedule, OfTheReferenceAtBatch2048StartsAtZeroAndDecays800StepsAfterTheWarmUp) {
  expect_rates(StepSchedule({.start_rate = 0.0055, .warmup_steps = 400, .milestones = {800}}, 59),
               {{0, 0, 0},
                {0, 1, 1.375e-5},
                {3, 23, 0.00275},
                {6, 45, 0.00548625},
                {6, 46, 0.0055},
                {20, 19, 0.0055},
                {20, 20, 0.00055},
                {84, 44, 0.00055}});
}

TEST(StepSchedule, WarmsUpFromTheStartRateToItsMultipleAndMultipliesByTheDecayAtEachMilestone) {
  expect_rates(StepSchedule({.start_rate = 0.001,
                             .warmup_steps = 10,
                             .warmup_factor = 4,
                             .milestones = {20, 5},
                             .decay_rate = 0.5},
                            10),
               {{0, 0, 0.001},
                {0, 5, 0.0025},
                {0, 9, 0.0037},
                {1, 0, 0.004},
                {1, 4, 0.004},
                {1, 5, 0.002},
                {2, 9, 0.002},
                {3, 0, 0.001}});
}

// cos(pi/4) = 0.7071067811865476.
TEST(StepSchedule, AnnealsAsHalfACosineAfterTheWarmUpAndClimbsAgain) {
  expect_rates(StepSchedule({.start_rate = 0.002, .warmup_steps = 4, .t_max = 8, .eta_min = 0.0004}, 6),
               {{0, 0, 0},
                {0, 2, 0.001},
                {0, 4, 0.002},
                {1, 0, 0.0017656854249492381},
                {1, 2, 0.0012},
                {1, 4, 0.000634314575050762},
                {2, 0, 0.0004},
                {2, 4, 0.0012},
                {3, 2, 0.002}});
}

TEST(StepSchedule, MayDoWithoutWarmUpOrDecay) {
  expect_rates(StepSchedule({.start_rate = 0.002, .milestones = {3}}, 2),
               {{0, 0, 0.002}, {1, 0, 0.002}, {1, 1, 0.0002}});
  expect_rates(StepSchedule({.start_rate = 0.002, .t_max = 2}, 2), {{0, 0, 0.002}, {0, 1, 0.001}, {1, 0, 0}});
  expect_rates(StepSchedule({.start_rate = 0.002}, 2), {{0, 0, 0.002}, {1000, 0, 0.002}});
}

// Each rate from the one before, as frameworks chain them.
TEST(StepSchedule, FiftyStepsAreThoseOfARecursion) {
  const StepSchedule multistep(
      {.start_rate = 0.3, .warmup_steps = 7, .milestones = {4, 10, 11, 30}, .decay_rate = 0.7}, 8);
  const StepSchedule cosine({.start_rate = 0.3, .warmup_steps = 7, .t_max = 60, .eta_min = 0.01}, 8);
  double climbing = 0, stepped = 0.3, annealed = 0.3;
  for (std::int64_t t = 0; t < 50; ++t) {
    const std::int64_t s = t - 7;
    if (s == 4 || s == 10 || s == 11 || s == 30) stepped *= 0.7;
    if (s > 0)
      annealed = 0.01 + (annealed - 0.01) * (1 + std::cos(std::numbers::pi * static_cast<double>(s) / 60)) /
                            (1 + std::cos(std::numbers::pi * static_cast<double>(s - 1) / 60));
    EXPECT_NEAR(multistep.at(t / 8, t % 8), s < 0 ? climbing : stepped, 1e-15) << t;
    EXPECT_NEAR(cosine.at(t / 8, t % 8), s < 0 ? climbing : annealed, 1e-14) << t;
    climbing += 0.3 / 7;
  }
}

}  // namespace
}  // namespace tessera
