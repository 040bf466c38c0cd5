#include <fmt/format.h>
#include <gmock/gmock.h>

#include "results/check/power_folder.hpp"
#include "results/sample_power.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> rules_of(const std::vector<Finding>& findings) {
  std::vector<std::string> rules;
  for (const Finding& finding : findings) rules.push_back(finding.rule);
  return rules;
}

/// Runs of 100 s, result_0.txt and so on, whose power logs a test writes.
class PowerLogs : public testing::Test {
 protected:
  fs::path file(int run, const std::string& name) const {
    return directory / fmt::format("power/result_{}/{}", run, name);
  }
  std::vector<RunPower> power(int runs = 1, double seconds = 100) const {
    std::vector<MeasuredRun> measured;
    for (int i = 0; i < runs; ++i)
      measured.push_back({directory / fmt::format("result_{}.txt", i), SamplePower::kStartMs,
                          SamplePower::kStartMs + seconds * 1000});
    return power_of_runs(measured);
  }
  /// Of a run whose only node has this log.
  RunPower power_of(const SamplePower& log, double seconds = 100) const {
    log.write(file(0, "node_0.txt"));
    return power(1, seconds).at(0);
  }
  std::vector<std::string> warnings_of(const SamplePower& log) const {
    const RunPower power = power_of(log);
    EXPECT_THAT(rules_of(power.verdict.findings), IsEmpty());
    return rules_of(power.verdict.warnings);
  }
  std::vector<std::string> findings_of(const SamplePower& log) const {
    return rules_of(power_of(log).verdict.findings);
  }

  TemporaryDirectory directory;
};

// 1 s at 100 W, 2 s at 200 W and 1 s at 50 W are 550 J in a measurement of 5 s.
SamplePower uneven() {
  SamplePower log;
  return log.at(-1, "power_reading", 1e6)
      .at(0, "power_measurement_start")
      .at(0, "conversion_eff", 0.5, {{"measurement_type", "AC"}})
      .at(1, "power_reading", 100)
      .at(4, "power_reading", 50)
      .at(3, "power_reading", 200);
}

TEST_F(PowerLogs, AreNoneWithoutAFolder) {
  EXPECT_THAT(power(), IsEmpty());
}

TEST_F(PowerLogs, OfAWellMeasuredRunHaveNothingAgainstThem) {
  const RunPower result = power_of(SamplePower::steady(300, 100, 0.9));
  EXPECT_THAT(rules_of(result.verdict.findings), IsEmpty());
  EXPECT_THAT(rules_of(result.verdict.warnings), IsEmpty());
  EXPECT_NEAR(result.joules.value(), 0.9 * 300 * 100, 1e-6);
  EXPECT_EQ(describe(result), "27 kJ on 1 node");
}

TEST_F(PowerLogs, CountEachReadingForTheTimeSinceTheOneBefore) {
  SamplePower log = uneven();
  log.at(5, "power_measurement_stop").at(6, "power_reading", 1e6);
  EXPECT_NEAR(power_of(log, 10).joules.value(), 0.5 * 550 * 10 / 5, 1e-9);
}

TEST_F(PowerLogs, EndWithTheLastReadingWhereThereIsNoStop) {
  const RunPower result = power_of(uneven(), 10);
  EXPECT_NEAR(result.joules.value(), 0.5 * 550 * 10 / 4, 1e-9);
  EXPECT_THAT(rules_of(result.verdict.warnings), testing::Contains("no-power-stop"));
}

TEST_F(PowerLogs, OfASwitchAreItsEstimateForTheTimeOfTheRun) {
  SamplePower::steady(100, 100).write(file(0, "node_0.txt"));
  SamplePower()
      .at(0, "conversion_eff", 0.8, {{"measurement_type", "AC"}})
      .at(0, "interconnect_power_est", 50)
      .at(1, "interconnect_power_est", 70)
      .write(file(0, "sw_0.txt"));
  const RunPower result = power().at(0);
  EXPECT_NEAR(result.joules.value(), 100 * 100 + 0.8 * 50 * 100, 1e-6);
  EXPECT_THAT(rules_of(result.verdict.warnings), IsEmpty());
}

TEST_F(PowerLogs, OfARunStandBesideItWhateverItsLogIsCalled) {
  SamplePower::steady(2, 100).write(directory / "power/result/node_0.txt");
  const MeasuredRun run{directory / "result.txt", SamplePower::kStartMs, SamplePower::kStartMs + 100000};
  EXPECT_NEAR(power_of_runs({&run, 1}).at(0).joules.value(), 200, 1e-9);
}

// What makes the official tools fail.

