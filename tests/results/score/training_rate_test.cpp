#include "results/score/training_rate.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <sstream>

#include "results/check/log_reader.hpp"

namespace tessera {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A log of CosmoFlow with 524,288 training samples and a global batch of 4,096, written event by event.
class TimedLog {
 public:
  TimedLog() { at("train_samples", 524288).at("global_batch_size", 4096).at("run_start"); }
  TimedLog& at(const char* key, json value = nullptr, json metadata = json::object()) {
    text_ += ":::MLLOG " +
             json{{"key", key}, {"value", value}, {"time_ms", 1000 * now_}, {"metadata", metadata}}.dump() +
             "\n";
    return *this;
  }
  TimedLog& wait(double seconds) {
    now_ += seconds;
    return *this;
  }
  TimedLog& epoch_start(int epoch) { return at("epoch_start", nullptr, {{"epoch_num", epoch}}); }
  TimedLog& epoch_stop(int epoch) { return at("epoch_stop", nullptr, {{"epoch_num", epoch}}); }
  TimedLog& evaluate(double seconds) { return at("eval_start").wait(seconds).at("eval_stop"); }

  RunRecord record() const {
    TimedLog ended = *this;
    ended.at("run_stop", nullptr, {{"status", "success"}});
    std::istringstream in(ended.text_);
    return read_log(in, "sample");
  }

