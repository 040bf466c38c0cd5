#include "results/check/run_trace.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tessera {
namespace {

LogEntry entry(LogKey key, double seconds, nlohmann::json value = nullptr,
               nlohmann::json metadata = nlohmann::json::object()) {
  return {key, 1, 1.6e12 + 1000 * seconds, std::move(value), std::move(metadata)};
}

RunTrace trace_of(const std::vector<LogEntry>& entries) {
  RunTrace trace;
  for (const LogEntry& one : entries) trace.add(one);
  return trace;
}

void expect_seconds(const Breakdown& breakdown, double staging, double training, double evaluation,
                    double other) {
  EXPECT_NEAR(breakdown.staging, staging, 1e-6);
  EXPECT_NEAR(breakdown.training, training, 1e-6);
  EXPECT_NEAR(breakdown.evaluation, evaluation, 1e-6);
  EXPECT_NEAR(breakdown.other, other, 1e-6);
}

TEST(Breakdown, CountsEachMomentOfARunOnce) {
  const RunTrace trace =
      trace_of({entry(LogKey::InitStart, -50), entry(LogKey::RunStart, 0), entry(LogKey::StagingStart, 1),
                entry(LogKey::StagingStop, 6), entry(LogKey::EpochStart, 8), entry(LogKey::EvalStart, 30),
                entry(LogKey::EvalStop, 37), entry(LogKey::EpochStop, 40), entry(LogKey::EvalStart, 40),
                entry(LogKey::EvalStop, 50), entry(LogKey::RunStop, 53), entry(LogKey::EpochStart, 54),
                entry(LogKey::EpochStop, 99)});
  expect_seconds(trace.breakdown(), 5, 25, 17, 6);
}

TEST(Breakdown, HasStagingThatCameBeforeTheRun) {
  const RunTrace trace =
      trace_of({entry(LogKey::StagingStart, -20), entry(LogKey::StagingStop, -8), entry(LogKey::RunStart, 0),
                entry(LogKey::BlockStart, 0), entry(LogKey::BlockStop, 60), entry(LogKey::RunStop, 61)});
  expect_seconds(trace.breakdown(), 12, 60, 0, 1);
}

TEST(Breakdown, NeverCountsTimeTwiceWhereStampsGoBack) {
  const RunTrace trace =
      trace_of({entry(LogKey::RunStart, 0), entry(LogKey::EpochStart, 10), entry(LogKey::EpochStop, 4),
                entry(LogKey::EvalStart, std::numeric_limits<double>::quiet_NaN()),
                entry(LogKey::EpochStart, 10), entry(LogKey::RunStop, 30)});
  expect_seconds(trace.breakdown(), 0, 20, 0, 10);
}

TEST(Breakdown, EndsAnEvaluationWithoutAStopWhereTheNextEpochStarts) {
  const RunTrace trace =
      trace_of({entry(LogKey::RunStart, 0), entry(LogKey::EpochStart, 0), entry(LogKey::EvalStart, 30),
                entry(LogKey::EpochStop, 40), entry(LogKey::EpochStart, 42), entry(LogKey::EpochStop, 90),
                entry(LogKey::RunStop, 90)});
  expect_seconds(trace.breakdown(), 0, 78, 12, 0);
}

// Interrupted within an epoch for 100 s, and killed within an evaluation, which is done again 200 s later.
TEST(Breakdown, HasTheTimeBetweenInterruptionAndResumptionAsOther) {
  const RunTrace trace =
      trace_of({entry(LogKey::RunStart, 0), entry(LogKey::EpochStart, 0), entry(LogKey::RunInterrupted, 30),
                entry(LogKey::RunResumed, 130), entry(LogKey::EpochStop, 160), entry(LogKey::EvalStart, 160),
                entry(LogKey::RunResumed, 360), entry(LogKey::EvalStart, 360), entry(LogKey::EvalStop, 367),
                entry(LogKey::RunStop, 367)});
  expect_seconds(trace.breakdown(), 0, 60, 7, 300);
}

TEST(ConvergenceCurve, HasTheEvaluationsFromRunStartToRunStop) {
  const RunTrace trace =
      trace_of({entry(LogKey::EvalError, -60, 0.9), entry(LogKey::RunStart, 0),
                entry(LogKey::EvalError, 60, 0.5, {{"epoch_num", 1}}), entry(LogKey::EvalAccuracy, 70, 0.8),
                entry(LogKey::EvalError, 90, "none"), entry(LogKey::EvalError, 120, 0.25, {{"epoch", 2}}),
                entry(LogKey::RunStop, 130), entry(LogKey::EvalError, 180, 0.1)});
  const auto curve = trace.curve(LogKey::EvalError);
  ASSERT_EQ(curve.size(), 2U);
  EXPECT_DOUBLE_EQ(curve[0].minutes, 1);
  EXPECT_EQ(curve[0].epoch, 1.0);
  EXPECT_DOUBLE_EQ(curve[0].value, 0.5);
  EXPECT_DOUBLE_EQ(curve[1].minutes, 2);
  EXPECT_EQ(curve[1].epoch, 2.0);
  const auto accuracy = trace.curve(LogKey::EvalAccuracy);
  ASSERT_EQ(accuracy.size(), 1U);
  EXPECT_FALSE(accuracy[0].epoch);
}

TEST(ConvergenceCurve, StaysShortAndKeepsItsEndsHoweverLongTheLog) {
  for (const int evaluations : {4096, 4097, 8191, 8192, 100'000, 100'001}) {
    RunTrace trace;
    trace.add(entry(LogKey::RunStart, 0));
    for (int i = 0; i < evaluations; ++i) trace.add(entry(LogKey::EvalError, i, i));
    const auto curve = trace.curve(LogKey::EvalError);
    EXPECT_LE(curve.size(), RunTrace::kMostPoints);
    EXPECT_GE(curve.size(), RunTrace::kMostPoints / 2);
    EXPECT_DOUBLE_EQ(curve.front().value, 0);
    EXPECT_DOUBLE_EQ(curve.back().value, evaluations - 1);
    for (std::size_t i = 2; i + 1 < curve.size(); ++i) {
      ASSERT_DOUBLE_EQ(curve[i].value - curve[i - 1].value, curve[1].value - curve[0].value);
    }
  }
}

}  // namespace
}  // namespace tessera