TEST_F(PowerLogs, FailARunThatHasNone) {
  SamplePower::steady(1, 100).write(file(1, "node_0.txt"));
  const auto results = power(2);
  EXPECT_THAT(rules_of(results[0].verdict.findings), ElementsAre("no-power-folder"));
  EXPECT_THAT(rules_of(results[1].verdict.findings), IsEmpty());
  EXPECT_FALSE(results[0].joules);
}

TEST_F(PowerLogs, FailARunWithoutANode) {
  SamplePower().at(0, "interconnect_power_est", 50).write(file(0, "sw_0.txt"));
  EXPECT_THAT(rules_of(power().at(0).verdict.findings), ElementsAre("no-node-power"));
}

TEST_F(PowerLogs, AreNumberedFromZeroWithoutGaps) {
  for (const char* name : {"node_1.txt", "node_x.txt", "node.txt", "node_0.log", "nodes_0.txt"}) {
    fs::remove_all(directory / "power");
    SamplePower::steady(1, 100).write(file(0, name));
    const auto findings = power().at(0).verdict.findings;
    ASSERT_THAT(rules_of(findings), ElementsAre("bad-power-name")) << name;
    EXPECT_EQ(findings[0].found, name);
  }
  fs::remove_all(directory / "power");
  for (int k = 0; k < 12; ++k) SamplePower::steady(1, 100).write(file(0, fmt::format("node_{}.txt", k)));
  EXPECT_THAT(rules_of(power().at(0).verdict.findings), IsEmpty());
  fs::remove(file(0, "node_5.txt"));
  EXPECT_THAT(rules_of(power().at(0).verdict.findings), ElementsAre("bad-power-name"));
}

TEST_F(PowerLogs, AreOfAsManyNodesAndSwitchesInEveryRun) {
  for (int run = 0; run < 3; ++run)
    for (const char* name : {"node_0.txt", "node_1.txt"}) SamplePower::steady(1, 100).write(file(run, name));
  SamplePower::steady(1, 100).write(file(1, "node_2.txt"));
  SamplePower()
      .at(0, "conversion_eff", 1, {{"measurement_type", "DC"}})
      .at(0, "interconnect_power_est", 5)
      .write(file(2, "sw_0.txt"));
  const auto results = power(3);
  EXPECT_THAT(rules_of(results[0].verdict.findings), IsEmpty());
  EXPECT_THAT(rules_of(results[1].verdict.findings), ElementsAre("power-count"));
  EXPECT_THAT(results[1].verdict.findings[0].expected, HasSubstr("2 nodes"));
  EXPECT_THAT(rules_of(results[2].verdict.findings), ElementsAre("power-count"));
}

TEST_F(PowerLogs, FailWithoutAStart) {
  SamplePower log;
  for (int i = 0; i < 100; ++i) log.at(i, "power_reading", 5);
  EXPECT_THAT(findings_of(log), ElementsAre("no-power-start"));
  EXPECT_FALSE(power().at(0).joules);
}

TEST_F(PowerLogs, FailWhereAReadingIsNoNumber) {
  for (const nlohmann::json& value : {nlohmann::json("5"), nlohmann::json(), nlohmann::json::array()}) {
    SamplePower log = SamplePower::steady(1, 50);
    log = SamplePower().at(0, "power_measurement_start").at(1, "power_reading", value);
    EXPECT_THAT(findings_of(log), ElementsAre("bad-power-value")) << value;
    EXPECT_FALSE(power().at(0).joules);
  }
}

TEST_F(PowerLogs, FailWhereTheMeasurementTakesNoTime) {
  EXPECT_THAT(findings_of(SamplePower().at(5, "power_measurement_start").at(5, "power_measurement_stop")),
              ElementsAre("power-times"));
}

TEST_F(PowerLogs, FailWhereAFileCanNotBeRead) {
  fs::create_directories(file(0, "node_0.txt"));
  EXPECT_THAT(rules_of(power().at(0).verdict.findings), ElementsAre("unreadable"));
}

// What the official tools don't see.

TEST_F(PowerLogs, WarnOfFewReadings) {
  EXPECT_THAT(warnings_of(SamplePower::steady(1, 59)),
              UnorderedElementsAre("few-power-readings", "power-coverage"));
  EXPECT_EQ(power().at(0).verdict.warnings[0].found, "59");
}

