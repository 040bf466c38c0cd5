#include "harness/run/training_run.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/config/deepcam_config.hpp"
#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/files/directory_lock.hpp"
#include "io/files/process_start.hpp"
#include "io/files/whole_file.hpp"
#include "parallel/uniform.hpp"
#include "results/check/log_reader.hpp"
#include "results/check/run_rules.hpp"
#include "support/errors.hpp"
#include "support/mpi_world.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using nlohmann::json;
using testing::world;

/// A directory that rank 0 makes and removes, for all.
class SharedDirectory {
 public:
  SharedDirectory() {
    if (world().rank() == 0) mine_.emplace();
    std::string name = mine_ ? mine_->path().string() : "";
    world().broadcast(name, 0);
    path_ = name;
  }
  ~SharedDirectory() { world().barrier(); }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::optional<TemporaryDirectory> mine_;
  std::filesystem::path path_;
};

class TrainingRunTest : public ::testing::Test {
 protected:
  Config configure(std::vector<std::string> overrides = {}) const {
    return load_config(TESSERA_SOURCE_DIR "/tests/harness/fixture.yaml", overrides);
  }
  TrainingRun::Options options(std::int64_t epochs) const {
    return {.seed = 5, .output = directory_ / "run", .max_epochs = epochs, .show_progress = false};
  }
  int run(const Config& config, std::int64_t epochs, const std::string& split = "") const {
    TrainingRun::Options options = this->options(epochs);
    options.split = split;
    const int code = TrainingRun(world(), config, options).run();
    world().barrier();
    return code;
  }

  /// Samples that are learnt in an epoch or two: every universe is the same.
  Config configure_easy() const {
    if (world().rank() == 0)
      for (const char* folder : {"train", "validation"}) {
        std::filesystem::create_directories(data_ / folder);
        const std::vector<std::int16_t> counts(4 * 16 * 16 * 16, 2);
        for (int sample = 0; sample < 16; ++sample)
          write_whole_file(data_ / folder / fmt::format("{:02}.hdf5", sample),
                           cosmoflow_image({16, 16, 16}, 4, counts, {0.2F, 0.2F, 0.2F, 0.2F}));
      }
    world().barrier();
    return configure({"data.data_dir=" + data_.string(), "data.n_train=16", "data.n_valid=13",
                      "data.standardize=false", "model.dropout=0.0"});
  }

  json report() const { return json::parse(read_whole_file(directory_ / "run" / "run.json")); }
  RunRecord log() const { return read_log(directory_ / "run" / "result.txt"); }
  std::string status_in_log() const {
    const RunRecord log = this->log();
    const LogEntry* stop = log.first(LogKey::RunStop);
    const json* status = stop == nullptr ? nullptr : stop->find_metadata("status");
    return status == nullptr ? "none" : status->get<std::string>();
  }

  SharedDirectory directory_;
  std::filesystem::path data_ = directory_ / "data";
};

void expect_no_findings(const RunRecord& log, std::optional<Division> division) {
  for (const Round round : {Round::V1_0, Round::V2_0, Round::V3_0})
    for (const Finding& finding : check(log, round, division).findings)
      ADD_FAILURE() << "round " << name_of(round) << ": " << finding.rule << " " << finding.key
                    << ", expected " << finding.expected << ", found " << finding.found;
}

TEST_F(TrainingRunTest, ReachesItsTargetWithALogThatPassesTheRulesOfEveryRound) {
  ASSERT_EQ(run(configure_easy(), 20), 0);
  EXPECT_EQ(status_in_log(), "success");
  EXPECT_EQ(log().text(LogKey::SubmissionDivision), "open");
  expect_no_findings(log(), std::nullopt);
  expect_no_findings(log(), Division::Closed);
  EXPECT_EQ(report().at("status"), "success");
  EXPECT_EQ(report().at("end"), "target_reached");
  EXPECT_LE(report().at("metric").at("value"), 0.124);
}

