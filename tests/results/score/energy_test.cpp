#include <fmt/format.h>
#include <gmock/gmock.h>

#include <sstream>

#include "results/check/check_report.hpp"
#include "results/sample_power.hpp"
#include "results/score/score_report.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Ten runs of CosmoFlow of 1, 2, ... 10 minutes, each of two epochs of 1000 samples, on two nodes and a
/// switch, which together take 0.9 * 100 + 200 + 0.8 * 50 = 330 W. Run 1 takes ten times the power on its
/// first node: 1140 W.
class EnergyOfTenRuns : public testing::Test {
 protected:
  EnergyOfTenRuns() {
    for (int i = 0; i < 10; ++i) write_run(i);
  }

  void write_run(int i) const {
    const int seconds = 60 * (i + 1);
    SamplePower log;
    log.at(-1, "submission_benchmark", "cosmoflow").at(-1, "train_samples", 1000).at(0, "run_start");
    for (int epoch = 1; epoch <= 2; ++epoch)
      log.at(epoch * 10, "epoch_start").at(epoch * 10 + 5, "epoch_stop");
    log.at(50, "eval_error", 0.12, {{"epoch_num", 2}})
        .at(seconds, "run_stop", nullptr, {{"status", "success"}})
        .write(directory / fmt::format("result_{}.txt", i));
    SamplePower::steady(i == 1 ? 1000 : 100, seconds, 0.9).write(power(i, "node_0.txt"));
    SamplePower::steady(200, seconds).write(power(i, "node_1.txt"));
    SamplePower()
        .at(0, "conversion_eff", 0.8, {{"measurement_type", "AC"}})
        .at(0, "interconnect_power_est", 50)
        .write(power(i, "sw_0.txt"));
  }
  fs::path power(int run, const char* name) const {
    return directory / fmt::format("power/result_{}/{}", run, name);
  }
  Score scored() const { return score_paths({{directory.path()}}, Round::V3_0).at(0).score; }
  std::string text() const {
    std::ostringstream out;
    print(out, score_paths({{directory.path()}}, Round::V3_0));
    return out.str();
  }

  TemporaryDirectory directory;
};

// Runs 1 to 8 count, of 2 to 9 minutes: 330 s in the mean. 330 W for that long are 108,900 J; run 1 has
// 0.9 * 900 W for 120 s more, an eighth of which is 12,150 J.
constexpr double kJoules = 108900 + 12150;

TEST_F(EnergyOfTenRuns, IsTheMeanOfTheRunsThatTheTimeIsOf) {
  const Score result = scored();
  EXPECT_DOUBLE_EQ(result.minutes.value(), 5.5);
  ASSERT_TRUE(result.energy);
  EXPECT_NEAR(result.energy->joules.value(), kJoules, 1e-6);
  EXPECT_NEAR(result.energy->mean_watts.value(), kJoules / 330, 1e-9);
  EXPECT_NEAR(result.energy->joules_per_sample.value(), kJoules / 2000, 1e-9);
  EXPECT_NEAR(result.runs[1].energy->joules.value(), 1140 * 120, 1e-6);
  EXPECT_NEAR(result.runs[9].energy->mean_watts.value(), 330, 1e-9);
  EXPECT_THAT(text(), HasSubstr("energy: 121.05 kJ, 366.8 W in the mean, 60.53 J a sample"));
}

TEST_F(EnergyOfTenRuns, IsScaledAsTheTimeIs) {
  SamplePower::write(directory / "scaling.json", R"({"scaling_factor": 1.5})");
  EXPECT_NEAR(scored().energy->joules.value(), 1.5 * kJoules, 1e-6);
}

TEST_F(EnergyOfTenRuns, LeavesOutAFailedRunInPlaceOfTheSlowest) {
  SamplePower::write(directory / "result_5.txt", ":::MLLOG {\n");
  const Score result = scored();  // 2, 3, 4, 5, 7, 8, 9 and 10 minutes
  EXPECT_NEAR(result.energy->joules.value(), 330 * 60 * 48.0 / 8 + 12150, 1e-6);
}

TEST_F(EnergyOfTenRuns, IsNoneWhereARunThatCountsHasNone) {
  fs::remove_all(directory / "power/result_9");  // the slowest doesn't count
  EXPECT_TRUE(scored().energy->joules);
  fs::remove_all(directory / "power/result_4");
  const Score result = scored();
  EXPECT_FALSE(result.energy->joules);
  EXPECT_EQ(result.energy->why_none, "result_4.txt: it has no power logs");
  EXPECT_TRUE(result.minutes);
}

TEST_F(EnergyOfTenRuns, IsPartialWhereAMeterCoversAPart) {
  SamplePower log;
  log.at(0, "power_measurement_start");
  for (int i = 1; i <= 240; ++i) log.at(i, "power_reading", 200, {{"covers", "processor packages"}});
  log.at(240, "power_measurement_stop").write(power(3, "node_1.txt"));
  const Score result = scored();
  EXPECT_FALSE(result.energy->joules);
  EXPECT_EQ(result.energy->why_none, "partial, it covers processor packages alone");
  EXPECT_NEAR(result.energy->measured_joules.value(), kJoules, 1e-6);
  EXPECT_THAT(text(), HasSubstr("60.53 J a sample, no score: partial, it covers processor packages alone"));
}

TEST_F(EnergyOfTenRuns, StandsInTheJsonOfTheSetAndOfEachRun) {
  const nlohmann::json set = to_json(score_paths({{directory.path()}}, Round::V3_0)).at(0);
  EXPECT_NEAR(set.at("energy").at("joules").get<double>(), kJoules, 1e-6);
  EXPECT_EQ(set.at("energy").at("covers"), nullptr);
  EXPECT_EQ(set.at("runs").at(2).at("energy").at("nodes"), 2);
  EXPECT_EQ(set.at("runs").at(2).at("energy").at("switches"), 1);
  EXPECT_EQ(set.at("schema_version"), 1);
  fs::remove_all(directory / "power");
  EXPECT_EQ(to_json(score_paths({{directory.path()}}, Round::V3_0)).at(0).at("energy"), nullptr);
}

TEST_F(EnergyOfTenRuns, MakesARunWhosePowerFailsNotCompliantSinceRound3) {
  fs::remove_all(directory / "power/result_4");
  const auto has_power_finding = [&](Round round) {
    const auto judged = check_paths({{directory.path()}}, {.round = round});
    for (const Finding& finding : judged.at(4).verdict.findings)
      if (finding.rule == "no-power-folder") return true;
    return false;
  };
  EXPECT_TRUE(has_power_finding(Round::V3_0));
  EXPECT_FALSE(has_power_finding(Round::V2_0));
  EXPECT_THAT(check_paths({{directory.path()}}, {}).at(0).summary, HasSubstr("19.8 kJ on 2 nodes"));
}

}  // namespace
}  // namespace tessera