TEST_F(PowerLogs, WarnOfReadingsEveryTwoSeconds) {
  SamplePower log;
  log.at(0, "conversion_eff", 1, {{"measurement_type", "DC"}}).at(0, "power_measurement_start");
  for (int i = 0; i <= 50; ++i) log.at(2 * i, "power_reading", 7);
  for (int i = 1; i <= 20; ++i) log.at(100, "power_reading", 7);
  log.at(100, "power_measurement_stop");
  EXPECT_THAT(warnings_of(log), ElementsAre("power-rate"));
  EXPECT_THAT(power().at(0).verdict.warnings[0].found, HasSubstr("2.00 s"));
}

TEST_F(PowerLogs, WarnOfAGapByItsLine) {
  SamplePower log;
  log.at(0, "conversion_eff", 1, {{"measurement_type", "DC"}}).at(0, "power_measurement_start");
  for (int i = 1; i <= 100; ++i)
    if (i < 40 || i > 47) log.at(i, "power_reading", 7);
  log.at(100, "power_measurement_stop");
  EXPECT_THAT(warnings_of(log), ElementsAre("power-gap"));
  EXPECT_EQ(power().at(0).verdict.warnings[0].line, 42U);
  EXPECT_THAT(power().at(0).verdict.warnings[0].found, HasSubstr("9.00 s"));
}

TEST_F(PowerLogs, WarnWhereTheyDoNotCoverTheRun) {
  EXPECT_THAT(warnings_of(SamplePower::steady(1, 97)), ElementsAre("power-coverage"));
  EXPECT_THAT(power().at(0).verdict.warnings[0].found, HasSubstr("last 3.0 s"));
}

TEST_F(PowerLogs, WarnWhereTheyAreOfMoreThanTheRun) {
  EXPECT_THAT(warnings_of(SamplePower::steady(1, 160)), ElementsAre("power-coverage"));
  EXPECT_THAT(power().at(0).verdict.warnings[0].found, HasSubstr("60.0 s after"));
}

TEST_F(PowerLogs, WarnOfAClockThatIsNotTheRuns) {
  SamplePower log;
  log.at(0, "conversion_eff", 1, {{"measurement_type", "DC"}}).at(3600, "power_measurement_start");
  for (int i = 1; i <= 100; ++i) log.at(3600 + i, "power_reading", 7);
  log.at(3700, "power_measurement_stop");
  EXPECT_THAT(warnings_of(log), ElementsAre("power-clock"));
  EXPECT_THAT(power().at(0).verdict.warnings[0].found, HasSubstr("after it, by 3500.0 s"));
}

TEST_F(PowerLogs, WarnOfTimesThatStepBack) {
  SamplePower log = SamplePower::steady(1, 100);
  log.at(50.5, "power_reading", 1);
  EXPECT_THAT(warnings_of(log), ElementsAre("power-clock"));
  EXPECT_EQ(power().at(0).verdict.warnings[0].line, 104U);
}

TEST_F(PowerLogs, WarnOfAMissingOrOddConversion) {
  for (const double efficiency : {0.0, 1.2, -0.5})
    EXPECT_THAT(warnings_of(SamplePower::steady(1, 100, efficiency)), ElementsAre("power-conversion"));
  SamplePower log;
  log.at(0, "power_measurement_start");
  for (int i = 1; i <= 100; ++i) log.at(i, "power_reading", 7);
  log.at(100, "power_measurement_stop");
  EXPECT_THAT(warnings_of(log), ElementsAre("power-conversion"));
  log.at(0, "conversion_eff", 0.9);
  EXPECT_THAT(warnings_of(log), testing::Contains("power-conversion"));
}

TEST_F(PowerLogs, WarnOfMetersOfAPart) {
  SamplePower log = SamplePower::steady(1, 99);
  log = SamplePower();
  log.at(0, "conversion_eff", 1, {{"measurement_type", "DC"}}).at(0, "power_measurement_start");
  for (int i = 1; i <= 100; ++i) log.at(i, "power_reading", 7, {{"covers", "processor packages"}});
  log.at(100, "power_measurement_stop");
  EXPECT_THAT(warnings_of(log), ElementsAre("partial-power"));
  EXPECT_EQ(power().at(0).covers, "processor packages");
}

TEST_F(PowerLogs, WarnOfStrayFilesAndLinesAndSwitchesWithoutAnEstimate) {
  SamplePower::write(file(0, "node_0.txt"), SamplePower::steady(1, 100).text() + ":::MLLOG {\n");
  SamplePower().at(0, "conversion_eff", 1, {{"measurement_type", "DC"}}).write(file(0, "sw_0.txt"));
  SamplePower::write(file(0, "notes.txt"), "");
  EXPECT_THAT(rules_of(power().at(0).verdict.warnings),
              ElementsAre("malformed-line", "no-interconnect-power", "unknown-power-file"));
}

}  // namespace
}  // namespace tessera