// A run on generated data is open; of the closed division it lacks the data set's size alone.
TEST_F(TrainingRunTest, OfDeepcamLogsEveryKeyOfTheClosedDivision) {
  const Config config = load_config(TESSERA_SOURCE_DIR "/tests/harness/fixture-deepcam.yaml",
                                    std::vector<std::string>{"train.target_iou=0.01"});
  for (const char* optimizer : {"LAMB", "AdamW"}) {
    for (const bool cosine : {false, true}) {
      SCOPED_TRACE(fmt::format("{} {}", optimizer, cosine ? "cosine" : "multistep"));
      Config varied = config;
      deepcam_of(varied).optimizer =
          optimizer == std::string("LAMB") ? MomentOptimizer::Lamb : MomentOptimizer::AdamW;
      if (cosine) {
        deepcam_of(varied).lr_schedule = {};
        deepcam_of(varied).lr_schedule.type = StepScheduleKind::CosineAnnealing;
        deepcam_of(varied).lr_schedule.t_max = 9;
      }
      world().barrier();  // all have read the log of the run before
      if (world().rank() == 0) std::filesystem::remove_all(directory_ / "run");
      world().barrier();
      ASSERT_EQ(run(varied, 1, cosine ? "2x1" : ""), 0);
      EXPECT_EQ(log().text(LogKey::SubmissionBenchmark), "deepcam");
      EXPECT_EQ(log().text(LogKey::SubmissionDivision), "open");
      for (const Round round : {Round::V1_0, Round::V2_0, Round::V3_0}) {
        std::vector<std::string> keys;
        for (const Finding& finding : check(log(), round, Division::Closed).findings)
          keys.push_back(finding.key);
        EXPECT_THAT(keys, ::testing::UnorderedElementsAre("train_samples", "eval_samples", "eval_accuracy"));
        EXPECT_EQ(check(log(), round).findings.size(), 1U) << "the target alone";
      }
    }
  }
}

// What a network of one's own answers, by what loss, and how good it is: classes, of which the squared errors
// want one answer for each; its input again, as a map and flat; all of them split.
TEST_F(TrainingRunTest, OfANetworkOfOnesOwnIsJudgedByTheTargetOfItsLog) {
  const std::vector<std::string> map = {
      "model.layers=[{convolution: {filters: 1, kernel: 3, padding: same}}]", "data.target=input",
      "model.metric=mean_absolute_error"};
  const std::vector<std::string> flat = {
      "model.layers=[{max_pooling: {size: 2}}, flatten, {dense: {units: 784, activation: sigmoid}}]",
      "data.target=input", "model.metric=mean_absolute_error"};
  struct Case {
    std::string loss, target, optimizer, element;
    std::vector<std::string> more;
  };
  for (const Case& one :
       {Case{"softmax_cross_entropy", ">= 0.01", "SGD", "float32", {}},
        Case{"softmax_cross_entropy", ">= 0.01", "LAMB", "bf16", {"optimizer={name: LAMB}"}},
        Case{"sum_of_squared_errors", ">= 0", "SGD", "bf16", {"data.target=class", "model.metric=accuracy"}},
        Case{"sigmoid_cross_entropy",
             ">= 0",
             "SGD",
             "float32",
             {"data.target=class", "model.metric=accuracy"}},
        Case{"mean_squared_error", "<= 9", "SGD", "bf16", map},
        Case{"mean_squared_error", "<= 9", "SGD", "bf16", flat}}) {
    SCOPED_TRACE(one.loss + " in " + one.element);
    std::vector<std::string> overrides = {"model.loss=" + one.loss, "train.target=\"" + one.target + "\"",
                                          "optimizer.name=" + one.optimizer,
                                          "compute.element=" + one.element};
    overrides.insert(overrides.end(), one.more.begin(), one.more.end());
    world().barrier();  // all have read the log of the run before
    if (world().rank() == 0) std::filesystem::remove_all(directory_ / "run");
    world().barrier();
    ASSERT_EQ(
        run(load_config(TESSERA_SOURCE_DIR "/tests/harness/fixture-sequential.yaml", overrides), 1, "2x1"),
        0);
    EXPECT_EQ(log().text(LogKey::SubmissionBenchmark), "fixture");
    EXPECT_EQ(log().text(LogKey::SubmissionDivision), "open");
    for (const Finding& finding : check_own(log(), Round::V3_0).findings)
      ADD_FAILURE() << finding.rule << " " << finding.key << ", expected " << finding.expected << ", found "
                    << finding.found;
  }
}