 private:
  double now_ = 1.7e9;
  std::string text_;
};

double training_seconds(int epoch) {
  return epoch == 1 ? 300 : 60;
}

TrainingRate rate_of(const TimedLog& log) {
  const RunRecord run = log.record();
  const auto rate = training_rate({&run, 1}, "cosmoflow");
  EXPECT_TRUE(rate);
  return rate.value_or(TrainingRate{});
}

// 524,288 samples in 60 s, whatever else there is in an epoch and between epochs.
void expect_true_rate(const TimedLog& log, std::size_t epochs) {
  const TrainingRate rate = rate_of(log);
  EXPECT_DOUBLE_EQ(rate.epoch_seconds, 60);
  EXPECT_NEAR(rate.samples_per_second.value(), 8738.13, 0.01);
  EXPECT_DOUBLE_EQ(rate.step_seconds.value(), 60.0 / 128);
  EXPECT_EQ(rate.epochs, epochs);
  EXPECT_DOUBLE_EQ(rate.first_epoch_seconds.value(), 300);
}

TEST(TrainingRate, TakesOffTheEvaluationThatAnEpochEndsWith) {
  TimedLog log;
  for (int e = 1; e <= 30; ++e) log.epoch_start(e).wait(training_seconds(e)).evaluate(50).epoch_stop(e);
  expect_true_rate(log, 29);
  EXPECT_EQ(describe(rate_of(log)), "median of 29 epochs without evaluations, the first left out");
}

TEST(TrainingRate, LeavesEvaluationsBetweenEpochsAlone) {
  TimedLog log;
  for (int e = 1; e <= 30; ++e) log.epoch_start(e).wait(training_seconds(e)).epoch_stop(e).evaluate(50);
  expect_true_rate(log, 29);
}

TEST(TrainingRate, TakesOffSeveralEvaluationsAnEpoch) {
  TimedLog log;
  for (int e = 1; e <= 5; ++e) {
    log.epoch_start(e).wait(training_seconds(e) - 40);
    for (int i = 0; i < 4; ++i) log.evaluate(13).wait(10);
    log.epoch_stop(e);
  }
  expect_true_rate(log, 4);
}

TEST(TrainingRate, HoldsWithAnEvaluationEverySecondEpoch) {
  TimedLog log;
  for (int e = 1; e <= 30; ++e) {
    log.epoch_start(e).wait(training_seconds(e));
    if (e % 2 == 0) log.evaluate(50);
    log.epoch_stop(e);
  }
  expect_true_rate(log, 29);
}

TEST(TrainingRate, HoldsWithoutAnyEvaluation) {
  TimedLog log;
  for (int e = 1; e <= 3; ++e) log.epoch_start(e).wait(training_seconds(e)).epoch_stop(e);
  expect_true_rate(log, 2);
}

// A run that waits 5 hours in a queue trains no longer: stopped within an epoch, within an evaluation inside
// one, and killed, so that nothing but the last entry says when.
TEST(TrainingRate, LeavesOutTheTimeInWhichAnInterruptedRunWaited) {
  constexpr double kQueue = 18000;
  TimedLog log;
  log.epoch_start(1).wait(200).at("run_interrupted").wait(kQueue).at("run_resumed").wait(100).epoch_stop(1);
  log.epoch_start(2).wait(60).at("eval_start").wait(7).at("run_interrupted").wait(kQueue).at("run_resumed");
  log.evaluate(50).epoch_stop(2);
  log.epoch_start(3).wait(kQueue).at("run_resumed").wait(60).epoch_stop(3);
  expect_true_rate(log, 2);
}

// The first block has the slow epoch in it, and is left out as one.
TEST(TrainingRate, DividesBlocksByTheirEpochs) {
  for (const bool inside : {true, false}) {
    TimedLog log;
    for (int block = 0; block < 4; ++block) {
      log.at("block_start", nullptr, {{"first_epoch_num", 1 + 5 * block}, {"epoch_count", 5}});
      log.wait(block == 0 ? 540 : 300);
      if (inside) log.evaluate(50);
      log.at("block_stop", nullptr, {{"first_epoch_num", 1 + 5 * block}});
      if (!inside) log.evaluate(50);
    }
    const TrainingRate rate = rate_of(log);
    EXPECT_NEAR(rate.samples_per_second.value(), 8738.13, 0.01);
    EXPECT_EQ(rate.epochs, 15U);
    EXPECT_DOUBLE_EQ(rate.first_epoch_seconds.value(), 108);
  }
}

TEST(TrainingRate, TakesEpochsWhereThereAreBlocksToo) {
  TimedLog log;
  log.at("block_start", nullptr, {{"first_epoch_num", 1}, {"epoch_count", 7}});
  for (int e = 1; e <= 7; ++e) log.epoch_start(e).wait(training_seconds(e)).epoch_stop(e).wait(17);
  log.at("block_stop", nullptr, {{"first_epoch_num", 1}});
  expect_true_rate(log, 6);
}

TEST(TrainingRate, OfOneEpochOrTwoHasTheFirst) {
  TimedLog log;
  log.epoch_start(1).wait(300).evaluate(50).epoch_stop(1);
  EXPECT_NEAR(rate_of(log).samples_per_second.value(), 1747.63, 0.01);
  EXPECT_EQ(describe(rate_of(log)), "of one epoch without evaluations");
  log.epoch_start(2).wait(60).evaluate(50).epoch_stop(2);
  EXPECT_DOUBLE_EQ(rate_of(log).epoch_seconds, 180);
}

TEST(TrainingRate, CutsEvaluationsThatReachBeyondAnEpoch) {
  TimedLog log;
  for (int e = 1; e <= 5; ++e)
    log.epoch_start(e)
        .wait(training_seconds(e))
        .at("eval_start")
        .wait(20)
        .epoch_stop(e)
        .wait(30)
        .at("eval_stop");
  expect_true_rate(log, 4);
}

// Evaluations on other nodes go on while the next epoch trains.
TEST(TrainingRate, KeepsTheTimeOfEvaluationsBesideTheTraining) {
  TimedLog log;
  log.epoch_start(1).wait(training_seconds(1));
  for (int e = 2; e <= 6; ++e)
    log.at("eval_start").epoch_stop(e - 1).epoch_start(e).wait(50).at("eval_stop").wait(10);
  expect_true_rate(log.epoch_stop(6), 5);
}

TEST(TrainingRate, PassesOverWhatIsNotWholeAndWhatIsNotOfTheRun) {
  TimedLog log;
  for (int e = 1; e <= 5; ++e) log.epoch_start(e).wait(training_seconds(e)).evaluate(50).epoch_stop(e);
  log.epoch_start(6).wait(7).epoch_start(6).wait(60).epoch_stop(6).epoch_stop(6);  // started again
  log.epoch_start(7).wait(9);                                                      // never stops
  expect_true_rate(log, 5);
}

TEST(TrainingRate, OfSeveralRunsIsTheMedianOverAllTheirEpochs) {
  std::vector<RunRecord> runs;
  for (const double seconds : {10.0, 20.0, 30.0}) {
    TimedLog log;
    log.epoch_start(1).wait(100).epoch_stop(1);
    for (int e = 2; e <= (seconds == 30 ? 12 : 4); ++e) log.epoch_start(e).wait(seconds).epoch_stop(e);
    runs.push_back(log.record());
  }
  const TrainingRate rate = training_rate(runs, "cosmoflow").value();
  EXPECT_DOUBLE_EQ(rate.epoch_seconds, 30);
  EXPECT_EQ(rate.epochs, 17U);
  EXPECT_THAT(describe(rate), HasSubstr("first ones left out"));
}

TEST(TrainingRate, HasNoSamplesWhereLogsDifferInThem) {
  std::vector<RunRecord> runs{TimedLog().epoch_start(1).wait(60).epoch_stop(1).record()};
  std::istringstream other(
      R"(:::MLLOG {"key": "train_samples", "value": 7, "time_ms": 1000, "metadata": {}}
:::MLLOG {"key": "run_start", "value": null, "time_ms": 2000, "metadata": {}}
:::MLLOG {"key": "epoch_start", "value": null, "time_ms": 3000, "metadata": {}}
:::MLLOG {"key": "epoch_stop", "value": null, "time_ms": 9000, "metadata": {}}
)");
  runs.push_back(read_log(other, "other"));
  const TrainingRate rate = training_rate(runs, "cosmoflow").value();
  EXPECT_FALSE(rate.samples_per_second);
  EXPECT_DOUBLE_EQ(rate.epoch_seconds, 33);
}

TEST(TrainingRate, IsNoneWhereNoEpochHasATime) {
  const RunRecord run = TimedLog().at("epoch_start").wait(5).record();
  EXPECT_FALSE(training_rate({&run, 1}, "cosmoflow"));
  EXPECT_FALSE(training_rate({}, "cosmoflow"));
}

}  // namespace
}  // namespace tessera
