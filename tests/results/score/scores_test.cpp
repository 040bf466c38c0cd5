#include "results/score/scores.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "results/check/log_reader.hpp"
#include "results/score/score_report.hpp"

namespace tessera {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A log of only the entries that scores read.
struct ShortLog {
  double start_minute = 0, minutes = 10;
  double best = 0.82;  // accuracy of the last evaluation above run_stop
  double epochs = 30;  // epoch of that evaluation
  json seed = nullptr;
  json nodes = 2, accelerators = 4;
  json batch = 2048;
  std::string status = "success", benchmark = "deepcam", division = "closed";
  bool stops = true;
  std::string after{};  // further lines

  std::string text() const {
    std::string lines;
    const double start = start_minute * 60000, stop = start + minutes * 60000;
    const auto add = [&](const char* key, const json& value, double time,
                         const json& metadata = json::object()) {
      lines += ":::MLLOG " +
               json{{"key", key}, {"value", value}, {"time_ms", time}, {"metadata", metadata}}.dump() + "\n";
    };
    add("submission_benchmark", benchmark, 0);
    add("submission_division", division, 0);
    add("global_batch_size", batch, 0);
    add("train_samples", 600, 0);
    if (!seed.is_null()) add("seed", seed, 0);
    if (!nodes.is_null()) add("number_of_nodes", nodes, 0);
    if (!accelerators.is_null()) add("accelerators_per_node", accelerators, 0);
    add("run_start", nullptr, start);
    add("staging_start", nullptr, start);
    add("staging_stop", nullptr, start + 2500);
    add("epoch_start", nullptr, start + 10000);
    add("epoch_stop", nullptr, start + 20000);
    add("eval_start", nullptr, start + 20000);
    add("eval_accuracy", 0.5, start + 20500, {{"epoch_num", epochs - 1}});
    add("eval_accuracy", best, start + 20500, {{"epoch_num", epochs}});
    add("eval_stop", nullptr, start + 21000);
    add("epoch_start", nullptr, start + 21000);
    add("epoch_stop", nullptr, start + 51000);
    if (stops) add("run_stop", nullptr, stop, {{"status", status}});
    return lines + after;
  }
};

RunSet set_of(const std::vector<ShortLog>& logs, ScalingMode mode = ScalingMode::Strong) {
  RunSet set;
  set.directory = "logs";
  set.benchmark = logs.empty() ? "deepcam" : logs[0].benchmark;
  set.division = logs.empty() ? "closed" : logs[0].division;
  set.mode = mode;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    std::istringstream in(logs[i].text());
    set.runs.push_back(read_log(in, fmt::format("logs/result_{}.txt", i)));
  }
  return set;
}

std::vector<ShortLog> five_of(const std::vector<double>& minutes) {
  std::vector<ShortLog> logs;
  for (const double m : minutes) logs.push_back({.minutes = m});
  return logs;
}

Score scored(const std::vector<ShortLog>& logs) {
  return score(set_of(logs), Round::V3_0);
}

Score weak(const std::vector<ShortLog>& logs, std::optional<SystemSize> system = SystemSize{32.0, 4.0}) {
  RunSet set = set_of(logs, ScalingMode::Weak);
  set.described = system;
  return score(set, Round::V3_0);
}

TEST(TimeToSolution, DropsTheFastestAndTheSlowestRun) {
  const Score result = scored(five_of({13, 11, 100, 1, 12}));
  EXPECT_DOUBLE_EQ(result.minutes.value(), 12.0);
  EXPECT_THAT(result.why_no_score, IsEmpty());
  EXPECT_EQ(result.runs[2].role, ScoredRun::Slowest);
  EXPECT_EQ(result.runs[3].role, ScoredRun::Fastest);
  EXPECT_EQ(result.runs[0].role, ScoredRun::Counts);
  EXPECT_FALSE(result.throughput);
}