TEST_F(TrainingRunTest, MissesAHardTargetAndSaysSo) {
  EXPECT_EQ(run(configure({"train.target_mae=0.001"}), 1), 1);
  EXPECT_EQ(status_in_log(), "aborted");
  EXPECT_EQ(report().at("status"), "aborted");
  EXPECT_EQ(report().at("end"), "target_missed");
  const std::vector<Finding> findings = check(log(), Round::V3_0).findings;
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().rule, "target-missed");
}

TEST_F(TrainingRunTest, ReportsWhatReadersOfRunJsonRelyOn) {
  run(configure(), 2);
  const json report = this->report();
  for (const char* key : {"versions",
                          "system",
                          "ranks",
                          "split",
                          "replicas",
                          "threads",
                          "configuration",
                          "seed",
                          "epochs",
                          "steps",
                          "samples_per_second",
                          "seconds",
                          "bytes",
                          "kernels",
                          "batch",
                          "samples",
                          "status",
                          "division",
                          "caches_cleared",
                          "input"})
    EXPECT_TRUE(report.contains(key)) << key;
  EXPECT_EQ(report.at("seed"), 5);
  EXPECT_EQ(report.at("ranks"), world().size());
  EXPECT_EQ(report.at("steps"), 2 * 96 / 8);
  EXPECT_EQ(report.at("epochs").size(), 2U);
  EXPECT_EQ(report.at("configuration").at("model").at("fc1_size"), 128) << "defaults are recorded too";
  EXPECT_GT(report.at("samples_per_second"), 0);
  for (const char* version : {"tessera", "compiler", "mpi", "onednn", "hdf5"})
    EXPECT_NE(report.at("versions").at(version), "") << version;
}

TEST_F(TrainingRunTest, OnSplitSamplesSaysHowAndWhatThatTook) {
  EXPECT_EQ(run(configure({"data.augment=keep_split_axes"}), 2, "2x1"), 1);
  const json report = this->report();
  EXPECT_EQ(report.at("replicas"), 1);
  EXPECT_EQ(report.at("split"), (json{{"depth", 2}, {"height", 1}, {"width", 1}}));
  EXPECT_EQ(report.at("batch"), (json{{"global", 8}, {"replica", 8}, {"passes", 1}}));
  EXPECT_EQ(report.at("samples_across_nodes"), 0);
  // Each rank reads its half of each sample and one plane of the other's, once.
  const double sample = 16 * 16 * 16 * 4 * 2, samples = 96 + 13;
  EXPECT_EQ(report.at("input").at("bytes_read"), samples * (sample * 18 / 16 + 2 * 4 * 4));
  EXPECT_GT(report.at("seconds").at("exposed_exchange").at("min"), 0);
  const json& bytes = report.at("bytes");
  EXPECT_GT(bytes.at("fixed_memory").at("min"), 3 * bytes.at("parameters").get<double>())
      << "values, gradients and momentum";
}

TEST_F(TrainingRunTest, GoesOnWithSamplesSplitOtherwise) {
  EXPECT_EQ(run(configure({"train.target_mae=0.001"}), 1, "2x1"), 1);
  TrainingRun::Options options = this->options(2);
  options.resume = "checkpoint.h5";
  options.split = "1x2";
  EXPECT_EQ(TrainingRun(world(), configure({"train.target_mae=0.001"}), options).run(), 1);
  EXPECT_EQ(report().at("epochs").size(), 2U);
}

TEST_F(TrainingRunTest, SaysInWhatPrecisionItComputesAndWhatTravels) {
  const std::vector<std::string> half = {"train.target_mae=0.001", "compute.element=bf16"};
  EXPECT_EQ(run(configure(half), 1), 1);
  EXPECT_EQ(log().text(LogKey::LowestNumericalPrecisionInLinear), "bfloat16");
  EXPECT_EQ(log().text(LogKey::LowestNumericalPrecisionInComm), "fp32") << "gradients alone";
  EXPECT_EQ(report().at("precision"),
            json::parse(R"({"lowest_in_linear": "bfloat16", "lowest_in_comm": "fp32",
                            "steps": [{"step": 0, "element": "bf16", "comm": "float32"}]})"));
  for (const Round round : {Round::V1_0, Round::V2_0, Round::V3_0}) {
    const Verdict verdict = check(log(), round);
    ASSERT_EQ(verdict.findings.size(), 1U);
    EXPECT_EQ(verdict.findings[0].rule, "target-missed") << "the new keys are no fault";
  }
}

