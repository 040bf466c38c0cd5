#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "results/check/check_report.hpp"
#include "results/check/log_reader.hpp"
#include "results/sample_log.hpp"
#include "results/score/score_report.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

/// The 135 logs of MLPerf HPC v0.7 (mlcommons/hpc_results_v0.7, Apache-2.0), which lie beside the source tree
/// where they are at hand, unpacked once for all tests.
class PublishedLogs : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const fs::path archive =
        fs::path(TESSERA_SOURCE_DIR) / "../shared/mlperf-logs/v0.7/hpc_results_v0.7.tar.xz";
    if (!fs::exists(archive)) return;
    root_ = fs::temp_directory_path() / fmt::format("tessera-logs-{}", getpid());
    fs::create_directories(root_);
    const std::string unpack = fmt::format("tar -xJf '{}' -C '{}'", archive.string(), root_.string());
    ASSERT_EQ(std::system(unpack.c_str()), 0) << unpack;
  }
  static void TearDownTestSuite() {
    if (!root_.empty()) fs::remove_all(root_);
  }
  void SetUp() override {
    if (root_.empty())
      GTEST_SKIP() << "the published logs (../shared/mlperf-logs) are not beside this source tree";
  }

  static std::vector<Judged> judged_logs(Round round) {
    std::vector<Judged> logs = check_paths(std::vector{root_}, {round, {}});
    std::erase_if(logs, [](const Judged& j) { return j.kind != Judged::Log; });
    return logs;
  }

  static fs::path root_;
};

fs::path PublishedLogs::root_;

// Keys for nodes and accelerators came after v0.7, so no closed log has them. What else is missing or wrong
// was counted in the files with grep.
TEST_F(PublishedLogs, AreJudgedUnderRound1ForReasonsThatFollowFromTheRules) {
  std::map<std::string, int> reasons;
  std::map<std::string, int> compliant;
  for (const Judged& log : judged_logs(Round::V1_0)) {
    for (const Finding& f : log.verdict.findings) ++reasons[f.rule + " " + f.key];
    compliant[log.verdict.compliant() ? "yes" : "no"]++;
  }
  EXPECT_EQ(compliant, (std::map<std::string, int>{{"yes", 20}, {"no", 115}}));
  const std::map<std::string, int> expected{{"bad-value opt_name", 10},
                                            {"bad-value train_samples", 5},
                                            {"missing-key accelerators_per_node", 105},
                                            {"missing-key batchnorm_group_size", 15},
                                            {"missing-key cache_clear", 10},
                                            {"missing-key gradient_accumulation_frequency", 15},
                                            {"missing-key number_of_nodes", 105},
                                            {"missing-key opt_betas", 15},
                                            {"missing-key opt_bias_correction", 15},
                                            {"missing-key opt_eps", 15},
                                            {"missing-key opt_grad_averaging", 15},
                                            {"missing-key opt_lr", 15},
                                            {"missing-key opt_max_grad_norm", 15},
                                            {"missing-key run_stop", 1},
                                            {"missing-key scheduler_lr_warmup_factor", 15},
                                            {"missing-key scheduler_lr_warmup_steps", 15},
                                            {"missing-key scheduler_type", 15},
                                            {"missing-metadata eval_start", 10},
                                            {"missing-metadata eval_stop", 10},
                                            {"missing-metadata run_stop", 10},
                                            {"target-missed eval_error", 3}};
  EXPECT_EQ(reasons, expected);
}

TEST_F(PublishedLogs, FallIntoTheSameVerdictsUnderTheLaterRounds) {
  for (const Round round : {Round::V2_0, Round::V3_0}) {
    const auto logs = judged_logs(round);
    EXPECT_EQ(logs.size(), 135U);
    EXPECT_EQ(std::count_if(logs.begin(), logs.end(), [](const Judged& j) { return j.verdict.compliant(); }),
              20);
  }
}

TEST_F(PublishedLogs, AreReadWhole) {
  std::size_t entries = 0, malformed = 0, lines = 0;
  for (const fs::directory_entry& file : fs::recursive_directory_iterator(root_)) {
    if (!file.path().filename().string().starts_with("result_")) continue;
    const RunRecord run = read_log(file.path(), [&](const LogEntry&) { ++entries; });
    malformed += run.malformed.size();
    lines += run.entry_lines;
  }
  EXPECT_EQ(lines, 102383U);  // as `grep -c ':::MLLOG '` counts them
  EXPECT_EQ(malformed, 0U);
  EXPECT_GT(entries, 90000U);
}

TEST_F(PublishedLogs, ThatMissedTheTargetAreThreeAndNamed) {
  std::vector<std::string> missed;
  for (const Judged& log : judged_logs(Round::V1_0)) {
    for (const Finding& f : log.verdict.findings) {
      if (f.rule == "target-missed") missed.push_back(fs::relative(log.path, root_).string());
    }
  }
  EXPECT_THAT(missed, testing::UnorderedElementsAre(
                          "CSCS/results/daint_gpu_n256_tf2.2.0/cosmoflow/result_4.txt",
                          "Fujitsu/results/abci_512xV100_tensorflow_closed/cosmoflow/result_9.txt",
                          "RIKEN/results/fugaku_512xA64FX_tensorflow_closed/cosmoflow/result_4.txt"));
}

