#include "harness/process/progress.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace tessera {
namespace {

using std::chrono::milliseconds;

StepProgress some_step() {
  return {.epoch = 3,
          .epochs = 5,
          .step = 12,
          .steps = 128,
          .global_batch = 16,
          .samples_per_second = 1834.4,
          .loss = 0.041234};
}

TEST(Duration, GrowsFromSecondsToHours) {
  EXPECT_EQ(duration(0), "0:00");
  EXPECT_EQ(duration(-3), "0:00");
  EXPECT_EQ(duration(59.6), "1:00");
  EXPECT_EQ(duration(725), "12:05");
  EXPECT_EQ(duration(3 * 3600 + 69), "3:01:09");
  EXPECT_EQ(duration(100 * 3600), "100:00:00");
}

TEST(StepLine, SaysEpochStepSpeedLossAndTimeLeft) {
  // (2 · 128 + 116) steps of 16 samples at 1834.4 a second are 3.2 s.
  EXPECT_EQ(step_line(some_step(), 200),
            "epoch 3/5  step 12/128  1834 samples/s  loss 0.04123  at most 0:03 left");
}

TEST(StepLine, LeavesOutWhatIsNotKnownYet) {
  StepProgress progress = some_step();
  progress.samples_per_second = 0;
  EXPECT_EQ(step_line(progress, 200), "epoch 3/5  step 12/128  loss 0.04123");
}

TEST(StepLine, NeverWraps) {
  EXPECT_EQ(step_line(some_step(), 10), "epoch 3/5 ");
  EXPECT_EQ(step_line(some_step(), 0), "");
}

TEST(EpochLine, SaysLossMetricTargetSpeedAndTime) {
  const EpochProgress progress = {.epoch = 3,
                                  .epochs = 32,
                                  .samples_per_second = 1834.4,
                                  .loss = 0.04123,
                                  .metric = "MAE",
                                  .validation = 0.153,
                                  .target = 0.124,
                                  .seconds = 1.26};
  EXPECT_EQ(epoch_line(progress),
            "epoch 3/32: loss 0.04123, MAE 0.1530 (target 0.124), 1834 samples/s, 1.3 s");
}

TEST(Progress, OffATerminalIsOnePlainLineAnEpoch) {
  std::ostringstream out;
  {
    Progress progress(out, false);
    for (int i = 0; i < 100; ++i) progress.step(some_step());
    EXPECT_EQ(out.str(), "");
    progress.epoch({.metric = "MAE"});
  }
  EXPECT_EQ(out.str(), epoch_line({.metric = "MAE"}) + "\n");
}

TEST(Progress, OffATerminalGivesASignOfLifeEveryHalfMinute) {
  std::ostringstream out;
  Progress::Time now{};
  Progress progress(out, false, [&now] { return now; });
  for (int i = 0; i < 100; ++i, now += milliseconds(1000)) progress.step(some_step());
  const std::string line = step_line(some_step(), 79) + "\n";
  EXPECT_EQ(out.str(), line + line + line);
}

TEST(Progress, OnATerminalRedrawsAtMostFiveTimesASecondAndClearsUpBehindItself) {
  std::ostringstream out;
  Progress::Time now{};
  {
    Progress progress(out, true, [&now] { return now; });
    for (int i = 0; i < 100; ++i, now += milliseconds(10)) progress.step(some_step());
  }
  const std::string text = out.str();
  std::size_t draws = 0;
  for (std::size_t at = text.find("epoch"); at != std::string::npos; at = text.find("epoch", at + 1)) ++draws;
  EXPECT_EQ(draws, 5U);
  EXPECT_EQ(text.substr(text.size() - 4), "\r\x1b[K");
  EXPECT_EQ(text.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace tessera