TEST_F(TrainingRunTest, GoesOnInAnotherElementIfThatIsAllowedAndSaysSo) {
  const std::string hard = "train.target_mae=0.001";
  EXPECT_EQ(run(configure({hard}), 1), 1);
  EXPECT_EQ(log().text(LogKey::LowestNumericalPrecisionInLinear), "fp32");
  TrainingRun::Options options = this->options(2);
  options.resume = "checkpoint.h5";
  options.split = "2x1";
  const Config half = configure({hard, "compute.element=bf16"});
  EXPECT_THAT(message_of<UniformError>([&] { TrainingRun(world(), half, options); }),
              ::testing::AllOf(::testing::HasSubstr("compute.element: \"float32\" then, \"bf16\" now"),
                               ::testing::HasSubstr("give --allow-element-change")));
  options.allow_element_change = true;
  EXPECT_EQ(TrainingRun(world(), half, options).run(), 1);
  const RunRecord log = this->log();
  const LogEntry* resumed = log.first(LogKey::RunResumed);
  ASSERT_NE(resumed, nullptr);
  EXPECT_EQ(*resumed->find_metadata("element_change"), "float32 to bf16");
  EXPECT_EQ(*resumed->find_metadata("lowest_numerical_precision_in_linear"), "bfloat16");
  EXPECT_EQ(*resumed->find_metadata("lowest_numerical_precision_in_comm"), "bfloat16");
  EXPECT_EQ(report().at("precision"),
            json::parse(R"({"lowest_in_linear": "bfloat16", "lowest_in_comm": "bfloat16",
                            "steps": [{"step": 0, "element": "float32", "comm": "float32"},
                                      {"step": 12, "element": "bf16", "comm": "bf16"}]})"));
  world().barrier();
  // Without another change it needs no leave.
  options.allow_element_change = false;
  options.max_epochs = 3;
  EXPECT_EQ(TrainingRun(world(), half, options).run(), 1);
  EXPECT_EQ(report().at("precision").at("steps").size(), 2U);
  EXPECT_EQ(report().at("steps"), 36);
}

TEST_F(TrainingRunTest, ThatAugmentsAlongTheAxesLeftWholeGoesOnWithTheSameOnes) {
  const std::vector<std::string> keeping = {"data.augment=keep_split_axes", "train.target_mae=0.001"};
  EXPECT_EQ(run(configure(keeping), 1, "2x1"), 1);
  TrainingRun::Options options = this->options(2);
  options.resume = "checkpoint.h5";
  options.split = "1x2";
  EXPECT_THAT(message_of<UniformError>([&] { TrainingRun(world(), configure(keeping), options); }),
              ::testing::HasSubstr("split axes, which augmentation keeps: D then, H now"));
  options.split = "2x1";
  EXPECT_EQ(TrainingRun(world(), configure(keeping), options).run(), 1);
}

TEST_F(TrainingRunTest, ItsTimesAddUp) {
  run(configure(), 2, "2x1");
  const json seconds = report().at("seconds");
  const double steps = seconds.at("training_steps").at("max"), run = seconds.at("run");
  const double input = seconds.at("exposed_input").at("max"),
               exchange = seconds.at("exposed_exchange").at("max"),
               reduction = seconds.at("exposed_reduction").at("max");
  const double compute = seconds.at("compute").at("max"), evaluation = seconds.at("evaluation").at("max");
  for (const double part : {compute, evaluation, static_cast<double>(seconds.at("init"))}) EXPECT_GT(part, 0);
  EXPECT_GE(input, 0);
  EXPECT_GE(reduction, 0);
  EXPECT_GT(exchange, 0);
  EXPECT_LE(std::max({input, reduction, exchange, compute}), steps);
  EXPECT_LE(steps + evaluation, run);
}