// The column "from the logs" of the README beside the logs.
TEST_F(PublishedLogs, HaveTheScoresOfThePublishedTable) {
  const std::map<std::string, std::string> expected{
      {"CSCS/results/daint_gpu_n128_tf2.2.0/cosmoflow", "461.0086"},
      {"CSCS/results/daint_gpu_n256_tf2.2.0/cosmoflow", "327.0072"},
      {"Fujitsu/results/abci_1024xV100_pytorch_closed/deepcam", "11.7057"},
      {"Fujitsu/results/abci_512xV100_tensorflow_closed/cosmoflow", "34.4216"},
      {"RIKEN/results/fugaku_512xA64FX_tensorflow_closed/cosmoflow", "249.3463"},
      {"Fujitsu/results/fugaku_8192xA64FX_tensorflow_closed/cosmoflow", "101.4901"},
      {"LBNL/results/corigpu_n64_pt1.6.0/deepcam", "139.2886"},
      {"LBNL/results/corigpu_n64_tf1.15.0/cosmoflow", "364.7284"},
      {"LBNL/results/coriknl_n512_tf1.15.2/cosmoflow", "536.0622"},
      {"NCSA/results/halv100_n16_tf1.15.0/cosmoflow", "265.5889"},
      {"TACC/results/frontera_rtx_n16_tf1.15.2_lbs1/cosmoflow", "602.2264"},
      {"Fujitsu/results/abci_1024xV100_fjpytorch_open/deepcam", "10.4854"},
      {"Fujitsu/results/abci_2048xV100_tensorflow_open/cosmoflow", "13.2118"},
      {"Fujitsu/results/fugaku_16384xA64FX_tensorflow_open/cosmoflow", "30.0734"},
      {"LBNL/results/coriknl_n1024_tf1.15.2/cosmoflow", "419.6933"}};
  std::map<std::string, std::string> minutes;
  std::vector<std::string> failed;
  for (const ScoredSet& scored : score_paths(std::vector{root_}, Round::V1_0)) {
    minutes[scored.set.name] = fmt::format("{:.4f}", scored.score.minutes.value_or(0));
    EXPECT_EQ(scored.set.division, scored.set.system.find("open") != std::string::npos ||
                                           scored.set.system == "coriknl_n1024_tf1.15.2"
                                       ? "open"
                                       : "closed");
    for (const ScoredRun& run : scored.score.runs) {
      if (!run.converged)
        failed.push_back(scored.set.system + " " + run.file + " " +
                         run.reason.substr(0, run.reason.find(':')));
    }
  }
  EXPECT_EQ(minutes, expected);
  EXPECT_THAT(failed, testing::UnorderedElementsAre("daint_gpu_n256_tf2.2.0 result_4.txt no run_stop",
                                                    "abci_512xV100_tensorflow_closed result_9.txt never "
                                                    "reached the target though its status is success",
                                                    "fugaku_512xA64FX_tensorflow_closed result_4.txt never "
                                                    "reached the target though its status is success"));
}

// published-throughput.md beside the logs: milliseconds a step, and samples a second.
TEST_F(PublishedLogs, HaveTheTrainingRatesThatWereTakenFromThemElsewhere) {
  struct Rate {
    double step_ms, samples;
  };
  const std::map<std::string, Rate> expected{{"fugaku_512xA64FX_tensorflow_closed", {248.5, 2060}},
                                             {"fugaku_8192xA64FX_tensorflow_closed", {93.8, 5459}},
                                             {"fugaku_16384xA64FX_tensorflow_open", {120.5, 33996}},
                                             {"coriknl_n512_tf1.15.2", {490.5, 1044}},
                                             {"coriknl_n1024_tf1.15.2", {538.5, 1902}},
                                             {"daint_gpu_n128_tf2.2.0", {341, 751}},
                                             {"daint_gpu_n256_tf2.2.0", {323, 1586}},
                                             {"abci_512xV100_tensorflow_closed", {37.2, 13755}},
                                             {"abci_2048xV100_tensorflow_open", {59.7, 34312}}};
  std::size_t held = 0;
  for (const ScoredSet& scored : score_paths(std::vector{root_}, Round::V1_0)) {
    ASSERT_TRUE(scored.score.training) << scored.set.name;
    const auto rate = expected.find(scored.set.system);
    if (rate == expected.end()) continue;
    ++held;
    EXPECT_NEAR(1000 * *scored.score.training->step_seconds / rate->second.step_ms, 1, 0.03) << rate->first;
    EXPECT_NEAR(*scored.score.training->samples_per_second / rate->second.samples, 1, 0.03) << rate->first;
  }
  EXPECT_EQ(held, expected.size());
}

}  // namespace
}  // namespace tessera