TEST(TimeToSolution, LetsOneFailedRunStandForTheSlowest) {
  auto logs = five_of({13, 11, 0.9, 1, 12});
  logs[2].best = 0.8199;
  const Score result = scored(logs);
  EXPECT_DOUBLE_EQ(result.minutes.value(), 12.0);
  EXPECT_EQ(result.runs[2].role, ScoredRun::Failed);
  EXPECT_EQ(result.runs[3].role, ScoredRun::Fastest);
  EXPECT_THAT(result.runs[2].reason, HasSubstr("never reached the target"));
  EXPECT_THAT(result.runs[2].reason, HasSubstr("though its status is success"));
}

TEST(TimeToSolution, IsNoneWithTwoFailedRuns) {
  auto logs = five_of({13, 11, 1, 1, 12});
  logs[2].stops = false;
  logs[3].best = std::nan("");
  const Score result = scored(logs);
  EXPECT_FALSE(result.minutes);
  EXPECT_EQ(result.why_no_score, "2 of 5 runs failed, at most one may");
  EXPECT_EQ(result.runs[2].reason, "no run_stop");
}

TEST(TimeToSolution, AsksForExactlyTheRequiredRuns) {
  EXPECT_EQ(scored(five_of({1, 2, 3, 4})).why_no_score, "4 of 5 runs");
  EXPECT_EQ(scored(five_of({1, 2, 3, 4, 5, 6})).why_no_score, "6 of 5 runs");
  std::vector<ShortLog> ten(10);
  for (ShortLog& log : ten) log.benchmark = "cosmoflow";
  EXPECT_EQ(scored(ten).required_runs, 10U);
  ten[0].benchmark = "resnet";
  EXPECT_THAT(scored({ten[0]}).why_no_score, HasSubstr("isn't known"));
}

TEST(TimeToSolution, OfOpenFoldAndOC20IsScoredLikeTheOthers) {
  std::vector<ShortLog> ten(10, {.epochs = 92160, .batch = 128, .benchmark = "openfold"});
  for (std::size_t i = 0; i < ten.size(); ++i) ten[i].minutes = 10.0 + static_cast<double>(i);
  const Score openfold = scored(ten);
  EXPECT_EQ(openfold.required_runs, 10U);
  EXPECT_DOUBLE_EQ(openfold.minutes.value(), 14.5);
  EXPECT_TRUE(openfold.convergence->passes());
  EXPECT_FALSE(openfold.training->samples_per_second)
      << "an epoch of it has val_every_iters steps, not logged";
  auto five = five_of({1, 2, 3, 4, 5});
  for (ShortLog& log : five) {
    log.benchmark = "oc20";
    log.after = "";
  }
  const Score oc20 = scored(five);
  EXPECT_EQ(oc20.required_runs, 5U);
  EXPECT_EQ(oc20.why_no_score, "5 of 5 runs failed, at most one may") << "it is evaluated by eval_error";
}

TEST(TimeToSolution, CountsNoEvaluationBelowRunStop) {
  auto logs = five_of({1, 2, 3, 4, 5});
  logs[0].best = 0.7;
  logs[0].after = ":::MLLOG {\"key\": \"eval_accuracy\", \"value\": 0.9, \"time_ms\": 1, \"metadata\": {}}\n";
  EXPECT_EQ(scored(logs).runs[0].reason, "reached the target only after run_stop");
}

TEST(TimeToSolution, GoesByTheTargetAndNotByTheStatus) {
  auto logs = five_of({1, 2, 3, 4, 5});
  logs[0].status = "aborted";
  EXPECT_TRUE(scored(logs).runs[0].converged);
}

TEST(TimeToSolution, CountsNoRunWhoseTimesCannotBe) {
  auto logs = five_of({3, 4, 5, 6, 7});
  logs[1].minutes = -4;
  const Score one = scored(logs);
  EXPECT_EQ(one.runs[1].reason, "its times can't be: run_stop in line 18: 4.00 minutes before run_start");
  EXPECT_FALSE(one.runs[1].minutes);
  EXPECT_DOUBLE_EQ(one.minutes.value(), 6.0);  // it stands for the slowest
  for (ShortLog& log : logs) log.minutes = -4;
  EXPECT_EQ(scored(logs).why_no_score, "5 of 5 runs failed, at most one may");
  EXPECT_EQ(weak(logs).why_no_score, "0 converged runs of different seeds, at least 5 are needed");
}