TEST_F(TrainingRunTest, WritesALineOfHistoryAnEpoch) {
  run(configure(), 2);
  const std::string history = read_whole_file(directory_ / "run" / "history.csv");
  EXPECT_EQ(std::count(history.begin(), history.end(), '\n'), 3);
  EXPECT_TRUE(history.starts_with("epoch,lr,loss,val_loss,val_mean_absolute_error,")) << history;
  EXPECT_NE(history.find("\n2,"), std::string::npos);
}

TEST_F(TrainingRunTest, OpensNoSampleBeforeRunStart) {
  const Config config = configure_easy();
  if (world().rank() == 0)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data_))
      if (entry.is_regular_file()) std::ofstream(entry.path()) << "no sample that could be opened";
  world().barrier();
  std::optional<TrainingRun> training;
  ASSERT_NO_THROW(training.emplace(world(), config, options(1)));
  world().barrier();
  const RunRecord log = this->log();
  EXPECT_NE(log.first(LogKey::InitStop), nullptr);
  EXPECT_EQ(log.first(LogKey::RunStart), nullptr);
  world().barrier();
  EXPECT_THROW(training->run(), UniformError);
}

TEST_F(TrainingRunTest, ClearsTheCachesOfAllSamplesThroughLinksToo) {
  const Config usual = configure();
  if (world().rank() == 0) {
    std::filesystem::create_directory(data_);
    for (const char* name : {"train", "validation", "manifest.json"})
      std::filesystem::create_symlink(std::filesystem::absolute(usual.data.data_dir) / name, data_ / name);
  }
  world().barrier();
  run(configure({"data.data_dir=" + data_.string()}), 1);
  const RunRecord log = this->log();
  const LogEntry* cleared = log.first(LogKey::CacheClear);
  ASSERT_NE(cleared, nullptr);
  EXPECT_EQ(cleared->value, true);
  // All there is where that is permitted, else the files one by one.
  EXPECT_THAT(cleared->find_metadata("done")->get<std::string>(),
              ::testing::AnyOf(::testing::HasSubstr("the system's caches dropped on 1 (it takes privileges)"),
                               ::testing::HasSubstr("the pages of 109 dropped, of 0 not")));
}

TEST_F(TrainingRunTest, WithoutPatienceItEndsAfterAnEpochWithoutImprovementOnly) {
  run(configure({"train.early_stopping_patience=0", "train.target_mae=0.0001"}), 2);
  EXPECT_EQ(report().at("epochs").size(), 2U) << "the first epoch is always the best so far";
}

// The history can't be renamed over a directory that isn't empty.
TEST_F(TrainingRunTest, AFileThatCannotBeWrittenEndsAllRanksWithOneMessage) {
  TrainingRun training(world(), configure(), options(1));
  if (world().rank() == 0) std::filesystem::create_directories(directory_ / "run" / "history.csv" / "below");
  world().barrier();
  try {
    training.run();
    FAIL() << "no exception";
  } catch (const UniformError& error) {
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_THAT(error.problem(), ::testing::HasSubstr("cannot rename a file"));
  }
  EXPECT_EQ(status_in_log(), "aborted");
}

TEST_F(TrainingRunTest, ALossThatIsNotFiniteEndsItWithEpochStepAndTensor) {
  EXPECT_EQ(run(configure({"lr_schedule.lr=1e30"}), 2), 1);
  EXPECT_EQ(status_in_log(), "aborted");
  EXPECT_EQ(report().at("status"), "aborted");
  EXPECT_EQ(report().at("end"), "not_finite");
  EXPECT_THAT(report().at("failure").get<std::string>(),
              ::testing::MatchesRegex(
                  "the loss is not finite in epoch 1, step [0-9]+: first (the output of|parameter) .*"));
}

// One step an epoch: the first forward pass with weights that aren't finite is the evaluation's.
TEST_F(TrainingRunTest, AnEvaluationThatIsNotFiniteEndsItToo) {
  EXPECT_EQ(
      run(configure({"lr_schedule.lr=1e38", "lr_schedule.n_warmup_epochs=0", "data.global_batch_size=96"}),
          1),
      1);
  EXPECT_EQ(status_in_log(), "aborted");
  EXPECT_THAT(report().at("failure").get<std::string>(),
              ::testing::StartsWith("the loss is not finite in the evaluation of epoch 1: first "));
}

