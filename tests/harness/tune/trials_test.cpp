#include "harness/tune/trials.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/base/error.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

Trial trial_of(TrialState state, std::vector<double> metrics) {
  Trial trial;
  trial.state = state;
  trial.metrics = std::move(metrics);
  return trial;
}

std::vector<Trial> numbered(std::vector<Trial> trials) {
  for (std::size_t i = 0; i < trials.size(); ++i) trials[i].number = static_cast<std::int64_t>(i) + 1;
  return trials;
}

constexpr auto kTrained = TrialState::Trained, kReached = TrialState::TargetReached,
               kDiverged = TrialState::Diverged, kFailed = TrialState::Failed;
const double kNan = std::nan("");

TEST(Trials, AreRankedByTheMetricAfterTheEpochsAskedFor) {
  const auto trials = numbered({trial_of(kTrained, {0.5}), trial_of(kTrained, {0.4, 0.6, 0.7}),
                                trial_of(kTrained, {0.3}), trial_of(kTrained, {0.5})});
  EXPECT_THAT(ranked(trials, {false, 1}), ElementsAre(2, 1, 0, 3));
  EXPECT_THAT(ranked(trials, {false, 3}), ElementsAre(2, 0, 3, 1));
  EXPECT_THAT(ranked(trials, {true, 1}), ElementsAre(0, 3, 1, 2));
}

TEST(Trials, ThatReachedTheirTargetAreBestTheSoonerTheBetter) {
  const auto trials = numbered({trial_of(kTrained, {0.3, 0.2, 0.1}), trial_of(kReached, {0.4, 0.35, 0.12}),
                                trial_of(kReached, {0.5, 0.13})});
  EXPECT_THAT(ranked(trials, {false}), ElementsAre(2, 1, 0));
  EXPECT_THAT(ranked(trials, {false, 1}), ElementsAre(0, 1, 2));  // by then none had
  EXPECT_THAT(ranked(trials, {false, 2}), ElementsAre(2, 0, 1));
}

TEST(Trials, ThatDivergedOrFailedAreWorstFromThenOn) {
  const auto trials = numbered({trial_of(kDiverged, {0.1, 0.1}), trial_of(kTrained, {0.9, 0.9, 0.9}),
                                trial_of(kFailed, {}), trial_of(kTrained, {0.2, 0.2, kNan})});
  EXPECT_THAT(ranked(trials, {false, 2}), ElementsAre(0, 3, 1, 2));
  EXPECT_THAT(ranked(trials, {false, 3}), ElementsAre(1, 0, 2, 3));
  EXPECT_THAT(ranked(trials, {true, 3}), ElementsAre(1, 0, 2, 3));
  EXPECT_EQ(best_of(trials, false), 1U);
  EXPECT_EQ(best_of({trials[0], trials[2]}, false), std::nullopt);
  EXPECT_EQ(best_of({}, false), std::nullopt);
}

TEST(Trials, ArePromotedWhereTheyHaveAMetric) {
  const auto trials = numbered({trial_of(kDiverged, {}), trial_of(kTrained, {0.9}), trial_of(kTrained, {0.8}),
                                trial_of(kTrained, {0.1})});
  EXPECT_THAT(promoted(trials, {0, 1, 2}, {false, 1}, 1), ElementsAre(2));
  EXPECT_THAT(promoted(trials, {0, 1, 2}, {false, 1}, 3), ElementsAre(2, 1));
  EXPECT_THAT(promoted(trials, {0}, {false, 1}, 1), IsEmpty());
}

TEST(Trials, AreReadyOnceNothingCanChangeHowTheyCompare) {
  EXPECT_FALSE(trial_of(TrialState::Waiting, {0.5}).is_ready(2));
  EXPECT_TRUE(trial_of(TrialState::Waiting, {0.5}).is_ready(1));
  EXPECT_FALSE(trial_of(kTrained, {0.5}).is_ready(2));
  for (const TrialState state : {kReached, TrialState::OutOfPatience, kDiverged, kFailed})
    EXPECT_TRUE(trial_of(state, {0.5}).is_ready(2));
}