TEST(TimeToSolution, SaysOfARunThatFailedThatItsLogHoldsSeveral) {
  auto logs = five_of({3, 4, 5, 6, 7});
  logs[0].best = 0.1;
  logs[0].after = logs[0].text();
  EXPECT_THAT(scored(logs).runs[0].reason,
              HasSubstr("2 runs are appended in it, as by a job that was requeued"));
}

TEST(TimeToSolution, IsMultipliedByTheScalingFactor) {
  RunSet set = set_of(five_of({1, 2, 3, 4, 5}));
  set.scaling_factor = 1.5;
  EXPECT_DOUBLE_EQ(score(set, Round::V3_0).minutes.value(), 4.5);
  set.scaling_problem = "scaling.json has no scaling_factor > 0";
  EXPECT_EQ(score(set, Round::V3_0).why_no_score, set.scaling_problem);
}

TEST(TimeToSolution, IsNoneForLogsOfSeveralBenchmarks) {
  auto logs = five_of({1, 2, 3, 4, 5});
  logs[4].benchmark = "cosmoflow";
  EXPECT_EQ(scored(logs).why_no_score, "its logs are of several benchmarks");
}

TEST(Scores, SayOfEachRunItsEpochsSecondsAndRate) {
  const ScoredRun run = scored({{.epochs = 17, .seed = 9007199254740993}}).runs.at(0);
  EXPECT_EQ(run.file, "result_0.txt");
  EXPECT_EQ(run.epochs, 17.0);
  EXPECT_EQ(run.seed, 9007199254740993);
  EXPECT_EQ(run.training->epoch_seconds, 20.0);  // 10 and 30
  EXPECT_EQ(run.evaluation_seconds, 1.0);
  EXPECT_EQ(run.staging_seconds, 2.5);
  EXPECT_EQ(run.training->samples_per_second, 30.0);  // 600 / 20
  EXPECT_FALSE(run.compliant);
}

/// Models that start a minute after each other, each of ten minutes, with seeds 0, 1, ...
std::vector<ShortLog> instance(int models) {
  std::vector<ShortLog> logs;
  for (int i = 0; i < models; ++i) logs.push_back({.start_minute = 1.0 * i, .seed = i + 1});
  return logs;
}

TEST(Throughput, IsModelsOverTheTimeFromTheFirstStartToTheLastStop) {
  const Throughput result = weak(instance(6)).throughput.value();
  EXPECT_EQ(result.models, 6U);
  EXPECT_DOUBLE_EQ(result.minutes, 15.0);
  EXPECT_DOUBLE_EQ(result.models_per_minute, 0.4);
  EXPECT_EQ(result.model_units, 8.0);    // 2 nodes of 4
  EXPECT_EQ(result.total_units, 128.0);  // 32 nodes of 4
  EXPECT_FALSE(weak(instance(6)).minutes);
}

TEST(Throughput, CountsNodesWhereThereAreNoAccelerators) {
  auto logs = instance(5);
  for (ShortLog& log : logs) log.accelerators = 0;
  const Throughput result = weak(logs, SystemSize{32.0, 0.0}).throughput.value();
  EXPECT_EQ(result.model_units, 2.0);
  EXPECT_EQ(result.total_units, 32.0);
}

TEST(Throughput, LeavesOutRunsThatFailedOrHaveASeedAgain) {
  auto logs = instance(7);
  logs[0].best = 0.1;
  logs[6].seed = logs[5].seed;
  const Score result = weak(logs);
  EXPECT_EQ(result.throughput.value().models, 5U);
  EXPECT_DOUBLE_EQ(result.throughput->minutes, 14.0);  // from minute 1 to minute 15
  EXPECT_EQ(result.runs[6].role, ScoredRun::Pruned);
  EXPECT_EQ(result.runs[6].reason, "has the seed of result_5.txt, 6");
  EXPECT_EQ(result.runs[6].same_seed_as, "result_5.txt");
  logs.erase(logs.begin() + 1);
  EXPECT_EQ(weak(logs).why_no_score, "4 converged runs of different seeds, at least 5 are needed");
}