TEST_F(TrainingRunTest, ItsTimeLimitCountsFromTheStartOfTheProgram) {
  TrainingRun::Options options = this->options(1000);
  options.time_limit = world().min(static_cast<std::int64_t>(age_of_this_process() * 1e3)) / 1e3;
  EXPECT_EQ(TrainingRun(world(), configure({"train.target_mae=0.0001"}), options).run(), 75);
  EXPECT_EQ(report().at("end"), "stopped");
  EXPECT_EQ(report().at("steps"), 1) << "the limit was over when it began";
}

TEST_F(TrainingRunTest, WritesNothingMoreIntoADirectoryThatItLost) {
  TrainingRun training(world(), configure({"train.target_mae=0.0001"}), options(3));
  if (world().rank() == 0) std::filesystem::remove(directory_ / "run" / kLockName);
  world().barrier();
  try {
    training.run();
    FAIL() << "no exception";
  } catch (const UniformError& error) {
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_THAT(error.problem(), ::testing::HasSubstr("the file of its lock is gone"));
  }
  for (const char* name : {"history.csv", "run.json", "checkpoint.h5"})
    EXPECT_FALSE(std::filesystem::exists(directory_ / "run" / name)) << name;
  EXPECT_EQ(log().first(LogKey::RunStop), nullptr);
}

TEST_F(TrainingRunTest, OfAConfigurationWhosePathHoldsAnyBytesIsSavedAndGoesOn) {
  const Config usual = configure();
  Config config = configure({"train.target_mae=0.001"});
  config.data.data_dir = (directory_ / "data-\xff").string();
  if (world().rank() == 0)
    std::filesystem::create_directory_symlink(std::filesystem::absolute(usual.data.data_dir),
                                              config.data.data_dir);
  world().barrier();
  EXPECT_EQ(run(config, 1), 1);
  TrainingRun::Options options = this->options(2);
  options.resume = "checkpoint.h5";
  EXPECT_EQ(TrainingRun(world(), config, options).run(), 1);
  EXPECT_EQ(report().at("epochs").size(), 2U);
}

TEST_F(TrainingRunTest, FollowsTheScheduleOfTheReference) {
  const std::string yaml = R"(
data: {name: cosmo, data_dir: "${TESSERA_UNIVERSES}", compression: GZIP, n_train: 96, n_valid: 16,
       sample_shape: [16, 16, 16, 4], batch_size: 4, n_epochs: 4, shard: True, apply_log: True, prefetch: 4}
model: {name: cosmoflow, input_shape: [16, 16, 16, 4], kernel_size: 3, target_size: 4, n_conv_layers: 4,
        conv_size: 16, fc1_size: 128, fc2_size: 64, hidden_activation: LeakyReLU, pooling_type: MaxPool3D,
        l2: 0.01, dropout: 0.5}
optimizer: {name: SGD, momentum: 0.9}
lr_schedule: {base_lr: 0.001, scaling: linear, base_batch_size: 2, n_warmup_epochs: 2, decay_schedule: {2: 0.25}}
train: {loss: mse, metrics: ["mean_absolute_error"], early_stopping_patience: 8}
)";
  EXPECT_EQ(run(parse_config(yaml, "cosmo.yaml"), 4), 1);
  const json report = this->report();
  std::vector<double> rates;
  for (const json& epoch : report.at("epochs")) rates.push_back(epoch.at("learning_rate"));
  // Batch 4 a replica over a base of 2: the peak is base_lr times 2 for each replica. The warm-up goes there
  // in two epochs from base_lr on; the decay acts in the epoch after its boundary, counted from 0.
  const double peak = 0.002 * world().size();
  ASSERT_EQ(rates.size(), 4U);
  EXPECT_DOUBLE_EQ(rates[0], 0.001);
  EXPECT_DOUBLE_EQ(rates[1], (0.001 + peak) / 2);
  EXPECT_DOUBLE_EQ(rates[2], peak);
  EXPECT_DOUBLE_EQ(rates[3], 0.25 * peak);
}

}  // namespace
}  // namespace tessera
