#include "results/check/clock_trace.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "results/check/run_rules.hpp"
#include "results/sample_log.hpp"

namespace tessera {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> doubts_of(const SampleLog& log) {
  std::vector<std::string> rules;
  for (const ClockDoubt& doubt : log.record().clock().doubts()) rules.push_back(doubt.rule);
  return rules;
}

TEST(ClockTrace, DoubtsNothingOfASoundLog) {
  EXPECT_THAT(doubts_of(cosmoflow_log("closed")), IsEmpty());
  EXPECT_THAT(doubts_of(SampleLog()), IsEmpty());
}

TEST(ClockTrace, DoubtsARunThatStopsBeforeOrWhenItStarts) {
  SampleLog log = cosmoflow_log("closed");
  log.line("run_stop").after_seconds = -400;
  const auto doubts = log.record().clock().doubts();
  ASSERT_EQ(doubts.size(), 1U);
  EXPECT_EQ(doubts[0].rule, "stop-before-start");
  EXPECT_EQ(doubts[0].key, LogKey::RunStop);
  EXPECT_EQ(doubts[0].line, 33U);
  EXPECT_EQ(doubts[0].found, "6.35 minutes before run_start");  // 19 lines of a second each between

  SampleLog no_time;
  no_time.add("run_start").add("run_stop");
  no_time.line("run_stop").after_seconds = 0;
  EXPECT_THAT(doubts_of(no_time), ElementsAre("stop-before-start"));
}

TEST(ClockTrace, DoubtsStepsBackWithinARunOfMoreThanWritersDiffer) {
  SampleLog log = cosmoflow_log("closed");
  log.line("eval_start").after_seconds = -4;
  EXPECT_THAT(doubts_of(log), IsEmpty());
  log.line("eval_start").after_seconds = -90;
  log.line("eval_stop").after_seconds = 1000;
  const auto doubts = log.record().clock().doubts();
  ASSERT_EQ(doubts.size(), 1U);
  EXPECT_EQ(doubts[0].rule, "clock-steps-back");
  EXPECT_EQ(doubts[0].key, LogKey::EvalStart);
  EXPECT_EQ(doubts[0].found, "1.50 minutes before the entry above it");
  log.line("dropout").after_seconds = -60;
  EXPECT_EQ(log.record().clock().doubts()[0].found,
            "1.50 minutes before the entry above it (and 1 more such steps)");
}

TEST(ClockTrace, PassesOverStepsOutsideOfTheRun) {
  SampleLog log = cosmoflow_log("closed");
  log.line("init_stop").after_seconds = -90;
  log.add("train_loss", 1.0);
  log.line("train_loss").after_seconds = -90;
  EXPECT_THAT(doubts_of(log), IsEmpty());
}

TEST(ClockTrace, KnowsTimesInOtherUnits) {
  const auto unit_of = [](const char* time) {
    std::istringstream in(fmt::format(
        R"(:::MLLOG {{"key": "run_start", "value": null, "metadata": {{}}, "time_ms": {}}})", time));
    const auto doubts = read_log(in, "sample").clock().doubts();
    return doubts.empty() ? "" : doubts[0].found;
  };
  EXPECT_EQ(unit_of("1700000000.25"), "1700000000, as of seconds");
  EXPECT_EQ(unit_of("1700000000000000"), "1700000000000000, as of microseconds");
  EXPECT_EQ(unit_of("1700000000000000000"), "1700000000000000000, as of nanoseconds");
  for (const char* time : {"1700000000000", "0", "12345", "-1700000000", "NaN", "1e300"})
    EXPECT_EQ(unit_of(time), "") << time;
}

TEST(ClockTrace, CountsRunsThatAreAppended) {
  const std::string whole = cosmoflow_log("closed").text();
  const auto runs_of = [](const std::string& text) {
    std::istringstream in(text);
    return read_log(in, "sample").clock().runs();
  };
  EXPECT_EQ(runs_of(""), 0U);
  EXPECT_EQ(runs_of(whole), 1U);
  EXPECT_EQ(runs_of(whole + whole + whole), 3U);
  // Killed in its first epoch, and started again.
  EXPECT_EQ(runs_of(whole.substr(0, whole.find(":::MLLOG", whole.find("epoch_start"))) + whole), 2U);
  // Written by four ranks.
  SampleLog many;
  for (int rank = 0; rank < 4; ++rank) many.add("init_start");
  for (int rank = 0; rank < 4; ++rank) many.add("run_start").add("epoch_start");
  EXPECT_EQ(many.record().clock().runs(), 1U);
}

TEST(RunRules, WarnOfTimesThatCannotBeAndOfSeveralRunsWithoutAnotherVerdict) {
  SampleLog log = cosmoflow_log("closed");
  log.line("run_stop").after_seconds = -400;
  const Verdict verdict = check(log.record(), Round::V3_0);
  EXPECT_TRUE(verdict.compliant());
  ASSERT_EQ(verdict.warnings.size(), 1U);
  EXPECT_EQ(verdict.warnings[0],
            (Finding{"stop-before-start", "sample", "run_stop", 33, "a time after that of run_start",
                     "6.35 minutes before run_start"}));

  const std::string whole = cosmoflow_log("closed").text();
  std::istringstream in(whole + whole);
  const Verdict of_two = check(read_log(in, "sample"), Round::V3_0);
  const auto found = std::find_if(of_two.warnings.begin(), of_two.warnings.end(),
                                  [](const Finding& f) { return f.rule == "several-runs"; });
  ASSERT_NE(found, of_two.warnings.end());
  EXPECT_EQ(found->line, 33U + 13);
  EXPECT_EQ(found->found, "2 runs, appended as by a job that was requeued; here the second begins");
}

}  // namespace
}  // namespace tessera