TEST(Trials, AreNumberedOverAllBracketsAndDrawnByTheirNumber) {
  const SearchSpace space{{{"model.dropout", RealRange{0, 1, false}}}};
  const auto trials = trials_of({{{3, 1}, {1, 3}}, {{2, 3}}}, space, 5);
  ASSERT_EQ(trials.size(), 5U);
  EXPECT_EQ(trials[4].number, 5);
  EXPECT_EQ(trials[2].bracket, 0U);
  EXPECT_EQ(trials[3].bracket, 1U);
  EXPECT_EQ(trials[3].values, space.draw(5, 4));
}

TEST(Trials, OfASearchAreNoMoreThanItsPageCanShow) {
  EXPECT_THROW(trials_of(random_search(1'000'000'000, 9), {}, 5), InputError);
  EXPECT_THROW(trials_of(hyperband(1'000'000'000, 2), {}, 5), InputError);
}

/// What run.json of a run says that was to be trained for `budget` epochs.
json run_json(const char* end, const std::vector<json>& metrics, int budget) {
  json run = {{"end", end}, {"configuration", {{"data", {{"n_epochs", budget}}}}}, {"epochs", json::array()}};
  for (const json& metric : metrics)
    run["epochs"].push_back({{"metric", metric}, {"training_seconds", 2.0}, {"evaluation_seconds", 0.5}});
  return run;
}

TEST(Trials, TakeOverWhatTheirRunsCameTo) {
  const TemporaryDirectory work;
  const auto read = [&](const json& run) {
    std::ofstream(work / "run.json") << run;
    Trial trial;
    read_run(work.path(), trial);
    return trial;
  };
  const Trial trained = read(run_json("target_missed", {0.5, 0.4}, 2));
  EXPECT_EQ(trained.state, kTrained);
  EXPECT_THAT(trained.metrics, ElementsAre(0.5, 0.4));
  EXPECT_EQ(trained.seconds, 5.0);
  EXPECT_EQ(read(run_json("target_missed", {0.5, 0.4}, 3)).state, TrialState::OutOfPatience);
  EXPECT_EQ(read(run_json("target_reached", {0.5, 0.4}, 3)).state, kReached);
  EXPECT_EQ(read(run_json("stopped", {0.5}, 3)).state, TrialState::Waiting);
  EXPECT_EQ(read(run_json("failed", {0.5}, 3)).state, TrialState::Waiting);
  json lost = run_json("not_finite", {0.5, nullptr}, 3);
  lost["failure"] = "the loss is not finite";
  EXPECT_EQ(read(lost).state, kDiverged);
  EXPECT_TRUE(std::isnan(read(lost).metrics[1]));
  EXPECT_EQ(read(lost).why, "the loss is not finite");
  EXPECT_EQ(read("no run").state, TrialState::Waiting);
}

TEST(Trials, AreTheSameAfterTheyWereWritten) {
  Trial trial = trial_of(kFailed, {0.1, kNan});
  trial.seconds = 1.5;
  trial.why = "exit code 3";
  trial.values = {{"lr_schedule.lr", "0.01"}, {"data.augment", "all"}, {"x", "~"}};
  const json record = json::parse(to_json(trial).dump());
  EXPECT_EQ(record["values"], json::parse(R"({"lr_schedule.lr": 0.01, "data.augment": "all", "x": "~"})"));
  Trial again;
  restore(record, again);
  EXPECT_EQ(again.state, kFailed);
  EXPECT_EQ(again.why, trial.why);
  EXPECT_EQ(again.seconds, 1.5);
  EXPECT_EQ(again.metrics[0], 0.1);
  EXPECT_TRUE(std::isnan(again.metrics[1]));
  EXPECT_ANY_THROW(restore({{"state", "lucky"}}, again));
}

}  // namespace
}  // namespace tessera
