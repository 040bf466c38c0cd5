#include "results/log/ml_log.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "models/base/error.hpp"
#include "results/check/run_rules.hpp"
#include "results/sample_log.hpp"
#include "support/fake_clock.hpp"

namespace tessera {
namespace {

using nlohmann::json;

TEST(MlLog, WritesLinesAsThePublishedOnesAre) {
  FakeClock clock(Milliseconds(1603314876927));
  std::ostringstream out;
  MlLog log(&out, clock, "result.txt");
  const auto where = std::source_location::current();
  log.start(LogKey::RunStart, json::object(), where);
  clock.advance(Milliseconds(25));
  log.event(LogKey::GlobalBatchSize, 256, json::object(), where);
  log.event(LogKey::OptLearningRateDecayFactor, {0.25, 0.125}, json::object(), where);
  log.end(LogKey::RunStop, {{"status", "success"}}, where);
  const std::string line = std::to_string(where.line());
  const std::string file = R"("metadata": {"file": "ml_log_test.cpp", "lineno": )" + line;
  EXPECT_EQ(out.str(),
            R"(:::MLLOG {"namespace": "", "time_ms": 1603314876927, "event_type": "INTERVAL_START", )"
            R"("key": "run_start", "value": null, )" +
                file + "}}\n" +
                R"(:::MLLOG {"namespace": "", "time_ms": 1603314876952, "event_type": "POINT_IN_TIME", )"
                R"("key": "global_batch_size", "value": 256, )" +
                file + "}}\n" +
                R"(:::MLLOG {"namespace": "", "time_ms": 1603314876952, "event_type": "POINT_IN_TIME", )"
                R"("key": "opt_learning_rate_decay_factor", "value": [0.25, 0.125], )" +
                file + "}}\n" +
                R"(:::MLLOG {"namespace": "", "time_ms": 1603314876952, "event_type": "INTERVAL_END", )"
                R"("key": "run_stop", "value": null, )" +
                file + R"(, "status": "success"}})" + "\n");
}

TEST(MlLog, StampsTheLineOfItsCaller) {
  const FakeClock clock;
  std::stringstream file;
  MlLog log(&file, clock, "result.txt");
  log.event(LogKey::CacheClear, true);
  const auto line = std::source_location::current().line() - 1;
  const WholeLog run = read_whole(file);
  ASSERT_EQ(run.entries.size(), 1U);
  EXPECT_EQ(run.entries[0].metadata, json({{"file", "ml_log_test.cpp"}, {"lineno", line}}));
}

TEST(MlLog, WritesNothingWithoutAStream) {
  const FakeClock clock;
  MlLog log(nullptr, clock, "result.txt");
  log.event(LogKey::CacheClear, true);
}

TEST(MlLog, IsReadBackAsItWasWritten) {
  FakeClock clock(Milliseconds(1'700'000'000'000));
  std::stringstream file;
  MlLog log(&file, clock, "result.txt");
  const double infinity = std::numeric_limits<double>::infinity();
  const json awkward{"NaN",     "\"quoted\" \\ :::MLLOG ", "caf\xC3\xA9 \n", "\xFF",
                     -infinity, {{"NaN", 1e-320}}};
  log.event(LogKey::TrainLoss, std::numeric_limits<double>::quiet_NaN(), {{"epoch_num", 3}});
  clock.advance(Milliseconds(1500));
  log.event(LogKey::SubmissionOrg, awkward[0]);
  log.event(LogKey::EvalError, awkward[4]);
  log.event(LogKey::OptBetas, json{awkward[2], awkward[3], awkward[5]});
  const WholeLog run = read_whole(file);
  EXPECT_TRUE(run.malformed.empty());
  ASSERT_EQ(run.entries.size(), 4U);
  EXPECT_TRUE(std::isnan(run.entries[0].value.get<double>()));
  EXPECT_EQ(*run.entries[0].find_metadata("epoch_num"), 3);
  EXPECT_EQ(run.entries[1].value, "NaN");
  EXPECT_EQ(run.entries[1].time_ms - run.entries[0].time_ms, 1500.0);
  EXPECT_EQ(run.entries[2].value.get<double>(), -infinity);
  EXPECT_EQ(run.entries[3].value,
            json({awkward[2], "\xEF\xBF\xBD", awkward[5]}));  // what isn't UTF-8 is U+FFFD
}

TEST(MlLog, ThrowsWhenTheDiskIsFull) {
  std::ofstream full("/dev/full");
  if (!full) GTEST_SKIP() << "there is no /dev/full here";
  const FakeClock clock;
  MlLog log(&full, clock, "result.txt");
  EXPECT_THROW(log.event(LogKey::CacheClear, true), MachineError);
}

TEST(LogKeys, AreFoundByTheirNames) {
  for (const LogKeyName& entry : kLogKeyNames) EXPECT_EQ(find_log_key(entry.name), entry.key);
  EXPECT_EQ(name_of(LogKey::OptLearningRateDecayBoundaryEpochs), "opt_learning_rate_decay_boundary_epochs");
  EXPECT_EQ(find_log_key("tracked_stats"), std::nullopt);
  EXPECT_EQ(find_log_key(""), std::nullopt);
}

TEST(SystemClock, TellsTheWallTimeAndNeverGoesBack) {
  const SystemClock clock;
  const auto wall =
      std::chrono::duration_cast<Milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  EXPECT_LT(std::abs((clock.now() - wall).count()), 5000);
  for (Milliseconds last = clock.now(), now; last < wall + Milliseconds(3); last = now) {
    now = clock.now();
    ASSERT_GE(now, last);
  }
}

/// All that a CosmoFlow run logs, in the order of a run.
void log_a_run(MlLog& log, FakeClock& clock) {
  using enum LogKey;
  log.event(SubmissionOrg, "Example");
  log.event(SubmissionPlatform, "one node");
  log.event(SubmissionDivision, "open");
  log.event(SubmissionStatus, "research");
  log.event(SubmissionBenchmark, "cosmoflow");
  log.event(CacheClear, true);
  log.start(InitStart);
  log.event(NumberOfNodes, 1);
  log.event(AcceleratorsPerNode, 0);
  log.event(Seed, 1234567890123456789);
  log.event(TrainSamples, 512);
  log.event(EvalSamples, 64);
  log.event(GlobalBatchSize, 8);
  log.event(OptName, "sgd");
  log.event(OptBaseLearningRate, 0.01);
  log.event(OptLearningRateWarmupEpochs, 0);
  log.event(OptLearningRateWarmupFactor, 1);
  log.event(OptLearningRateDecayBoundaryEpochs, {4, 8});
  log.event(OptLearningRateDecayFactor, {0.5, 0.25});
  clock.advance(Milliseconds(1000));
  log.end(InitStop);
  log.start(RunStart);
  const json epoch{{"epoch_num", 1}};
  log.start(EpochStart, epoch);
  clock.advance(Milliseconds(60'000));
  log.end(EpochStop, epoch);
  log.start(EvalStart, epoch);
  log.event(EvalError, 0.12, epoch);
  log.end(EvalStop, epoch);
  clock.advance(Milliseconds(30'000));
  log.end(RunStop, {{"status", "success"}});
}

TEST(MlLog, OfAWholeRunPassesTheRulesOfEveryRoundAndThoseOfTheClosedDivision) {
  FakeClock clock;
  std::stringstream file;
  MlLog log(&file, clock, "result.txt");
  log_a_run(log, clock);
  const WholeLog run = read_whole(file);
  for (const Round round : {Round::V1_0, Round::V2_0, Round::V3_0}) {
    EXPECT_TRUE(check(run, round).compliant());
    EXPECT_TRUE(check(run, round, Division::Closed).compliant());
  }
  EXPECT_EQ(run.minutes(), 1.5);
  EXPECT_EQ(run.first(LogKey::Seed)->value, 1234567890123456789);
  EXPECT_EQ(run.text(LogKey::SubmissionBenchmark), "cosmoflow");
  EXPECT_EQ(run.text(LogKey::Seed), std::nullopt);
}

}  // namespace
}  // namespace tessera