TEST(Throughput, WarnsOfSizesThatCannotBeAndStandsAllTheSame) {
  EXPECT_THAT(weak(instance(16)).warnings, IsEmpty());  // 8 <= 128 <= 16 * 8
  const Score idle = weak(instance(15));
  EXPECT_THAT(idle.warnings, ElementsAre(HasSubstr("M * S = 15 * 8, than the system, T = 128")));
  EXPECT_TRUE(idle.scored());
  EXPECT_THAT(weak(instance(5), SystemSize{1.0, 4.0}).warnings,
              ElementsAre(HasSubstr("S = 8, than the system, T = 4")));
}

TEST(Throughput, IsWarnedOfWhereItStandsAlone) {
  std::vector<ScoredSet> sets;
  RunSet set = set_of(instance(16), ScalingMode::Weak);
  set.described = SystemSize{32.0, 4.0};
  set.organisation = "A";
  sets.push_back({set, score(set, Round::V3_0)});
  RunSet strong = set_of(five_of({1, 2, 3, 4, 5}));
  strong.organisation = "B";
  sets.push_back({strong, score(strong, Round::V3_0)});
  warn_of_lone_throughputs(sets);
  EXPECT_THAT(sets[0].score.warnings, ElementsAre(HasSubstr("no time to solution")));
  EXPECT_THAT(sets[1].score.warnings, IsEmpty());
  sets[0].score.warnings.clear();
  sets[1].set.organisation = "A";
  warn_of_lone_throughputs(sets);
  EXPECT_THAT(sets[0].score.warnings, IsEmpty());
}

TEST(Throughput, NeedsModelsOfOneSizeAndTheSizeOfTheSystem) {
  auto logs = instance(5);
  logs[2].nodes = 3;
  EXPECT_THAT(weak(logs).why_no_score, HasSubstr("differ"));
  EXPECT_THAT(weak(instance(5), std::nullopt).why_no_score, HasSubstr("no system description"));
  auto without = instance(5);
  for (ShortLog& log : without) log.nodes = log.accelerators = nullptr;
  EXPECT_EQ(weak(without).throughput.value().model_units, 128.0);  // as the description says
}

TEST(ConvergenceOfASet, GoesByTheStatusAndTheLastEvaluationAboveRunStop) {
  auto logs = five_of({1, 2, 3, 4, 5});
  EXPECT_EQ(scored(logs).convergence.value().mean_epochs, 30.0);
  EXPECT_TRUE(scored(logs).convergence->passes());
  for (ShortLog& log : logs) log.epochs = 20;  // the limit at batch 2048 is 21.11
  EXPECT_EQ(scored(logs).convergence->outcome, ConvergenceVerdict::TooFast);
  EXPECT_TRUE(scored(logs).scored());  // and the score stands as it is
  logs[0].status = logs[1].status = "aborted";
  EXPECT_EQ(scored(logs).convergence->outcome, ConvergenceVerdict::InsufficientConvergence);
}

/// A line of a log, to be added below the others.
std::string line_of(const char* key, const json& value, const json& metadata) {
  return ":::MLLOG " + json{{"key", key}, {"value", value}, {"time_ms", 1}, {"metadata", metadata}}.dump() +
         "\n";
}

TEST(ConvergenceOfASet, TakesTheLatestEvaluationOfEitherKeyAndTheLastRunStopAndBatch) {
  auto logs = five_of({1, 2, 3, 4, 5});
  for (ShortLog& log : logs)
    log.after = line_of("eval_error", 0.5, {{"epoch_num", 33.33349}}) +
                line_of("run_stop", nullptr, {{"status", "success"}}) +
                line_of("eval_error", 0.5, {{"epoch_num", 99}});
  EXPECT_EQ(scored(logs).convergence.value().mean_epochs, 33.333);
  for (ShortLog& log : logs) log.after += line_of("run_stop", nullptr, {{"status", "aborted"}});
  EXPECT_EQ(scored(logs).convergence.value().outcome, ConvergenceVerdict::InsufficientConvergence);
  for (ShortLog& log : logs) log.after = line_of("global_batch_size", 1 << 20, json::object());
  EXPECT_EQ(scored(logs).convergence.value().outcome, ConvergenceVerdict::MissingPoint);
  logs[2].after.clear();
  EXPECT_EQ(scored(logs).why_no_convergence, "its logs differ in global_batch_size");
}

TEST(ConvergenceOfASet, FailsWhereALogDoesNotTellItsEpochs) {
  const auto verdict = [](const std::string& after) {
    auto logs = five_of({1, 2, 3, 4, 5});
    logs[2].after = after;
    return scored(logs).convergence.value();
  };
  for (const json& epoch : {json(nullptr), json("30"), json({30}), json({{"a", 1}})}) {
    const auto broken = verdict(line_of("eval_accuracy", 0.5, {{"epoch_num", epoch}}));
    EXPECT_EQ(broken.outcome, ConvergenceVerdict::BrokenLog) << epoch;
    EXPECT_THAT(broken.broken_log,
                HasSubstr("result_2.txt: eval_accuracy without a number as its epoch_num"));
  }
  EXPECT_EQ(verdict(":::MLLOG {\"key\": \"eval_error\", \"value\": 1, \"time_ms\": 1, \"metadata\": "
                    "{\"epoch_num\": NaN}}\n")
                .outcome,
            ConvergenceVerdict::BrokenLog);
  EXPECT_EQ(verdict(line_of("eval_error", 0.5, json::array())).outcome, ConvergenceVerdict::BrokenLog);
  EXPECT_EQ(verdict(line_of("eval_error", 0.5, {{"epoch_num", true}})).outcome, ConvergenceVerdict::Pass);
  EXPECT_THAT(verdict(line_of("run_stop", nullptr, json::object())).broken_log,
              HasSubstr("run_stop without a status"));
}

TEST(ConvergenceOfALog, IsBrokenBySuccessWithoutAnEvaluationAbove) {
  ConvergenceTrace trace;
  trace.add({.key = LogKey::RunStop, .line = 7, .value = {}, .metadata = {{"status", "aborted"}}});
  EXPECT_THAT(trace.broken(), IsEmpty());
  EXPECT_EQ(trace.epochs(), std::numeric_limits<double>::infinity());
  trace.add({.key = LogKey::RunStop, .line = 8, .value = {}, .metadata = {{"status", "success"}}});
  EXPECT_EQ(trace.broken(), "run_stop of status success without an evaluation above it in line 8");
}

TEST(ScoreReport, ShowsSeedsThatAreStructuresAsTextsAndBrokenLogsInWords) {
  auto logs = five_of({1, 2, 3, 4, 5});
  logs[0].seed = {1, {{"a", 2}}};
  logs[1].seed = 5;
  logs[4].after = line_of("eval_error", 0.5, json::object());
  const RunSet set = set_of(logs);
  const ScoredSet one{set, score(set, Round::V3_0)};
  const json report = to_json({&one, 1}).at(0);
  EXPECT_EQ(report["runs"][0]["seed"], R"([1,{"a":2}])");
  EXPECT_EQ(report["runs"][1]["seed"], 5);
  EXPECT_EQ(report["rcp"]["verdict"], "broken log");
  EXPECT_THAT(report["rcp"]["why_not"], HasSubstr("result_4.txt: eval_error without a number"));
  std::ostringstream table;
  print(table, {&one, 1});
  EXPECT_THAT(table.str(), HasSubstr("reference convergence: broken log, result_4.txt: eval_error"));
}

TEST(ConvergenceOfASet, IsAskedOfTheClosedDivisionAndOfOneBatchSizeOnly) {
  auto logs = five_of({1, 2, 3, 4, 5});
  logs[1].batch = 1024;
  EXPECT_EQ(scored(logs).why_no_convergence, "its logs differ in global_batch_size");
  for (ShortLog& log : logs) log.division = "open";
  EXPECT_EQ(scored(logs).why_no_convergence, "it holds in the closed division alone");
  EXPECT_FALSE(scored(logs).convergence);
}

}  // namespace
}  // namespace tessera
